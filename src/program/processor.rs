//! Processors under given parameter values: what of them no run changes.

use super::layout::{shared, work};
use super::values::{BindError, InstanceRanges, error, flag, int, number};
use crate::ids::ResourceDefId;
use crate::scenario::{ProcessorSpec, ResourceDef};
use crate::trace::Discipline;
use crate::value::Value;

/// What no run changes of the instances of a processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processor {
    /// In which order processes are served.
    pub discipline: Discipline,
    /// Whether a process that comes takes its core from one that goes after it.
    pub preempts: bool,
    /// Whether how many cores it has goes by a timetable.
    pub has_hours: bool,
    /// For how many nanoseconds of work a process keeps its core if others are ready;
    /// 0 for as long as it wants.
    pub quantum: u64,
    /// How many nanoseconds a core needs before it serves another process than before.
    pub switch: u64,
    /// How many processes it serves at a time, if it is not shared.
    pub cores: u64,
    /// In units of service (see [`shared::UNITS`]) a nanosecond, what all processes
    /// attain together of whom there are so many and one more; more attain as much as
    /// the last. Empty of one that is not shared.
    speeds: Vec<u128>,
    /// The header of the processor whose core each of its cores needs.
    pub outer: Option<u32>,
}

/// How many cores a processor may have: what its state takes is bounded.
pub(super) const MOST_CORES: i64 = 4_096;
/// The least and the greatest speed, in thousandths.
const SPEEDS: (f64, f64) = (1.0, 1e6);

impl Processor {
    /// The parameters of a processor with this specification.
    pub(super) fn of(
        def: &ResourceDef,
        spec: &ProcessorSpec,
        cores: u64,
        instances: &InstanceRanges,
        params: &[Value],
    ) -> Result<Processor, BindError> {
        let quantum = match &spec.quantum {
            None => 0,
            Some(expr) => match int(expr, params)? {
                nanos @ 1.. => nanos as u64,
                nanos => {
                    return Err(error(expr, format!("the quantum is {}, but must be above 0", told(nanos))));
                }
            },
        };
        let switch = match &spec.switch {
            None => 0,
            Some(expr) => match int(expr, params)? {
                nanos @ 0.. => nanos as u64,
                nanos => {
                    return Err(error(expr, format!("a switch takes {}, which is negative", told(nanos))));
                }
            },
        };
        Ok(Processor {
            discipline: def.discipline,
            preempts: flag(spec.preempts.as_ref(), params, true)?
                && matches!(def.discipline, Discipline::Priority | Discipline::Edf),
            has_hours: spec.has_hours,
            quantum,
            switch,
            cores,
            speeds: speeds(def, spec, cores, params)?,
            outer: spec.on.map(|on: ResourceDefId| instances[on.index()].0),
        })
    }

    /// The service that each of `processes`, at least one, attains in a nanosecond while so many
    /// cores are taken.
    #[inline]
    pub fn rate(&self, processes: u64, taken: u64) -> u128 {
        if taken > 0 {
            return u128::from(processes.min(self.cores - taken)) * shared::UNITS / u128::from(processes);
        }
        let all = self.speeds.get(processes as usize - 1).or(self.speeds.last());
        all.copied().unwrap_or(shared::UNITS) / u128::from(processes)
    }

    /// In units of service a nanosecond, what 1, 2, 3 … processes attain together of one
    /// that is shared; more attain as much as the last, and none given means one core.
    pub fn speeds(&self) -> &[u128] {
        &self.speeds
    }

    /// Whether every process is served from when it comes.
    pub fn is_shared(&self) -> bool {
        self.discipline == Discipline::Sharing
    }

    /// Whether who must be done first is served first.
    pub fn is_by_deadline(&self) -> bool {
        self.discipline == Discipline::Edf
    }

    /// The words of the content of one that up to so many processes use.
    pub(super) fn words(&self, processes: usize) -> usize {
        if self.is_shared() { shared::HEAP + shared::ENTRY * processes } else { self.cores as usize }
    }
}

fn told(nanos: i64) -> String {
    crate::time::format_nanos(nanos)
}

fn speeds(
    def: &ResourceDef,
    spec: &ProcessorSpec,
    cores: u64,
    params: &[Value],
) -> Result<Vec<u128>, BindError> {
    if def.discipline != Discipline::Sharing {
        return Ok(Vec::new());
    }
    if spec.speed.is_empty() {
        return Ok((1..=cores).map(|cores| u128::from(cores) * shared::UNITS).collect());
    }
    let mut speeds: Vec<u128> = Vec::new();
    for (number_before, expr) in spec.speed.iter().enumerate() {
        let thousandths = libm::round(number(expr, params)? * 1000.0);
        if !(SPEEDS.0..=SPEEDS.1).contains(&thousandths) {
            return Err(error(expr, "a speed is from 0.001 to 1000"));
        }
        let speed = thousandths as u128 * (shared::UNITS / 1000);
        let count = number_before as u128;
        if speeds.last().is_some_and(|&before| speed * count > before * (count + 1)) {
            let message = format!("each of {} processes would be faster than each of {count}", count + 1);
            return Err(error(expr, message));
        }
        speeds.push(speed);
    }
    Ok(speeds)
}

/// The processors on which the first one stands, itself first, by their headers.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    headers: [u32; work::MOST_LEVELS],
    len: usize,
}

impl Chain {
    /// The processors from the one with this header out.
    pub fn from(header: usize, outer: impl Fn(usize) -> Option<u32>) -> Chain {
        let mut chain = Chain { headers: [header as u32; work::MOST_LEVELS], len: 1 };
        while let Some(next) = outer(chain.headers[chain.len - 1] as usize) {
            chain.headers[chain.len] = next;
            chain.len += 1;
        }
        chain
    }

    /// The header at this level, from 0.
    #[inline(always)]
    pub fn at(&self, level: usize) -> usize {
        self.headers[level] as usize
    }

    /// How many there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// At which level a processor stands in it.
    pub fn level_of(&self, header: usize) -> Option<usize> {
        self.headers[..self.len].iter().position(|&other| other as usize == header)
    }
}
