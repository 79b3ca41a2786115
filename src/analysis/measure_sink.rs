//! What a scenario measures of a run, and nothing else of it.
//!
//! Decides that events which no measure is about cost nothing: a kernel that is compiled
//! for this sink does not even make them.

use super::measures::{MeasureStatistics, MeasureTallies};
use crate::time::Time;
use crate::trace::{Event, Kind, MeasureInfo, ResourceInfo, Sink};
use crate::value::Word;

/// A [`Sink`] that takes what the measures of a scenario are about.
#[derive(Debug, Clone)]
pub struct MeasureSink(MeasureTallies);

impl MeasureSink {
    /// For a run with these measures and resources.
    pub fn new(measures: &[MeasureInfo], resources: &[ResourceInfo]) -> MeasureSink {
        MeasureSink(MeasureTallies::new(measures, resources))
    }

    /// What they come to in a run that ended at `end`, in the order of the scenario.
    pub fn finish(self, end: Time) -> Vec<MeasureStatistics> {
        self.0.finish(end)
    }
}

impl Sink for MeasureSink {
    #[inline(always)]
    fn event(&mut self, event: &Event, _: &[Word]) {
        match event.kind {
            Kind::Acquire
            | Kind::Release
            | Kind::Put
            | Kind::Get
            | Kind::Notify
            | Kind::Block
            | Kind::Grant
            | Kind::Timeout => self.0.resource(event),
            Kind::Done | Kind::Mark => self.0.mark_or_end(event),
            _ => {}
        }
    }
}
