//! Scenarios made in code: they are those of files, their code works on plain
//! state, and what is wrong or not as asserted is told with its place.

use crate::common::{library, run};
use std::time::Duration;
use tempolane::builder::{
    AfterInterrupt, Discipline, Distribution, Explore, Job, Mode, Predicate, Reduce, Resource, Scenario,
    Steps, Type, Value,
};
use tempolane::scenario::load_str;

/// Lab 5 with two memories, step by step as in scenarios/lab5/two-memories.yaml.
fn two_memories() -> Scenario {
    let mut lab = Scenario::new("two-memories");
    lab.param("items", 15).param("capacity", 15).param("chunk", 3);
    for (name, seconds) in [("load_time", 1), ("train_time", 5), ("infer_time", 2)] {
        lab.param(name, Duration::from_secs(seconds));
    }
    lab.mutex("mutex1").mutex("mutex2");
    lab.semaphore("empty1", "capacity").semaphore("empty2", "capacity");
    lab.semaphore("full1", 0).semaphore("full2", 0);
    lab.memory("data1", "capacity").memory("data2", "capacity");
    lab
}

/// A server that waits for whichever comes first, as in a file.
#[test]
fn a_choice_runs_as_its_file_does() {
    let text = "
version: 1
resources:
  urgent: {kind: buffer, capacity: 3, of: int}
  jobs: {kind: buffer, capacity: 3, of: int}
  s: {kind: semaphore, permits: 2}
processes:
  source: {do: [{put: {to: jobs, value: 1}}, {delay: 1s}, {put: {to: urgent, value: 2}}]}
  server:
    vars: {x: 0}
    do:
      - acquire_all: {s: 2}
      - repeat: 3
        do:
          - select:
              - get: {from: urgent, into: x}
                do: [{delay: 1s}]
              - get: {from: jobs, into: x}
                do: [{delay: 500ms}]
              - after: 3s
                do: [{release: s}]
  watcher: {do: [{until: level(s) == 1}, {acquire_all: [s]}]}
";
    let mut made = Scenario::new("test");
    made.resource("urgent", Resource::buffer(3).of(Type::Int));
    made.resource("jobs", Resource::buffer(3).of(Type::Int));
    made.semaphore("s", 2);
    made.process("source", |p| {
        p.put_value("jobs", 1).delay("1s").put_value("urgent", 2);
    });
    made.process("server", |p| {
        p.var("x", 0).acquire_all_of([("s", 2)]);
        p.repeat(3, |p| {
            p.select(|p| {
                p.get_into("urgent", "x").then(|p| {
                    p.delay("1s");
                });
                p.get_into("jobs", "x").then(|p| {
                    p.delay("500ms");
                });
                p.after("3s").then(|p| {
                    p.release("s");
                });
            });
        });
    });
    made.process("watcher", |p| {
        p.until("level(s) == 1").acquire_all(["s"]);
    });
    let made = made.run();
    // 0.5 s for the job, the urgent one from 1 s to 2 s, and nothing until 5 s.
    assert_eq!(made.total_time().to_string(), "5s");
    assert_eq!(made.fingerprint(), run(text).fingerprint);
}

/// Two read until 1 s and 2 s, then one writes until 3 s.
#[test]
fn a_read_write_lock_runs_as_its_file_does() {
    let text = "
version: 1
name: test
resources:
  l: {kind: rwlock, prefer: readers}
  k: rwlock
  m: mutex
processes:
  reader: {do: [{with: {read: l}, do: [{delay: 1s}]}, {acquire: {read: l}}, {delay: 1s}, {release: {read: l}}]}
  writer: {do: [{delay: 500ms}, {with: {write: [l]}, do: [{delay: 1s}]}, {acquire: {write: l}}, {release: {write: l}}]}
  last: {start: 2500ms, do: [{acquire_all: [m, {read: l}, {write: k}]}, {release: m}, {release: {read: l}}, {release: {write: k}}]}
";
    let mut made = Scenario::new("test");
    made.resource("l", Resource::rwlock().prefer_readers());
    made.resource("k", Resource::rwlock());
    made.resource("m", Resource::mutex());
    made.process("reader", |p| {
        p.with_read("l", |p| {
            p.delay("1s");
        });
        p.acquire_read("l").delay("1s").release_read("l");
    });
    made.process("writer", |p| {
        p.delay("500ms").with_write(["l"], |p| {
            p.delay("1s");
        });
        p.acquire_write("l").release_write("l");
    });
    made.process("last", |p| {
        p.start("2500ms")
            .acquire_all_locks(["m"], ["l"], ["k"])
            .release("m")
            .release_read("l")
            .release_write("k");
    });
    let made = made.run();
    assert_eq!(made.total_time().to_string(), "3s");
    assert_eq!(made.fingerprint(), run(text).fingerprint);
}

/// The items at 1 s and 2 s, the close at 3 s, and the slot at 3 s.
#[test]
fn a_choice_that_hears_of_a_close_runs_as_its_file_does() {
    let text = "
version: 1
name: test
resources:
  a: {kind: buffer, capacity: 3, of: int}
  b: {kind: buffer, capacity: 3, of: int}
  d: {kind: memory, slots: 1, value: 0}
processes:
  source: {do: [{put: {to: a, value: 1}}, {delay: 1s}, {put: {to: b, value: 2}}, {delay: 2s}, {close: a}]}
  server:
    vars: {x: 0}
    do:
      - repeat: 3
        do:
          - select:
              - get: {from: a, into: x}
                do: [{delay: 1s}]
                else: [{write: {to: d, at: 0, value: 7}}]
              - get: {from: b, into: x}
            discipline: any
  watcher: {do: [{until: 'slot(d, 0) == 7 and done(source)'}]}
";
    let mut made = Scenario::new("test");
    made.resource("a", Resource::buffer(3).of(Type::Int));
    made.resource("b", Resource::buffer(3).of(Type::Int));
    made.memory("d", 1);
    made.process("source", |p| {
        p.put_value("a", 1).delay("1s").put_value("b", 2).delay("2s").close("a");
    });
    made.process("server", |p| {
        p.var("x", 0);
        p.repeat(3, |p| {
            p.select(|p| {
                p.get_into("a", "x")
                    .then(|p| {
                        p.delay("1s");
                    })
                    .or_else(|p| {
                        p.write("d", 0, 7);
                    });
                p.get_into("b", "x");
            })
            .any_order();
        });
    });
    made.process("watcher", |p| {
        p.until("slot(d, 0) == 7 and done(source)");
    });
    let made = made.run();
    assert_eq!(made.total_time().to_string(), "3s");
    assert_eq!(made.fingerprint(), run(text).fingerprint);
}

