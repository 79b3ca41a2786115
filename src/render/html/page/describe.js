// What is said of a span, of a stretch of time and of a moment.

/** The lines of a tooltip and of the details of a span. */
function describeSpan(run, span) {
  const doing = run.doings[run.doing[span]];
  const [start, end] = [run.starts[span], run.ends[span]];
  const lines = [
    `${run.processes[run.processOf(span)]}: ${doing.text}`,
    `${run.told(end - start)}, from ${run.told(start)} to ${run.told(end)}`,
  ];
  if (doing.line !== null) lines.push(`line ${doing.line}${sourceOf(run, doing.line)}`);
  if (doing.ended !== null) lines.push(endOfWait(run, span));
  return lines;
}

function sourceOf(run, line) {
  const text = run.source[line - 1]?.trim();
  if (!text) return "";
  return `: ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`;
}

/** By whom and by what a wait was ended. */
function endOfWait(run, span) {
  const giver = giverOf(run, span);
  if (giver === null) return "nobody ended this wait";
  const self = giver === run.processOf(span) ? " itself" : "";
  return `ended by ${run.processes[giver]}${self}: ${run.doings[run.doing[span]].ended}`;
}

/** Who ended a wait; null if nobody did. */
function giverOf(run, span) {
  return run.by[span] === 0 ? null : run.by[span] - 1;
}

/** Of a column with several spans: how many, and how much time in which state. */
function describeColumn(row, from, to) {
  const { run, process } = row;
  const shares = run.density.shares(process, from / run.tick, to / run.tick);
  const whole = shares.sums.reduce((sum, share) => sum + share, 0);
  const parts = shares.sums
    .map((sum, look) => ({ sum, legend: run.looks[look].legend }))
    .filter((part) => part.sum > 0)
    .sort((a, b) => b.sum - a.sum);
  return [
    `${row.name}: ${shares.count} spans in this column`,
    ...parts.map((part) => `${((100 * part.sum) / whole).toFixed(1)}% ${part.legend}`),
    "zoom in to see each",
  ];
}

/** The level of a resource at a time. */
function describeLevel(row, nanos) {
  const { run, level } = row;
  const step = lastAtMost(level.times, nanos / run.tick, 0, level.times.length);
  const value = step < 0 ? "" : level.lows[step] === level.highs[step] ? `${level.lows[step]}` : `${level.lows[step]} to ${level.highs[step]}`;
  const there = lastAtMost(level.capacityTimes, nanos / run.tick, 0, level.capacityTimes.length);
  const most = there >= 0 ? level.capacities[there] : level.bound;
  const bound = most === null ? "" : ` of ${most}`;
  const lines = [`${run.resources[level.resource]} (${level.kind}): ${value}${bound}`, `highest ${level.highest}`];
  if (step >= 0) {
    const until = step + 1 < level.times.length ? level.times[step + 1] : run.end;
    lines.push(`from ${run.told(level.times[step])} to ${run.told(until)}`);
  }
  return lines;
}

/** Who holds a lock at a time. */
function describeHolders(row, nanos) {
  const { run, lane } = row;
  const lock = run.resources[lane.lock];
  const place = lastAtMost(lane.starts, nanos / run.tick, 0, lane.starts.length);
  if (place < 0 || nanos / run.tick >= lane.ends[place]) return [`${lock}: free`];
  const [start, end] = [lane.starts[place], lane.ends[place]];
  return [`${lock}: ${run.texts[lane.full[place]]}`, `${run.told(end - start)}, from ${run.told(start)} to ${run.told(end)}`];
}

/** What each process does at a time, or did last, and each level: name and text. */
function describeMoment(run, time, event, most) {
  const last = event === null ? null : lastEvents(run, event);
  const rows = run.processes.slice(0, most).map((name, process) => [name, last ? last[process] : stateAt(run, process, time)]);
  const levels = run.levels.slice(0, most).map((level) => {
    const step = lastAtMost(level.times, time, 0, level.times.length);
    return [run.resources[level.resource], step < 0 ? "" : `${level.lows[step]}`];
  });
  if (levels.length > 0) rows.push([`Levels after ${run.told(time)}`, ""], ...levels);
  return rows;
}

/** By process, the last event up to this one. */
function lastEvents(run, event) {
  const last = run.processes.map(() => "");
  let missing = last.length;
  for (let before = event; before >= 0 && missing > 0; before--) {
    const process = run.eventProcesses[before];
    if (last[process] !== "") continue;
    const sentence = run.texts[run.eventTexts[before]];
    const name = `'${run.processes[process]}' `;
    last[process] = sentence.startsWith(name) ? sentence.slice(name.length) : sentence;
    missing--;
  }
  return last;
}

function stateAt(run, process, time) {
  const span = run.spanAt(process, time);
  if (span >= 0) return run.doings[run.doing[span]].text;
  const finished = run.finished[process];
  return finished !== null && finished <= time ? "done" : run.gap;
}
