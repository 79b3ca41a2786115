//! The instances of a process or resource taken together: `worker[*]`.
//!
//! Decides what is summed up over instances, and what a sum means nothing for.
//! The figures of single instances are those of [`Statistics`]; nothing here
//! needs the events again.

use super::statistics::{ProcessStatistics, ResourceStatistics, Statistics};
use crate::trace::{Header, ProcessInfo, ResourceInfo};
use std::collections::BTreeMap;

/// Sum and extremes of a figure, over the instances that have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread<T, S = T> {
    /// How many instances have it; at least 1.
    pub count: u64,
    /// The sum over them.
    pub sum: S,
    /// The smallest.
    pub min: T,
    /// The largest.
    pub max: T,
}

/// A spread of whole numbers, such as nanoseconds.
pub type WholeSpread = Spread<u64, u128>;

impl WholeSpread {
    /// Of these values; `None` if there are none.
    fn of(values: impl Iterator<Item = u64>) -> Option<WholeSpread> {
        values.fold(None, |spread, value| {
            let Spread { count, sum, min, max } =
                spread.unwrap_or(Spread { count: 0, sum: 0, min: value, max: value });
            Some(Spread {
                count: count + 1,
                sum: sum + u128::from(value),
                min: min.min(value),
                max: max.max(value),
            })
        })
    }

    /// The mean over the instances that have it.
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.count as f64
    }
}

impl Spread<f64> {
    /// Of these values, in their order; `None` if there are none.
    fn of(values: impl Iterator<Item = f64>) -> Option<Spread<f64>> {
        values.fold(None, |spread, value| {
            let Spread { count, sum, min, max } =
                spread.unwrap_or(Spread { count: 0, sum: 0.0, min: value, max: value });
            Some(Spread { count: count + 1, sum: sum + value, min: min.min(value), max: max.max(value) })
        })
    }

    /// The mean over the instances that have it.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// The instances of a process, taken together; times in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessGroup {
    /// The name of them all: `worker[*]`.
    pub name: String,
    /// How many instances there are; at least 1.
    pub instances: u64,
    /// When they started: those that did.
    pub started: Option<WholeSpread>,
    /// When they finished: those that did.
    pub finished: Option<WholeSpread>,
    /// Not started yet.
    pub new: WholeSpread,
    /// Using a processor.
    pub running: WholeSpread,
    /// At work, but not served by a core.
    pub ready: WholeSpread,
    /// Letting time pass without a processor.
    pub delayed: WholeSpread,
    /// Waiting for any resource.
    pub blocked: WholeSpread,
    /// Waiting, all instances together, by resource as the scenario names it
    /// (`fork[*]` for all its instances), in the order of resource ids.
    pub blocked_by: Vec<(String, u128)>,
}

/// The instances of a resource, taken together; times in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceGroup {
    /// The name of them all: `fork[*]`.
    pub name: String,
    /// The resource as the scenario declares it.
    pub info: ResourceInfo,
    /// How many instances there are; at least 1.
    pub instances: u64,
    /// The share in use, of those for which it means something.
    pub utilization: Option<Spread<f64>>,
    /// Requests.
    pub requests: WholeSpread,
    /// Waits among them.
    pub waits: WholeSpread,
    /// Those of them that ran out.
    pub timeouts: WholeSpread,
    /// The lengths of all waits.
    pub wait_total: WholeSpread,
    /// The longest wait of each instance.
    pub wait_longest: WholeSpread,
    /// The mean wait of each instance; see [`ResourceGroup::wait_mean_of_all`].
    pub wait_mean: Spread<f64>,
    /// The mean wait per request of each instance; see
    /// [`ResourceGroup::wait_per_request_of_all`].
    pub wait_per_request: Spread<f64>,
    /// The mean level.
    pub level_mean: Spread<f64>,
    /// The highest level.
    pub level_max: WholeSpread,
    /// The level at the end.
    pub level_end: WholeSpread,
}

impl ResourceGroup {
    /// The mean of all waits, whichever instance they were for; 0 without waits.
    pub fn wait_mean_of_all(&self) -> f64 {
        self.wait_total.sum as f64 / self.waits.sum.max(1) as f64
    }

    /// The mean wait of all requests, those that did not wait included; 0
    /// without requests.
    pub fn wait_per_request_of_all(&self) -> f64 {
        self.wait_total.sum as f64 / self.requests.sum.max(1) as f64
    }
}

/// What all instances together are called.
fn name_of_all(name: &str, indexed: bool) -> String {
    if indexed { format!("{name}[*]") } else { name.to_owned() }
}

/// The processes that the scenario declares with a count, each summed up over
/// its instances, in the order of the scenario; without those of which there is
/// no instance.
pub fn process_groups(header: &Header, statistics: &Statistics) -> Vec<ProcessGroup> {
    let groups = header.processes.iter().filter(|info| info.indexed);
    groups.filter_map(|info| process_group(header, info, &statistics.processes)).collect()
}

