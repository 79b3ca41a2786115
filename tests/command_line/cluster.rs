//! The files of docs/cluster.md: they have as many tasks as parts, and all parts that they
//! make are, put together, what one machine writes.
#![cfg(unix)]

use crate::common::copy_scenarios;
use crate::room::Room;
use serde_yaml::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sweep of both files, on one machine.
const SWEEP: &str = "sweep scenarios/lab5/one-memory.yaml --vary capacity=1..32 --vary chunk=1..15 \
                     --vary train_time=2s,5s,10s --of total_time,events";

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cluster").join(name);
    fs::read_to_string(path).expect("it is there")
}

fn job() -> Value {
    serde_yaml::from_str(&file("sweep-job.yaml")).expect("it is YAML")
}

/// What the container of the Job runs.
fn script_of(job: &Value) -> String {
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    container["args"][0].as_str().expect("a script").to_owned()
}

/// How many parts a script makes of its sweep, as it says in `--shard "$part/64"`.
fn parts(script: &str) -> u64 {
    let (_, shard) = script.split_once("--shard").expect("it makes a part");
    let (_, count) = shard.split_once('/').expect("of so many");
    let end = count.find(|c: char| !c.is_ascii_digit()).unwrap_or(count.len());
    count[..end].parse().expect("a number")
}

#[test]
fn there_are_as_many_tasks_as_parts() {
    let script = file("sweep.sbatch");
    let array = script.lines().find_map(|line| line.strip_prefix("#SBATCH --array=1-"));
    assert_eq!(array, Some(parts(&script).to_string().as_str()));
    let job = job();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    assert_eq!(word(&job["apiVersion"]).as_deref(), Some("batch/v1"));
    assert_eq!(word(&job["kind"]).as_deref(), Some("Job"));
    let spec = &job["spec"];
    assert_eq!(word(&spec["completionMode"]).as_deref(), Some("Indexed"));
    assert_eq!(spec["completions"].as_u64(), Some(parts(&script_of(&job))));
    // What a limit of tries for each index takes.
    assert_eq!(word(&spec["template"]["spec"]["restartPolicy"]).as_deref(), Some("Never"));
}

/// Runs a script in the folder, with the program on its `PATH`.
fn run(room: &Room, shell: &str, script: &str, variables: &[(&str, u64)]) {
    let program = Path::new(env!("CARGO_BIN_EXE_tempolane"));
    let mut folders: Vec<PathBuf> = program.parent().map(Path::to_path_buf).into_iter().collect();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(shell);
    command.args(["-c", script]).current_dir(room.path(""));
    command.env("PATH", std::env::join_paths(folders).expect("a path"));
    command.envs(variables.iter().map(|(name, value)| (name, value.to_string())));
    let output = command.output().expect("there is a shell");
    assert!(output.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_parts_of_both_files_are_those_of_one_sweep() {
    let room = Room::with(&[]);
    copy_scenarios(&room.path(""));
    let (batch, job) = (file("sweep.sbatch"), script_of(&job()));
    let count = parts(&batch);
    assert_eq!(count, parts(&job));
    for part in 1..=count {
        match part % 2 {
            1 => run(&room, "bash", &batch, &[("SLURM_ARRAY_TASK_ID", part), ("SLURM_CPUS_PER_TASK", 2)]),
            _ => run(&room, "sh", &job, &[("JOB_COMPLETION_INDEX", part - 1)]),
        }
    }
    let folders: String = (1..=count).map(|part| format!(" parts/{part}/one-memory/sweep")).collect();
    // There are deadlocks among the points.
    room.run(&format!("merge{folders} -o merged")).with_code(1);
    room.run(&format!("{SWEEP} -o alone")).with_code(1);
    for table in ["runs.csv", "summary.csv"] {
        let of = |folder: &str| fs::read(room.path(&format!("{folder}/one-memory/sweep/{table}")));
        assert!(of("merged").expect("it is there") == of("alone").expect("it is there"), "{table}");
    }
}