#[test]
fn a_pipeline_runs_as_its_file_does() {
    let text = "
version: 1
params: {items: 15}
resources:
  queue: {kind: buffer, capacity: 4}
  lock: mutex
processes:
  loader:
    vars: {i: 0}
    do:
      - repeat: items
        do:
          - delay: 1s
          - put: {to: queue, value: i}
          - set: {i: i + 1}
  worker:
    count: 2
    vars: {got: 0}
    do:
      - repeat: 7
        do:
          - get: {from: queue, into: got}
          - with: lock
            do: [{work: {exponential: {mean: 1s}}}]
          - mark: {name: served, value: got}
";
    let mut made = Scenario::new("test");
    made.param("items", 15).buffer("queue", 4).mutex("lock");
    made.process("loader", |p| {
        p.var("i", 0).repeat("items", |p| {
            p.delay("1s").put_value("queue", "i").set("i", "i + 1");
        });
    });
    made.process("worker", |p| {
        p.count(2).var("got", 0).repeat(7, |p| {
            p.get_into("queue", "got");
            p.with("lock", |p| {
                p.work_drawn(Distribution::exponential("1s"));
            });
            p.mark_value("served", "got");
        });
    });
    let (file, run) = (run(text), made.run());
    assert_eq!(run.fingerprint(), file.fingerprint);
    run.assert_completed()
        .assert_count("worker.served", 14)
        .assert_total_time(Duration::from_nanos(file.end.end.as_nanos()));
}

#[test]
fn the_lab_keeps_its_times_and_its_data() {
    let mut lab = two_memories();
    let add = |p: &mut Steps<()>| {
        p.delay("load_time").acquire(["empty1", "empty2", "mutex1", "mutex2"]);
        p.draw("datapoint", Distribution::cpython_randint(0, 1, 100));
        p.write("data1", "i", "datapoint").write("data2", "i", "datapoint");
        p.set("i", "(i + 1) % capacity").release(["mutex1", "mutex2", "full1", "full2"]).mark("added");
    };
    lab.process("loader", |p| {
        p.var("i", 0).var("datapoint", 0).repeat("items", add);
    });
    lab.process("trainer", |p| {
        p.repeat("items / chunk", |p| {
            p.acquire_many("full1", "chunk");
            p.with("mutex1", |p| {
                p.mark("read");
            });
            p.release_many("empty1", "chunk").delay("train_time");
        });
    });
    lab.process("inferer", |p| {
        p.repeat("items", |p| {
            p.acquire(["full2", "mutex2"]).release(["mutex2", "empty2"]).delay("infer_time");
        });
    });
    let run = lab.run();
    // The data of `random.seed(0)`, as the lab's files have them.
    let data = [50, 98, 54, 6, 34, 66, 63, 52, 39, 62, 46, 75, 28, 65, 18];
    assert!(library("lab5/two-memories.yaml").contains("seed: 0"));
    run.assert_completed()
        .assert_finished("loader", "15s")
        .assert_before("loader.added[3]", "trainer.read[1]")
        .assert_memory("data1", data)
        .assert_level_within("full1", 0, "capacity")
        .assert_never_together([
            Predicate::holding("loader", "mutex1"),
            Predicate::holding("trainer", "mutex1"),
        ])
        .assert_no_wait_longer("loader", 0.0f64.to_string() + "s");
    assert_eq!(run.memory("data2").expect("it is there").len(), 15);
}

