//! What a Rust developer meets who tries the library without having read it:
//! errors that `?` takes, figures by name, times of the standard library, and
//! slips that are told where they were made.

use std::error::Error;
use std::time::Duration;
use tempolane::analysis::{FigureValue, NotFitted};
use tempolane::backend::recorded::{Recorded, RecordedLabels, Search, search};
use tempolane::backend::threads::{self, ThreadOptions, Trouble, Work};
use tempolane::backend::{BindError, compile, virtual_time};
use tempolane::builder::{Mode, Problems, Scenario, Time};
use tempolane::ids::{ProcessId, Site};
use tempolane::scenario::{Diagnostics, EvalError, LoadError, load_str};
use tempolane::{explore, render, sweep, trace, why};

/// An error that goes through `?` into a boxed one.
fn goes_through<E: Error + 'static>() {}

#[test]
fn every_public_error_is_one() {
    goes_through::<BindError>();
    goes_through::<LoadError>();
    goes_through::<Diagnostics>();
    goes_through::<EvalError>();
    goes_through::<Problems>();
    goes_through::<NotFitted>();
    goes_through::<Trouble>();
    goes_through::<virtual_time::Interrupted>();
    goes_through::<explore::ScheduleError>();
    goes_through::<explore::Mismatch>();
    goes_through::<explore::Undecided>();
    goes_through::<render::RenderError>();
    goes_through::<sweep::NoRows>();
    goes_through::<trace::TraceReadError>();
    goes_through::<why::SubjectError>();

    let bound = BindError { site: Site { line: 3, column: 7 }, message: "too many".to_owned() };
    assert_eq!(bound.to_string(), "line 3, column 7: too many");
}

/// One takes 1 s and passes a mark; the other waits for ever.
fn stuck() -> Scenario {
    let mut stuck = Scenario::new("stuck");
    stuck.mutex("m").buffer("b", 1);
    stuck.process("one", |p| {
        p.delay("1s").mark("there");
    });
    stuck.process("other", |p| {
        p.get("b");
    });
    stuck
}

#[test]
fn a_run_that_ends_badly_is_a_failure_until_that_is_expected() {
    let stuck = stuck();
    for expect in
        ["", "total_time: 1s", "counts: {one.there: 1}", "levels: {b: 0}", "longest_wait: {one: 0s}"]
    {
        let failure = stuck.run().check(expect).expect_err("it is a deadlock");
        assert!(
            failure.contains("the run ended with the outcome deadlock, which nobody expects"),
            "{failure}"
        );
    }
    stuck.run().assert("{outcome: deadlock, counts: {one.there: 1}}");
    stuck.run().assert_deadlock().assert_count("one.there", 1).assert_total_time("1s");
    stuck.assert_some_schedule(Mode::Untimed, "deadlock").assert_reaches("one.there");
    // Nothing is remembered: what was checked before makes no difference.
    let run = stuck.run();
    assert!(run.check("outcome: completed").is_err());
    assert!(run.check("outcome: deadlock").is_ok());
    assert!(run.check("reaches: one.there").is_err());
    let run = run.assert_deadlock();
    assert!(run.check("reaches: one.there").is_ok());
    assert!(run.check("outcome: completed").is_err());
    // A text that expects it itself has said so, as long as its parameters are those of which it is said.
    let text = "version: 1
params: {n: 1}
resources: {b: {kind: buffer, capacity: 1}}
processes: {p: {do: [{repeat: n, do: [{mark: there}]}, {get: b}]}}
expect: {outcome: deadlock}
";
    let mut own = Scenario::from_yaml("own", text).expect("valid");
    own.run().assert_count("p.there", 1);
    own.run().assert_expectations().assert_count("p.there", 1);
    assert!(own.set("n", 2).run().check("counts: {p.there: 2}").is_err());
    let wrong = Scenario::from_yaml("own", &text.replace("deadlock", "completed")).expect("valid");
    assert!(wrong.run().check("counts: {p.there: 1}").is_err());
    // To be stopped by a horizon is no bad end.
    let mut server = Scenario::new("server");
    server.horizon("3s").process("p", |p| {
        p.repeat_while(true, |p| {
            p.delay("1s").mark("round");
        });
    });
    server.run().assert_count("p.round", 3);
}

#[test]
fn figures_have_names() {
    let mut shop = Scenario::new("shop");
    shop.semaphore("desk", 1).measure("stay", "{from: came, to: left}");
    shop.process("guest", |p| {
        p.count(2).mark("came").with("desk", |p| {
            p.delay("2s");
        });
        p.mark("left").mark_value("order", "3 + index");
    });
    let run = shop.run();
    // One stays 2 s and the other 4 s, of which it waits 2 s.
    let figure = |name: &str| run.figure(name).unwrap_or_else(|why| panic!("{why}")).as_f64();
    assert_eq!(figure("total_time"), 4e9);
    assert_eq!(figure("measures.stay.mean"), 3e9);
    assert_eq!(figure("resources.desk.wait_longest_ns"), 2e9);
    assert_eq!(figure("resources.desk.utilization"), 1.0);
    assert_eq!(figure("processes.guest[1].blocked_ns.desk"), 2e9);
    assert_eq!(run.figure("order.p95"), Ok(FigureValue::Whole(4)));
    assert_eq!(run.figure("guest[0].order.mean"), Ok(FigureValue::Float(3.0)));
    let wrong = |name: &str| run.figure(name).expect_err("there is none");
    assert!(wrong("resources.desk.utilisation").ends_with("; did you mean 'resources.desk.utilization'?"));
    assert!(!wrong("resources.desk.utilisation").contains("kind"));
    assert!(
        wrong("processes.guest[0].blocked_ns")
            .contains("it would have parts, one for each name, and has none")
    );
    assert!(wrong("odrer.p95").contains("there is no mark 'odrer'"));
    assert!(wrong("").contains("no figure ''"));
}

