//! Large files load, and take time in proportion to what stands in them. Most of these would take minutes if every
//! definition were looked for among all others.

use tempolane::backend::compile;
use tempolane::scenario::load_str;

/// As many lines as `count`, each made from its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

/// Loads and compiles it; the number of its processes and resources.
fn size(text: &str) -> (usize, usize) {
    let loaded = load_str("large.yaml", text, &[]).unwrap_or_else(|error| panic!("{}", error.render(false)));
    compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it can be bound");
    (loaded.model.processes.len(), loaded.model.resources.len())
}

#[test]
fn fifty_thousand_resources() {
    let resources = lines(50_000, |number| format!("  r{number}: mutex"));
    let text = format!("version: 1\nresources:\n{resources}processes:\n  p: {{do: [{{delay: 1s}}]}}\n");
    assert_eq!(size(&text), (1, 50_000));
}

#[test]
fn processes_each_with_a_lock_of_its_own() {
    let resources = lines(14_000, |number| format!("  r{number}: mutex"));
    let processes =
        lines(14_000, |number| format!("  p{number}: {{do: [{{with: r{number}, do: [{{delay: 1s}}]}}]}}"));
    assert_eq!(
        size(&format!("version: 1\nresources:\n{resources}processes:\n{processes}")),
        (14_000, 14_000)
    );
}

#[test]
fn processes_whose_instances_arrive() {
    let line = |number| format!("  p{number}: {{arrivals: {{every: 1s, up_to: 1, most: 1}}, do: []}}");
    let processes = lines(16_000, line);
    // And the one behind each that admits them.
    assert_eq!(size(&format!("version: 1\nprocesses:\n{processes}")).0, 32_000);
}

#[test]
fn processors_that_stand_on_another_one() {
    let line = |number| format!("  c{number}: {{kind: processor, cores: 1, on: base}}");
    let resources = lines(16_000, line);
    let text = format!(
        "version: 1\nresources:\n  base: {{kind: processor, cores: 1}}\n{resources}processes:\n  p: {{on: base, do: []}}\n"
    );
    assert_eq!(size(&text).1, 16_001);
}
