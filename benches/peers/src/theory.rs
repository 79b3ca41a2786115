//! What theory, and programs of a few lines, say of the workloads: what the engines are held to.

use crate::exponential::Exponential;
use crate::workload::{
    ARRIVAL_MEAN_S, CHUNK, JOBS, MAKE_MEAN_S, PAIRS, ROOM, SERVERS, SHORT_ITEMS, STAGES, STORE, Settings,
    WEIGHTS,
};

/// The mean time of a visit of W4, by Buzen's algorithm (1973): the normalizing constants G(n) of a network in which
/// every service takes one second and station i is visited with probability w_i. The throughput of all stations
/// together is G(n − 1)/G(n), and by Little's law a visit takes n over that.
pub fn mean_visit() -> f64 {
    let all: u32 = WEIGHTS.iter().sum();
    let mut constants = [0.0; JOBS + 1];
    constants[0] = 1.0;
    for weight in WEIGHTS {
        for n in 1..=JOBS {
            constants[n] += f64::from(weight) / f64::from(all) * constants[n - 1];
        }
    }
    JOBS as f64 * constants[JOBS] / constants[JOBS - 1]
}

/// The mean time in system of W5, by Erlang's C formula.
pub fn mean_with_servers() -> f64 {
    let load = 1.0 / ARRIVAL_MEAN_S;
    let servers = SERVERS as f64;
    // Erlang's B by its recursion, and C from it.
    let blocked = (1..=SERVERS).fold(1.0, |b, n| load * b / (n as f64 + load * b));
    let waits = blocked / (1.0 - load / servers * (1.0 - blocked));
    1.0 + waits / (servers - load)
}

/// The mean time that an item of W7 is in the store. What is in it, who waits to put into it, and those who wait for an
/// item, counted as less than none, are one number between −[`PAIRS`] and [`STORE`] + [`PAIRS`] that goes up and down
/// by one: a birth-death chain.
pub fn mean_in_store() -> f64 {
    let (pairs, room) = (PAIRS as i64, STORE as i64);
    let making = |state: i64| (pairs - (state - room).max(0)) as f64 / MAKE_MEAN_S;
    let using = |state: i64| (pairs - (-state).max(0)) as f64 / MAKE_MEAN_S;
    let (mut weight, mut stored, mut rate) = (1.0, 0.0, 0.0);
    for state in -pairs..=room + pairs {
        stored += weight * state.clamp(0, room) as f64;
        rate += weight * making(state);
        weight *= making(state) / using(state + 1);
    }
    stored / rate
}

/// When the last item of W6 leaves, by the recursion of a line with blocking: a stage begins with an item when it was
/// put and the one before has left the stage, and one leaves a stage when there is room behind.
pub fn line_end(items: u64, seed: u64) -> f64 {
    let mut services: Vec<Exponential> = (0..STAGES).map(|stage| Exponential::stream(seed, stage)).collect();
    // When each stage took each of the last items; of the belt behind the last stage all are taken at once.
    let window = ROOM + 1;
    let mut taken = vec![vec![0.0_f64; window]; STAGES];
    let mut left = vec![0.0_f64; STAGES];
    let mut end = 0.0;
    for item in 0..items as usize {
        let mut put = if item >= ROOM { taken[0][(item - ROOM) % window] } else { 0.0 };
        for stage in 0..STAGES {
            let begins = put.max(left[stage]);
            taken[stage][item % window] = begins;
            let done = begins + services[stage].draw();
            put = match taken.get(stage + 1) {
                Some(next) if item >= ROOM => done.max(next[(item - ROOM) % window]),
                _ => done,
            };
            left[stage] = put;
        }
        end = put;
    }
    end
}

/// How many steps all numbers up to this one take to 1 by Collatz's rule.
pub fn collatz_steps(numbers: u64) -> u64 {
    (1..=numbers).map(|number| collatz(number).count() as u64).sum()
}

/// What comes after this number by Collatz's rule, up to 1.
fn collatz(number: u64) -> impl Iterator<Item = u64> {
    let next = |n: &u64| (*n != 1).then(|| if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 });
    std::iter::successors(next(&number), next)
}

/// What W9 computes: the moving average, the number that takes the most steps, and how many.
pub fn collatz_figure(numbers: u64) -> f64 {
    let (mut mean, mut most, mut hardest) = (0.0, 0, 0);
    for number in 1..=numbers {
        let mut steps = 0;
        for n in collatz(number) {
            mean += (n as f64 - mean) * 0.01;
            steps += 1;
        }
        if steps > most {
            (most, hardest) = (steps, number);
        }
    }
    mean + (most + hardest) as f64
}

/// How long one run of W10 takes: when each item is put into both buffers, and when it is taken out of each.
pub fn short_run(settings: Settings) -> f64 {
    let [load, train, infer] = settings.periods_s;
    let room = settings.capacity as usize;
    let (mut trained, mut inferred) = (Vec::<f64>::new(), Vec::<f64>::new());
    let (mut loaded, mut trainer_free, mut inferer_free) = (0.0_f64, 0.0_f64, 0.0_f64);
    for item in 0..SHORT_ITEMS as usize {
        loaded += load;
        if item >= room {
            loaded = loaded.max(trained[item - room]);
        }
        if (item + 1).is_multiple_of(CHUNK as usize) {
            let begins = loaded.max(trainer_free);
            trained.resize(item + 1, begins);
            trainer_free = begins + train;
        }
        if item >= room {
            loaded = loaded.max(inferred[item - room]);
        }
        let begins = loaded.max(inferer_free);
        inferred.push(begins);
        inferer_free = begins + infer;
    }
    trainer_free.max(inferer_free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_give_what_is_known() {
        // Erlang's C for 5 servers and a load of 4 is 0.5541, in every table.
        assert!((mean_with_servers() - 1.554_113).abs() < 1e-6, "{}", mean_with_servers());
        // Making and using are equally fast, so the store is half full on average, and less than one item a second goes
        // through it.
        assert!(mean_in_store() > STORE as f64 / 2.0, "{}", mean_in_store());
        assert_eq!(collatz_steps(10), 67, "A006577 up to 10: 0 1 7 2 5 8 16 3 19 6");
        let lab = Settings { capacity: 15, periods_s: [1.0, 5.0, 2.0] };
        assert_eq!(short_run(lab), 31.0, "1 s to load, and 15 items at 2 s");
    }

    /// With one job nobody waits, and with many the busiest station sets the pace: in between both bounds hold.
    #[test]
    fn a_visit_takes_as_long_as_it_must() {
        let busiest = f64::from(WEIGHTS[0]) / f64::from(WEIGHTS.iter().sum::<u32>());
        let least = JOBS as f64 * busiest;
        assert!((least..1.1 * least).contains(&mean_visit()), "{} and {least}", mean_visit());
    }
}
