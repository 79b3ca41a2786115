"""Runs SimPy's own examples and writes down what they drew and what they printed.

    pip install simpy==4.1.2
    python tests/data/simpy/record.py SIMPY/docs/examples/code

where SIMPY is the unpacked source of SimPy 4.1.2. The examples run as they are, but for the constants
below. What they draw goes to `scenarios/simpy`, where scenarios read it; what they print goes to
`tests/data/simpy`, each line with the time at which it was printed, in full. No test runs this program.
"""

import csv
import pathlib
import random
import sys

import simpy

EXAMPLES = pathlib.Path(sys.argv[1])
REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


def run(name, changes, wrapped):
    """Runs an example; gives what each process drew, and what was printed.

    A draw is (the function that drew, the locals of its process then, the value).
    """
    source = (EXAMPLES / f"{name}.py").read_text()
    for old, new in changes.items():
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    environments, draws, printed = [], [], []

    class Environment(simpy.Environment):
        def __init__(self):
            super().__init__()
            environments.append(self)

    def recorder(draw):
        def recorded(*arguments):
            value = draw(*arguments)
            process = environments[0].active_process
            frame = process._generator.gi_frame
            draws.append((process.name, dict(frame.f_locals), draw.__name__, value))
            return value

        return recorded

    def keep(*words):
        now = environments[0].now if environments else 0
        printed.append((now, " ".join(str(word) for word in words)))

    originals = {function: getattr(random, function) for function in wrapped}
    original = simpy.Environment
    simpy.Environment = Environment
    for function, draw in originals.items():
        setattr(random, function, recorder(draw))
    try:
        exec(compile(source, name, "exec"), {"print": keep, "__name__": name})
    finally:
        simpy.Environment = original
        for function, draw in originals.items():
            setattr(random, function, draw)
    return draws, printed


def write(path, names, rows):
    with open(REPOSITORY / path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def seconds(value):
    """Whole nanoseconds, without an exponent."""
    return f"{value:.9f}"


def of_lines(printed):
    """Who did what and when, of the lines `TIME NAME: TEXT` or `TIME s: NAME TEXT`."""
    for now, line in printed:
        words = line.split(maxsplit=1)
        if len(words) == 2 and words[0].replace(".", "").isdigit():
            yield seconds(now), words[1].removeprefix("s: ")


def bank():
    draws, printed = run("bank_renege", {"NEW_CUSTOMERS = 5 ": "NEW_CUSTOMERS = 60 "}, ["expovariate", "uniform"])
    gaps, patience, service = [0.0], {}, {}
    for process, known, function, value in draws:
        if process == "source":
            gaps.append(value)
        else:
            (patience if function == "uniform" else service)[known["name"]] = value
    rows = [
        (seconds(gap), seconds(patience[name]), seconds(service.get(name, 0)))
        for gap, name in zip(gaps, patience)
    ]
    write("scenarios/simpy/bank.csv", ["gap", "patience", "service"], rows)
    write("tests/data/simpy/bank.csv", ["time", "line"], of_lines(printed))


def gas_station():
    draws, printed = run("gas_station_refuel", {"SIM_TIME = 1000 ": "SIM_TIME = 10000 "}, ["randint"])
    gaps = [value for process, _, _, value in draws if process == "car_generator"]
    levels = [value for process, _, _, value in draws if process == "car"]
    # Whoever would come behind the end has drawn nothing.
    rows = zip(gaps, levels + [0] * (len(gaps) - len(levels)))
    write("scenarios/simpy/gas-station.csv", ["gap", "level"], rows)
    write("tests/data/simpy/gas-station.csv", ["time", "line"], of_lines(printed))


def machine_shop():
    """Parts and breakdowns in rounds of all machines; what happens is printed by what is put in."""
    count = 10
    draws, printed = run(
        "machine_shop",
        {
            "WEEKS * 7 * 24 * 60 ": "3 * 24 * 60 ",
            "            self.parts_made += 1": "            self.parts_made += 1; print(0, self.name, 'part')",
            "                    self.broken = True": "                    self.broken = True; print(0, self.name, 'broken')",
            "                    self.broken = False": "                    self.broken = False; print(0, self.name, 'repaired')",
            "                    done_in = 0\n                except": "                    done_in = 0; print(0, 'job')\n                except",
        },
        ["normalvariate", "expovariate"],
    )
    for path, process in [("parts", "working"), ("breaks", "break_machine")]:
        of_each = {f"Machine {number}": [] for number in range(count)}
        for name, known, _, value in draws:
            if name == process and value > 0:
                of_each[known["self"].name].append(value)
        rounds = max(len(values) for values in of_each.values())
        # Who is behind has drawn nothing for the last rounds.
        rows = [
            [f"{values[number] if number < len(values) else 0:.12f}"]
            for number in range(rounds)
            for values in of_each.values()
        ]
        names = {"parts": ["time"], "breaks": ["gap"]}[path]
        write(f"scenarios/simpy/machine-shop-{path}.csv", names, rows)
    lines = ((seconds(now * 60), line) for now, line in printed if line.startswith("0 "))
    write("tests/data/simpy/machine-shop.csv", ["time", "line"], ((now, line[2:]) for now, line in lines))


bank()
gas_station()
machine_shop()
