"""W1 and W2 on Cimba, whose models are compiled from Python: one run of one workload, one line of JSON.

What compiles the model is a short run before the one that is timed.
"""

import argparse
import json
import time

import cimba
from cimba import inputs


class Queue(cimba.Model):
    """An arrival process puts the time, a server gets it and records the time in system."""

    customers: int
    total: float
    gap: cimba.Input[float] = inputs.dist.exponential(mean=1 / 0.9)
    service: cimba.Input[float] = inputs.dist.exponential(mean=1)
    line: cimba.Store[float]
    count: cimba.Output[float]
    end: cimba.Output[float]
    figure: cimba.Output[float]

    @cimba.process
    def arrivals(self):
        for _ in range(self.customers):
            cimba.hold(self.gap.next())
            self.line.put(cimba.now())

    @cimba.process
    def server(self):
        for _ in range(self.customers):
            came = self.line.get()
            cimba.hold(self.service.next())
            self.total += cimba.now() - came
        self.count = 2.0 * self.customers
        self.end = cimba.now()
        self.figure = self.total / self.customers
        cimba.end_trial()


def hold(processes):
    """Processes that delay again and again, until there were enough wake-ups."""

    class Hold(cimba.Model):
        wake_ups: int
        counted: int
        delay: cimba.Input[float] = inputs.dist.exponential(mean=1)
        count: cimba.Output[float]
        end: cimba.Output[float]

        @cimba.process(copies=processes)
        def holder(self):
            while True:
                cimba.hold(self.delay.next())
                self.counted += 1
                if self.counted == self.wake_ups:
                    self.count = 1.0 * self.counted
                    self.end = cimba.now()
                    cimba.end_trial()

    return Hold


def timed(model_class, **fields):
    """Runs it once; its outputs by name, and the seconds of processor time."""
    model = model_class()
    for name, value in fields.items():
        setattr(model, name, value)
    window = cimba.Window(duration=1e12)
    experiment = cimba.Experiment(model, replications=1, window=window, seed=1)
    start = time.process_time()
    results = experiment.run()[model]
    return results, time.process_time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=("W1", "W2"))
    parser.add_argument("processes", nargs="?", type=int)
    parser.add_argument("--divide", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.workload == "W1":
        timed(Queue, customers=10, total=0.0)
        results, seconds = timed(Queue, customers=1_000_000 // arguments.divide, total=0.0)
        figure = float(results.figure.values.flat[0])
    else:
        model_class, figure = hold(arguments.processes), None
        timed(model_class, wake_ups=arguments.processes, counted=0)
        results, seconds = timed(model_class, wake_ups=5_000_000 // arguments.divide, counted=0)
    print(
        json.dumps(
            {
                "engine": "cimba",
                "workload": arguments.workload,
                "processes": arguments.processes,
                "unit": "events",
                "count": round(results.count.values.flat[0]),
                "seconds": seconds,
                "end_time_s": float(results.end.values.flat[0]),
                "figure": figure,
                "peak_bytes": None,
            }
        )
    )


if __name__ == "__main__":
    main()
