"""1,000 replications of one M/M/1 queue with each engine, all cores, in turn.

    python3 compare.py [--program tempolane] [--replications N] [--rounds N] [--engines NAMES]

prints a table in Markdown. Each run is a process of its own, written as the documentation of its engine writes such
a model: arrivals at rate 0.9, services at rate 1, a warm-up of 1,000 and then 10,000 units of time, and as the one
figure the mean number of customers in the line, which theory says is 8.1. An engine that cannot be imported is left
out, and said to be. What is timed is in README.md.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WARM_UP, LENGTH, ARRIVAL_RATE, SERVICE_RATE = 1_000, 10_000, 0.9, 1.0
IN_LINE = 8.1
# Engines that take long run once, with fewer replications, and the time is multiplied.
FEWER = {"simpy": 10, "naga": 100}


def tempolane(program, replications, figures="measures.waiting.mean", columns="none"):
    """The whole process, which reads the scenario and writes a row for each run."""
    with tempfile.TemporaryDirectory() as folder:
        line = [program, "sweep", str(HERE / "mm1.yaml"), "--replications", str(replications), "--of", figures,
                "--columns", columns, "--no-charts", "--format", "json", "-o", folder]
        began = time.perf_counter()
        done = subprocess.run(line, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - began
    return seconds, json.loads(done.stdout)["figures"]["measures.waiting.mean"]["mean"]


def tempolane_all_columns(program, replications):
    """With the columns that rows have unless told otherwise."""
    return tempolane(program, replications, columns="fingerprint,ties,races")


def simpy_once(seed):
    import simpy

    env = simpy.Environment()
    store = simpy.Store(env)
    arrivals, services = random.Random(2 * seed), random.Random(2 * seed + 1)
    line = {"level": 0, "since": WARM_UP, "area": 0.0}

    def changes(by):
        if env.now > line["since"]:
            line["area"] += line["level"] * (env.now - line["since"])
            line["since"] = env.now
        line["level"] += by

    def source():
        while True:
            yield env.timeout(arrivals.expovariate(ARRIVAL_RATE))
            changes(1)
            yield store.put(None)

    def server():
        while True:
            yield store.get()
            changes(-1)
            yield env.timeout(services.expovariate(SERVICE_RATE))

    env.process(source())
    env.process(server())
    env.run(until=WARM_UP + LENGTH)
    changes(0)
    return line["area"] / LENGTH


def simpy(_, replications):
    """Replications in a pool of processes, from the first to the last."""
    import simpy as _simpy  # noqa: F401  Only whether it is there.

    began = time.perf_counter()
    with multiprocessing.Pool() as pool:
        means = pool.map(simpy_once, range(replications), chunksize=max(1, replications // (8 * os.cpu_count())))
    return time.perf_counter() - began, statistics.fmean(means)


def cimba(_, replications):
    """The run of a model that was compiled before, by a run of two replications."""
    import cimba as cb
    from cimba import inputs

    class MM1(cb.Model):
        interarrival: cb.Input[float] = inputs.dist.exponential(mean=1 / ARRIVAL_RATE)
        service_time: cb.Input[float] = inputs.dist.exponential(mean=1 / SERVICE_RATE)
        queue: cb.Container
        mean_queue: cb.Output[float]

        @cb.process
        def arrivals(self):
            while True:
                cb.hold(self.interarrival.next())
                self.queue.put(1)

        @cb.process
        def server(self):
            while True:
                self.queue.get(1)
                cb.hold(self.service_time.next())

        @cb.on_end
        def measure(self):
            self.mean_queue = self.queue.mean_level()

    model = MM1()
    window = cb.Window(warmup=WARM_UP, duration=LENGTH)
    cb.Experiment(model, replications=2, window=window, seed=1).run()
    began = time.perf_counter()
    results = cb.Experiment(model, replications=replications, window=window, seed=123).run()
    seconds = time.perf_counter() - began
    return seconds, float(cb.analysis.summary(results[model].mean_queue).mean[0])


def naga(_, replications):
    """The whole process, as `naga run` is meant to be used."""
    line = [sys.executable, "-m", "nagasim", "run", str(HERE / "naga.json"), "--replications", str(replications),
            "--workers", "auto", "--no-logs", "--seed", "1"]
    began = time.perf_counter()
    subprocess.run(line, check=True, capture_output=True)
    return time.perf_counter() - began, None


ENGINES = {"tempolane": tempolane, "tempolane-all-columns": tempolane_all_columns, "cimba": cimba, "simpy": simpy,
           "naga": naga}
MODULES = {"cimba": "cimba", "simpy": "simpy", "naga": "nagasim"}


def missing(engine):
    """Whether its Python package is not there."""
    code = f"import {MODULES.get(engine, 'json')}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode != 0


def one_run(arguments, engine):
    """Seconds for all replications and the mean that it found, from a process of its own."""
    fewer = FEWER.get(engine, 1)
    count = max(1, arguments.replications // fewer)
    line = [sys.executable, __file__, "--program", arguments.program, "--replications", str(count), "--once", engine]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    record = json.loads(done.stdout)
    mean = record["mean"]
    # Within a tenth: the standard deviation of one replication is 1.7.
    if mean is not None and abs(mean - IN_LINE) > 0.1 * IN_LINE + 5 * 1.7 / count**0.5:
        sys.exit(f"{engine}: {mean} in the line, and not {IN_LINE}")
    return record["seconds"] * arguments.replications / count, mean


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="tempolane", help="tempolane, built with --release")
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--once", choices=ENGINES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        seconds, mean = ENGINES[arguments.once](arguments.program, arguments.replications)
        print(json.dumps({"seconds": seconds, "mean": mean}))
        return
    rounds = {engine: [] for engine in arguments.engines.split(",")}
    means = {}
    for engine in [engine for engine in rounds if missing(engine)]:
        print(f"{engine} is not installed, and was not run.\n")
        del rounds[engine]
    for turn in range(arguments.rounds):
        for engine, seconds in rounds.items():
            if turn == 0 or engine not in FEWER:
                took, means[engine] = one_run(arguments, engine)
                seconds.append(took)
    ours = statistics.median(rounds["tempolane"])
    print("| engine | seconds (median) | range | times as long as ours | mean in the line |")
    print("|---|--:|--:|--:|--:|")
    for engine, seconds in rounds.items():
        middle = statistics.median(seconds)
        ratio = statistics.median(one / our for one, our in zip(seconds, rounds["tempolane"]))
        mean = "–" if means[engine] is None else f"{means[engine]:.2f}"
        print(f"| {engine} | {middle:.2f} | {min(seconds):.2f}–{max(seconds):.2f} | {ratio:.2f} | {mean} |")
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; ours took {ours:.2f} s.")


if __name__ == "__main__":
    main()