/// Every step and every kind of resource.
fn everything() -> Scenario {
    let mut all = Scenario::new("all \"quoted\"\nin two lines");
    all.seed(7).horizon("1min").param("n", 2).param("share", 0.5);
    all.resource("forks", Resource::mutex().count("n").discipline(Discipline::Lifo));
    all.resource("line", Resource::unbounded_buffer().of(Type::Duration));
    all.resource("kept", Resource::memory(3).value(-1));
    all.resource("bell", Resource::condition().discipline(Discipline::Any));
    all.resource("chip", Resource::processor(4).switch("1us"));
    let turns = Resource::processor(2).discipline(Discipline::RoundRobin).quantum("1ms");
    all.resource("cpus", turns.count("n").on("chip"));
    all.resource("gpu", Resource::processor(1).discipline(Discipline::Sharing).speed([1.0, 1.5]));
    all.resource("urgent", Resource::processor(1).discipline(Discipline::Edf).preempt(false));
    all.processor("plain", "n");
    all.semaphore("permits", 3).buffer("items", "n * 2").mutex("lock");
    all.resource("up", Resource::flag()).resource("down", Resource::latch(1));
    all.process("waiter", |p| {
        p.with("lock", |p| {
            p.wait_with("bell", "lock").log("woken at {now}: {{really}}");
        });
        p.atomic(|p| {
            p.wait("bell");
        });
    });
    all.process("worker", |p| {
        p.count("n").start("index * 1ms").priority("-index").var("x", 0).var("f", 1.5).var("t", "0s");
        p.array("xs", 3, 0);
        p.acquire("forks[index]").release("forks[index]").acquire_many("permits", "n");
        p.release_many("permits", "n").put("items").put(["items"]).get("items").get_into("items", "x");
        p.put_value("line", "now").get_into("line", "t");
        p.atomic(|p| {
            p.repeat(3, |p| {
                p.put("items");
            });
            p.get_many("items", 1).get_many_into("items", 2, "xs");
        });
        p.write("kept", "index", "x + 1").read("kept", "index", "x").set("xs[1]", "x");
        p.draw("x", Distribution::uniform_int(1, 6)).draw("f", Distribution::uniform(0.0, "share"));
        p.delay_drawn(Distribution::choice([("1ms", 1), ("2ms", 3)]));
        p.when("x > 3", |p| {
            p.mark("high");
        });
        p.when_else(
            "x > 2",
            |p| {
                p.mark_value("x", "x");
            },
            |p| {
                p.work("1ms");
            },
        );
        p.repeat_while("x > 0", |p| {
            p.set("x", "x - 1");
        });
        p.delay("10ms").notify("bell").delay("1ms").notify_all(["bell"]);
    });
    all.process("child", |p| {
        p.count(3).manual().on("cpus[index % n]");
        p.work("(index + 1) * 2ms").work_job(&Job::lasting("1ms").on("gpu"));
        p.when("index == 2", |p| {
            p.exit();
        });
        p.work_job(&Job::drawn(&Distribution::uniform("1ms", "2ms")).on("plain"));
    });
    all.process("clock", |p| {
        p.daemon().repeat(3, |p| {
            p.delay("1ms").work_job(&Job::lasting("100us").on("urgent").deadline("1ms"));
        });
    });
    all.process("parent", |p| {
        p.var("who", 0).start_process("child").join_any("child").join_any_into("child", "who");
        p.join("child[2]").start_process(["child[0]", "child[1]"]);
        p.stop("child[0]").stop_losing("child[1]").join(["child[0]", "child[1]"]);
    });
    all.process("machine", |p| {
        p.var("rest", "0s").interruptible(|p| {
            p.delay("20ms");
        });
        p.on_interrupt(|p| {
            p.mark_value("rest", "rest");
        });
        p.then_resume().left_into("rest");
        p.interruptible(|p| {
            p.delay("2ms");
        });
        p.then_restart();
    });
    all.process("breakdown", |p| {
        p.delay("1ms").interrupt("machine").delay("20ms").interrupt("machine");
    });
    all.process("impatient", |p| {
        p.start("500ms")
            .acquire("permits")
            .within("5ms")
            .release("permits")
            .get("line")
            .within("1ms")
            .or_else(|p| {
                p.mark("gave_up");
            });
        p.with("lock", |p| {
            p.delay("1ms");
        });
        p.within_drawn(Distribution::exponential("20ms")).or_else(|_| {});
        p.var("served", false).get("line").within("1ms").served_into("served");
        p.signal("up").reset(["up"]).count_down("down").wait("down");
        p.select(|p| {
            p.until("level(lock) == 1").then(|p| {
                p.delay("1ms");
            });
            p.acquire_all(["lock"]).then(|p| {
                p.release("lock");
            });
            p.after("1ms");
        });
    });
    all.resource(
        "press",
        Resource::semaphore(1).discipline(Discipline::Priority).holders(AfterInterrupt::Leave),
    );
    all.resource("desk", Resource::semaphore_by_timetable([("0s", 3), ("4h", 1)]));
    all.resource("shift", Resource::processor_by_timetable([("0s", 2), ("4h", 1)]));
    all.process("on_shift", |p| {
        p.on("shift").work("1ms").acquire("desk").release("desk");
    });
    all.process("batch", |p| {
        p.with("press", |p| {
            p.delay("5ms");
        });
        p.at_priority(5).on_preempt(|p| {
            p.mark("preempted");
        });
        p.then_restart();
    });
    all.process("rush", |p| {
        p.delay("1ms").with("press", |p| {
            p.delay("1ms");
        });
        p.preempt();
    });
    all.resource("ending", Resource::buffer(2).closes(1));
    all.resource("stack", Resource::buffer(2).of(Type::Int).lifo());
    all.resource("sorted", Resource::unbounded_buffer().of(Type::Int).ordered_by("-item"));
    all.resource(
        "parcels",
        Resource::buffer(2).of_records([("weight", Type::Int), ("age", Type::Duration)]).closes(2),
    );
    all.process("sender", |p| {
        p.put_record("parcels", [("age", "1ms"), ("weight", "3")])
            .put_record("parcels", [("weight", "5"), ("age", "now")]);
        p.close("parcels").delay("1s").close("parcels");
    });
    all.process("receiver", |p| {
        p.var("weight", 0).get_fields_where("parcels", "item.weight > 3", [("weight", "weight")]);
        p.var("age", "0ns").get_fields("parcels", [("weight", "weight"), ("age", "age")]);
        p.for_each_fields("parcels", [("weight", "weight")], |p| {
            p.delay("1ms");
        });
    });
    all.process("chooser", |p| {
        p.var("taken", 0).put_values("sorted", [1, 2]).get_where("sorted", "item < 2", "taken");
        p.put_value("stack", "taken").get("stack").get("sorted");
    });
    all.process("source", |p| {
        p.put("ending").close("ending");
    });
    all.process("drain", |p| {
        p.var("item", 0).for_each_into("ending", "item", |p| {
            p.delay("1ms");
        });
        p.for_each("ending", |_| {});
    });
    all
}

