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
