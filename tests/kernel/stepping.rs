//! The kernel under a driver that goes step by step and answers itself: what one
//! step is, what it costs, and what an op asks of a resource.

use crate::common::program;
use tempolane::backend::{BoundProgram, compile, frame, resource};
use tempolane::backend::{Draws, Kernel, Machine, Rest, Scheduler, State, Yield};
use tempolane::ids::{ProcessId, ResourceId};
use tempolane::scenario::load_amended;
use tempolane::time::Time;
use tempolane::trace::{Fault, NoTrace};

const P: ProcessId = ProcessId(0);
const FIRST: ResourceId = ResourceId(0);

/// Takes note of nothing, and always chooses this waiter.
struct Chooses(u32);

impl Scheduler for Chooses {
    fn wake(&mut self, _: Time, _: u8, _: ProcessId) {}

    fn choose(&mut self, _: u32) -> u32 {
        self.0
    }
}

/// The state of a run, of which each step gets so much fuel.
struct Driver<'a> {
    program: &'a BoundProgram,
    machine: Machine,
    draws: Draws,
    chooses: u32,
}

type NewKernel<'k> = Kernel<'k, Chooses, NoTrace>;

impl<'a> Driver<'a> {
    fn new(program: &'a BoundProgram) -> Driver<'a> {
        Driver { program, machine: Machine::new(program), draws: Draws::new(program, 0, 0), chooses: 0 }
    }

    /// Does something with a kernel, and says how much of the fuel is left.
    fn with<T>(&mut self, fuel: u64, action: impl FnOnce(&mut NewKernel<'_>) -> T) -> (T, u64) {
        let (mut queue, mut sink) = (Chooses(self.chooses), NoTrace);
        let mut kernel = Kernel::new(self.program, &mut self.machine, &mut self.draws, &mut queue, &mut sink);
        kernel.own.fuel = fuel;
        let result = action(&mut kernel);
        (result, kernel.own.fuel)
    }

    fn settle(&mut self, process: ProcessId) -> Rest {
        self.with(100, |kernel| kernel.settle(process)).0.expect("no rule is broken")
    }

    fn step(&mut self, process: ProcessId, fuel: u64) -> (Rest, u64) {
        let (rest, left) = self.with(fuel, |kernel| kernel.step(process));
        (rest.expect("no rule is broken"), left)
    }

    /// Settles all and lets each begin: in front of its first own step.
    fn begin(&mut self) {
        for process in (0..self.program.process_count()).map(ProcessId::from_index) {
            self.settle(process);
            assert_eq!(self.step(process, 100).0, Rest::Ready);
        }
    }

    fn level(&self) -> u64 {
        self.machine.level(self.program, FIRST)
    }
}

/// Each permit is a step of its own, and each is lent its fuel.
#[test]
fn a_permit_at_a_time() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 5}}\n\
         processes: {p: {do: [{acquire: {s: 3}}, {delay: 1s}, {release: {s: 3}}]}}\n",
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.begin();
    for level in [4, 3, 2] {
        assert_eq!(driver.step(P, 100), (Rest::Ready, 99));
        assert_eq!(driver.level(), level);
    }
    assert_eq!(driver.step(P, 100).0, Rest::Yielded(Yield::Delayed(Time::from_secs(1))));
    driver.settle(P);
    for level in [3, 4, 5] {
        assert_eq!(driver.step(P, 100).0, Rest::Ready);
        assert_eq!(driver.level(), level);
    }
}

/// In an atomic block all are one step, as far as the fuel goes: what is left is
/// done with more of it. So it is for one who waited in the middle, too.
#[test]
fn permits_in_an_atomic_block_are_one_step() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 1}}\n\
         processes:\n  p: {do: [{atomic: [{acquire: {s: 9}}]}, {delay: 1s}]}\n  q: {do: [{release: {s: 8}}]}\n",
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.begin();
    assert_eq!(driver.step(P, 100).0, Rest::Yielded(Yield::Blocked));
    for _ in 0..8 {
        driver.step(ProcessId(1), 100);
    }
    // The first of the 8 was handed over.
    assert_eq!((driver.machine.state(&program, P), driver.level()), (State::Ready, 7));
    assert_eq!(driver.settle(P), Rest::Ready);
    assert_eq!(driver.step(P, 3), (Rest::Yielded(Yield::OutOfFuel), 0));
    assert_eq!(driver.level(), 4);
    assert_eq!(driver.step(P, 100), (Rest::Ready, 96));
    assert_eq!(driver.level(), 0);
}

