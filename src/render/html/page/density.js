// How a process spent the time of one column of pixels, however many spans it has there.
//
// Spans are taken together in chunks; of each it is known how long it is in which state.
// So a column costs little more than the chunks that it has, and not its spans.

const CHUNK = 64;

class Density {
  constructor(run) {
    this.run = run;
    this.looks = run.looks.length;
    const chunks = Math.floor(run.starts.length / CHUNK);
    this.sums = new Float64Array(chunks * this.looks);
    const lookOf = Uint8Array.from(run.doings, (doing) => doing.look ?? 0);
    for (let span = 0; span < chunks * CHUNK; span++) {
      const chunk = (span / CHUNK) | 0;
      this.sums[chunk * this.looks + lookOf[run.doing[span]]] += run.ends[span] - run.starts[span];
    }
    this.lookOf = lookOf;
    this.column = new Float64Array(this.looks);
  }

  /**
   * Adds up in `this.column` how long a process is in which state in [from, to), from span
   * `first` on, of the spans before `last`. Gives the first span that begins later.
   */
  add(from, to, first, last) {
    const { run, column, sums, looks, lookOf } = this;
    column.fill(0);
    let span = first;
    while (span < last && run.starts[span] < to) {
      const whole = span % CHUNK === 0 && span + CHUNK <= last;
      if (whole && run.starts[span] >= from && run.ends[span + CHUNK - 1] <= to) {
        const sum = (span / CHUNK) * looks;
        for (let look = 0; look < looks; look++) column[look] += sums[sum + look];
        span += CHUNK;
        continue;
      }
      column[lookOf[run.doing[span]]] += Math.min(run.ends[span], to) - Math.max(run.starts[span], from);
      span++;
    }
    return span;
  }

  /**
   * Shares of the states in a stretch of a process: how long each, and how many spans.
   */
  shares(process, from, to) {
    const { run } = this;
    let first = lastAtMost(run.starts, from, run.firsts[process], run.firsts[process + 1]);
    if (first < run.firsts[process] || run.ends[first] <= from) first++;
    const behind = this.add(from, to, first, run.firsts[process + 1]);
    return { first, count: behind - first, sums: Array.from(this.column) };
  }
}
