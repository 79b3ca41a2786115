// What of the runs is in view: which rows, from when to when.

const AXIS_HEIGHT = 30;
const LEVEL_HEIGHT = 44;
const HOLDER_HEIGHT = 24;
const ROW_GAP = 5;

/** The rows and the stretch of time on the screen. Times are in nanoseconds, places in CSS pixels. */
class View {
  constructor(runs) {
    this.runs = runs;
    this.end = Math.max(1, ...runs.map((run) => run.end * run.tick));
    this.showLevels = true;
    this.left = 100;
    this.width = 600;
    this.height = 300;
    this.top = 0;
    this.from = 0;
    this.to = this.end;
    this.rows = [];
    this.layOut();
    const [run] = runs;
    if (run && runs.length === 1) this.show(run.window[0] * run.tick, run.window[1] * run.tick);
  }

  /** Gives each row its place. */
  layOut() {
    const lanes = this.runs.reduce((count, run) => count + run.lanes.length, 0);
    const height = lanes <= 12 ? 26 : lanes <= 60 ? 20 : 15;
    this.rows = this.runs.length > 1 ? this.sideBySide(height) : this.lanesOf(this.runs[0], height);
    if (this.showLevels) this.runs.forEach((run, number) => this.rows.push(...this.levelsOf(run, number)));
    let top = 0;
    for (const row of this.rows) {
      row.top = top;
      top += row.height;
    }
    this.content = top + ROW_GAP;
    this.lanes = new Map(this.runs.map((run) => [run, []]));
    this.rows.filter((row) => row.kind === "lane").forEach((row) => (this.lanes.get(row.run)[row.process] = row));
  }

  lanesOf(run, height) {
    return (run?.lanes ?? []).map((process) => ({ kind: "lane", run, process, name: run.processes[process], height }));
  }

  /** The lanes of the runs, those of the same name below each other, with what differs from the first. */
  sideBySide(height) {
    const names = new Set(this.runs.flatMap((run) => run.lanes.map((process) => run.processes[process])));
    const places = this.runs.map((run) => new Map(run.lanes.map((process) => [run.processes[process], process])));
    const rows = [];
    for (const name of names) {
      let first = null;
      this.runs.forEach((run, number) => {
        const process = places[number].get(name);
        if (process === undefined) return;
        const row = { kind: "lane", run, process, name: `${runLetter(number)}  ${name}`, height };
        if (first === null) first = row;
        else row.differences = differences(first.run, first.process, run, process);
        rows.push(row);
      });
      const lowest = rows[rows.length - 1];
      if (lowest.differences) lowest.height += 6;
    }
    return rows;
  }

  /** The lanes of locks, and the levels. */
  levelsOf(run, number) {
    const letter = this.runs.length > 1 ? `${runLetter(number)}  ` : "";
    const holders = run.holders.map((lane) => ({ kind: "holders", run, lane, name: `${letter}${run.resources[lane.lock]} held by`, height: HOLDER_HEIGHT }));
    const levels = run.levels.map((level) => ({ kind: "level", run, level, name: letter + run.resources[level.resource], height: LEVEL_HEIGHT }));
    return [...holders, ...levels];
  }

  get scale() {
    return (this.width - this.left - 14) / (this.to - this.from);
  }

  x(nanos) {
    return this.left + (nanos - this.from) * this.scale;
  }

  time(x) {
    return this.from + (x - this.left) / this.scale;
  }

  rowY(row) {
    return AXIS_HEIGHT + row.top - this.top;
  }

  rowAt(y) {
    const place = y - AXIS_HEIGHT + this.top;
    if (y < AXIS_HEIGHT) return undefined;
    return this.rows.find((row) => place >= row.top && place < row.top + row.height);
  }

  /** The lane of a process, if it is shown. */
  rowOf(run, process) {
    return this.lanes.get(run)[process];
  }

  /** The rows on the screen. */
  visible() {
    return this.rows.filter((row) => row.top + row.height > this.top && row.top < this.top + this.height);
  }

  show(from, to) {
    const whole = this.end;
    // A nanosecond is as fine as time gets.
    const length = Math.min(Math.max(to - from, Math.min(20, whole)), whole);
    const start = Math.min(Math.max(from, 0), whole - length);
    [this.from, this.to] = [start, start + length];
  }

  zoom(factor, x) {
    const at = this.time(Math.max(x, this.left));
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  pan(pixels) {
    const by = pixels / this.scale;
    const length = this.to - this.from;
    const start = Math.min(Math.max(this.from + by, 0), this.end - length);
    [this.from, this.to] = [start, start + length];
  }

  /** Brings a stretch of time to where it can be seen, as it is if it is seen already. */
  bring(from, to) {
    const length = this.to - this.from;
    const share = (to - from) / length;
    if (share < 0.005 || share > 0.9) {
      const room = Math.max(to - from, this.end / 1e6) * 4;
      this.show((from + to) / 2 - room, (from + to) / 2 + room);
    } else if (from < this.from || to > this.to) {
      this.show((from + to) / 2 - length / 2, (from + to) / 2 + length / 2);
    }
  }

  scrollTo(top) {
    this.top = Math.min(Math.max(top, 0), Math.max(0, this.content - (this.height - AXIS_HEIGHT)));
  }

  bringRow(row) {
    if (!row) return;
    const room = this.height - AXIS_HEIGHT;
    if (row.top < this.top) this.scrollTo(row.top);
    else if (row.top + row.height > this.top + room) this.scrollTo(row.top + row.height - room);
  }
}

const runLetter = (number) => String.fromCharCode(65 + (number % 26));
