//! Bad processors, lives and arrivals.

use super::follow_up::one;

fn resources(cpu: &str, work: &str) -> String {
    format!("version: 1\nresources:\n  cpu: {cpu}\nprocesses:\n  p: {{do: [{{work: {work}}}]}}\n")
}

#[test]
fn processors() {
    for (cpu, message, hint) in [
        ("{kind: processor, cores: 0}", "`cores` is at least 1", ""),
        ("{kind: processor}", "missing key `cores`", ""),
        ("{kind: processor, cores: 1, discipline: round_robin}", "needs a `quantum`", "5ms"),
        ("{kind: processor, cores: 1, discipline: round_robin, quantum: 0s}", "`quantum` is above 0", "fifo"),
        ("{kind: processor, cores: 1, quantum: 5ms}", "`quantum` means nothing", "round_robin"),
        ("{kind: processor, cores: 1, discipline: sharing, switch: 1us}", "`switch` means nothing", ""),
        ("{kind: processor, cores: 1, speed: [1, 2]}", "`speed` means nothing", "sharing"),
        ("{kind: processor, cores: 1, preempt: false}", "`preempt` means nothing", "priority"),
        ("{kind: processor, cores: 1, discipline: lifo}", "not known as a discipline", ""),
        ("{kind: processor, cores: 1, on: cpu}", "stands on itself", ""),
        ("{kind: processor, cores: 1, on: gpu}", "unknown processor 'gpu'", ""),
    ] {
        one(&resources(cpu, "{on: cpu, for: 1s}"), message, hint);
    }
    one(
        "version: 1\nresources:\n  a: {kind: processor, cores: 1, on: b}\n  b: {kind: processor, cores: 1, on: a}\nprocesses:\n  p: {on: a, do: [{work: 1s}]}\n",
        "stands on itself",
        "",
    );
    one(&resources("mutex", "{on: cpu, for: 1s}"), "`work` cannot use the mutex 'cpu'", "");
    one(
        &resources("{kind: processor, cores: 1}", "{on: cpu, for: 1s, deadline: 2s}"),
        "means nothing",
        "edf",
    );
    one(
        &resources("{kind: processor, cores: 1, discipline: edf}", "{on: cpu, for: 1s}"),
        "this work has none",
        "",
    );
    one(&resources("{kind: processor, cores: 1}", "{on: cpu}"), "missing key `for`", "");
}

#[test]
fn lives() {
    let text = |step: &str, worker: &str| {
        format!(
            "version: 1\nprocesses:\n  p: {{vars: {{i: 0, f: 0.5}}, do: [{step}]}}\n  worker: {{{worker}do: [{{delay: 1s}}]}}\n"
        )
    };
    for (step, worker, message, hint) in [
        ("{start: worke}", "", "did you mean 'worker'", ""),
        ("{stop: p}", "", "cannot stop itself", "exit"),
        ("{interrupt: p}", "", "cannot interrupt itself", "delay"),
        ("{interrupt: worke}", "", "did you mean 'worker'", ""),
        ("{interruptible: [{delay: 1s}], then: resum}", "", "not known as how it goes on", "`resume`"),
        ("{interruptible: [{delay: 1s}], left: i}", "", "is a duration", "0s"),
        ("{interruptible: [{delay: 1s}], left: j}", "", "unknown variable 'j'", ""),
        ("{interruptible: [{delay: 1s}], else: []}", "", "did you mean 'on_interrupt'", ""),
        ("{interruptible: {delay: 1s}}", "", "takes a list of steps", "`-`"),
        ("{try: [{delay: 1s}]}", "", "unknown step 'try'", "interruptible"),
        ("{throw: worker}", "", "unknown step 'throw'", "interrupt: worker"),
        ("{join: \"worker[0]\"}", "", "no instance of a process", ""),
        ("{join: \"worker[3]\"}", "count: 3, ", "out of range", ""),
        ("{join: {any: worker, into: f}}", "count: 3, ", "is an integer", ""),
        ("{join: {any: \"worker[0]\", into: i}}", "count: 3, ", "about all instances", ""),
        ("{start: worker}", "arrivals: {every: 1s, up_to: 3}, ", "are not named by others", ""),
        ("{delay: 1s}", "arrivals: {every: 1s}, ", "arrivals without an end", "horizon"),
        ("{delay: 1s}", "count: 2, arrivals: {every: 1s, up_to: 3}, ", "`count` means nothing", "up_to"),
        ("{delay: 1s}", "arrivals: {every: 0s, up_to: 3}, ", "`every` is above 0", ""),
        ("{delay: 1s}", "daemon: 1, ", "`daemon` takes a boolean", ""),
        ("{stop: {who: worker, held: kept}}", "", "'kept'", ""),
    ] {
        one(&text(step, worker), message, hint);
    }
}

#[test]
fn timetables_and_breakdowns() {
    let text = |resource: &str| {
        format!("version: 1\nresources: {{s: {resource}}}\nprocesses: {{p: {{do: [{{delay: 1s}}]}}}}\n")
    };
    let breaking = |discipline: &str, breakdown: &str| {
        format!("{{kind: processor, cores: 1, discipline: {discipline}, breakdown: {breakdown}}}")
    };
    for (resource, message, hint) in [
        ("{kind: semaphore, permits: {4h: 1}}".to_owned(), "begins at `0s`", "{0s: 3, 4h: 1}"),
        ("{kind: semaphore, permits: {}}".to_owned(), "begins at `0s`", ""),
        ("{kind: semaphore, permits: {0s: 3, 4h: 1, 2h: 3}}".to_owned(), "ascend", ""),
        ("{kind: semaphore, permits: {0s: 3, 4h: -1}}".to_owned(), "at least 0", ""),
        ("{kind: semaphore, permits: {0s: 3, '4': 1}}".to_owned(), "duration", ""),
        (breaking("fifo", "{every: 1h, repair: 1min}"), "taken from whoever goes after", "priority"),
        (breaking("priority", "{every: 1h}"), "missing key `repair`", ""),
        (breaking("priority", "{mtbf: 1h, repair: 1min}"), "did you mean 'every'", ""),
        ("{kind: memory, slots: 1, breakdown: {every: 1h, repair: 1min}}".to_owned(), "unknown key", ""),
    ] {
        one(&text(&resource), message, hint);
    }
}
