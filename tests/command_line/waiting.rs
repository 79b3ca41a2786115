//! What a run, a search and threads say of a scenario in which nothing but
//! waiting is left before the horizon.

use crate::room::Room;

/// The server waits when its client is done, from 6 s on. Source of the
/// situation: persistent workers of a data loader.
const SERVER: &str = "version: 1
name: server
HORIZON
resources:
  inbox: {kind: buffer, capacity: unbounded, of: int}
  reply: {kind: semaphore, permits: 0}
processes:
  server: {do: [{while: true, do: [{get: inbox}, {work: 2s}, {release: reply}]}]}
  client: {do: [{repeat: 3, do: [{put: inbox}, {acquire: reply}]}]}
";

#[test]
fn waiting_until_the_horizon_is_told() {
    let room = Room::with(&[
        ("server.yaml", &SERVER.replace("HORIZON", "horizon: 100s")),
        ("endless.yaml", &SERVER.replace("HORIZON", "description: none")),
    ]);
    room.run("run server.yaml --write none").with_code(0).says(&[
        "server: reached its horizon at 100s of virtual time\n",
        "  before that nothing but waiting was left:\n  - 'server' waits to get from 'inbox', starved",
    ]);
    room.run("run endless.yaml --write none").with_code(1).says(&["deadlock at 6s of virtual time"]);
    room.run("validate server.yaml --write none --runs 1").with_code(0).says(&["validated"]);
    room.run("explore server.yaml --write none").with_code(0).says(&["deadlocks: 0"]);
}

/// A server is no surprise at a horizon that is expected, and never if it is a daemon; who
/// waits besides is told.
#[test]
fn who_should_wait_until_the_horizon_is_not_told() {
    let until = SERVER.replace("HORIZON", "horizon: 100s");
    let late = "  late: {start: 9s, do: [{acquire: reply}]}\n";
    let daemon = until.replace("server: {do", "server: {daemon: true, do");
    let room = Room::with(&[
        ("expected.yaml", &(until.clone() + "expect: {outcome: horizon}\n")),
        ("daemon.yaml", &(daemon.clone() + late)),
        ("done.yaml", &daemon),
    ]);
    let expected = room.run("run expected.yaml --write none").with_code(0);
    assert!(!expected.out.contains("nothing but waiting"), "{}", expected.out);
    let ended = room.run("run daemon.yaml --write none").with_code(0);
    ended.says(&["nothing but waiting was left:\n  - 'late' waits to acquire 'reply'"]);
    assert!(!ended.out.contains("'server' waits"), "{}", ended.out);
    room.run("run done.yaml --write none").with_code(0).says(&["completed in 6s of virtual time"]);
}

/// A server that is a daemon waits for ever, which is a good end: of a run, of every
/// schedule, on threads and beside another one.
#[test]
fn a_daemon_may_wait_for_ever() {
    let text =
        SERVER.replace("HORIZON", "description: none").replace("server: {do", "server: {daemon: true, do");
    let text = text + "expect: {outcome: completed, total_time: 6s}\n";
    let room = Room::with(&[("server.yaml", &text), ("same.yaml", &text)]);
    room.run("run server.yaml --write none").with_code(0).says(&["completed in 6s of virtual time"]);
    room.run("explore server.yaml --write none").with_code(0).says(&["deadlocks: 0"]);
    room.run("explore server.yaml --untimed --write none").with_code(0).says(&["deadlocks: 0"]);
    room.run("validate server.yaml --write none --runs 1").with_code(0).says(&["server: validated"]);
    room.run("compare server.yaml same.yaml --write none").with_code(0).says(&["1.00"]);
}

/// A search without time knows no horizon; its witness shows the deadlock
/// that it found.
#[test]
fn without_time_it_is_a_deadlock_all_the_same() {
    let room = Room::with(&[("server.yaml", &SERVER.replace("HORIZON", "horizon: 100s"))]);
    room.run("explore server.yaml --untimed").with_code(1).says(&["deadlocks: 1"]);
    room.run("run server.yaml --schedule output/server/deadlock.schedule --write none")
        .with_code(1)
        .says(&["deadlock at 6s of virtual time"]);
}

/// `first` takes `a` at 0 s and asks for `b` at 1 s, `second` holds that and asks for `a` at
/// 3 s, which ends the run; but the turns of those who ask come only when they all are
/// stuck. By hand: `first` waits for 2 s, `late` from 500 ms on, `helper` and who joins it
/// from the start, `second` for nothing but an instant.
#[test]
fn tables_and_pictures_of_an_untimed_schedule_agree_on_who_waits_since_when() {
    let text = "version: 1
name: stuck
resources: {a: mutex, b: mutex}
processes:
  first: {do: [{acquire: a}, {delay: 1s}, {acquire: b}, {release: [b, a]}]}
  second: {do: [{acquire: b}, {delay: 3s}, {acquire: a}, {release: [a, b]}]}
  late: {do: [{delay: 500ms}, {acquire: a}, {release: a}]}
  helper: {start: manual, do: [{acquire: b}, {release: b}]}
  boss: {do: [{start: helper}, {join: helper}]}
";
    let room = Room::with(&[("stuck.yaml", text)]);
    room.run("explore stuck.yaml --untimed").with_code(1);
    let along = "run stuck.yaml --schedule output/stuck/deadlock.schedule --write none";
    let told = &room.run(&format!("{along} --format json")).json()[0];
    let told = &told["processes"];
    let nanos = |millis: u64| Some(millis * 1_000_000);
    for (process, resource, millis) in [
        ("first", "b", 2000),
        ("second", "a", 0),
        ("late", "a", 2500),
        ("helper", "b", 3000),
        ("boss", "helper", 3000),
    ] {
        assert_eq!(told[process]["blocked_ns"][resource].as_u64(), nanos(millis), "{process}: {told}");
    }
    let shown = room.run(along).with_code(1).out;
    let row = |name: &str| shown.lines().find(|line| line.contains(&format!("{name} │"))).unwrap_or("");
    let share = |name: &str, letter: char| {
        let cells = row(name).split('│').nth(1).unwrap_or("");
        cells.matches(letter).count() as f64 / cells.chars().count() as f64
    };
    for (name, letter, of_three_seconds) in [
        ("first", 'b', 2.0),
        ("second", 'a', 0.0),
        ("late", 'a', 2.5),
        ("helper", 'b', 3.0),
        ("boss", 'c', 3.0),
    ] {
        assert!((share(name, letter) - of_three_seconds / 3.0).abs() < 0.03, "{name}:\n{shown}");
    }
    assert!(shown.lines().any(|line| line.contains("second") && line.ends_with("a 0s")), "{shown}");
}