/// A semaphore begins with 2^62 - 1 permits at most, and comes to the most that can
/// be counted, 2^63 - 1, if it is given so many and two more: one by one, several
/// at once, or with others. The next one does not fit, and changes nothing.
#[test]
fn more_permits_than_can_be_counted_are_a_fault() {
    for gives in [
        "{release: s}, {release: s}, {release: s}",
        "{release: s}, {release: {s: 2}}",
        "{release: {s: 2}}, {release: s}",
        "{release: {s: two}}, {release: {s: two}}",
        "{release: {s: two}}, {release: [t, s, u]}",
        "{release: [t, s, u]}, {release: [t, s, u]}, {release: [t, s, u]}",
    ] {
        let program = program(
            &format!(
                "version: 1\nparams: {{most: 4611686018427387903}}\n\
                 resources: {{s: {{kind: semaphore, permits: most}}, t: {{kind: semaphore, permits: 0}}, u: {{kind: semaphore, permits: 0}}}}\n\
                 processes: {{p: {{vars: {{n: most - 1, two: 2}}, do: [{{release: {{s: n}}}}, {{release: s}}, {gives}]}}}}\n"
            ),
            &[],
        );
        let mut driver = Driver::new(&program);
        let fault = driver.with(u64::MAX, |kernel| kernel.run(P)).0.1.expect_err(gives);
        assert_eq!(fault.message, "the permits do not fit 63 bits", "{gives}");
        assert_eq!(driver.level(), i64::MAX as u64, "{gives}");
    }
}

/// The last of the fuel pays for the step, in front of the next one nothing is missing.
#[test]
fn a_step_with_the_last_fuel_is_a_step() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 5}}\n\
         processes: {p: {do: [{acquire: {s: 2}}, {release: s}, {release: s}]}}\n",
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.begin();
    for (level, fuel) in [(4, 1), (3, 1), (4, 0), (5, 0)] {
        assert_eq!(driver.step(P, fuel), (Rest::Ready, 0));
        assert_eq!(driver.level(), level);
    }
}

/// One kernel serves for several steps and several processes.
#[test]
fn a_kernel_can_be_used_again() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 0}}\n\
         processes: {p: {count: 2, do: [{release: s}, {release: s}]}}\n",
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.with(100, |kernel| {
        let done = kernel.run(P).1.expect("no rule is broken");
        assert_eq!(done, Yield::Done);
        kernel.settle(ProcessId(1)).expect("no rule is broken");
        for _ in 0..3 {
            kernel.step(ProcessId(1)).expect("no rule is broken");
        }
    });
    assert_eq!(driver.level(), 4);
}

/// Who starts late is new until then, and its state says when that is.
#[test]
fn a_late_start_is_part_of_the_state() {
    let program = program("version: 1\nprocesses: {p: {start: 5s, do: []}}\n", &[]);
    let mut driver = Driver::new(&program);
    let start = Time::from_secs(5);
    assert_eq!(driver.settle(P), Rest::Ready);
    assert_eq!(driver.step(P, 100).0, Rest::Yielded(Yield::Delayed(start)));
    assert_eq!(driver.machine.state(&program, P), State::New);
    let until = program.frames[P.index()] as usize + frame::UNTIL;
    assert_eq!(driver.machine.words()[until], start.as_nanos());
}

/// A mutex that is given an owner is taken, and free without one.
#[test]
fn an_owner_can_be_set() {
    let program =
        program("version: 1\nresources: {m: mutex}\nprocesses: {p: {count: 2, do: [{acquire: m}]}}\n", &[]);
    let mut machine = Machine::new(&program);
    for owner in [Some(ProcessId(1)), None, Some(P)] {
        machine.set_owner(&program, FIRST, owner);
        assert_eq!(
            (machine.owner(&program, FIRST), machine.level(&program, FIRST)),
            (owner, owner.is_none().into())
        );
        machine.check(&program);
    }
}

/// The rounds of a loop that follow a step are part of it, and need fuel; a step
/// that takes no permits changes nothing of how much there is.
#[test]
fn rounds_behind_a_step_are_part_of_it() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 1}}\n\
         processes: {p: {vars: {x: 0}, do: [{acquire: s}, {repeat: 10, do: [{set: {x: x + 1}}]}, {release: s}]}}\n",
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.begin();
    assert_eq!(driver.step(P, 100), (Rest::Ready, 90));
    assert_eq!(driver.level(), 0);
    assert_eq!(driver.step(P, 100), (Rest::Ready, 100));
    assert_eq!(driver.level(), 1);
}

