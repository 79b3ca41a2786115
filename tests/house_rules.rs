//! The rules of the house: who may import whom, that no files import each other,
//! how long a file may be, and what no file may contain.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

const GROUND: &[&str] = &["time", "figure", "ids", "value", "arithmetic", "random", "look"];

/// What each wing may import besides the ground floor and itself; the same
/// table stands in the documentation of `src/lib.rs`.
const WINGS: &[(&str, &[&str])] = &[
    ("trace", &[]),
    ("table", &["trace"]),
    ("scenario", &["table", "trace"]),
    ("program", &["scenario", "trace"]),
    ("kernel", &["program", "trace"]),
    ("backend", &["kernel", "program", "trace", "table", "scenario"]),
    ("explore", &["kernel", "program", "trace", "analysis"]),
    ("analysis", &["trace"]),
    ("render", &["trace", "analysis"]),
    ("sweep", &["table", "scenario", "program", "kernel", "backend", "trace", "analysis"]),
    ("why", &["scenario", "program", "kernel", "backend", "trace", "analysis", "sweep"]),
    ("live", &["scenario", "program", "kernel", "backend", "trace", "analysis", "render"]),
    (
        "builder",
        &["scenario", "program", "kernel", "backend", "analysis", "explore", "render", "sweep", "trace"],
    ),
];