fn process_group(header: &Header, info: &ProcessInfo, all: &[ProcessStatistics]) -> Option<ProcessGroup> {
    let first = info.first.index();
    let instances = &all[first..first + info.count as usize];
    let spread = |figure: fn(&ProcessStatistics) -> u64| WholeSpread::of(instances.iter().map(figure));
    let times = |time: fn(&ProcessStatistics) -> Option<crate::time::Time>| {
        WholeSpread::of(instances.iter().filter_map(time).map(|time| time.as_nanos()))
    };
    Some(ProcessGroup {
        name: name_of_all(&info.name, true),
        instances: u64::from(info.count),
        started: times(|process| process.started),
        finished: times(|process| process.finished),
        new: spread(|process| process.new)?,
        running: spread(|process| process.running)?,
        ready: spread(|process| process.ready)?,
        delayed: spread(|process| process.delayed)?,
        blocked: spread(ProcessStatistics::blocked_in_all)?,
        blocked_by: blocked_by(header, instances),
    })
}

fn blocked_by(header: &Header, instances: &[ProcessStatistics]) -> Vec<(String, u128)> {
    let mut sums = BTreeMap::new();
    for (resource, nanos) in instances.iter().flat_map(|process| &process.blocked) {
        let info = header.resource(*resource);
        sums.entry(info.first).or_insert((info, 0)).1 += u128::from(*nanos);
    }
    sums.into_values().map(|(info, sum)| (name_of_all(&info.name, info.indexed), sum)).collect()
}

/// The resources that the scenario declares with a count, each summed up over
/// its instances, in the order of the scenario; without those of which there is
/// no instance.
pub fn resource_groups(header: &Header, statistics: &Statistics) -> Vec<ResourceGroup> {
    let groups = header.resources.iter().filter(|info| info.indexed && info.kind.is_declared());
    groups.filter_map(|info| resource_group(info, &statistics.resources)).collect()
}

fn resource_group(info: &ResourceInfo, all: &[ResourceStatistics]) -> Option<ResourceGroup> {
    let first = info.first.index();
    let instances = &all[first..first + info.count as usize];
    let whole = |figure: fn(&ResourceStatistics) -> u64| WholeSpread::of(instances.iter().map(figure));
    let float = |figure: fn(&ResourceStatistics) -> f64| Spread::<f64>::of(instances.iter().map(figure));
    Some(ResourceGroup {
        name: name_of_all(&info.name, true),
        info: info.clone(),
        instances: u64::from(info.count),
        utilization: Spread::<f64>::of(instances.iter().filter_map(|resource| resource.utilization)),
        requests: whole(|resource| resource.requests)?,
        waits: whole(|resource| resource.waits.count)?,
        timeouts: whole(|resource| resource.timeouts)?,
        wait_total: whole(|resource| u64::try_from(resource.waits.total).unwrap_or(u64::MAX))?,
        wait_longest: whole(|resource| resource.waits.longest)?,
        wait_mean: float(|resource| resource.waits.mean())?,
        wait_per_request: float(ResourceStatistics::wait_per_request)?,
        level_mean: float(|resource| resource.level_mean)?,
        level_max: whole(|resource| resource.level_max)?,
        level_end: whole(|resource| resource.level_end)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::two_stage_trace;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn instances_by_hand() {
        // Of the two instances of `c` the first starts at 1 s, waits 1 s, delays
        // 3 s and is done at 5 s; the second is done at 0 s.
        let trace = two_stage_trace();
        let groups = process_groups(&trace.header, &trace.statistics());
        let [c] = groups.as_slice() else { panic!("one process has a count: {groups:?}") };
        assert_eq!((c.name.as_str(), c.instances), ("c[*]", 2));
        let whole = |sum, min, max| Spread {
            count: 2,
            sum: u128::from(sum * SECOND),
            min: min * SECOND,
            max: max * SECOND,
        };
        assert_eq!((c.started, c.finished), (Some(whole(1, 0, 1)), Some(whole(5, 0, 5))));
        assert_eq!((c.new, c.delayed, c.running), (whole(1, 0, 1), whole(3, 0, 3), whole(0, 0, 0)));
        assert_eq!((c.blocked, c.delayed.mean()), (whole(1, 0, 1), 1.5e9));
        assert_eq!(c.blocked_by, [("q".to_owned(), u128::from(SECOND))]);
    }

    #[test]
    fn means_of_waits_are_those_of_all_waits() {
        let trace = two_stage_trace();
        let mut header = trace.header.clone();
        // As if the mutex and the buffer were two instances of one resource.
        header.resources[0].count = 2;
        header.resources[0].indexed = true;
        let group = resource_group(&header.resources[0], &trace.statistics().resources).expect("two");
        // One wait of 2 s among 2 requests, and one of 1 s among 4.
        assert_eq!((group.waits.sum, group.requests.sum), (2, 6));
        assert_eq!((group.wait_mean_of_all(), group.wait_per_request_of_all()), (1.5e9, 0.5e9));
        assert_eq!((group.wait_longest.min, group.wait_longest.max), (SECOND, 2 * SECOND));
        assert_eq!(group.level_max.max, 2);
    }
}
