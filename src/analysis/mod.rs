//! What the events of a run add up to. Works from events alone, so that a
//! saved trace gives the same figures.

mod collect;
mod comparison;
mod critical_path;
mod distribution_fit;
mod figures;
mod groups;
mod marks;
mod measure_sink;
mod measures;
pub mod monitor;
mod named_waits;
mod races;
mod resource_tally;
mod statistics;
pub mod validation;

pub use collect::StatisticsSink;
pub use comparison::{
    ComparedFigure, ComparedMark, ComparisonRow, FigureComparison, MarkComparison, compare, compare_figure,
    compare_marks, speed_up,
};
pub use critical_path::{
    BoundOf, Charge, CriticalPath, CriticalPathSink, HandOff, HandedOn, LowerBound, PathEnd, PathSpan,
    PathStep, Slack, StepSlack,
};
pub use distribution_fit::{
    DistributionFit, FitOptions, FitSample, GoodnessOfFit, MOST_SAMPLES, NotFitted, fitted_families,
};
pub use figures::{
    FigureCollector, FigureRequest, FigureValue, FigureWatch, Marks, Measures, ProcessGroups, Processes,
    ResourceGroups, Resources, check_path, named,
};
pub use groups::{ProcessGroup, ResourceGroup, Spread, WholeSpread, process_groups, resource_groups};
pub use marks::{MarkStatistics, MarkValues, shown_value};
pub use measure_sink::MeasureSink;
pub use measures::{Histogram, LevelStatistics, MeasureStatistics, PassingStatistics, SojournStatistics};
pub use monitor::{FailedExpectation, Moment, Monitors, Watch};
pub use races::{ObservedRace, RaceSink, Races, RacingAccess};
pub use statistics::{LogLine, ProcessStatistics, ResourceStatistics, Statistics, WaitStatistics};