#[test]
fn every_step_is_one_of_the_language_and_the_file_runs_the_same() {
    let made = everything();
    let run = made.run();
    run.assert_completed();
    let text = made.yaml().expect("no code");
    load_str("all.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(crate::common::run(&text).fingerprint, run.fingerprint());
    assert_eq!(run.fingerprint(), everything().run().fingerprint());
}

/// One core: `a` works from 0 to 2 s, then `b` until 3 s. The parent joins both at 3 s and
/// starts the third, which it stops after 1 s of 5 s.
#[test]
fn processors_and_lives_by_hand() {
    let mut made = Scenario::new("lives");
    made.processor("cpu", 1);
    for (name, length) in [("a", "2s"), ("b", "1s"), ("c", "5s")] {
        made.process(name, |p| {
            p.manual().on("cpu").work(length).mark("end");
        });
    }
    made.process("clock", |p| {
        p.daemon().delay("3s");
    });
    made.process("parent", |p| {
        p.start_process(["a", "b"]).join(["a", "b"]).mark("joined");
        p.start_process("c").delay("1s").stop("c");
    });
    let run = made.run();
    run.assert_completed()
        .assert_finished("a", "2s")
        .assert_finished("b", "3s")
        .assert_finished("c", "4s")
        .assert_total_time("4s")
        .assert_count("c.end", 0);
    assert_eq!(run.statistics().processes[1].ready, 2_000_000_000);
    // Figures can be expected of it as of a file.
    run.check("figures: {processes.b.ready_ns: 2s, resources.cpu.utilization: 1}").expect("4 s of 4 s");
    let told = run.check("values: {a.end: {count: 2}}").expect_err("it ends once");
    assert!(told.contains("the count of 'a.end' to be 2, but it was 1"), "{told}");
    let told = run.check("figures: {resources.cpus.waits: 0}").expect_err("there is none");
    assert!(told.contains("unknown resource 'cpus'; did you mean 'cpu'?"), "{told}");
}

/// An account that forgets nothing: (who, how much) in order.
type Ledger = Vec<(u32, i64)>;

fn bank(limit: i64) -> Scenario<Ledger> {
    let mut bank = Scenario::with_state("bank", Ledger::new());
    bank.mutex("counter");
    bank.process("client", move |p| {
        p.count(3).start("index * 1s").var("sum", "5 * index").var("rich", false).array("seen", 2, 0);
        p.with("counter", |p| {
            p.call(move |ledger: &mut Ledger, ctx| {
                let sum = ctx.int("sum");
                if sum > limit {
                    ctx.fail(format!("{sum} is more than {limit}"));
                }
                ledger.push((ctx.index(), sum));
                ctx.set("rich", sum > 5);
                ctx.set_element("seen", 1, sum);
            });
            p.delay("2s");
        });
        p.when("rich", |p| {
            p.mark_value("rich", "seen[1]");
        });
    });
    bank.process("auditor", |p| {
        p.start("10s").var("total", 0);
        p.call(|ledger, ctx| ctx.set("total", ledger.iter().map(|(_, sum)| sum).sum::<i64>()));
        p.mark_value("total", "total");
    });
    bank
}

#[test]
fn code_works_on_the_state_and_on_its_process() {
    let bank = bank(100);
    let run = bank.run();
    assert_eq!(run.state, [(0, 0), (1, 5), (2, 10)]);
    run.assert_completed()
        .assert_values("client[2].rich", [10])
        .assert_values("auditor.total", [15])
        .assert_finished("client[2]", "6s");
    assert_eq!(bank.run().state, run.state, "every run begins with the same state");
    assert!(bank.yaml().is_none(), "no file holds code");
}

#[test]
fn code_may_fail_its_process() {
    let bank = bank(7);
    let run = bank.run().assert_outcome("fault");
    let shown = run.to_string();
    assert!(shown.contains(
        "'client[2]': 10 is more than 7\n      at step 1.1 of process 'client' (tests/language/builder.rs:"
    ));
    assert!(shown.contains("run this test; it comes to the same every time (seed 0)"), "{shown}");
}

#[test]
fn code_that_asks_for_what_there_is_not_fails_and_does_not_panic() {
    let fault = |code: fn(&mut (), &mut tempolane::builder::Ctx<'_>)| {
        let mut wrong = Scenario::new("wrong");
        wrong.process("p", |p| {
            p.var("n", 1).var("f", 0.5).array("xs", 2, 0).call(code);
        });
        let run = wrong.run().assert_outcome("fault");
        run.to_string().lines().find(|line| line.starts_with("  'p': ")).unwrap_or_default().trim().to_owned()
    };
    assert_eq!(
        fault(|(), ctx| assert_eq!(ctx.int("m"), 0)),
        "'p': code asks for the variable 'm', which the process does not have"
    );
    assert_eq!(
        fault(|(), ctx| assert!(!ctx.flag("n"))),
        "'p': code asks 'n' for a boolean, but it is an integer: 1"
    );
    assert_eq!(fault(|(), ctx| ctx.set("n", 0.5)), "'p': code gives the variable 'n', an integer, a float");
    assert_eq!(
        fault(|(), ctx| ctx.set("f", f64::NAN)),
        "'p': code gives a variable NaN, which is no finite number"
    );
    assert_eq!(fault(|(), ctx| ctx.set_element("xs", 2, 1)), "'p': code sets element 2 of 'xs', which has 2");
    assert_eq!(
        fault(|(), ctx| drop(ctx.array("n"))),
        "'p': code asks for the private array 'n', which the process does not have"
    );
}

#[test]
fn every_problem_is_told_with_its_place() {
    let mut wrong = Scenario::new("wrong");
    wrong.param("n", "1 / 0").semaphore("permits", "k").mutex("lock");
    wrong.process("p", |p| {
        p.var("i", 0).delay(5).repeat(2, |p| {
            p.acquire("lock").release("lok");
            p.when_else(
                "i > 0",
                |p| {
                    p.set("i", "now");
                },
                |p| {
                    p.wait("lock");
                },
            );
        });
        p.atomic(|p| {
            p.mark("a b");
        });
    });
    let problems = wrong.check().expect_err("nearly all is wrong");
    let told: Vec<(String, &str)> = problems
        .items
        .iter()
        .map(|item| {
            let place = item.place();
            (place.split(" (").next().unwrap_or_default().to_owned(), item.message.as_str())
        })
        .collect();
    let expected = [
        ("parameter 'n'", "division by zero"),
        ("resource 'permits'", "unknown parameter 'k'"),
        ("step 1 of process 'p'", "`delay` takes a duration, found an integer"),
        ("step 2.1 of process 'p'", "unknown resource 'lok'; did you mean 'lock'?"),
        ("step 2.3.1 of process 'p'", "the variable 'i' takes an integer, found a duration"),
        ("step 2.3.else.1 of process 'p'", "`wait` cannot use the mutex 'lock'"),
        ("step 3.1 of process 'p'", "'a b' cannot be the name of a mark"),
    ];
    let expected = expected.map(|(place, message)| {
        let place = if message.contains("lok'") { "step 2.2 of process 'p'" } else { place };
        (place.to_owned(), message)
    });
    assert_eq!(told, expected);
    let text = problems.to_string();
    assert!(text.contains("tests/language/builder.rs:"), "{text}");
    assert!(text.contains("release: lok"), "the step is shown: {text}");
}

#[test]
fn names_and_settings_cannot_break_out_of_their_place() {
    let mut odd = Scenario::new("odd");
    odd.mutex("a: {kind: mutex}\n  b").process("p", |p| {
        p.log("\"]}}\nfoo: {{bar}}");
    });
    let problems = odd.check().expect_err("no name");
    assert_eq!(problems.items.len(), 1, "{problems}");
    assert!(problems.items[0].message.contains("cannot be the name of a resource"), "{problems}");

    let mut set = Scenario::new("set");
    set.param("n", 3).process("p", |p| {
        p.repeat("n", |p| {
            p.delay("1s");
        });
    });
    set.set("n", 5).run().assert_total_time("5s");
    assert!(set.set("n", "many").check().expect_err("no number").to_string().contains("'many'"));
    assert!(Scenario::new("empty").check().is_err(), "a scenario has a process at least");
}

#[test]
fn a_failed_assertion_shows_the_run_and_how_to_see_it_again() {
    let mut locks = Scenario::new("locks");
    locks.mutex("a").mutex("b");
    for (name, first, second) in [("one", "a", "b"), ("two", "b", "a")] {
        locks.process(name, |p| {
            p.acquire(first).delay("1s").acquire(second);
        });
    }
    let run = locks.run().assert_deadlock().assert_outcome("deadlock");
    let failure = run.check("outcome: completed").expect_err("it is a deadlock");
    for part in [
        "expected the outcome completed, but the run ended as deadlock",
        "'one' waits to acquire 'b', held by 'two'",
        "at step 3 of process 'one' (tests/language/builder.rs:",
        "stuck",
        "tempolane run FILE --seed 0",
        "- acquire: a",
    ] {
        assert!(failure.contains(part), "{part} in\n{failure}");
    }
    let failure = run.check("finished: {nobody: 1s}").expect_err("there is nobody");
    assert!(failure.contains("the expectation: unknown process 'nobody'"), "{failure}");
    let panicked =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.assert_total_time("5s").outcome()));
    assert!(panicked.is_err(), "assertions panic");
}

