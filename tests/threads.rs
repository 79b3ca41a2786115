//! Real threads: what they do is a schedule of the model, and whatever
//! happens they end.

mod common;

use common::generate::scenario;
use common::image;
use proptest::prelude::*;
use std::time::Duration;
use tempolane::backend::replay::{Replayed, replay};
use tempolane::backend::threads::{self, Options, Recording, Trouble, Work};
use tempolane::program::Image;

const NEVER: &dyn Fn() -> bool = &|| false;

fn options(speed: f64) -> Options {
    Options { seed: 0, speed, work: Work::Sleep, timeout: Duration::from_secs(60) }
}

fn record(image: &Image, speed: f64) -> Recording {
    threads::run(image, &options(speed), NEVER).unwrap_or_else(|trouble| panic!("{trouble}"))
}

fn replayed(image: &Image, recording: &Recording) -> Replayed {
    replay(image, recording).unwrap_or_else(|found| panic!("{found}\n{found:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the threads do, the model could have done it, and both have
    /// the same in their memories at the end.
    #[test]
    fn random_scenarios_stay_within_the_model(text in scenario()) {
        let image = image(&text, &[]);
        let recording = record(&image, 100_000.0);
        match replay(&image, &recording) {
            Err(found) => panic!("{found}\n{found:?}\n{text}"),
            Ok(replayed) => prop_assert_eq!(replayed.memories, recording.memories),
        }
    }
}
