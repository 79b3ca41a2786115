"""The three workloads for SimPy 4, one measured run per process.

    python3 simpy_workloads.py W1 | W2 K | W3 [--divide N]

prints one JSON object, the same as the other engines of the comparison print. Written as SimPy's documentation
writes such models: a Store for the queue, a Container for a counting semaphore, a Resource for a mutex. The numbers
come from `random.expovariate`, which is what a SimPy model uses.
"""

import argparse
import json
import random
import time

import simpy

ARRIVAL_RATE = 0.9
CAPACITY = 15
CHUNK = 3
LOAD_TIME, TRAIN_TIME, INFER_TIME = 1, 5, 2


def queue(customers):
    env = simpy.Environment()
    store = simpy.Store(env)
    arrivals, services = random.Random(1), random.Random(2)
    total = {"events": 0, "sojourn": 0.0}

    def source():
        for _ in range(customers):
            yield env.timeout(arrivals.expovariate(ARRIVAL_RATE))
            yield store.put(env.now)

    def server():
        for _ in range(customers):
            arrived = yield store.get()
            yield env.timeout(services.expovariate(1.0))
            total["sojourn"] += env.now - arrived
            total["events"] += 2

    env.process(source())
    env.process(server())
    seconds = timed(env.run)
    return total["events"], seconds, env.now, total["sojourn"] / customers


def hold(processes, wake_ups):
    env = simpy.Environment()
    expovariate = random.Random(1).expovariate
    done = env.event()
    count = 0

    def sleeper():
        nonlocal count
        while True:
            yield env.timeout(expovariate(1.0))
            count += 1
            if count == wake_ups:
                done.succeed()
                return

    for _ in range(processes):
        env.process(sleeper())
    seconds = timed(lambda: env.run(until=done))
    return count, seconds, env.now, None


def buffer(items):
    env = simpy.Environment()
    mutex_1, mutex_2 = simpy.Resource(env), simpy.Resource(env)
    empty_1, empty_2 = (simpy.Container(env, CAPACITY, init=CAPACITY) for _ in range(2))
    full_1, full_2 = (simpy.Container(env, CAPACITY, init=0) for _ in range(2))
    memory_1, memory_2 = [0] * CAPACITY, [0] * CAPACITY
    sums = [0, 0]
    inferred = 0

    def loader():
        at = 0
        for item in range(items):
            yield env.timeout(LOAD_TIME)
            yield empty_1.get(1)
            yield empty_2.get(1)
            with mutex_1.request() as held_1, mutex_2.request() as held_2:
                yield held_1
                yield held_2
                memory_1[at] = memory_2[at] = item
                at = (at + 1) % CAPACITY
            yield full_1.put(1)
            yield full_2.put(1)

    def trainer():
        at = 0
        for _ in range(items // CHUNK):
            yield env.timeout(TRAIN_TIME)
            for _ in range(CHUNK):
                yield full_1.get(1)
            with mutex_1.request() as held:
                yield held
                for _ in range(CHUNK):
                    sums[0] += memory_1[at]
                    at = (at + 1) % CAPACITY
            for _ in range(CHUNK):
                yield empty_1.put(1)

    def inferer():
        nonlocal inferred
        at = 0
        for _ in range(items):
            yield env.timeout(INFER_TIME)
            yield full_2.get(1)
            with mutex_2.request() as held:
                yield held
                sums[1] += memory_2[at]
                at = (at + 1) % CAPACITY
                inferred += 1
            yield empty_2.put(1)

    for process in (loader, trainer, inferer):
        env.process(process())
    seconds = timed(env.run)
    assert sums[0] == sums[1], "both memories carried the same items"
    return inferred, seconds, env.now, None


def timed(run):
    start = time.process_time()
    run()
    return time.process_time() - start


def memory():
    """Resident memory in kilobytes: (peak of all of it, what is mapped from files, what is anonymous)."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status if ":" in line)
        return tuple(int(fields[name].split()[0]) for name in ("VmHWM", "RssFile", "RssAnon"))
    except (OSError, KeyError, ValueError):
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=("W1", "W2", "W3"))
    parser.add_argument("processes", nargs="?", type=int)
    parser.add_argument("--divide", type=int, default=1)
    arguments = parser.parse_args()

    before = memory()
    if arguments.workload == "W1":
        count, seconds, end, mean = queue(1_000_000 // arguments.divide)
    elif arguments.workload == "W2":
        count, seconds, end, mean = hold(arguments.processes, 5_000_000 // arguments.divide)
    else:
        count, seconds, end, mean = buffer(999_999 // arguments.divide // CHUNK * CHUNK)
    after = memory()
    known = before is not None and after is not None
    print(
        json.dumps(
            {
                "engine": "simpy",
                "workload": arguments.workload,
                "processes": arguments.processes,
                "unit": "items" if arguments.workload == "W3" else "events",
                "count": count,
                "seconds": seconds,
                "end_time_s": float(end),
                "figure": mean,
                "peak_bytes": max(0, after[0] - after[1] - before[2]) * 1024 if known else None,
            }
        )
    )


if __name__ == "__main__":
    main()