#[test]
fn values_come_back_with_their_types() {
    let mut typed = Scenario::new("typed");
    typed.resource("f", Resource::memory(1).value(0.5)).resource("t", Resource::memory(1).value("2s"));
    typed.process("p", |p| {
        p.delay("0s");
    });
    let run = typed.run();
    assert_eq!(run.memory("f"), Some([Value::Float(0.5)].as_slice()));
    assert_eq!(run.memory("t"), Some([Value::Duration(2_000_000_000)].as_slice()));
    assert_eq!(run.memory("g"), None);
    assert_eq!((run.outcome(), run.total_time().as_nanos()), ("completed", 0));
}

#[test]
fn races_and_broken_orders_are_told_with_their_moment() {
    let mut counter = Scenario::new("counter");
    counter.memory("total", 1).mutex("lock");
    let add = |p: &mut Steps<()>| {
        p.read("total", 0, "seen").delay("1s").write("total", 0, "seen + 1").mark("added");
    };
    counter.process("careless", |p| {
        p.count(2).var("seen", 0);
        add(p);
    });
    let run = counter.run();
    run.assert_completed().assert_memory("total", [1]);
    let failure = run.check("races: none").expect_err("nothing orders the two");
    assert!(failure.contains("'total'") && failure.contains("careless[1]"), "{failure}");
    let failure = run.check("before: {first: 'careless[1].added', second: 'careless[0].added'}");
    let failure = failure.expect_err("careless[0] is first");
    assert!(failure.contains("at step 4 of process 'careless' (tests/language/builder.rs:"), "{failure}");
    assert!(failure.contains("around 1s:\n"), "{failure}");

    let mut counter = Scenario::new("counter");
    counter.memory("total", 1).mutex("lock").process("careful", |p| {
        p.count(2).var("seen", 0).with("lock", add);
    });
    counter.run().assert_completed().assert_memory("total", [2]).assert_no_races();
}

