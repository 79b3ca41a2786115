//! W10 by hand: three processes and two levels, once for each run.

use super::{Agenda, Calendar};
use crate::stopwatch::Stopwatch;
use crate::workload::{CHUNK, Finished, SHORT_ITEMS, Settings};

const LOADER: usize = 0;
const TRAINER: usize = 1;
const INFERER: usize = 2;

struct Plant<'a, C> {
    agenda: &'a mut Agenda<C>,
    now: f64,
    settings: Settings,
    /// What is in the buffers of the trainer and of the inferer.
    levels: [u32; 2],
    /// How many of the two buffers the loader's item was put into; 2 while it loads.
    put: usize,
    /// Whether each process is in its delay.
    busy: [bool; 3],
    left: [u32; 3],
}

impl<C: Calendar> Plant<'_, C> {
    #[inline(always)]
    fn delay(&mut self, process: usize) {
        self.busy[process] = true;
        self.agenda.push(self.now + self.settings.periods_s[process], process as u32);
    }

    #[inline(always)]
    fn take(&mut self, process: usize, count: u32) {
        let level = &mut self.levels[process - 1];
        if !self.busy[process] && self.left[process] > 0 && *level >= count {
            *level -= count;
            self.left[process] -= 1;
            self.delay(process);
        }
    }

    /// Everything that can happen at this time.
    #[inline(always)]
    fn go_on(&mut self) {
        loop {
            self.take(TRAINER, CHUNK as u32);
            self.take(INFERER, 1);
            if self.busy[LOADER] || self.put == 2 || self.levels[self.put] == self.settings.capacity {
                return;
            }
            self.levels[self.put] += 1;
            self.put += 1;
            if self.put == 2 && self.left[LOADER] > 0 {
                self.left[LOADER] -= 1;
                self.delay(LOADER);
            }
        }
    }
}

/// Runs it once with these settings; the time at which it ends.
fn run<C: Calendar>(agenda: &mut Agenda<C>, settings: Settings) -> f64 {
    let left = [SHORT_ITEMS - 1, SHORT_ITEMS / CHUNK as u32, SHORT_ITEMS];
    let mut plant = Plant { agenda, now: 0.0, settings, levels: [0; 2], put: 2, busy: [false; 3], left };
    plant.delay(LOADER);
    while let Some((time, process)) = plant.agenda.next() {
        plant.now = time;
        plant.busy[process as usize] = false;
        if process as usize == LOADER {
            plant.put = 0;
        }
        plant.go_on();
    }
    plant.now
}

/// Runs W10, this many times.
pub fn short<C: Calendar>(runs: u64) -> Finished {
    let mut agenda = Agenda::<C>::with_capacity(4);
    let (mut all, mut end) = (0.0, 0.0);

    let start = Stopwatch::start();
    for number in 0..runs {
        end = run(&mut agenda, Settings::of(number));
        all += end;
    }
    let seconds = start.seconds();

    Finished { count: runs, seconds, end_time_s: end, figure: Some(all) }
}
