// From the letters in the page to the runs that it shows.

/** Numbers as the page carries them: seven bits in each byte, the lowest first. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.place = 0;
  }

  number() {
    return this.fill(new Float64Array(1))[0];
  }

  take(length) {
    this.place += length;
    return this.bytes.subarray(this.place - length, this.place);
  }

  /** Reads as many numbers as there is room for. Shifts would lose those of more than 31 bits. */
  fill(array) {
    const { bytes } = this;
    let place = this.place;
    for (let i = 0; i < array.length; i++) {
      let byte = bytes[place++];
      let number = byte & 0x7f;
      for (let factor = 128; byte >= 0x80; factor *= 128) {
        byte = bytes[place++];
        number += (byte & 0x7f) * factor;
      }
      array[i] = number;
    }
    this.place = place;
    return array;
  }

  /** Numbers that were told by how much they grow. */
  ascending(length) {
    const array = this.fill(new Float64Array(length));
    for (let i = 1; i < length; i++) array[i] += array[i - 1];
    return array;
  }

  small(length) {
    return this.fill(new Uint32Array(length));
  }
}

const unfolded = (number) => (number % 2 === 0 ? number / 2 : -(number + 1) / 2);

/** A run: what the page is told of it, with its columns. All times are in ticks. */
class Run {
  constructor(told, looks, reader) {
    Object.assign(this, told);
    this.looks = looks;
    this.complaints = new Map(told.complaints);
    this.readSpans(reader);
    this.readPoints(reader);
    this.levels.forEach((level) => this.readLevel(level, reader));
    this.readPath(reader);
    this.readEvents(reader);
    this.holders = told.holders ?? [];
    this.holders.forEach((lane) => this.readHoldings(lane, reader));
    this.levels.forEach((level) => this.readCapacity(level, reader));
    this.density = new Density(this);
  }

  readSpans(reader) {
    const counts = this.spans;
    this.firsts = new Uint32Array(counts.length + 1);
    counts.forEach((count, process) => (this.firsts[process + 1] = this.firsts[process] + count));
    const total = this.firsts[counts.length];
    this.starts = reader.fill(new Float64Array(total));
    this.ends = reader.fill(new Float64Array(total));
    this.doing = this.doings.length < 65536 ? reader.fill(new Uint16Array(total)) : reader.small(total);
    this.by = reader.small(total);
    for (let process = 0; process < counts.length; process++) {
      let last = 0;
      for (let i = this.firsts[process]; i < this.firsts[process + 1]; i++) {
        this.starts[i] += last;
        last = this.ends[i] += this.starts[i];
      }
    }
  }

  readPoints(reader) {
    const count = this.points;
    this.pointTimes = reader.ascending(count);
    this.pointProcesses = reader.small(count);
    this.pointKinds = reader.small(count);
    this.pointTexts = reader.small(count);
    /** By process, its points in the order of time. */
    this.pointsOf = new Map();
    for (let point = 0; point < count; point++) {
      const process = this.pointProcesses[point];
      if (!this.pointsOf.has(process)) this.pointsOf.set(process, []);
      this.pointsOf.get(process).push(point);
    }
  }