/// Two take two locks in opposite orders: a run goes well if one is later, and
/// some schedule does not.
#[test]
fn every_schedule_is_held_to_what_is_expected() {
    let mut locks = Scenario::new("locks");
    locks.mutex("a").mutex("b");
    for (name, first, second, start) in [("one", "a", "b", "0s"), ("two", "b", "a", "1s")] {
        locks.process(name, |p| {
            p.start(start).acquire(first).acquire(second).release([first, second]);
        });
    }
    locks.run().assert_completed();
    let timed = locks.assert_every_schedule(Mode::Timed, "total_time: 1s");
    let second = tempolane::time::Time::from_secs(1);
    assert_eq!(timed.total_times, Some((second, second)));
    let failure = locks.check_every_schedule(Mode::Untimed, "").expect_err("one schedule deadlocks");
    for part in ["there is a deadlock in a schedule (untimed)", "  one, two\n", "'one' waits to acquire 'b'"]
    {
        assert!(failure.contains(part), "{part} in\n{failure}");
    }
    let failure = locks.check_every_schedule(Mode::Untimed, "outcome: completed").expect_err("as before");
    assert!(failure.contains("expected the outcome completed"), "{failure}");

    let mut counter = Scenario::new("counter");
    counter.memory("total", 1).process("adder", |p| {
        p.count(2).var("seen", 0).read("total", 0, "seen").write("total", 0, "seen + 1");
    });
    counter.run().assert_memory("total", [2]);
    let failure = counter.check_every_schedule(Mode::Untimed, "memories: {total: [2]}");
    assert!(failure.expect_err("an update is lost").contains("'total'"));
    // Accesses that only their times keep apart race too.
    let failure = counter.check_every_schedule(Mode::Timed, "races: none").expect_err("with time");
    assert!(failure.contains("`races: none` cannot be checked with time"), "{failure}");
    let failure = counter.check_every_schedule(Mode::Untimed, "races: none").expect_err("they race");
    assert!(failure.contains("ordered by nothing"), "{failure}");
}

/// `adders` processes that each read a number, add one and write it back, in
/// code; in one step if it is `atomic`.
fn counted_in_code(adders: i32, atomic: bool) -> Scenario<i64> {
    let mut counter = Scenario::with_state("counter", 0i64);
    counter.process("adder", |p| {
        let add = |p: &mut Steps<i64>| {
            p.call(|total, ctx| ctx.set("seen", *total));
            p.call(|total, ctx| *total = ctx.int("seen") + 1);
        };
        p.count(adders).var("seen", 0);
        if atomic {
            p.atomic(add);
        } else {
            add(p);
        }
    });
    counter
}

/// The lost update of known answers (two: 6 schedules, 4 of which lose an
/// update; three: 90, with 3 in 6, 2 in 36 and 1 in 48), on a state of code.
#[test]
fn every_schedule_of_code_is_there() {
    for mode in [Mode::Timed, Mode::Untimed] {
        for (adders, schedules, finals) in
            [(2, 6, vec![(1, 4), (2, 2)]), (3, 90, vec![(1, 48), (2, 36), (3, 6)])]
        {
            let every = counted_in_code(adders, false).assert_every_schedule(mode, "");
            assert_eq!(every.schedules, Some(schedules), "{mode:?}");
            let mut found: Vec<(i64, u128)> = every
                .finals
                .iter()
                .map(|end| (end.state, end.schedules.expect("it can be counted")))
                .collect();
            found.sort_unstable();
            assert_eq!(found, finals, "{mode:?}");
        }
        let every = counted_in_code(3, true).assert_every_end(mode, "", |&total| total == 3);
        assert_eq!((every.schedules, every.finals.len()), (Some(6), 1), "{mode:?}");
    }
    let failure = counted_in_code(2, false).check_every_end(Mode::Untimed, "", |&total| total == 2);
    let failure = failure.expect_err("an update is lost");
    let told = "counter: the state is 1 at the end in a schedule (untimed); the shortest, by who goes on:";
    assert!(failure.contains(told), "{failure}");
}

/// Code that fails in some orders only; the run of the witness has its state.
#[test]
fn code_that_fails_in_some_schedule_is_found() {
    let mut gate = Scenario::with_state("gate", false);
    gate.process("opener", |p| {
        p.start("1s").call(|open, _| *open = true);
    });
    gate.process("walker", |p| {
        p.start("2s").call(|open, ctx| {
            if !*open {
                ctx.fail("the gate is shut");
            }
        });
    });
    gate.run().assert_completed();
    gate.assert_every_end(Mode::Timed, "total_time: 2s", |open| *open);
    let failure = gate.check_every_schedule(Mode::Untimed, "").expect_err("without time it may come first");
    assert!(failure.contains("gate: the gate is shut in a schedule (untimed)"), "{failure}");
    assert!(failure.contains("by who goes on:\n  walker\n"), "{failure}");
    // Also with a limit that some orders of the clients pass, and memories besides.
    bank(100).assert_every_schedule(Mode::Timed, "outcome: completed");
    bank(7).assert_every_schedule(Mode::Timed, "outcome: fault");
}

/// The files of a failed assertion, and the command that takes them: it shows
/// the same failure.
#[test]
fn a_failed_assertion_leaves_files_and_the_command_that_takes_them() {
    let mut locks = Scenario::new("two locks");
    locks.param("late", "0s").set("late", "1s").mutex("a").mutex("b");
    for (name, first, second, start) in [("one", "a", "b", "0s"), ("two", "b", "a", "late")] {
        locks.process(name, |p| {
            p.start(start).acquire(first).acquire(second).release([first, second]);
        });
    }
    let again = |assertion: &dyn Fn()| {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion));
        let message = *panicked.expect_err("it fails").downcast::<String>().expect("a text");
        let (_, command) = message.split_once("`tempolane ").expect("it says how");
        let (command, _) = command.split_once('`').expect("it ends");
        assert!(!message.contains("processes:"), "the file is not in the message\n{message}");
        let words: Vec<String> = command
            .split('\'')
            .enumerate()
            .flat_map(|(place, part)| match place % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect();
        let output = assert_cmd::Command::cargo_bin("tempolane")
            .expect("it is built")
            .args(words)
            .args(["--write", "none"])
            .assert()
            .code(1)
            .get_output()
            .stdout
            .clone();
        String::from_utf8(output).expect("a text")
    };
    let run = locks.run();
    let told = again(&|| {
        run.assert_total_time("5s");
    });
    assert!(told.contains("two locks: completed in 1s of virtual time"), "{told}");
    let told = again(&|| {
        locks.assert_every_schedule(Mode::Untimed, "");
    });
    assert!(told.contains("two locks: deadlock"), "{told}");
    assert!(told.contains("'one' waits to acquire 'b', held by 'two'"), "{told}");
}

