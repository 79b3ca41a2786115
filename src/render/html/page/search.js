// Searching: processes, what they do (with the resource and the line), marks and log lines.

const MOST_HITS = 100_000;

class Query {
  constructor(text, runs) {
    this.text = text.toLowerCase();
    this.runs = runs;
    this.found = new Map();
    this.hits = [];
    this.place = -1;
    runs.forEach((run) => this.find(run));
    this.hits.sort((a, b) => a.order - b.order || a.time - b.time);
  }

  matches(text) {
    return text.toLowerCase().includes(this.text);
  }

  /** By number, whether a process does what was searched for. */
  doingsOf(run) {
    let found = this.found.get(run);
    if (!found) {
      const line = (doing) => doing.line !== null && this.text === `line ${doing.line}`;
      found = Uint8Array.from(run.doings, (doing) => (this.matches(doing.text) || line(doing) ? 1 : 0));
      this.found.set(run, found);
    }
    return found;
  }

  add(hit) {
    if (this.hits.length < MOST_HITS) this.hits.push(hit);
    else this.more = true;
  }

  find(run) {
    run.processes.forEach((name, process) => {
      if (this.matches(name)) this.add({ order: 0, run, process, span: -1, time: 0 });
    });
    const texts = run.texts.map((text) => this.matches(text));
    for (let point = 0; point < run.points; point++) {
      if (texts[run.pointTexts[point]]) this.add({ order: 1, run, process: run.pointProcesses[point], span: -1, time: run.pointTimes[point] * run.tick });
    }
    const found = this.doingsOf(run);
    if (!found.includes(1)) return;
    for (let process = 0; process < run.processes.length; process++) {
      for (let span = run.firsts[process]; span < run.firsts[process + 1]; span++) {
        if (found[run.doing[span]]) this.add({ order: 1, run, process, span, time: run.starts[span] * run.tick });
      }
    }
  }

  /** The next hit, or the one before. */
  next(by) {
    if (this.hits.length === 0) return null;
    this.place = (this.place + by + this.hits.length) % this.hits.length;
    return this.hits[this.place];
  }

  told() {
    if (this.hits.length === 0) return "none";
    const all = `${this.hits.length}${this.more ? "+" : ""}`;
    return this.place < 0 ? all : `${this.place + 1} of ${all}`;
  }
}
