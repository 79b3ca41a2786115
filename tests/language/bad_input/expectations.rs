//! Expectations that name what there is not, or that cannot be met by any run.

use super::{Row, refused_each};

const HEAD: &str = "\
version: 1
params: {n: 2}
resources: {m: mutex, line: {kind: buffer, capacity: 2, of: int}, data: {kind: memory, slots: 2}, fork: {kind: mutex, count: 2}, big: {kind: memory, slots: 20}}
processes:
  maker: {vars: {i: 0}, do: [{mark: {name: made, value: i}}]}
  taker: {count: n, do: [{mark: enter}, {mark: leave}]}
expect:
";

/// Refuses what is expected: a line of `expect` with the column and parts of
/// the message and the hint.
fn all_refused(lines: &[Row<'_>]) {
    refused_each(|line| format!("{HEAD}  {line}\n"), 8, lines);
}

#[test]
fn bounds_hold_something() {
    all_refused(&[
        ("total_time: {at_least: 5s, at_most: 2s}", 16, "nothing is within these bounds", ""),
        ("total_time: {at_least: 5}", 26, "takes a duration, found an integer", "`5s`"),
        ("total_time: {at_lest: 5s}", 16, "did you mean 'at_least'?", ""),
        ("total_time: {}", 15, "bounds need `at_least`, `at_most` or both", ""),
        ("total_time: -1s", 15, "cannot be negative", ""),
        ("counts: {maker.made: 3s}", 24, "a count takes an integer, found a duration", ""),
        ("counts: {maker.made: {at_most: -1}}", 34, "a count is at least 0, found -1", ""),
        ("longest_wait: {maker: 3}", 25, "a wait takes a duration", "`3s`"),
        ("levels: {line: 1.5}", 18, "a level takes an integer", ""),
    ]);
}

#[test]
fn invariants_ask_for_levels_and_slots_that_are_known() {
    let many: Vec<String> = (0..16).map(|number| format!("slot(big, {number}) >= 0")).collect();
    let many = format!("always: {}", many.join(" and "));
    all_refused(&[
        ("always: n > 1", 11, "nothing that a run changes is asked here", "`level(b) <= 2`"),
        ("always: level(line) + 1", 11, "takes a boolean, found an integer", "compare it"),
        ("always: slot(data, 2) == 0", 22, "slot 2 is out of range: there are 2 slots", ""),
        ("always: slot(data, n) == 0", 22, "slot 2 is out of range: there are 2 slots", ""),
        ("always: slot(data, 0 - 1) == 0", 22, "out of range", ""),
        ("always: data >= 0", 11, "unknown parameter 'data'", "`slot(data, 0)`"),
        ("always: level(data) >= 0", 17, "`level` cannot be asked of the memory 'data'", ""),
        ("always: level(fork) >= 0", 17, "'fork' has several instances", "as in `fork[0]`"),
        ("always: 'level(fork[7]) >= 0'", 23, "index 7 is out of range: there are 2 instances", ""),
        ("always: i > 0", 11, "unknown parameter 'i'", ""),
        ("always: not done(maker)", 15, "asked in the condition of `until` only", "`never_together`"),
        ("always: now < 3s", 11, "does not ask for the clock", "`total_time`"),
        ("invariant: level(m) < 2", 3, "unknown key 'invariant'", "always"),
        (&many, 11, "asks for 15 levels and slots at most, this one for 16", "in a list"),
        ("levels: {data: 0}", 12, "which has no level", "`always: slot(data, 0) >= 0`"),
    ]);
}

#[test]
fn labels_name_what_there_is() {
    all_refused(&[
        ("reaches: maker.mad", 18, "unknown mark 'mad'; did you mean 'made'?", "`mark: name`"),
        ("reaches: mker.made", 12, "unknown process 'mker'; did you mean 'maker'?", ""),
        ("reaches: maker.made[0]", 18, "the passings of a mark count from 1", "`made[1]`"),
        ("reaches: maker.made[x]", 18, "'made[x]' names no passing", "mark[3]"),
        ("reaches: maker.leave", 18, "'maker' never passes the mark 'leave'", "it is a mark of taker"),
        ("reaches: taker.leave", 12, "about several instances", ""),
        ("reaches: taker.started", 12, "'taker' has several instances", ""),
        ("reaches: taker[2].leave", 12, "'taker[2]' is out of range: there are 2 instances", ""),
        ("reaches: maker[0].made", 12, "there is one instance only", ""),
        ("reaches: maker", 12, "does not say what happens", "`process.mark`"),
        ("reaches: [maker.made, 5]", 25, "takes text, found an integer", ""),
        ("before: {first: maker.made}", 12, "missing key `second`", ""),
        ("before: {first: maker.made, second: maker.made}", 12, "nothing comes before itself", ""),
        ("counts: {maker: 1}", 12, "names no mark", "`process.mark`"),
        ("counts: {\"maker.made[2]\": 1}", 12, "about all passings", "`reaches`"),
    ]);
}

#[test]
fn values_have_the_types_of_what_carries_them() {
    all_refused(&[
        ("values: {maker.made: 3}", 12, "takes a list, found an integer", ""),
        ("values: {\"maker.made[3]\": [1]}", 30, "takes an expression, found a list", ""),
        ("values: {maker.made: [1s]}", 25, "takes an integer, found a duration", ""),
        ("values: {\"taker[0].enter\": []}", 12, "carries no value", "`mark: {name: n, value: v}`"),
        ("reads: {maker.line: []}", 17, "'line' is a buffer, not a memory", ""),
        ("reads: {maker: []}", 11, "names no memory", "`process.memory`"),
        ("gets: {maker.data: []}", 16, "'data' is a memory, not a buffer", ""),
        ("gets: {maker.lime: []}", 16, "did you mean 'line'?", ""),
        ("levels: {data: 1}", 12, "'data' is a memory, which has no level", ""),
        ("longest_wait: {maker.lin: 1s}", 24, "did you mean 'line'?", ""),
        ("memories: {line: []}", 14, "'line' is a buffer, not a memory", ""),
    ]);
}

#[test]
fn stretches_say_what_a_process_is_in() {
    all_refused(&[
        ("never_together: maker.running", 3, "takes a list, found text", ""),
        ("never_together: [maker.running]", 20, "it takes two", "several instances"),
        ("never_together: [taker.sleeping]", 20, "nothing that a process is in", "`.delayed`"),
        ("never_together: [{process: taker, holds: line}]", 44, "'line' is a buffer, not a mutex", ""),
        ("never_together: [{process: taker, from: enter}]", 21, "does not say what", "`from` and `to`"),
        ("never_together: [{process: taker, from: enter, to: enter}]", 54, "ends with another mark", ""),
        ("never_together: [{process: taker, from: enter, to: leav}]", 54, "did you mean 'leave'?", ""),
        ("never_together: [{holds: m}]", 21, "missing key `process`", ""),
        ("races: some", 10, "'some' is not known", "`none`"),
    ]);
}

#[test]
fn figures_of_marks_are_those_that_there_are() {
    all_refused(&[
        ("values: {maker.made: {max: 3}}", 25, "did you mean 'largest'?", "p95"),
        ("values: {maker.made: {p42: 3}}", 25, "unknown key 'p42'", "count"),
        ("values: {mad: {mean: 3}}", 12, "unknown mark 'mad'; did you mean 'made'?", ""),
        ("values: {maker.mad: {mean: 3}}", 18, "did you mean 'made'?", ""),
        ("values: {\"maker.made[1]\": {mean: 3}}", 13, "about all passings", "one value"),
        ("values: {maker.leave: {count: 3}}", 18, "'maker' never passes the mark 'leave'", ""),
        ("values: {leave: {mean: 3}}", 20, "the mark of 'leave' carries no value", "`count` needs none"),
        ("values: {made: {mean: 3s}}", 25, "found a duration", ""),
        ("values: {made: {mean: true}}", 25, "found a boolean", ""),
        ("values: {made: {}}", 12, "no figure of the mark is named", "`{mean: 5ms"),
        ("values: {made: {mean: {}}}", 25, "no bounds of a figure", "`about` and `within`"),
        ("values: {made: {mean: {about: 3}}}", 26, "no bounds of a figure", ""),
        ("values: {made: {mean: {about: 3, at_most: 3}}}", 26, "no bounds of a figure", ""),
        ("values: {made: {mean: {about: 3, within: -1%}}}", 44, "'-1%' is no share", "`0.5%`"),
        ("values: {made: {mean: {about: 3, within: -1}}}", 44, "nothing is within these bounds", ""),
        ("values: {made: {mean: {at_least: 3, at_most: 2}}}", 26, "nothing is within these bounds", ""),
    ]);
}

#[test]
fn figures_have_paths_that_begin_somewhere() {
    all_refused(&[
        ("figures: {resource.line.waits: 3}", 13, "unknown figure 'resource'; did you mean 'resources'?", ""),
        ("figures: {total_time: 3s}", 13, "did you mean 'total_time_ns'?", ""),
        ("figures: {total_time_ns.x: 3s}", 27, "is a number and has no parts", ""),
        ("figures: {processes: 3}", 13, "is no number: it has parts", "`resources.cpu.utilization`"),
        ("figures: {processes.maker: 3}", 13, "is no number: it has parts", ""),
        ("figures: {processes.mker.ready_ns: 3}", 23, "did you mean 'maker'?", ""),
        ("figures: {processes.taker.ready_ns: 3}", 23, "several instances; say which", "taker[0]"),
        ("figures: {resources.lin.waits: 3}", 23, "did you mean 'line'?", ""),
        ("figures: {marks.mad.count: 3}", 19, "did you mean 'made'?", ""),
        ("figures: {resources.line.utilization: 3s}", 41, "is a number here, found a duration", ""),
        ("figures: {events: []}", 21, "takes an expression, found a list", ""),
    ]);
}