/// The example of the README.
#[test]
fn the_example_of_the_readme() {
    let mut counter = Scenario::new("counter");
    counter.memory("total", 1).mutex("lock").process("adder", |p| {
        p.count(3).var("seen", 0).with("lock", |p| {
            p.read("total", 0, "seen").delay("1s").write("total", 0, "seen + 1");
        });
    });
    counter.run().assert_completed().assert_total_time("3s").assert_no_races();
    counter.assert_every_schedule(Mode::Untimed, "memories: {total: [3]}");
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("it is there");
    assert!(page.contains("counter.assert_every_schedule(Mode::Untimed, \"memories: {total: [3]}\");"));
}

/// A guard who goes round for ever.
fn guarded() -> Scenario {
    let mut guarded = Scenario::new("guarded");
    guarded.mutex("door").process("guard", |p| {
        p.repeat_while(true, |p| {
            p.with("door", |p| {
                p.delay("1s");
            });
        });
    });
    guarded
}

/// A schedule that never ends is a failure, with and without time, also if no time
/// passes in it, unless it is said that there may be some.
#[test]
fn a_schedule_that_never_ends_is_a_failure_unless_it_may() {
    let guarded = guarded();
    for mode in [Mode::Timed, Mode::Untimed] {
        let failure = guarded.check_every_schedule(mode, "").expect_err("it never ends");
        let head = format!("guarded: a schedule never ends ({})", mode.name());
        assert!(failure.starts_with(&head), "{failure}");
        assert!(failure.contains("\n  again and again: guard"), "{failure}");
        assert!(failure.contains("may_never_end"), "{failure}");
        guarded.assert_every_schedule(Explore::new(mode).may_never_end(), "");
        for reduce in [
            Reduce { order: mode == Mode::Untimed, symmetry: false },
            Reduce { order: false, symmetry: true },
        ] {
            let explore = Explore::new(mode).reduce(reduce);
            assert!(guarded.check_every_schedule(explore, "").is_err());
            guarded.assert_every_schedule(explore.may_never_end(), "");
        }
        // What is expected of an end is not decided all the same, and named as it was written.
        let explore = Explore::new(mode).may_never_end();
        let failure = guarded.check_every_schedule(explore, "outcome: completed").expect_err("undecided");
        assert!(failure.ends_with("so not decided is `outcome: completed`"), "{failure}");
    }
    let mut busy = Scenario::new("busy");
    busy.mutex("door").process("one", |p| {
        p.acquire("door").repeat_while(true, |p| {
            p.release("door").acquire("door");
        });
    });
    let livelock = busy.check_every_schedule(Mode::Timed, "").expect_err("no time passes");
    assert!(livelock.starts_with("busy: a zero-time livelock"), "{livelock}");
    assert!(!livelock.contains("line "), "no line of a text that nobody has\n{livelock}");
    let endless = busy.check_every_schedule(Mode::Untimed, "").expect_err("it never ends");
    assert!(endless.contains("\n  at first go on: one\n  again and again: one, one\n"), "{endless}");
}

/// Some who wait for ever are a failure although others go on, as they may.
#[test]
fn a_partial_deadlock_is_a_failure() {
    let mut some = guarded();
    some.mutex("a").mutex("b");
    for (name, first, second) in [("one", "a", "b"), ("two", "b", "a")] {
        some.process(name, |p| {
            p.acquire(first).acquire(second).release([first, second]);
        });
    }
    let explore = Explore::new(Mode::Untimed).may_never_end();
    let failure = some.check_every_schedule(explore, "").expect_err("two wait for ever");
    for part in [
        "there is a partial deadlock",
        "\n  one, two\n",
        "blocked for ever: 'one' (tests/",
        "while 'guard' goes on",
    ] {
        assert!(failure.contains(part), "{part} in\n{failure}");
    }
}

/// What is expected of times is refused where none counts, and what is expected at
/// all where it is not looked at; each by its own words.
#[test]
fn what_cannot_be_checked_is_refused() {
    let mut short = Scenario::new("short");
    short.process("p", |p| {
        p.delay("1s").mark("half");
    });
    let expect = "total_time: 1s\nreaches: p.half\nfinished: {p: 1s}";
    short.assert_every_schedule(Mode::Timed, expect);
    let failure = short.check_every_schedule(Mode::Untimed, expect).expect_err("no time counts");
    assert_eq!(
        failure,
        "short: `total_time: 1s`, `finished: {p: 1s}` cannot be checked without time; explore with time \
         (`Mode::Timed`)"
    );
    let reduced = Explore::new(Mode::Untimed).reduce(Reduce::ALL);
    let failure = short.check_every_schedule(reduced, "reaches: p.half").expect_err("it is not looked at");
    assert!(failure.starts_with("short: `reaches: p.half` cannot be checked"), "{failure}");
    let failure = short.check_every_schedule(Explore::new(Mode::Timed).reduce(Reduce::ALL), "");
    assert!(failure.expect_err("with time no order can be left out").contains("Mode::Untimed"));
    // What is wrong with the text alone is not said of the scenario.
    let failure = short.check_every_schedule(Mode::Timed, "reaches: p.whole").expect_err("no such mark");
    assert!(failure.starts_with("what is expected of 'short' is wrong:\n"), "{failure}");
}

