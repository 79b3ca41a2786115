//! nexosim 1.0: actors that exchange messages, on its single-threaded executor.
//!
//! A process is a model that schedules itself. Models cannot wait inside a method for what another model does, so
//! an acquisition is a message to the model of the semaphore, and the grant a message back; a release is one
//! message. The memories of W3 are not models but plain shared slots, which saves the engine their messages. Time
//! is nexosim's own, nanoseconds in integers; a delay that rounds to none is made 1 ns, as it must lie ahead.
//! Mailboxes are as small as each workload allows, for the sake of bytes a process.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use nexosim::model::{BuildContext, Context, Model, ProtoModel, schedulable};
use nexosim::ports::Output;
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::exponential::Exponential;
use crate::stopwatch::Stopwatch;
use crate::workload::{ARRIVAL_RATE, CAPACITY, CHUNK, Finished, PERIODS_S, Workload};

const START: MonotonicTime = MonotonicTime::EPOCH;

/// A draw as a delay in this engine's clock.
fn delay(seconds: f64) -> Duration {
    Duration::from_nanos(((seconds * 1e9) as u64).max(1))
}

/// Seconds from the start of the simulation.
fn seconds_at(time: MonotonicTime) -> f64 {
    time.duration_since(START).as_secs_f64()
}

/// Runs what is scheduled until nothing is, and returns the seconds of processor time that took.
fn timed(simulation: &mut Simulation) -> f64 {
    let start = Stopwatch::start();
    simulation.run().expect("no model fails");
    start.seconds()
}

/// What the models of a run count and record, outside the simulation's state. There is one thread, so plain loads
/// and stores are enough.
#[derive(Default)]
struct Tally {
    count: AtomicU64,
    tickets: AtomicU64,
    sums: [AtomicU64; 2],
    sojourn_s: AtomicU64,
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Relaxed) + amount, Relaxed);
}

/// What a model has beside its state: its random numbers and the tally of the run.
struct Surroundings {
    draws: Exponential,
    tally: Arc<Tally>,
    memories: Arc<[[AtomicU64; CAPACITY]; 2]>,
}

impl Surroundings {
    fn new(seed: u64, tally: &Arc<Tally>) -> Self {
        Self { draws: Exponential::seeded(seed), tally: Arc::clone(tally), memories: Arc::default() }
    }
}

/// A model together with its surroundings.
struct Placed<M>(M, Surroundings);

impl<M: Model<Env = Surroundings>> ProtoModel for Placed<M> {
    type Model = M;

    fn build(self, _: &mut BuildContext<Self>) -> (M, Surroundings) {
        (self.0, self.1)
    }
}

// --- W1 ---

#[derive(Default, Serialize, Deserialize)]
struct Source {
    left: u64,
    customers: Output<MonotonicTime>,
}

