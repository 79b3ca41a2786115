#!/usr/bin/env python3
"""Runs a sweep of tempolane on a Dask cluster, with the bytes that one machine would write.

    python tempolane_dask.py --local 4 -- scenario.yaml --vary workers=1..16
    python tempolane_dask.py --scheduler tcp://host:8786 -- scenario.yaml --vary workers=1..16

The sweep is split into parts (`tempolane sweep --shard I/N`), each of which is a task of Dask:
it runs the program in a folder of its own on a worker, and its results come back whole or not
at all. A part that was lost with its worker is run again by another one. `tempolane merge`
puts the parts together. Parts that are there already are not run again, so that the same
command goes on where it was interrupted.

Exit codes are those of the program: 0 if all is fine, 1 if the sweep has findings, 2 if
something that was asked for is wrong, 3 if the surroundings fail, 130 if it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TypeAlias

import distributed

# What `tempolane merge` reads of a part.
RESULTS = ("runs.csv", "scenario.yaml", "sweep.json")

# Each part has its own --shard and folder; the others say how results are shown, which only
# `tempolane merge` does.
NOT_FOR_PARTS = ("--shard", "--output", "-o", "--dry-run", "--fresh", "--format", "--sort", "--top")

PartFuture: TypeAlias = "distributed.Future[dict[str, bytes] | None]"

# Exit codes of a sweep that is whole: without findings, and with some.
WHOLE = (0, 1)

USAGE, ENVIRONMENT, INTERRUPTED = 2, 3, 130


class Failure(Exception):
    """Why there are no results, and the exit code that says so."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Sweep:
    """All that a part depends on, but for its number."""

    program: str
    arguments: tuple[str, ...]
    shards: int
    # Files that the program reads, by the path that the arguments give: they are sent along,
    # and stand under the same path there, since that is written into every row.
    files: dict[str, bytes] = field(repr=False)

    def key(self) -> str:
        """What tells this sweep from others; parts of another one are of no use to it."""
        version = call(self.program, ["--version"], Path()).stdout
        digest = hashlib.sha256(repr((version, self.arguments, self.shards)).encode())
        for path, content in sorted(self.files.items()):
            digest.update(repr((path, content)).encode())
        return digest.hexdigest()[:16]

    def name_of(self, part: int) -> str:
        return f"{part}-of-{self.shards}"


def read_sweep(program: str, arguments: Sequence[str], shards: int) -> Sweep:
    """The sweep of these arguments of `tempolane sweep`, with the files that they name.

    Raises:
        Failure: If an argument is not for parts, or a file cannot be read.
    """
    if not arguments or arguments[0].startswith("-"):
        raise Failure(USAGE, "after -- the scenario file comes first, and then options of sweep")
    for word in arguments:
        name = "-o" if word.startswith("-o") else word.split("=", 1)[0]
        if name in NOT_FOR_PARTS:
            raise Failure(USAGE, f"{name} is not for parts of a sweep: leave it out after --")
    if os.sep in program:
        program = str(Path(program).absolute())
    files = {path: read_file(path) for path in named_files(arguments)}
    return Sweep(program, tuple(arguments), shards, files)


def named_files(arguments: Sequence[str]) -> Iterator[str]:
    """The files that the program reads: the scenario, and design points if there are any."""
    yield arguments[0]
    for at, word in enumerate(arguments):
        if word == "--points" and at + 1 < len(arguments):
            yield arguments[at + 1]
        elif word.startswith("--points="):
            yield word.removeprefix("--points=")


def read_file(path: str) -> bytes:
    pure = PurePath(path)
    if pure.is_absolute() or ".." in pure.parts:
        raise Failure(USAGE, f"'{path}' is not below this folder; start from a folder that has it")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Failure(ENVIRONMENT, f"cannot read '{path}': {error.strerror}") from error