/// Three wait at a condition that leaves open who is reached. A driver that
/// names one who is not there means the last.
#[test]
fn a_choice_that_is_too_large_means_the_last() {
    let program = program(
        "version: 1\nresources: {c: {kind: condition, discipline: any}}\n\
         processes: {w: {count: 3, do: [{wait: c}]}, n: {do: [{notify: c}]}}\n",
        &[],
    );
    for (chosen, left) in
        [(0, [1, 2]), (1, [0, 2]), (2, [0, 1]), (3, [0, 1]), (4, [0, 1]), (u32::MAX, [0, 1])]
    {
        let mut driver = Driver::new(&program);
        driver.begin();
        for waiter in (0..3).map(ProcessId) {
            assert_eq!(driver.step(waiter, 100).0, Rest::Yielded(Yield::Blocked));
        }
        driver.chooses = chosen;
        driver.step(ProcessId(3), 100);
        assert_eq!(driver.machine.waiters(&program, FIRST), left.map(ProcessId), "{chosen}");
        driver.machine.check(&program);
    }
}

/// A queue that is made anew from a list is that in which they came, to the last
/// word: whatever the discipline, and with a priority that several have.
#[test]
fn a_queue_made_from_a_list_is_the_same() {
    for (discipline, order) in
        [("fifo", [0, 1, 2, 3]), ("priority", [1, 3, 0, 2]), ("lifo", [3, 2, 1, 0]), ("any", [0, 1, 2, 3])]
    {
        let program = program(
            &format!(
                "version: 1\nresources: {{c: {{kind: condition, discipline: {discipline}}}}}\n\
                 processes: {{w: {{count: 4, priority: \"5 - index % 2\", do: [{{wait: c}}]}}}}\n"
            ),
            &[],
        );
        let mut driver = Driver::new(&program);
        driver.begin();
        for waiter in (0..4).map(ProcessId) {
            driver.step(waiter, 100);
        }
        let waited = driver.machine.clone();
        assert_eq!(waited.waiters(&program, FIRST), order.map(ProcessId), "{discipline}");
        let queue = program.resource_at(FIRST) + resource::TAKERS;
        let start = Machine::new(&program);
        for waiter in (0..4).map(ProcessId) {
            driver.machine.take_frame(&program, waiter, &start);
            driver.machine.set_state(&program, waiter, waited.op(&program, waiter), State::Blocked);
        }
        driver.machine.set_queue(&program, queue, &order.map(u64::from));
        assert_eq!(driver.machine, waited, "{discipline}");
    }
}

#[test]
#[should_panic(expected = "invariant 2")]
fn a_check_finds_one_who_waits_in_no_queue() {
    let program = program("version: 1\nprocesses: {p: {do: [{delay: 1s}]}}\n", &[]);
    let mut machine = Machine::new(&program);
    let op = machine.op(&program, P);
    machine.set_state(&program, P, op, State::Blocked);
    machine.check(&program);
}

#[test]
#[should_panic(expected = "invariant 1")]
fn a_check_finds_one_who_waits_for_what_is_there() {
    let program = program(
        "version: 1\nresources: {s: {kind: semaphore, permits: 1}}\nprocesses: {p: {do: [{acquire: s}]}}\n",
        &[],
    );
    let mut machine = Machine::new(&program);
    machine.set_queue(&program, program.resource_at(FIRST) + resource::TAKERS, &[0]);
    machine.check(&program);
}

/// Asserts of a state what `check` does. In it p waits at a buffer for three items,
/// into which so many were put, whether it has to or not.
fn check_of_wait(step: &str, queue: usize, items: usize) {
    let program = program(
        &format!(
            "version: 1\nresources: {{b: {{kind: buffer, capacity: 3}}}}\n\
             processes: {{p: {{do: [{step}]}}, filler: {{count: 3, do: [{{put: b}}]}}}}\n"
        ),
        &[],
    );
    let mut driver = Driver::new(&program);
    driver.begin();
    assert!(driver.machine.lengthen(&program, program.resource_at(FIRST), 3));
    for filler in (1..=items).map(ProcessId::from_index) {
        driver.step(filler, 100);
    }
    let op = driver.machine.op(&program, P);
    driver.machine.set_state(&program, P, op, State::Blocked);
    driver.machine.set_queue(&program, program.resource_at(FIRST) + queue, &[0]);
    driver.machine.check(&program);
}