  /** The points of a process in [from, to], in the order of time. */
  *pointsIn(process, from, to) {
    const points = this.pointsOf.get(process) ?? [];
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pointTimes[points[middle]] < from) low = middle + 1;
      else high = middle;
    }
    for (; low < points.length && this.pointTimes[points[low]] <= to; low++) yield points[low];
  }

  readLevel(level, reader) {
    level.times = reader.ascending(level.steps);
    level.lows = reader.fill(new Float64Array(level.steps));
    level.highs = level.lows;
    if (level.in_bounds) {
      level.highs = reader.fill(new Float64Array(level.steps)).map((more, i) => level.lows[i] + more);
    }
  }

  /** How much there is of a resource from when on, if that changes. */
  readCapacity(level, reader) {
    const steps = level.capacity ?? 0;
    level.capacityTimes = reader.ascending(steps);
    level.capacities = reader.fill(new Float64Array(steps));
    level.mostCapacity = level.capacities.reduce((most, value) => Math.max(most, value), level.bound ?? 0);
  }

  /** The steps of the critical path: spans and parts of spans in arrays, hand-offs as objects. */
  readPath(reader) {
    const steps = reader.fill(new Float64Array(this.path));
    const parts = steps.reduce((count, step) => count + (step === 1 ? 1 : 0), 0);
    const part = { process: reader.small(parts), length: reader.fill(new Float64Array(parts)), doing: reader.small(parts) };
    const [from, to, what, fromLine, toLine] = Array.from({ length: 5 }, () => reader.small(this.hand_offs));
    const count = this.path - this.hand_offs;
    const path = { starts: new Float64Array(count), ends: new Float64Array(count), process: new Uint32Array(count), doing: new Uint32Array(count), spans: new Int32Array(count), handOffs: [] };
    let time = 0, place = 0, partPlace = 0, span = 0;
    for (const step of steps) {
      if (step === 0) {
        const i = path.handOffs.length;
        path.handOffs.push({ time, from: from[i], to: to[i], what: this.texts[what[i]], fromLine: fromLine[i], toLine: toLine[i] });
        continue;
      }
      path.starts[place] = time;
      if (step === 1) {
        path.process[place] = part.process[partPlace];
        path.doing[place] = part.doing[partPlace];
        path.spans[place] = -1;
        time += part.length[partPlace++];
      } else {
        span += unfolded(step - 2);
        path.process[place] = this.processOf(span);
        path.doing[place] = this.doing[span];
        path.spans[place] = span;
        time = this.ends[span];
      }
      path.ends[place++] = time;
    }
    this.path = path;
  }

  readEvents(reader) {
    const count = this.events;
    this.eventTimes = reader.ascending(count);
    this.eventProcesses = reader.small(count);
    this.eventLines = reader.small(count);
    this.eventTexts = reader.small(count);
  }

  /** Who holds a lock, from when to when, in short and in full, and how that looks. */
  readHoldings(lane, reader) {
    lane.starts = reader.ascending(lane.holdings);
    lane.ends = reader.fill(new Float64Array(lane.holdings)).map((length, i) => lane.starts[i] + length);
    const told = reader.small(3 * lane.holdings);
    [lane.short, lane.full, lane.looks] = [0, 1, 2].map((place) => told.filter((_, i) => i % 3 === place));
  }

  /** Whose span this is. */
  processOf(span) {
    return lastAtMost(this.firsts, span, 0, this.firsts.length - 1);
  }

  /** The span of a process at a time; -1 if it is in none then. */
  spanAt(process, time) {
    const span = lastAtMost(this.starts, time, this.firsts[process], this.firsts[process + 1]);
    return span >= this.firsts[process] && time < this.ends[span] ? span : -1;
  }

  /** The span with which a process came to this time: the last one that ended by then, or the one it is in. */
  spanBefore(process, time) {
    const first = this.firsts[process];
    let span = lastAtMost(this.starts, time, first, this.firsts[process + 1]);
    if (span >= first && this.starts[span] === time && span > first) span--;
    return span >= first ? span : -1;
  }

  look(span) {
    return this.doings[this.doing[span]].look;
  }

  /** A time or a length in words, exactly. */
  told(ticks) {
    return formatNanos(BigInt(ticks) * BigInt(this.tick));
  }
}

/** The last place in [first, last) of an ascending array whose value is at most this; first - 1 if there is none. */
function lastAtMost(array, value, first, last) {
  let low = first - 1, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (array[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function fromBase64(letters) {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[ALPHABET.charCodeAt(i)] = i;
  const padding = letters.endsWith("==") ? 2 : letters.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((letters.length / 4) * 3);
  const value = (place) => values[letters.charCodeAt(place)];
  for (let i = 0, place = 0; i < letters.length; i += 4) {
    const bits = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3);
    bytes[place++] = bits >> 16;
    bytes[place++] = bits >> 8;
    bytes[place++] = bits;
  }
  return bytes.subarray(0, bytes.length - padding);
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The form of what a page carries. */
const FORM = 1;

/** The letters of what a page carries, out of its text. */
function lettersOf(text) {
  const start = text.indexOf('id="data">');
  if (start < 0) throw new Error("this is no page of Tempolane");
  return text.slice(start + 10, text.indexOf("<", start));
}

/**
 * What a page carries: its title, the looks of the states, and its runs. Beside the runs of
 * another page its states get the looks that they have there.
 */
async function readPage(letters, beside = null) {
  return pageOf(new Reader(await inflated(fromBase64(letters))), beside);
}

/** A page out of what it carries. */
function pageOf(reader, beside) {
  const page = JSON.parse(new TextDecoder().decode(reader.take(reader.number())));
  if (page.form !== FORM) throw new Error("this page was written by another version of Tempolane");
  if (beside) {
    const looks = commonLooks(beside, page);
    page.runs.forEach((run) => run.doings.forEach((doing) => (doing.look = doing.look === null ? null : looks[doing.look])));
  }
  page.runs = page.runs.map((told) => new Run(told, (beside ?? page).looks, reader));
  return page;
}

/**
 * By look of a page, the look in the page beside it of what the legend calls the same; of a
 * wait that is new there, one that nothing has, or else that of all other waits.
 */
function commonLooks(beside, page) {
  const used = new Set(beside.runs.flatMap((run) => run.doings.map((doing) => doing.look)));
  const others = beside.looks.findLastIndex((look) => look.name === "blocked");
  return page.looks.map((look) => {
    const same = beside.looks.findIndex((other) => other.name === look.name && other.legend === look.legend);
    if (same >= 0) return same;
    const free = beside.looks.findIndex((other, number) => other.name === "blocked" && !used.has(number) && number !== others);
    if (free < 0) return others;
    used.add(free);
    beside.looks[free].legend = look.legend;
    return free;
  });
}
