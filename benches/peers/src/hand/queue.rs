//! W1 by hand: two kinds of entry in the calendar, and a queue of arrival times.

use std::collections::VecDeque;

use super::Calendar;
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_RATE, Finished};

const ARRIVAL: u32 = 0;
const DEPARTURE: u32 = 1;

/// Runs W1 with this many customers.
pub fn queue<C: Calendar>(customers: u64) -> Finished {
    let mut arrivals = Exponential::seeded(1);
    let mut services = Exponential::seeded(2);
    let mut calendar = C::with_capacity(4);
    let mut waiting = VecDeque::new();
    let mut busy_since_arrival = None;
    let (mut arrived, mut events, mut sojourn, mut now) = (0, 0, 0.0, 0.0);

    let start = Stopwatch::start();
    calendar.push(arrivals.draw() / ARRIVAL_RATE, ARRIVAL);
    while let Some((time, subject)) = calendar.first() {
        now = time;
        events += 1;
        if subject == ARRIVAL {
            arrived += 1;
            if arrived < customers {
                calendar.replace_first(now + arrivals.draw() / ARRIVAL_RATE, ARRIVAL);
            } else {
                calendar.pop();
            }
            if busy_since_arrival.is_some() {
                waiting.push_back(now);
            } else {
                busy_since_arrival = Some(now);
                calendar.push(now + services.draw(), DEPARTURE);
            }
        } else {
            sojourn += now - busy_since_arrival.expect("only a busy server finishes");
            busy_since_arrival = waiting.pop_front();
            if busy_since_arrival.is_some() {
                calendar.replace_first(now + services.draw(), DEPARTURE);
            } else {
                calendar.pop();
            }
        }
    }
    let seconds = start.seconds();

    let figure = Some(sojourn / customers as f64);
    Finished { count: events, seconds, end_time_s: now, figure }
}
