//! W5 by hand: an entry for the next arrival, one for each server that is busy, and a queue of arrival times.

use std::collections::VecDeque;

use super::{Agenda, Calendar};
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_MEAN_S, Finished, SERVERS};

const ARRIVAL: u32 = SERVERS as u32;

/// Runs W5 with this many customers.
pub fn customers<C: Calendar>(customers: u64, seed: u64) -> Finished {
    let mut arrivals = Exponential::stream(seed, 1);
    let mut services = Exponential::stream(seed, 2);
    let mut agenda = Agenda::<C>::with_capacity(SERVERS + 1);
    let mut waiting = VecDeque::new();
    let mut free: Vec<u32> = (0..ARRIVAL).collect();
    let mut came = [0.0; SERVERS];
    let (mut arrived, mut events, mut spent, mut now) = (0, 0, 0.0, 0.0);

    let start = Stopwatch::start();
    agenda.push(arrivals.draw() * ARRIVAL_MEAN_S, ARRIVAL);
    while let Some((time, subject)) = agenda.next() {
        now = time;
        events += 1;
        let begins = if subject == ARRIVAL {
            arrived += 1;
            if arrived < customers {
                agenda.push(now + arrivals.draw() * ARRIVAL_MEAN_S, ARRIVAL);
            }
            match free.pop() {
                Some(server) => Some((server, now)),
                None => {
                    waiting.push_back(now);
                    None
                }
            }
        } else {
            spent += now - came[subject as usize];
            let next = waiting.pop_front();
            if next.is_none() {
                free.push(subject);
            }
            next.map(|came| (subject, came))
        };
        if let Some((server, since)) = begins {
            came[server as usize] = since;
            agenda.push(now + services.draw(), server);
        }
    }
    let seconds = start.seconds();

    Finished { count: events, seconds, end_time_s: now, figure: Some(spent / customers as f64) }
}
