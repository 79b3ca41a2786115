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
