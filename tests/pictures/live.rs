//! Pages that run their scenario again: their engine gives what the program gives, to the byte.
//!
//! To take up a change of the engine:
//! `cargo build --release --locked --target wasm32-unknown-unknown --manifest-path live/Cargo.toml`, and then
//! `UPDATE_ENGINE=1 cargo test --locked --test pictures engine`.

use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempolane::live::{answer, live_page};
use tempolane::scenario::load_str;
use wasmi::{Engine, Linker, Memory, Module, Store};

/// The engine, which is in the program.
const PACKED: &str = "src/render/html/engine.wasm.deflate";
/// Where it is built.
const BUILT: &str = "live/target/wasm32-unknown-unknown/release/tempolane_live.wasm";

/// A page with its engine is smaller than this, whatever else is in it.
const MOST_BYTES: usize = 2_000_000;

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Where it was built is nobody's business: what panics name of that becomes dots.
fn forget_places(built: &mut [u8]) {
    let cargo = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let registry = cargo.expect("there is a home") + "/registry/src/";
    for place in [env!("CARGO_MANIFEST_DIR"), &registry] {
        for at in 0..built.len().saturating_sub(place.len()) {
            if built[at..].starts_with(place.as_bytes()) {
                let is_registry = place.ends_with('/');
                let rest = &built[at + place.len()..];
                let host = rest.iter().position(|byte| *byte == b'/').filter(|_| is_registry).unwrap_or(0);
                built[at..at + place.len() + host].fill(b'.');
            }
        }
    }
}

fn engine() -> Vec<u8> {
    if std::env::var_os("UPDATE_ENGINE").is_some() {
        let mut built = std::fs::read(path(BUILT)).expect("it was built");
        forget_places(&mut built);
        std::fs::write(path(PACKED), compress_to_vec(&built, 10)).expect("it can be written");
    }
    decompress_to_vec(&std::fs::read(path(PACKED)).expect("it is there")).expect("it was packed")
}

/// What a page does with its engine.
struct Page {
    module: Module,
    engine: Engine,
}

impl Page {
    fn new() -> Page {
        let bytes = engine();
        let engine = Engine::default();
        let module = Module::new(&engine, &bytes[..]).expect("it is WebAssembly");
        Page { module, engine }
    }

    fn answer(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let mut store = Store::new(&self.engine, ());
        // It asks for nothing: what it does not get it cannot reach.
        let instance = Linker::new(&self.engine)
            .instantiate_and_start(&mut store, &self.module)
            .expect("it needs nothing");
        let memory: Memory = instance.get_memory(&store, "memory").expect("it has one");
        let room = instance.get_typed_func::<u32, u32>(&store, "room").expect("it is exported");
        let answer = instance.get_typed_func::<(u32, u32), u32>(&store, "answer").expect("it is exported");
        let length = request.len() as u32;
        let place = room.call(&mut store, length).expect("there is room");
        memory.write(&mut store, place as usize, request).expect("that is in it");
        let place = answer.call(&mut store, (place, length)).expect("it does not panic") as usize;
        let told = &memory.data(&store)[place..];
        let length = u32::from_le_bytes([told[0], told[1], told[2], told[3]]) as usize;
        let (kind, told) = (told[4], told[5..4 + length].to_vec());
        if kind == 0 { Ok(told) } else { Err(String::from_utf8(told).expect("a text")) }
    }
}

fn request(file: &str, text: &str, settings: &[(&str, &str)]) -> Vec<u8> {
    let request = json!({"label": "live", "file": file, "text": text, "settings": settings, "seed": "7"});
    serde_json::to_vec(&request).expect("it is JSON")
}

/// Runs, deadlocks, faults, random times, processors, and a text that is wrong.
#[test]
fn the_engine_of_a_page_gives_what_the_program_gives() {
    let page = Page::new();
    for (file, settings) in [
        ("lab5/two-memories.yaml", vec![("train", "2500ms")]),
        ("classics/philosophers.yaml", vec![("n", "4")]),
        ("queues/mm1.yaml", vec![("customers", "300")]),
        ("queues/erlang-a.yaml", vec![("customers", "300")]),
        ("threads/gil-io.yaml", vec![]),
        ("classics/priority-inversion.yaml", vec![]),
        ("lab5/two-memories.yaml", vec![("train", "soon")]),
        ("lab5/two-memories.yaml", vec![("trian", "1s")]),
    ] {
        let Ok(text) = std::fs::read_to_string(path("scenarios").join(file)) else {
            panic!("{file} is not there")
        };
        let request = request(file, &text, &settings);
        let (native, in_page) = (answer(&request), page.answer(&request));
        assert!(
            native == in_page,
            "{file} {settings:?}: the engine is not that of the program; see the head of this file\n{:?}",
            in_page.err()
        );
    }
}

#[test]
fn the_engine_is_small() {
    let packed = std::fs::read(path(PACKED)).expect("it is there").len();
    let page = tempolane::render::html("", &[], None, None).len();
    assert!(packed * 4 / 3 + page < MOST_BYTES, "{packed} bytes packed");
}

#[test]
fn a_page_is_told_what_may_be_changed() {
    let text = "
version: 1
params: {n: 3, share: 0.25, pause: 250ms, fast: false}
processes:
  p: {count: n, do: [{if: fast, do: [{delay: pause * share}]}]}
";
    let settings = [("n".to_owned(), "4".to_owned())];
    let loaded = load_str("p.yaml", text, &settings).expect("it is valid");
    let page = live_page("p", &loaded, &settings, u64::MAX, None).expect("it has no tables");
    let told: Vec<_> = page
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), one.ty, one.value.as_str(), one.number, one.set))
        .collect();
    assert_eq!(
        told,
        [
            ("n", "int", "4", 4.0, true),
            ("share", "float", "0.25", 0.25, false),
            ("pause", "duration", "250ms", 250e6, false),
            ("fast", "bool", "false", 0.0, false),
        ]
    );
    assert_eq!(page.seed, "18446744073709551615");
}