#[Model(type Env = Surroundings)]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut Surroundings) {
        self.delay(cx, env);
    }

    fn delay(&mut self, cx: &Context<Self>, env: &mut Surroundings) {
        let next = delay(env.draws.draw() / ARRIVAL_RATE);
        cx.schedule_event(next, schedulable!(Self::arrive), ()).expect("a delay lies ahead");
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), cx: &Context<Self>, env: &mut Surroundings) {
        self.customers.send(cx.time()).await;
        self.left -= 1;
        if self.left > 0 {
            self.delay(cx, env);
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Server {
    serving: Option<MonotonicTime>,
    waiting: VecDeque<MonotonicTime>,
    sojourn_s: f64,
}

#[Model(type Env = Surroundings)]
impl Server {
    async fn put(&mut self, arrived: MonotonicTime, cx: &Context<Self>, env: &mut Surroundings) {
        if self.serving.is_some() {
            self.waiting.push_back(arrived);
        } else {
            self.serve(arrived, cx, env);
        }
    }

    fn serve(&mut self, arrived: MonotonicTime, cx: &Context<Self>, env: &mut Surroundings) {
        self.serving = Some(arrived);
        let service = delay(env.draws.draw());
        cx.schedule_event(service, schedulable!(Self::finish), ()).expect("a delay lies ahead");
    }

    #[nexosim(schedulable)]
    async fn finish(&mut self, _: (), cx: &Context<Self>, env: &mut Surroundings) {
        let arrived = self.serving.take().expect("only a busy server finishes");
        self.sojourn_s += cx.time().duration_since(arrived).as_secs_f64();
        env.tally.sojourn_s.store(self.sojourn_s.to_bits(), Relaxed);
        add(&env.tally.count, 2);
        if let Some(next) = self.waiting.pop_front() {
            self.serve(next, cx, env);
        }
    }
}

/// How this engine runs a workload: W1 to W3.
pub fn run(workload: Workload) -> Option<Run> {
    Some(match workload {
        Workload::Queue { customers } => Box::new(move || queue(customers)),
        Workload::Hold { processes, wake_ups } => Box::new(move || hold(processes, wake_ups)),
        Workload::Buffer { items } => Box::new(move || buffer(items)),
        _ => return None,
    })
}

/// Runs W1 with this many customers.
pub fn queue(customers: u64) -> Finished {
    let tally = Arc::<Tally>::default();
    let mut source = Source { left: customers, customers: Output::default() };
    let (source_box, server_box) = (Mailbox::with_capacity(4), Mailbox::with_capacity(4));
    source.customers.connect(Server::put, &server_box);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(Placed(source, Surroundings::new(1, &tally)), source_box, "source")
        .add_model(Placed(Server::default(), Surroundings::new(2, &tally)), server_box, "server")
        .init(START)
        .expect("the bench is complete");
    let seconds = timed(&mut simulation);
    let figure = Some(f64::from_bits(tally.sojourn_s.load(Relaxed)) / customers as f64);
    let end_time_s = seconds_at(simulation.time());
    Finished { count: tally.count.load(Relaxed), seconds, end_time_s, figure }
}

// --- W2 ---

#[derive(Default, Serialize, Deserialize)]
struct Sleeper {}

#[Model(type Env = Lean)]
impl Sleeper {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, env: &mut Lean) {
        self.delay(cx, env);
    }

    /// A run cannot be stopped at a count, so each delay takes a ticket, and without one the process ends.
    fn delay(&mut self, cx: &Context<Self>, env: &mut Lean) {
        let tickets = env.tally.tickets.load(Relaxed);
        if tickets > 0 {
            env.tally.tickets.store(tickets - 1, Relaxed);
            let next = delay(env.draws.draw());
            cx.schedule_event(next, schedulable!(Self::wake), ()).expect("a delay lies ahead");
        }
    }

    #[nexosim(schedulable)]
    async fn wake(&mut self, _: (), cx: &Context<Self>, env: &mut Lean) {
        add(&env.tally.count, 1);
        self.delay(cx, env);
    }
}

/// As [`Surroundings`], without what W2 does not need, as there are very many of them.
struct Lean {
    draws: Exponential,
    tally: Arc<Tally>,
}

struct PlacedSleeper(Lean);

impl ProtoModel for PlacedSleeper {
    type Model = Sleeper;

    fn build(self, _: &mut BuildContext<Self>) -> (Sleeper, Lean) {
        (Sleeper {}, self.0)
    }
}

/// Runs W2 with this many processes until this many wake-ups have happened. The first delays are scheduled while
/// the simulation is built, outside the measured time.
pub fn hold(processes: u32, wake_ups: u64) -> Finished {
    let tally = Arc::<Tally>::default();
    tally.tickets.store(wake_ups, Relaxed);
    let mut bench = SimInit::with_num_threads(1);
    for process in 0..processes {
        let lean = Lean { draws: Exponential::seeded(u64::from(process)), tally: Arc::clone(&tally) };
        bench = bench.add_model(PlacedSleeper(lean), Mailbox::with_capacity(1), "sleeper");
    }
    let mut simulation = bench.init(START).expect("the bench is complete");
    let seconds = timed(&mut simulation);
    let end_time_s = seconds_at(simulation.time());
    Finished { count: tally.count.load(Relaxed), seconds, end_time_s, figure: None }
}

// --- W3 ---

/// A counting semaphore; a mutex is one with a single permit. Every user has a port for its grants.
#[derive(Serialize, Deserialize)]
struct Permits {
    free: usize,
    waiting: VecDeque<usize>,
    grants: [Output<()>; 3],
}

#[Model]
impl Permits {
    fn new(free: usize) -> Self {
        Self { free, waiting: VecDeque::new(), grants: Default::default() }
    }

    async fn acquire(&mut self, process: usize) {
        if self.free > 0 {
            self.free -= 1;
            self.grants[process].send(()).await;
        } else {
            self.waiting.push_back(process);
        }
    }

    async fn release(&mut self) {
        match self.waiting.pop_front() {
            Some(process) => self.grants[process].send(()).await,
            None => self.free += 1,
        }
    }
}

/// The loader, the trainer and the inferer differ in their lists, and in what they do to the memories.
#[derive(Serialize, Deserialize)]
struct Worker {
    process: usize,
    left: u64,
    granted: usize,
    at: usize,
    acquire: Vec<Output<usize>>,
    release: Vec<Output<()>>,
}

#[Model(type Env = Surroundings)]
impl Worker {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.delay(cx);
    }

    fn delay(&self, cx: &Context<Self>) {
        let period = Duration::from_secs(PERIODS_S[self.process].into());
        cx.schedule_event(period, schedulable!(Self::begin), ()).expect("a delay lies ahead");
    }

    #[nexosim(schedulable)]
    async fn begin(&mut self) {
        self.granted = 0;
        self.acquire[0].send(self.process).await;
    }

    async fn grant(&mut self, _: (), cx: &Context<Self>, env: &mut Surroundings) {
        self.granted += 1;
        if let Some(next) = self.acquire.get_mut(self.granted) {
            next.send(self.process).await;
            return;
        }
        self.use_memories(env);
        for resource in &mut self.release {
            resource.send(()).await;
        }
        self.left -= 1;
        if self.left > 0 {
            self.delay(cx);
        }
    }

    fn use_memories(&mut self, env: &Surroundings) {
        let times = if self.process == 1 { CHUNK } else { 1 };
        for _ in 0..times {
            match self.process {
                0 => env.memories.iter().for_each(|memory| memory[self.at].store(self.left, Relaxed)),
                1 => add(&env.tally.sums[0], env.memories[0][self.at].load(Relaxed)),
                _ => {
                    add(&env.tally.sums[1], env.memories[1][self.at].load(Relaxed));
                    add(&env.tally.count, 1);
                }
            }
            self.at = (self.at + 1) % CAPACITY;
        }
    }
}

