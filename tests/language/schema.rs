//! The JSON Schema: the committed copy is the generated one, and it accepts
//! what the parser accepts.
//!
//! After a change of the language, write the copy anew with
//! `UPDATE_SCHEMA=1 cargo test --test language schema`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use tempolane::scenario::{load_str, schema};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All YAML files below a folder, in order.
fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            scenarios(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
}

fn errors(text: &str) -> Vec<String> {
    let value: Value = serde_yaml::from_str(text).expect("YAML");
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    validator.iter_errors(&value).map(|error| error.to_string()).collect()
}

#[test]
fn the_committed_copy_is_the_generated_one() {
    let path = root().join("scenario.schema.json");
    let generated = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).expect("a writable folder");
    }
    let committed = std::fs::read_to_string(&path).expect("the committed copy");
    assert!(committed == generated, "run `UPDATE_SCHEMA=1 cargo test --test language schema`");
}

#[test]
fn the_schema_is_valid_itself() {
    jsonschema::meta::validate(&schema()).expect("draft 2020-12");
}

#[test]
fn every_scenario_of_the_library_fits() {
    let mut paths = Vec::new();
    scenarios(&root().join("scenarios"), &mut paths);
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("readable");
        let found = errors(&text);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

/// Every key and every form of the language.
const EVERYTHING: &str = r#"
version: 1
name: everything
description: Every key and every form.
params: {n: 3, x: 0.5, t: 1s, flag: true, twice: n * 2}
resources:
  short: mutex
  lock: {kind: mutex, discipline: lifo, count: n}
  permits: {kind: semaphore, permits: n, count: 2, discipline: priority}
  queue: {kind: buffer, capacity: n * 4, of: float, discipline: fifo}
  parcels: {kind: buffer, capacity: 2, of: {weight: int, age: duration}}
  endless: {kind: buffer, capacity: unbounded, count: n}
  slots: {kind: memory, slots: 4, value: 1.5, count: 2}
  plain: {kind: memory, slots: n}
processes:
  worker:
    count: n
    start: {uniform: {low: 0s, high: t}}
    priority: index - 1
    vars: {i: 0, f: 0.0, d: 0s, a: {array: 5, of: 0.5}, b: {array: n}, ok: false}
    do:
      - delay: 5ms
      - delay: {exponential: {mean: 1s}}
      - work: {normal: {mean: 1s, sd: 100ms}}
      - acquire: short
      - acquire: ['lock[index]', {'permits[0]': 2}]
      - release: {'permits[0]': 2, 'lock[index]': 1}
      - release: short
      - put: queue
      - put: [queue, 'endless[0]']
      - put: {to: [queue, queue], value: x, count: 2}
      - get: queue
      - get: [queue, queue]
      - get: {from: queue, count: n, into: a}
      - get: {from: queue, into: f}
      - put: {to: parcels, value: {weight: 3, age: 1s}}
      - put: {to: parcels, values: [{weight: 3, age: 1s}, {weight: 4, age: 1s}]}
      - get: {from: parcels, where: item.weight == 3, into: {weight: i}}
      - write: {to: 'slots[1]', at: 2, value: f}
      - read: {from: 'slots[0]', at: i, into: a, count: 3}
      - read: {from: plain, at: 0}
      - set: {i: i + 1, 'a[i % 5]': 2, ok: i > 2 and flag or not ok}
      - if: ok
        do: []
        else: [{log: 'not {ok} {a}'}]
      - while: i < 3
        do: [{set: {i: i + 1}}]
      - repeat: 2
        do: [{mark: here}, {mark: {name: load-1.x, value: i}}]
      - with: [short, 'lock[0]']
        do: []
      - with: short
        do: []
      - draw: {into: f, from: {constant: 3}}
      - draw: {into: f, from: {constant: {value: 3}}}
      - draw: {into: i, from: {uniform_int: {low: 1, high: 6}}}
      - draw: {into: f, from: {erlang: {shape: 2, mean: 5}}}
      - draw: {into: f, from: {gamma: {shape: 2.5, mean: 5}}}
      - draw: {into: f, from: {lognormal: {mean: 2, sd: 1}}}
      - draw: {into: f, from: {triangular: {low: 1, mode: 2, high: 3}}}
      - draw: {into: f, from: {weibull: {scale: 2, shape: 1.5}}}
      - draw: {into: f, from: {beta: {alpha: 2, beta: 0.5, high: 3}}}
      - draw: {into: f, from: {pareto: {scale: 2, shape: 1.5}}}
      - draw: {into: i, from: {poisson: {mean: 3.5}}}
      - draw: {into: i, from: {geometric: {p: 0.25}}}
      - draw: {into: i, from: {choice: {values: [1, 2], weights: [1, 3]}}}
      - draw: {into: i, from: {cpython_randint: {seed: n, low: 1, high: 100}}}
  single: {do: []}
horizon: 10min
seed: 42
limits: {steps: 1000000, zero_time_steps: 1000}
expect:
  outcome: completed
  total_time: 30s
  finished: {single: 0s, "worker[2]": t}
  memories: {"slots[0]": [1, 2.5, x, 4], plain: [1, 2, 3]}
  before:
    - {first: "worker[0].here[2]", second: "worker[1].load-1.x"}
    - {first: single.started, second: "worker[0].finished"}
  reaches: [single.finished, "worker[1].here"]
  counts: {worker.here: {at_least: n, at_most: 100}, "worker[0].here": 2}
  values: {"worker[0].load-1.x": [0, n], "worker[0].load-1.x[2]": 1}
  reads: {"worker[0].plain": [1]}
  gets: {"worker[0].queue": [1.5, n], "worker[0].parcels": [{weight: 3, age: 1s}]}
  levels: {queue: {at_most: 3}}
  longest_wait: {single: 0s, "worker[1].queue": {at_most: t}}
  never_together:
    - [{process: worker, from: here, to: load-1.x}, single.running]
    - [{process: "worker[0]", holds: short}, single.blocked]
  races: none
"#;

#[test]
fn parser_and_schema_accept_every_form() {
    // `d` is a unit, so the parser wants another name for the variable.
    let text = EVERYTHING.replace("d: 0s", "delta: 0s");
    load_str("everything.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(errors(&text), [""; 0]);
    for part in ["params:", "resources:\n"] {
        let text = format!("version: 1\n{part}\nprocesses: {{p: {{vars: , do: []}}}}\n");
        load_str("empty.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(errors(&text), [""; 0]);
    }
}

#[test]
fn parser_and_schema_refuse_the_same_forms() {
    for (from, to) in [
        ("seed: 42", "sead: 42"),
        ("seed: 42", "seed: -1"),
        ("version: 1", "version: 2"),
        ("{steps: 1000000,", "{step: 1000000,"),
        ("kind: mutex, ", "kind: mutx, "),
        ("permits: n, ", ""),
        ("- delay: 5ms", "- delay: 5"),
        ("- delay: 5ms", "- dealy: 5ms"),
        ("- delay: 5ms", "- {delay: 5ms, work: 5ms}"),
        ("- delay: 5ms", "- delay"),
        ("{mean: 1s}", "{maen: 1s}"),
        ("{exponential: {mean: 1s}}", "{exponential: {mean: 1s}, constant: 1s}"),
        ("outcome: completed", "outcome: finished"),
        ("total_time: 30s", "total_time: {at_leats: 30s}"),
        ("counts: {", "count: {"),
        ("second: \"worker", "secnd: \"worker"),
        ("races: none", "races: few"),
        ("{process: worker, from", "{proces: worker, from"),
        ("discipline: lifo", "discipline: random"),
        ("single: {do: []}", "single: {}"),
        ("single: {do: []}", "2single: {do: []}"),
        ("{from: queue, into: f}", "{into: f}"),
    ] {
        let text = EVERYTHING.replace("d: 0s", "delta: 0s").replacen(from, to, 1);
        assert!(load_str("wrong.yaml", &text, &[]).is_err(), "the parser accepts {to}");
        assert!(!errors(&text).is_empty(), "the schema accepts {to}");
    }
}

/// The names that the schema gives to alternatives by a key: of steps the key
/// that is required first, of resources the value of `kind`.
fn alternatives(of: &str) -> Vec<String> {
    let schema = schema();
    let forms = schema["$defs"][of]["anyOf"].as_array().expect("alternatives");
    let name = |form: &Value| {
        let name = match of {
            "step" => &form["required"][0],
            _ => &form["properties"]["kind"]["enum"][0],
        };
        name.as_str().map(str::to_owned)
    };
    forms.iter().filter_map(name).collect()
}

#[test]
fn the_readme_names_every_step_and_every_kind() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it is there");
    let begin = readme.find("What processes share is").expect("the list of kinds and steps");
    let list = &readme[begin..begin + readme[begin..].find("Durations have").expect("its end")];
    let (kinds, steps) = (alternatives("resource"), alternatives("step"));
    assert!(kinds.len() >= 5 && steps.len() >= 19, "{kinds:?} {steps:?}");
    for name in kinds.iter().chain(&steps) {
        assert!(list.contains(&format!("`{name}`")), "the README does not name `{name}`");
    }
}