#[test]
fn times_are_those_of_the_standard_library() {
    let mut one = Scenario::new("one");
    one.param("pause", 2.5f32).process("p", |p| {
        p.delay("pause * 1s").delay(Time::from_secs(1));
    });
    let run = one.run();
    assert_eq!(run.total_time(), Duration::from_millis(3500));
    assert_eq!(Duration::from(run.total_time()), Duration::from_millis(3500));
    run.assert_total_time(run.total_time());
    one.set("pause", 4.0);
    assert!(one.yaml().is_some_and(|text| text.contains("pause: \"4.0\"")), "{:?}", one.yaml());
}

fn problems(scenario: &Scenario) -> String {
    scenario.check().expect_err("something is wrong").to_string()
}

#[test]
fn slips_are_told_where_they_were_made() {
    let mut slips = Scenario::new("slips");
    let line = line!() + 2;
    slips.mutex("m").process("p", |p| {
        p.label("x");
        p.with("m", |p| {
            p.within("1s").or_else(|_| {});
        });
    });
    let told = problems(&slips);
    for (method, line) in [("label", line), ("within", line + 2), ("or_else", line + 2)] {
        let expected = format!(
            "`{method}` of process 'p' ({}:{line}): `{method}` says something of the step before it, and there is none",
            file!()
        );
        assert!(told.contains(&expected), "{told}");
    }
    let mut wrong = Scenario::new("wrong");
    let line = line!() + 2;
    wrong.process("p", |p| {
        p.delay("1s").then(|_| {});
    });
    assert!(
        problems(&wrong).contains(&format!("({}:{line}): unknown key 'do'", file!())),
        "{}",
        problems(&wrong)
    );

    let mut twice = Scenario::new("twice");
    let line = line!() + 1;
    twice.param("x", 1);
    twice.param("x", 2);
    let told = problems(&twice);
    assert!(told.contains(&format!("parameter 'x' ({}:{}): ", file!(), line + 1)), "{told}");
    assert!(told.contains(&format!("at {}:{line}", file!())), "{told}");

    let mut seed = Scenario::new("seed");
    assert!(
        problems(seed.seed(u64::MAX)).contains("a seed is at most 2^63 - 1, and not 18446744073709551615")
    );
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut odd = Scenario::new("odd");
        odd.param("x", number).process("p", |p| {
            p.delay("x * 1s");
        });
        assert!(problems(&odd).contains("finite"), "{}", problems(&odd));
    }
    let follow = |text: &str| stuck().follow(text).map(drop).expect_err("it is no schedule");
    assert!(follow("schedule: 1").ends_with("it has no `turns:`"), "{}", follow("schedule: 1"));
}

#[test]
fn a_parameter_is_set_once() {
    let text = "version: 1\nparams: {room: 1}\nprocesses: {p: {do: [{delay: room * 1s}]}}\n";
    let set = |value: &str| ("room".to_owned(), value.to_owned());
    let error = load_str("s", text, &[set("1"), set("2")]).expect_err("which of them");
    assert!(error.to_string().contains("the parameter 'room' is set twice, to 1 and to 2"), "{error}");
    // In a scenario made in code the last one counts, as of a variable.
    let mut again = Scenario::from_yaml("s", text).expect("it is right");
    again.set("room", 3).set("room", 5).run().assert_total_time("5s");
}

#[test]
fn what_no_scenario_can_have_passed_is_refused() {
    let loaded =
        load_str("p", "{version: 1, processes: {p: {do: [{mark: made}]}}}", &[]).expect("it is right");
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it is right");
    let header = program.header(0);
    let point = |process| Recorded { process: ProcessId(process), label: "made".to_owned(), value: None };
    assert_eq!(search(&program, &header, &[point(0)], 100), Search::Allowed);
    let refused = Search::Refused { reached: 1, instead: Vec::new() };
    assert_eq!(search(&program, &header, &[point(0), point(7)], 100), refused);
    let none = load_str("p", "{version: 1, processes: {p: {count: 0, do: [{mark: made}]}}}", &[]);
    if let Ok(none) = none {
        let program = compile(&none.model).bind(&none.model, &none.params).expect("it is right");
        let header = program.header(0);
        assert!(RecordedLabels::new(&program, &header).meanings(&point(0)).is_empty());
    }
}

#[test]
fn threads_have_a_speed() {
    let program = stuck().program().expect("it is right");
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let options = ThreadOptions { seed: 0, speed, work: Work::Sleep, timeout: Duration::from_secs(5) };
        let trouble = threads::run(&program, &options, &|| false).expect_err("time cannot pass");
        assert!(matches!(trouble, Trouble::NoSpeed(_)), "{trouble}");
    }
}