/// Runs W3 with this many items.
pub fn buffer(items: u64) -> Finished {
    const MUTEX_1: usize = 0;
    const MUTEX_2: usize = 1;
    const EMPTY_1: usize = 2;
    const EMPTY_2: usize = 3;
    const FULL_1: usize = 4;
    const FULL_2: usize = 5;
    let acquire: [&[usize]; 3] =
        [&[EMPTY_1, EMPTY_2, MUTEX_1, MUTEX_2], &[FULL_1, FULL_1, FULL_1, MUTEX_1], &[FULL_2, MUTEX_2]];
    let release: [&[usize]; 3] =
        [&[MUTEX_1, MUTEX_2, FULL_1, FULL_2], &[MUTEX_1, EMPTY_1, EMPTY_1, EMPTY_1], &[MUTEX_2, EMPTY_2]];

    let tally = Arc::<Tally>::default();
    let memories = Arc::default();
    let mut permits = [1, 1, CAPACITY, CAPACITY, 0, 0].map(Permits::new);
    let permit_boxes: [Mailbox<Permits>; 6] = std::array::from_fn(|_| Mailbox::new());
    let mut bench = SimInit::with_num_threads(1);
    for process in 0..3 {
        let mailbox = Mailbox::new();
        let mut worker = Worker {
            process,
            left: if process == 1 { items / CHUNK } else { items },
            granted: 0,
            at: 0,
            acquire: Vec::new(),
            release: Vec::new(),
        };
        for &resource in acquire[process] {
            let mut port = Output::default();
            port.connect(Permits::acquire, &permit_boxes[resource]);
            worker.acquire.push(port);
        }
        for &resource in release[process] {
            let mut port = Output::default();
            port.connect(Permits::release, &permit_boxes[resource]);
            worker.release.push(port);
        }
        for permits in &mut permits {
            permits.grants[process].connect(Worker::grant, &mailbox);
        }
        let surroundings =
            Surroundings { memories: Arc::clone(&memories), ..Surroundings::new(process as u64, &tally) };
        bench = bench.add_model(Placed(worker, surroundings), mailbox, "worker");
    }
    for (permits, mailbox) in permits.into_iter().zip(permit_boxes) {
        bench = bench.add_model(permits, mailbox, "permits");
    }
    let mut simulation = bench.init(START).expect("the bench is complete");
    let seconds = timed(&mut simulation);
    let [sum_1, sum_2] = [0, 1].map(|memory: usize| tally.sums[memory].load(Relaxed));
    assert_eq!(sum_1, sum_2, "both memories carried the same items");
    let end_time_s = seconds_at(simulation.time());
    Finished { count: tally.count.load(Relaxed), seconds, end_time_s, figure: None }
}
