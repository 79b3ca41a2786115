//! The charts with axes of numbers. Of a sweep: how a figure depends on one or two
//! parameters, how it is spread over the replications of one point, and which points are
//! best in two figures. Of a run: the values of its marks over time. Of a
//! fit: how sure its parameters are, and what was measured against what the model says.
//!
//! Plotters draws grids and the labels of axes; lines, markers and cells are laid over
//! them from a scene of our own. Decides nothing about points: what is kept of a sweep
//! and which of its parameters are drawn, the caller says.

mod agreement;
mod distribution;
mod front;
mod heat_map;
mod input;
mod lines;
mod marker;
mod marks;
mod page;
mod profile;
mod scale;
mod scale_ticks;

pub use agreement::{AgreementChart, AgreementPoint, agreement_chart};
pub use distribution::{DistributionChart, FINE_BINS, distribution_chart};
pub use front::{FrontChart, FrontPoint, front_chart};
pub use heat_map::sweep_map;
pub use input::{AxisValue, ChartQuantity, SweepAxis, SweepChart, SweepPoint};
pub use lines::{MOST_LINES, sweep_lines};
pub use marks::marks_chart;
pub use profile::{ProfileChart, profile_chart};