/// An exploration that ends early is an error that says how far it came, why, and
/// which option to raise, with places in this file.
#[test]
fn an_exploration_that_is_cut_says_what_to_raise() {
    let mut many = Scenario::new("many");
    many.semaphore("s", 4).process("p", |p| {
        p.count(4).acquire("s").delay("1s").release("s");
    });
    let every = many.assert_every_schedule(Mode::Untimed, "");
    // Each of the four stands at one of three places.
    assert_eq!(every.states, 81);
    let reduced = many.assert_every_schedule(Explore::new(Mode::Untimed).reduce(Reduce::ALL), "");
    assert!(reduced.states < 81);
    let explore = Explore::new(Mode::Untimed);
    for (explore, parts) in [
        (
            explore.max_states(13),
            ["the budget of 13 states is spent; go further with `max_states`", "it came to 13 states"],
        ),
        (explore.max_memory(0), ["the budget of 0 MB", "`max_memory` of `Explore`"]),
        (explore.max_time(Duration::ZERO), ["the time is up", "`max_time` of `Explore`"]),
    ] {
        let failure = many.check_every_schedule(explore, "").expect_err("it is cut");
        assert!(failure.starts_with("many: not explored completely (untimed): "), "{failure}");
        parts.iter().for_each(|part| assert!(failure.contains(part), "{part} in\n{failure}"));
    }
    let mut clock = Scenario::new("clock");
    clock.semaphore("never", 0).process("p", |p| {
        p.delay("3s").when("now > 2s", |p| {
            p.acquire("never");
        });
    });
    let failure = clock.check_every_schedule(Mode::Untimed, "").expect_err("it hangs on the clock");
    let told = "step 2 of process 'p' (tests/language/builder.rs:";
    assert!(failure.contains(told) && failure.contains(") depends on what the clock shows"), "{failure}");
}

/// That something can go wrong is asserted by its outcome, and what shows it can be
/// followed again.
#[test]
fn some_schedule_is_found_and_followed() {
    let mut locks = Scenario::new("locks");
    locks.mutex("a").mutex("b");
    for (name, first, second) in [("one", "a", "b"), ("two", "b", "a")] {
        locks.process(name, |p| {
            let first = first.to_owned();
            p.acquire(&first).acquire(second).release([&first, second]);
        });
    }
    let stuck = locks.assert_some_schedule(Mode::Untimed, "deadlock");
    assert_eq!(stuck.outcome(), "deadlock");
    let schedule = stuck.schedule().expect("it followed one").to_owned();
    let again = locks.follow(&schedule).expect("it is one");
    assert_eq!((again.outcome(), again.fingerprint()), ("deadlock", stuck.fingerprint()));
    assert_eq!(again.schedule(), Some(schedule.as_str()));
    let fine = locks.find_schedule(Mode::Untimed, "completed").expect("all was explored");
    assert_eq!(fine.map(|run| run.outcome()), Some("completed"));
    assert!(locks.find_schedule(Mode::Untimed, "fault").expect("all was explored").is_none());
    // As `expect` has it, with the same complaints.
    for text in ["outcome: deadlock", " {outcome: deadlock}"] {
        let again = locks.assert_some_schedule(Mode::Untimed, text);
        assert_eq!(again.fingerprint(), stuck.fingerprint(), "{text}");
    }
    for (text, told) in [
        ("deadlok", "did you mean 'deadlock'?"),
        ("outcome: [deadlock]", "an outcome"),
        ("total_time: 3s", "looked for by its outcome alone"),
        ("{outcome: deadlock, races: none}", "looked for by its outcome alone"),
        ("", "outcome"),
    ] {
        let wrong = locks.find_schedule(Mode::Untimed, text).err().expect(text);
        assert!(wrong.contains(told), "{text}: {wrong}");
    }
    let cut = locks.find_schedule(Explore::new(Mode::Untimed).max_states(1), "fault").err();
    assert!(cut.expect("it may be there").contains("`max_states`"));
    // A turn that is not there, or a process that is not, is no schedule.
    let missing: String =
        schedule.lines().filter(|line| !line.contains("two")).map(|line| format!("{line}\n")).collect();
    let failure = locks.follow(&missing).err().expect("a turn is missing");
    assert!(failure.contains("it says that there are 2 turns in it, but there is 1"), "{failure}");
    let failure = locks.follow(&schedule.replace(" two", " three")).err().expect("no such process");
    assert_eq!(failure, "locks: turn 2 of the schedule: there is no such process");
}

/// A rule that is broken names the process once, and its place in this file.
#[test]
fn messages_have_places_in_the_code() {
    let mut wrong = Scenario::new("wrong");
    wrong.mutex("m").barrier("together", 2).process("b", |p| {
        p.release("m");
    });
    let failure = wrong.check_every_schedule(Mode::Timed, "").expect_err("it owns nothing");
    assert!(failure.contains("\n  'b' releases mutex 'm'"), "{failure}");
    assert!(failure.contains("at step 1 of process 'b' (tests/language/builder.rs:"), "{failure}");
    let mut spin = Scenario::new("spin");
    spin.process("p", |p| {
        p.repeat_while(true, |p| {
            p.delay("0s");
        });
    });
    let failure = spin.check_every_schedule(Mode::Untimed, "").expect_err("it comes to a limit");
    let place = failure.split_once("with process 'p' at tests/language/builder.rs:").map(|(_, rest)| rest);
    assert!(place.is_some() && !failure.contains("on line"), "{failure}");
}

/// Three visitors at one desk leave after 2, 4 and 6 s.
#[test]
fn measures_are_those_of_a_file() {
    let mut office = Scenario::new("office");
    office.semaphore("desk", 1).warm_up("1s");
    office.process("visitor", |p| {
        p.count(3).mark("came").with("desk", |p| {
            p.delay("2s");
        });
        p.mark("left");
    });
    office.measure("visit", "{from: came, to: left,\nwarm_up: 0s}").measure("line", "{level: waiting(desk)}");
    let run = office.run();
    // From 1 s on: two for 1 s, one for 2 s, none for 2 s.
    run.check("figures: {measures.visit.mean: 4s, measures.line.mean: {about: 0.8, within: 1%}}")
        .expect("as said");
    office.measure("wrong", "{from: came, to: lef}");
    let refused = office.check().expect_err("no such mark").to_string();
    assert!(refused.contains("unknown mark 'lef'") && refused.contains("builder.rs"), "{refused}");
}
