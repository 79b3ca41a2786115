//! W4 by hand: a queue for each station, and an entry in the calendar for each that is busy.

use std::collections::VecDeque;

use super::{Agenda, Calendar};
use crate::exponential::{Exponential, Routes};
use crate::stopwatch::Stopwatch;
use crate::workload::{Finished, JOBS, STATIONS, WEIGHTS};

#[derive(Default)]
struct Station {
    serving: Option<u32>,
    waiting: VecDeque<u32>,
}

/// Runs W4 with this many visits of each job.
pub fn network<C: Calendar>(visits: u64, seed: u64) -> Finished {
    let mut services: [Exponential; STATIONS] =
        std::array::from_fn(|number| Exponential::stream(seed, number));
    let mut routes = Routes::stream(seed, WEIGHTS);
    let mut agenda = Agenda::<C>::with_capacity(STATIONS);
    let mut stations: [Station; STATIONS] = Default::default();
    let mut left = [visits; JOBS];
    let mut came = [0.0; JOBS];
    let (mut events, mut spent, mut now) = (0, 0.0, 0.0);

    let start = Stopwatch::start();
    for job in 0..JOBS {
        let at = job % STATIONS;
        if arrive(&mut stations[at], job as u32) {
            agenda.push(services[at].draw(), at as u32);
        }
    }
    while let Some((time, at)) = agenda.next() {
        now = time;
        events += 1;
        let station = &mut stations[at as usize];
        let job = station.serving.expect("only a busy station finishes");
        station.serving = station.waiting.pop_front();
        let goes_on = station.serving.is_some();
        spent += now - came[job as usize];
        left[job as usize] -= 1;
        let to = routes.draw();
        if left[job as usize] > 0 {
            came[job as usize] = now;
            if arrive(&mut stations[to], job) {
                agenda.push(now + services[to].draw(), to as u32);
            }
        }
        if goes_on {
            agenda.push(now + services[at as usize].draw(), at);
        }
    }
    let seconds = start.seconds();

    Finished { count: events, seconds, end_time_s: now, figure: Some(spent / events as f64) }
}

/// Whether the job is served at once; if not it waits.
#[inline(always)]
fn arrive(station: &mut Station, job: u32) -> bool {
    if station.serving.is_some() {
        station.waiting.push_back(job);
        return false;
    }
    station.serving = Some(job);
    true
}