/// What a room of the ground floor may import.
const GROUND_IMPORTS: &[(&str, &[&str])] = &[
    ("time", &["figure"]),
    ("figure", &[]),
    ("ids", &[]),
    ("value", &["time"]),
    ("arithmetic", &["value"]),
    ("random", &[]),
    ("look", &["time"]),
];

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn relative(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// `src/kernel/step.rs` → `kernel`, `src/time.rs` → `time`.
fn wing(path: &Path) -> String {
    let path = relative(path);
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs").to_owned()
}

/// The modules of this crate that a text names after `crate::`, also in
/// `use crate::{a, b::c}`.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let identifier = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit()).collect()
    };
    let code =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == '$' || c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(identifier(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (position, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if c.is_whitespace() => {}
                _ if start => {
                    found.insert(identifier(&group[position..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn imports_run_one_way() {
    let mut broken = Vec::new();
    for path in rust_files("src") {
        let wing = wing(&path);
        if ["lib", "main", "cli"].contains(&wing.as_str()) {
            continue;
        }
        let allowed: Vec<&str> = if let Some((_, extra)) = WINGS.iter().find(|(name, _)| *name == wing) {
            GROUND.iter().chain(*extra).copied().collect()
        } else if let Some((_, extra)) = GROUND_IMPORTS.iter().find(|(name, _)| *name == wing) {
            extra.to_vec()
        } else {
            panic!(
                "src has a wing '{wing}' that the house rules do not know; add it to the table and to src/lib.rs"
            );
        };
        let text = fs::read_to_string(&path).expect("it can be read");
        for import in imports(&text) {
            if import != wing && !allowed.contains(&import.as_str()) {
                broken.push(format!("{} imports {import}", relative(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "imports against the house rules:\n{}", broken.join("\n"));
}

#[test]
fn the_import_reader_reads() {
    let text = "use crate::time::Time;\nuse crate::{\n  ids::{A, B},\n  trace,\n};\n// crate::cli\nlet x = crate::value::Word;";
    let names: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(names, ["ids", "time", "trace", "value"]);
}

/// Modules with files that still import each other in a circle. Whoever frees
/// one takes it off the list.
const NOT_YET_FREE: &[&str] = &[];

/// The path of a module, from the root of the crate: `["kernel", "step"]`.
type Module = Vec<String>;

/// The module of `src/kernel/step.rs`, or of `src/kernel/mod.rs`.
fn module_of(path: &Path) -> Module {
    let relative = relative(path);
    let inside = relative.trim_start_matches("src/").trim_end_matches(".rs");
    let inside = inside.trim_end_matches("/mod").trim_end_matches("lib");
    inside.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The code of a file, without comments and without the tests at its end.
fn code_of(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// All paths that a `use` tree stands for: `a::{b, c::d}` for `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<Module> {
    if let Some(group) = tree.strip_prefix('{') {
        let (mut depth, mut begin, mut all) = (0, true, Vec::new());
        for (at, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => begin = true,
                _ if begin && !c.is_whitespace() => {
                    all.extend(paths(&group[at..]));
                    begin = false;
                }
                _ => {}
            }
            depth += i32::from(c == '{') - i32::from(c == '}');
        }
        return all;
    }
    let length = tree.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(length);
    let behind = rest.strip_prefix("::").map(paths).filter(|behind| !behind.is_empty());
    let behind = behind.unwrap_or_else(|| vec![Vec::new()]);
    behind.into_iter().map(|path| [vec![name.to_owned()], path].concat()).collect()
}

/// The modules, each a file, that the code of the module `own` names.
fn imported(own: &Module, code: &str, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("::") {
        let before = &code[..at];
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let (before, first) = (&before[..start], &before[start..]);
        let begins = !before.ends_with([':', '$']) && !before.ends_with("(in ");
        let child = [own.clone(), vec![first.to_owned()]].concat();
        if !begins || !(["crate", "super", "self"].contains(&first) || modules.contains(&child)) {
            continue;
        }
        for path in paths(&code[start..]) {
            let mut module = own.clone();
            for name in path {
                let inner = [module.clone(), vec![name.clone()]].concat();
                match name.as_str() {
                    "crate" => module.clear(),
                    "super" => drop(module.pop()),
                    "self" => {}
                    _ if modules.contains(&inner) => module = inner,
                    _ => break,
                }
            }
            found.insert(module);
        }
    }
    found.remove(own);
    found
}

/// The shortest circle of imports through a module, if there is one.
fn circle(from: &Module, imports: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<String>> {
    let mut importer: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut open = VecDeque::from([from]);
    while let Some(module) = open.pop_front() {
        for next in &imports[module] {
            if importer.contains_key(next) {
                continue;
            }
            importer.insert(next, module);
            open.push_back(next);
        }
    }
    let mut circle = vec![from.join("::")];
    let mut module = *importer.get(from)?;
    while module != from {
        circle.push(module.join("::"));
        module = importer[module];
    }
    circle.push(from.join("::"));
    circle.reverse();
    Some(circle)
}

/// No file can be understood alone if what it imports imports it. What a
/// `mod.rs` declares it does not import; what it names besides, it does.
#[test]
fn no_files_import_each_other() {
    let files = rust_files("src");
    let modules: BTreeSet<Module> = files.iter().map(|path| module_of(path)).collect();
    let imports: BTreeMap<Module, BTreeSet<Module>> = files
        .iter()
        .map(|path| {
            let (own, text) = (module_of(path), fs::read_to_string(path).expect("it can be read"));
            let imported = imported(&own, &code_of(&text), &modules);
            (own, imported)
        })
        .collect();
    let (mut circles, mut free) = (BTreeSet::new(), NOT_YET_FREE.to_vec());
    for module in &modules {
        let Some(circle) = circle(module, &imports) else { continue };
        let path = module.join("::");
        let is_in = |listed: &&str| path == *listed || path.starts_with(&format!("{listed}::"));
        match NOT_YET_FREE.iter().find(|listed| is_in(listed)) {
            Some(listed) => free.retain(|one| one != listed),
            None => drop(circles.insert(circle.join(" → "))),
        }
    }
    let circles: Vec<String> = circles.into_iter().collect();
    assert!(circles.is_empty(), "files that import each other:\n{}", circles.join("\n"));
    assert!(free.is_empty(), "modules without circles, to be taken off the list: {free:?}");
}

#[test]
fn the_reader_of_paths_reads() {
    let named = |names: &[&str]| -> BTreeSet<Module> {
        names.iter().map(|name| name.split("::").map(str::to_owned).collect()).collect()
    };
    let modules = named(&["kernel", "kernel::step", "kernel::lock", "trace", "trace::sink"]);
    let own = vec!["kernel".to_owned(), "step".to_owned()];
    let text = "use super::lock::{Lock, wait};\nuse crate::trace::{\n    Event,\n    sink::{Sink, NoTrace},\n};\n// super::\n";
    assert_eq!(imported(&own, &code_of(text), &modules), named(&["kernel::lock", "trace", "trace::sink"]));
    let text =
        "mod lock;\npub use step::Kernel;\npub(in crate::trace) struct Hidden;\nlet x = $crate::trace::Y;";
    assert_eq!(imported(&vec!["kernel".to_owned()], text, &modules), named(&["kernel::step"]));
    let imports = [("a", &["b"][..]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])];
    let imports = imports.map(|(from, to)| (vec![from.to_owned()], named(to))).into_iter().collect();
    assert_eq!(
        circle(&vec!["b".to_owned()], &imports),
        Some(["b", "c", "a", "b"].map(str::to_owned).to_vec())
    );
    assert_eq!(circle(&vec!["d".to_owned()], &imports), None);
}

#[test]
fn files_fit_a_head() {
    let long: Vec<String> = rust_files("src")
        .into_iter()
        .map(|path| (fs::read_to_string(&path).expect("it can be read").lines().count(), path))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, path)| format!("{} has {lines} lines", relative(&path)))
        .collect();
    assert!(long.is_empty(), "files of more than 600 lines:\n{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_decides() {
    let mute: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|path| !fs::read_to_string(path).expect("it can be read").starts_with("//! "))
        .map(|path| relative(&path))
        .collect();
    assert!(mute.is_empty(), "files without a first comment:\n{}", mute.join("\n"));
}

#[test]
fn no_leftovers() {
    let banned = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("mod ut", "ils"),
        concat!("FIX", "ME"),
    ];
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let text = fs::read_to_string(&path).expect("it can be read");
        for word in banned {
            assert!(!text.contains(word), "{} contains {word}", relative(&path));
        }
    }
}

/// Every scenario opens with what it teaches, and says what must come out.
#[test]
fn scenarios_are_documentation() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")];
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            if path.extension().is_some_and(|ending| ending == "snapshot") {
                let scenario = path.with_extension("yaml");
                assert!(scenario.is_file(), "{} is of no scenario", relative(&path));
                continue;
            }
            // The page of the library, and what was published.
            if path.extension().is_some_and(|ending| ending == "md" || ending == "csv") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("it can be read");
            assert!(text.starts_with("# "), "{} does not open with a comment", relative(&path));
            assert!(text.contains("\nexpect:"), "{} has no expect block", relative(&path));
            seen += 1;
        }
    }
    assert!(seen > 0, "there are no scenarios");
}

/// The public types of a source text: structs, enums, unions, traits and aliases.
fn public_types(text: &str) -> impl Iterator<Item = &str> {
    let declared = |line: &str| {
        ["struct ", "enum ", "union ", "trait ", "type "].iter().any(|word| line.starts_with(word))
    };
    let declarations = text.lines().filter_map(|line| line.trim_start().strip_prefix("pub "));
    declarations.filter(move |line| declared(line)).filter_map(|line| {
        let name = line.split_once(' ')?.1;
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

/// Whoever reads the name of a public type knows which one it is.
#[test]
fn public_types_have_names_of_their_own() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).expect("it can be read");
        for name in public_types(&text) {
            places.entry(name.to_owned()).or_default().push(relative(&path));
        }
    }
    assert!(places.len() > 100, "only {} public types were found", places.len());
    let repeated: Vec<String> = places
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    assert!(repeated.is_empty(), "public types with the name of another:\n{}", repeated.join("\n"));
}

#[test]
fn the_reader_of_types_reads() {
    let text = "pub struct A<'a>(u8);\n    pub enum B {\n// pub trait Not\npub(super) struct Not;\npub type C = A;\npub fn not() {}\npub trait D: E {\n";
    let names: Vec<&str> = public_types(text).collect();
    assert_eq!(names, ["A", "B", "C", "D"]);
}
