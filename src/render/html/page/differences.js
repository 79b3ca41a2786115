// Where two runs differ: the stretches of time in which processes of the same name do not
// do the same.

/** Stretches [start, end) in nanoseconds in which process `b` of run `second` does not do what `a` of `first` does. */
function differences(first, a, second, b) {
  const starts = [], ends = [];
  let time = 0;
  const end = Math.max(first.end * first.tick, second.end * second.tick);
  while (time < end) {
    const one = stretchAt(first, a, time), other = stretchAt(second, b, time);
    // Where numbers are rounded, too, it goes on.
    const until = Math.max(Math.min(one.until, other.until, end), time + 1);
    if (one.text !== other.text) {
      if (ends.length > 0 && ends[ends.length - 1] === time) ends[ends.length - 1] = until;
      else {
        starts.push(time);
        ends.push(until);
      }
    }
    time = until;
  }
  return { starts, ends, total: starts.reduce((sum, start, i) => sum + ends[i] - start, 0) };
}

/** What a process does at a time, and until when; in nanoseconds. */
function stretchAt(run, process, nanos) {
  const time = nanos / run.tick;
  const [first, last] = [run.firsts[process], run.firsts[process + 1]];
  const span = lastAtMost(run.starts, time, first, last);
  if (span >= first && time < run.ends[span]) {
    return { text: run.doings[run.doing[span]].text, until: run.ends[span] * run.tick };
  }
  return { text: null, until: span + 1 < last ? run.starts[span + 1] * run.tick : Infinity };
}