def call(program: str, arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end in a folder; keeps what it prints.

    Raises:
        Failure: If it cannot be started.
    """
    try:
        return subprocess.run(
            [program, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        why = f"cannot start '{program}' on {platform.node()}: {error.strerror}"
        raise Failure(ENVIRONMENT, why) from error


@contextmanager
def put_in_place(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of `folder` when it is complete.

    A part may be run twice, if its worker was given up too early: the first to be there stays.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    new.mkdir()
    try:
        yield new
        if not folder.exists():
            new.rename(folder)
    except FileExistsError:
        pass
    except OSError:
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def run_part(sweep: Sweep, part: int, target: Path | None) -> dict[str, bytes] | None:
    """Runs on a worker: one part of a sweep.

    Its results are given back by name, or put into the folder `target` if there is one.

    Raises:
        Failure: If the program does not complete the part.
    """
    # A worker that is started again clears what a killed one has left there.
    scratch = distributed.get_worker().local_directory
    with tempfile.TemporaryDirectory(prefix="tempolane-", dir=scratch) as room:
        folder = Path(room)
        for path, content in sweep.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        results = make_part(sweep, part, folder)
        if target is None:
            return {name: (results / name).read_bytes() for name in RESULTS}
        with put_in_place(target) as new:
            for name in RESULTS:
                shutil.copyfile(results / name, new / name)
        return None


def make_part(sweep: Sweep, part: int, folder: Path) -> Path:
    """Runs the program for one part; the folder with its results."""
    arguments = ["sweep", *sweep.arguments, "--no-charts", "-o", "part"]
    arguments += ["--shard", f"{part}/{sweep.shards}"]
    if not any(word.split("=", 1)[0] == "--workers" for word in sweep.arguments):
        # As many parts at a time as the worker has threads keep its cores busy.
        arguments += ["--workers", "1"]
    ended = call(sweep.program, arguments, folder)
    if ended.returncode not in WHOLE:
        raise Failure(ended.returncode, ended.stderr.strip() or f"ended with {ended.returncode}")
    return next((folder / "part").glob("*/sweep"))


def run_parts(
    client: distributed.Client, sweep: Sweep, folder: Path, is_shared: bool, attempts: int
) -> list[Path]:
    """Runs all parts that are not in `folder` yet; their folders.

    `folder` is here, or on a disk that all workers have under the same path (`is_shared`).
    A part is tried so many times at most, whatever becomes of its worker.

    Raises:
        Failure: If there is a part that comes to nothing.
    """
    places = {part: folder / sweep.name_of(part) for part in range(1, sweep.shards + 1)}
    missing = [part for part, place in places.items() if not place.exists()]
    if len(missing) < sweep.shards:
        tell(f"{sweep.shards - len(missing)} of {sweep.shards} parts are there already")

    def submit(part: int) -> PartFuture:
        target = places[part] if is_shared else None
        # The files go with each task: data that was laid out on a worker would die with it.
        return client.submit(run_part, sweep, part, target, pure=False)

    tries = dict.fromkeys(missing, 1)
    open_parts = {submit(part): part for part in missing}
    ended = distributed.as_completed(list(open_parts))
    for future in ended:
        part = open_parts.pop(future)
        failed = why_failed(future)
        if failed is None:
            results = future.result()
            if results is not None:
                keep(results, places[part])
            tell(f"{sweep.shards - len(open_parts)} of {sweep.shards} parts are done")
        elif tries[part] < attempts and failed.code != USAGE:
            tell(f"part {part} is run again: {failed.message}")
            tries[part] += 1
            again = submit(part)
            open_parts[again] = part
            ended.add(again)
        else:
            raise Failure(failed.code, f"part {part} of {sweep.shards}: {failed.message}")
    return list(places.values())


def why_failed(future: PartFuture) -> Failure | None:
    """Why a task has no results; `None` if it has."""
    if future.status == "finished":
        return None
    if future.cancelled():
        raise Failure(ENVIRONMENT, "the scheduler is gone; the same command goes on with what is there")
    error = future.exception()
    return error if isinstance(error, Failure) else Failure(ENVIRONMENT, str(error))


def keep(results: dict[str, bytes], folder: Path) -> None:
    with put_in_place(folder) as new:
        for name, content in results.items():
            (new / name).write_bytes(content)


def tell(message: str) -> None:
    print(f"tempolane_dask: {message}", file=sys.stderr, flush=True)


@contextmanager
def connect(scheduler: str | None, local: int | None) -> Iterator[distributed.Client]:
    """A client of the cluster that is there, or of one on this machine for as long as it takes.

    Raises:
        OSError: If nobody answers, or no worker comes within a minute.
    """
    with distributed.Client(scheduler) if scheduler else local_cluster(local or 1) as client:
        client.wait_for_workers(1, timeout=60)
        yield client


@contextmanager
def local_cluster(workers: int) -> Iterator[distributed.Client]:
    cluster = distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def run(options: argparse.Namespace) -> int:
    """Does what was asked for; the exit code."""
    sweep = read_sweep(options.program, options.arguments, options.shards)
    # What is wrong is found here, before anything is sent.
    tried = call(sweep.program, ["sweep", *sweep.arguments, "--dry-run"], Path())
    if tried.returncode != 0:
        sys.stderr.write(tried.stderr)
        return tried.returncode
    tell(tried.stdout.strip())
    shared = options.shared
    folder = (shared or options.output / "parts").absolute() / sweep.key()
    with connect(options.scheduler, options.local) as client:
        parts = run_parts(client, sweep, folder, shared is not None, options.attempts)
    merge = ["merge", *map(str, parts), "-o", str(options.output)]
    return subprocess.run([sweep.program, *merge], check=False).returncode


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return number


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tempolane_dask.py",
        usage="%(prog)s (--scheduler ADDRESS | --local N) [options] -- FILE [options of sweep]",
        description="Runs a sweep of tempolane on a Dask cluster, with the bytes of one machine.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--scheduler", metavar="ADDRESS", help="such as tcp://host:8786")
    where.add_argument("--local", metavar="N", type=at_least_one, help="N workers on this machine")
    parser.add_argument("--shards", metavar="N", type=at_least_one, default=64, help="parts [default: 64]")
    parser.add_argument(
        "--program", default="tempolane", help="here and on workers [default: tempolane on PATH]"
    )
    parser.add_argument(
        "--shared", metavar="DIR", type=Path, help="parts go to this folder, which workers have too"
    )
    parser.add_argument(
        "--attempts", metavar="N", type=at_least_one, default=5, help="runs of a part at most [default: 5]"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=Path("output"), help="[default: output]"
    )
    parser.add_argument("arguments", nargs="*", metavar="-- FILE …", help="as `tempolane sweep` takes them")
    own = list(words)
    rest: list[str] = []
    if "--" in own:
        at = own.index("--")
        own, rest = own[:at], own[at + 1 :]
    options = parser.parse_args(own)
    if options.arguments:
        parser.error(f"'{options.arguments[0]}' must stand after --")
    options.arguments = rest
    return options


def main() -> int:
    options = parse(sys.argv[1:])
    try:
        return run(options)
    except Failure as failure:
        print(f"error: {failure.message}", file=sys.stderr)
        return failure.code
    except (OSError, asyncio.TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
        return ENVIRONMENT
    except KeyboardInterrupt:
        print("interrupted; the same command goes on with the parts that are there", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
