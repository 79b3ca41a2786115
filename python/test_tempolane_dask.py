"""Sweeps on a cluster of Dask on this machine: what they come to, and what happens when workers die.

Run by `python -m unittest` in this folder. The program is $TEMPOLANE, or what cargo has built,
or the one on PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = [HERE.parent / "target" / profile / "tempolane" for profile in ("release", "debug")]

# A queue in which arrivals and services are drawn.
QUEUE = """version: 1
name: queue
seed: 7
params: {customers: 40, servers: 1, service: 800ms}
resources: {server: {kind: semaphore, permits: servers}}
processes:
  customer:
    count: customers
    vars: {came: 0s}
    do:
      - delay: {uniform: {low: 0s, high: 40s}}
      - set: {came: now}
      - {with: server, do: [{delay: {exponential: {mean: service}}}]}
      - mark: {name: sojourn, value: now - came}
"""

# Three points, of which the third ends in a deadlock: four permits of three.
STUCK = """version: 1
name: stuck
params: {wanted: 1}
resources: {permit: {kind: semaphore, permits: 3}}
processes:
  taker: {do: [{acquire: {permit: wanted}}]}
"""

SWEEP = "queue.yaml --vary servers=1..4 --vary service=500ms,600ms,700ms --replications 20"
# So long that a worker is killed in the middle of a part.
LONG = "queue.yaml --vary servers=1..5 --vary customers=40,41 --replications 1000 --of total_time,sojourn.p95"

# Stands for the program on workers. The first time that part 2 is run, it waits until there are
# results on disk, notes how many bytes, and kills the worker that has started it: either the
# program with it, as when a machine fails, or not, so that it goes on without the worker.
KILLER = """#!/bin/sh
case " $* " in
*" --shard 2/"*)
    if mkdir "{room}/killed" 2>/dev/null; then
        "{program}" "$@" &
        until [ -s part/*/sweep/runs.csv ]; do sleep 0.01; done
        cat part/*/sweep/runs.csv | wc -c >"{room}/killed/bytes"
        {also_kill}
        kill -KILL $PPID
        exit 1
    fi ;;
esac
exec "{program}" "$@"
"""


def program() -> str:
    """The program under test."""
    candidates = [os.environ.get("TEMPOLANE"), *(str(path) for path in BUILT if path.exists())]
    found = next(filter(None, candidates), None) or shutil.which("tempolane")
    if found is None:
        raise unittest.SkipTest("no tempolane: build it with cargo, or set TEMPOLANE")
    return found


class Room(unittest.TestCase):
    """Each test has a folder of its own, with the scenarios in it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.room = Path(folder.name)
        self.program = program()
        (self.room / "queue.yaml").write_text(QUEUE)
        (self.room / "stuck.yaml").write_text(STUCK)

    def call(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=self.room, capture_output=True, text=True, check=False, timeout=300)

    def alone(self, sweep: str) -> None:
        """Runs a sweep on this machine, to the folder `alone`."""
        ended = self.call([self.program, "sweep", *sweep.split(), "-o", "alone"])
        self.assertIn(ended.returncode, (0, 1), ended.stderr)

    def dask(self, options: str, sweep: str) -> subprocess.CompletedProcess[str]:
        script = [sys.executable, str(HERE / "tempolane_dask.py")]
        program = [] if "--program" in options else ["--program", self.program]
        return self.call([*script, *program, *options.split(), "--", *sweep.split()])

    def same_as_alone(self, name: str = "queue", folder: str = "output") -> None:
        for table in ("runs.csv", "summary.csv"):
            expected = (self.room / "alone" / name / "sweep" / table).read_bytes()
            self.assertTrue(expected.count(b"\n") > 1, table)
            self.assertEqual((self.room / folder / name / "sweep" / table).read_bytes(), expected, table)

    def killer(self, also_kill: str) -> Path:
        """Writes the program that kills a worker once."""
        path = self.room / "killer.sh"
        path.write_text(KILLER.format(room=self.room, program=self.program, also_kill=also_kill))
        path.chmod(0o755)
        return path

    def was_killed_in_the_middle(self) -> None:
        """Part 2 had begun and was not done when its worker died."""
        written = int((self.room / "killed" / "bytes").read_text())
        (part,) = self.room.glob("output/parts/*/2-of-*/runs.csv")
        self.assertGreater(written, 0)
        self.assertLess(written, part.stat().st_size)


class OnThisMachine(Room):
    """`--local`, where a nanny starts a worker again."""

    def test_bytes_are_those_of_one_machine(self) -> None:
        self.alone(SWEEP)
        # More parts than points, so that some have none.
        ended = self.dask("--local 2 --shards 15", SWEEP)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("12 points, 240 runs", ended.stderr)
        self.assertIn("12 points, 240 runs", ended.stdout)
        self.same_as_alone()

    def test_machine_that_fails(self) -> None:
        self.alone(LONG)
        ended = self.dask(f"--local 2 --shards 5 --program {self.killer('kill -KILL $!')}", LONG)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.was_killed_in_the_middle()
        self.same_as_alone()

    def test_findings_are_results(self) -> None:
        sweep = "stuck.yaml --vary wanted=2..4"
        self.alone(sweep)
        ended = self.dask("--local 1 --shards 2", sweep)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("deadlock at 1 point", ended.stdout)
        self.same_as_alone("stuck")

    def test_files_go_along(self) -> None:
        (self.room / "below").mkdir()
        shutil.move(self.room / "queue.yaml", self.room / "below" / "the queue.yaml")
        (self.room / "points.csv").write_text("servers,service\n1,500ms\n2,1s\n3,2s\n")
        words = ["below/the queue.yaml", "--points", "points.csv", "--replications", "5"]
        self.call([self.program, "sweep", *words, "-o", "alone"])
        script = [sys.executable, str(HERE / "tempolane_dask.py"), "--program", self.program]
        ended = self.call([*script, "--local", "1", "--shards", "2", "--", *words])
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.same_as_alone()


class OnAScheduler(Room):
    """`--scheduler`: one that is there, and workers without a nanny."""

    def setUp(self) -> None:
        super().setUp()
        address = self.room / "scheduler.json"
        loopback = ["--host", "127.0.0.1", "--scheduler-file", str(address)]
        self.start("scheduler", *loopback, "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.wait(address.exists)
        self.workers = [self.start("worker", *loopback, "--no-nanny", "--nthreads", "1", "--no-dashboard")]
        self.workers.append(
            self.start("worker", *loopback, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        )
        self.scheduler = json.loads(address.read_text())["address"]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words]
        process = subprocess.Popen(
            command, cwd=self.room, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait(self, until: Callable[[], bool]) -> None:
        limit = time.monotonic() + 60
        while not until():
            self.assertLess(time.monotonic(), limit, "it never comes to be")
            time.sleep(0.02)

    def on_scheduler(self, options: str, sweep: str) -> subprocess.CompletedProcess[str]:
        return self.dask(f"--scheduler {self.scheduler} {options}", sweep)

    def test_worker_that_is_killed(self) -> None:
        self.alone(LONG)
        ended = self.on_scheduler(f"--shards 5 --program {self.killer('')}", LONG)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.was_killed_in_the_middle()
        self.wait(lambda: any(worker.poll() == -signal.SIGKILL for worker in self.workers))
        self.same_as_alone()

    def test_shared_folder_and_parts_that_are_there(self) -> None:
        self.alone(SWEEP)
        self.assertEqual(self.on_scheduler("--shards 4 --shared shared", SWEEP).returncode, 0)
        self.same_as_alone()
        self.assertFalse((self.room / "output" / "parts").exists())
        (gone,) = self.room.glob("shared/*/3-of-4")
        shutil.rmtree(gone)
        ended = self.on_scheduler("--shards 4 --shared shared -o again", SWEEP)
        self.assertIn("3 of 4 parts are there already", ended.stderr)
        self.same_as_alone(folder="again")
        # Of another scenario none is of use.
        (self.room / "queue.yaml").write_text(QUEUE.replace("40s", "41s"))
        self.alone(f"{SWEEP} --fresh")
        ended = self.on_scheduler("--shards 4 --shared shared -o other", SWEEP)
        self.assertNotIn("already", ended.stderr)
        self.same_as_alone(folder="other")
        left = [path.name for path in self.room.glob("shared/*/.*")]
        self.assertEqual(left, [])

    def test_part_that_fails_every_time(self) -> None:
        failing = self.room / "failing.sh"
        failing.write_text(
            f'#!/bin/sh\ncase " $* " in *" --shard 3/"*) echo no disk >&2; exit 3;; esac\n'
            f'echo ran >>"{self.room}/ran"\nexec "{self.program}" "$@"\n'
        )
        failing.chmod(0o755)
        ended = self.on_scheduler(f"--shards 4 --attempts 2 --program {failing}", SWEEP)
        self.assertEqual(ended.returncode, 3)
        self.assertIn("part 3 is run again: no disk", ended.stderr)
        self.assertIn("part 3 of 4: no disk", ended.stderr)
        self.assertFalse((self.room / "output" / "queue").exists())


class BadInput(Room):
    """What is wrong is told before a cluster is asked for."""

    def test_it_is_told(self) -> None:
        (self.room / "below").mkdir()
        for options, sweep, told in [
            ("", SWEEP.replace("servers", "server"), "did you mean 'servers'?"),
            ("", "", "the scenario file comes first"),
            ("", f"{SWEEP} --shard 1/2", "--shard is not for parts"),
            ("", f"{SWEEP} --output=x", "--output is not for parts"),
            ("", f"{SWEEP} -ox", "-o is not for parts"),
            ("", "../queue.yaml", "'../queue.yaml' is not below this folder"),
            ("--shards 0", SWEEP, "expected 1 or more"),
            ("queue.yaml", SWEEP, "'queue.yaml' must stand after --"),
        ]:
            with self.subTest(options=options, sweep=sweep):
                # Nobody listens there.
                ended = self.dask(f"--scheduler tcp://127.0.0.1:1 {options}", sweep)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn(told, ended.stderr)
        self.assertFalse((self.room / "output").exists())

    def test_surroundings_that_fail(self) -> None:
        ended = self.dask("--local 1 --program no/such/program", SWEEP)
        self.assertEqual(ended.returncode, 3)
        self.assertIn("cannot start", ended.stderr)
        ended = self.dask("--local 1", "none.yaml --replications 2")
        self.assertEqual(ended.returncode, 3)
        self.assertIn("cannot read 'none.yaml'", ended.stderr)


if __name__ == "__main__":
    unittest.main()
