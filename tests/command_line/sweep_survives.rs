//! What happens to a sweep from outside: it is killed, or there is no room on the disk.
//!
//! The long version, with the release build's speed if that is what is tested:
//! `cargo test --test command_line -- --ignored killed_fifty_times`.

use crate::room::Room;
use crate::sweep::{QUEUE, text};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A sweep of 24 points with so many replications of each.
fn line(replications: u32) -> String {
    let vary = "--vary servers=1..6 --vary customers=100..400:100";
    format!("sweep queue.yaml {vary} --replications {replications}")
}

/// Starts a sweep, kills it after this long, and says whether it was done before.
#[allow(clippy::disallowed_methods, reason = "it is about a program that is killed")]
fn killed_after(room: &Room, line: &str, moment: Duration) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tempolane"));
    command.current_dir(room.path("")).args(line.split_whitespace()).args(["-o", "cut"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(moment);
    let is_done = child.try_wait().expect("it can be asked").is_some();
    let _ = child.kill();
    child.wait().expect("it ends");
    is_done
}

/// A number below 1 that follows from the one before.
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

/// Kills it so often, at moments all over its life and whatever it has in its buffers; a
/// sweep that comes to its end has the bytes of one that nobody has disturbed, and another
/// one begins.
#[allow(clippy::disallowed_methods, reason = "it is about a program that is killed")]
fn kill(times: u32, seed: u64, line: &str) {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let began = Instant::now();
    room.run(&format!("{line} -o whole")).with_code(0);
    let life = began.elapsed();
    let whole = room.files("whole/queue/sweep");
    let compare = || {
        room.run(&format!("{line} -o cut")).with_code(0);
        let cut = room.files("cut/queue/sweep");
        assert!(cut.keys().map(|name| name.replacen("cut", "whole", 1)).eq(whole.keys().cloned()));
        assert!(cut.values().eq(whole.values()));
        std::fs::remove_dir_all(room.path("cut")).expect("it is there");
    };
    let (mut state, mut killed, mut resumed) = (seed, 0, 0);
    while killed < times {
        if killed_after(&room, line, life.mul_f64(noise(&mut state) * 0.9)) {
            compare();
            continue;
        }
        (killed, resumed) = (killed + 1, resumed + 1);
        // Three in a row, on average, before it may come to its end.
        if noise(&mut state) < 0.3 {
            compare();
            resumed = 0;
        }
    }
    if resumed > 0 {
        compare();
    }
}

#[test]
fn a_killed_sweep_goes_on() {
    kill(5, 1, &line(15));
}

#[test]
#[ignore = "it takes minutes"]
fn killed_fifty_times() {
    kill(50, 2, &line(40));
}

/// A limit on the size of files is to a program what a full disk is.
#[cfg(unix)]
#[test]
fn without_room_on_the_disk_it_fails_and_can_go_on() {
    let room = Room::with(&[("queue.yaml", QUEUE)]);
    let line = line(15);
    room.run(&format!("{line} --no-charts -o whole")).with_code(0);
    let whole = text(&room, "whole/queue/sweep/runs.csv");
    for percent in [10, 60, 95] {
        // In blocks of 512 bytes.
        let blocks = whole.len() * percent / 100 / 512;
        let line = format!("{line} --no-charts -o cut");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {line}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_tempolane")]).current_dir(room.path(""));
        let output = command.output().expect("there is a shell");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("cannot write 'cut/queue/sweep/runs.csv'"), "{told}");
        let part = text(&room, "cut/queue/sweep/runs.csv");
        assert!(part.len() <= blocks * 512 && part.ends_with('\n') && whole.starts_with(&part));
        // No more is lost than the row that there was no room for.
        assert!(part.len() + 1000 > blocks * 512, "{} of {}", part.len(), blocks * 512);
        room.run(&line).with_code(0).says(&["of them made before"]);
        assert!(text(&room, "cut/queue/sweep/runs.csv") == whole);
        std::fs::remove_dir_all(room.path("cut")).expect("it is there");
    }
}
