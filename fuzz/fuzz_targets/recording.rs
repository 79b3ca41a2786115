//! The recorded log of a real program, as `validate --recorded` takes it: the
//! model allows it, does not, or it is refused; and twice alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use tempolane::cli::{Exit, run_command};

/// Small, with marks and logs of every kind that can be confused.
const SCENARIO: &str = include_str!("../recording.yaml");

/// The scenario and the recording, as files of this process.
static FILES: LazyLock<[PathBuf; 2]> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("tempolane-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room for temporary files");
    let files = ["scenario.yaml", "recording.csv"].map(|name| folder.join(name));
    fs::write(&files[0], SCENARIO).expect("it can be written");
    files
});

fn validate() -> Exit {
    let [scenario, recording] = &*FILES;
    let words = ["tempolane", "--color", "never", "validate", "--format", "json"].map(OsString::from);
    let folder: OsString = scenario.with_file_name("output").into();
    let files = [scenario.into(), "--recorded".into(), recording.into(), "-o".into(), folder];
    run_command(words.into_iter().chain(files))
}

fuzz_target!(|data: &[u8]| {
    fs::write(&FILES[1], data).expect("it can be written");
    let exit = validate();
    if exit == Exit::Interrupted {
        std::process::exit(130);
    }
    assert!(matches!(exit, Exit::Fine | Exit::Finding | Exit::Usage), "{exit:?}");
    assert_eq!(validate(), exit);
});