#[test]
#[should_panic(expected = "invariant 6, put")]
fn a_check_finds_one_whose_items_fit() {
    check_of_wait("{put: {to: b, count: 2}}", resource::PUTTERS, 1);
}

#[test]
#[should_panic(expected = "invariant 6, get")]
fn a_check_finds_one_whose_items_are_there() {
    check_of_wait("{get: {from: b, count: 2}}", resource::TAKERS, 2);
}

#[test]
fn a_check_finds_nothing_wrong_with_who_has_to_wait() {
    check_of_wait("{put: {to: b, count: 2}}", resource::PUTTERS, 2);
    check_of_wait("{get: {from: b, count: 2}}", resource::TAKERS, 1);
}

/// What a driver with resources of its own is told of a step that breaks a rule,
/// before anything is done.
#[test]
fn what_is_asked_for_is_checked_first() {
    for (step, message) in [
        ("{read: {from: m, at: i, count: 3, into: xs}}", None),
        ("{read: {from: m, at: i + 2, count: 3, into: xs}}", Some("index 4 is out of range: memory 'm'")),
        ("{read: {from: m, at: i - 1, count: 2, into: xs}}", Some("index -1 is out of range")),
        ("{read: {from: m, at: i, count: 3}}", None),
        ("{read: {from: m, at: i + 2, count: 3}}", Some("index 4 is out of range: memory 'm'")),
        ("{read: {from: m, at: i, count: i - 1}}", Some("a count of -1 is negative")),
        ("{read: {from: m, at: i, count: i + 4, into: xs}}", Some("4 values do not fit the array")),
        ("{read: {from: m, at: i + 3}}", None),
        ("{read: {from: m, at: i + 4}}", Some("index 4 is out of range: memory 'm'")),
        ("{write: {to: m, at: i + 3, value: 1}}", None),
        ("{write: {to: m, at: i - 1, value: 1}}", Some("index -1 is out of range: memory 'm'")),
        ("{put: {to: b, count: i}}", Some("a request for 0 items")),
        ("{put: {to: b, count: i + 4}}", None),
        ("{put: {to: b, count: i + 5}}", Some("a request for 5 items")),
        ("{get: {from: b, count: i - 2}}", Some("a request for -2 items")),
        ("{get: {from: b, count: i + 4, into: xs}}", Some("4 items do not fit the array")),
    ] {
        let program = program(
            &format!(
                "
version: 1
resources: {{m: {{kind: memory, slots: 4}}, b: {{kind: buffer, capacity: 4}}}}
processes: {{p: {{vars: {{i: 0, xs: {{array: 3, of: 0}}}}, do: [{step}]}}}}
"
            ),
            &[],
        );
        let mut driver = Driver::new(&program);
        driver.begin();
        let before = driver.machine.clone();
        let asked = driver.with(100, |kernel| kernel.asked(P)).0;
        assert_eq!(driver.machine, before, "{step}");
        match message {
            None => assert!(matches!(asked, Ok(Some(_))), "{step}: {asked:?}"),
            Some(message) => {
                let fault = asked.expect_err(step);
                assert!(fault.message.starts_with(message), "{step}: {fault:?}");
                // The same as if the kernel does it.
                let done: Result<Rest, Box<Fault>> = driver.with(100, |kernel| kernel.step(P)).0;
                assert_eq!(done.expect_err(step), fault);
            }
        }
    }
}

/// A call of code that the driver does not have breaks a rule.
#[test]
fn there_is_no_code_unless_somebody_has_it() {
    let loaded = load_amended("test", "version: 1\nprocesses: {p: {do: [{code: 7}]}}\n", "", &[], true)
        .unwrap_or_else(|error| panic!("{error}"));
    let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("it can be bound");
    let mut driver = Driver::new(&program);
    driver.begin();
    let fault = driver.with(100, |kernel| kernel.step(P)).0.expect_err("there is no code");
    assert_eq!(fault.message, "there is no code to call");
    let mut simulation = tempolane::backend::virtual_time::Simulation::new(&program, 0, 0);
    let end = simulation.run(&mut NoTrace, &mut |_| std::ops::ControlFlow::Continue(())).expect("it goes on");
    assert_eq!(end.outcome, tempolane::trace::Outcome::Fault(*fault));
}
