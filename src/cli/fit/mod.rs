//! `tempolane fit`: distributions, fitted to a column of measurements.

mod arguments;
mod charts;
mod report;

pub use arguments::FitArguments;

use super::console;
use super::failure::{Exit, Failure};
use super::interrupt;
use super::options::Format;
use super::output::Folder;
use super::progress::ProgressLine;
use super::report::on_one_line;
use super::sweep::processors;
use crate::analysis::{FitOptions, NotFitted};
use crate::scenario::folder_name;
use report::Fits;

pub fn run(arguments: &FitArguments) -> Result<Exit, Failure> {
    let families = arguments.families()?;
    let measured = arguments.values()?;
    interrupt::watch();
    let mut progress = ProgressLine::new(&measured.name);
    let options = FitOptions {
        samples: arguments.samples,
        seed: arguments.seed,
        workers: arguments.workers.unwrap_or_else(processors),
        stop: &interrupt::requested,
    };
    let (mut fits, mut left_out) = (Vec::new(), Vec::new());
    for family in families {
        progress.say(|_| format!("fitting {family}"));
        match measured.sample.fit(family, options) {
            Ok(fit) => fits.push(fit),
            Err(NotFitted::Stopped) => return interrupt::check().map(|()| Exit::Interrupted),
            Err(why) => left_out.push((family, why)),
        }
    }
    drop(progress);
    fits.sort_by(|one, other| one.akaike().total_cmp(&other.akaike()));
    let mut all = Fits { measured: &measured, fits, left_out, seed: arguments.seed, written: Vec::new() };
    if let (Some(best), false) = (all.fits.first(), arguments.no_charts) {
        let folder = arguments.output.join(folder_name(&measured.name)).join("fit");
        all.written = charts::write(&all, best, &Folder::open(folder)?)?.to_vec();
    }
    match arguments.format {
        Format::Json => console::print(&on_one_line(&all.object()))?,
        Format::Text => console::print(&all.text())?,
    }
    Ok(if all.is_finding() { Exit::Finding } else { Exit::Fine })
}
