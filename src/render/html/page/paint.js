// Draws what is in view. A span that is wide enough is a bar with its hatching; where spans
// are narrower, each column of pixels shows the shares of the states in it, stacked as in the
// pictures, and no state that is there gets less than one pixel.

/** The narrowest bar, in CSS pixels. */
const LEAST_BAR = 3;
const HATCHED_BAR = 7;
const FONT = '"DejaVu Sans", Verdana, system-ui, sans-serif';

class Painter {
  constructor(canvas, state) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.state = state;
    this.dense = document.createElement("canvas");
    this.widths = new Map();
  }

  /** Draws, with at least so many pixels to a CSS pixel. */
  paint(finest = 1) {
    const { view, inks } = this.state;
    const ratio = (this.ratio = Math.max(window.devicePixelRatio || 1, finest));
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      [this.canvas.width, this.canvas.height] = [width, height];
      [this.canvas.style.width, this.canvas.style.height] = [`${view.width}px`, `${view.height}px`];
    }
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = inks.paper;
    context.fillRect(0, 0, view.width, view.height);
    const rows = view.visible();
    const lanes = rows.filter((row) => row.kind === "lane");
    context.save();
    context.beginPath();
    context.rect(0, AXIS_HEIGHT, view.width, view.height - AXIS_HEIGHT);
    context.clip();
    const ticks = this.axisTicks();
    this.grid(ticks);
    const bars = this.denseLanes(lanes);
    this.clipPlot();
    lanes.forEach((row, place) => this.bars(row, bars[place]));
    rows.filter((row) => row.kind === "level").forEach((row) => this.level(row));
    rows.filter((row) => row.kind === "holders").forEach((row) => this.holders(row));
    lanes.forEach((row) => this.signs(row));
    if (this.state.query) lanes.forEach((row) => this.hits(row));
    lanes.filter((row) => row.differences).forEach((row) => this.differences(row));
    if (this.state.showPath) this.view().runs.forEach((run) => this.criticalPath(run));
    this.selection();
    context.restore();
    rows.forEach((row) => this.name(row));
    context.restore();
    this.axis(ticks);
  }

  view() {
    return this.state.view;
  }

  clipPlot() {
    const { left, width, height } = this.view();
    this.context.save();
    this.context.beginPath();
    this.context.rect(left, AXIS_HEIGHT, width - left, height - AXIS_HEIGHT);
    this.context.clip();
  }

  axisTicks() {
    const view = this.view();
    this.context.font = `11px ${FONT}`;
    const widest = this.context.measureText(formatNanos(BigInt(Math.round(view.to)))).width;
    const step = axisStep(view.scale, Math.max(70, widest + 26));
    const ticks = [];
    for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) ticks.push(time);
    return ticks;
  }

  grid(ticks) {
    const { context } = this;
    context.strokeStyle = this.state.inks.grid;
    context.lineWidth = 1;
    context.beginPath();
    for (const time of ticks) {
      const x = Math.round(this.view().x(time)) + 0.5;
      context.moveTo(x, AXIS_HEIGHT);
      context.lineTo(x, this.view().height);
    }
    context.stroke();
  }

  /** The axis on top: where the view is in the whole, and labels with their units. */
  axis(ticks) {
    const { context } = this;
    const view = this.view();
    const inks = this.state.inks;
    context.fillStyle = inks.panel;
    context.fillRect(0, 0, view.width, AXIS_HEIGHT);
    const room = view.width - view.left - 14;
    context.fillStyle = inks.grid;
    context.fillRect(view.left, 3, room, 4);
    context.fillStyle = inks.accent;
    context.fillRect(view.left + (view.from / view.end) * room, 3, Math.max(3, ((view.to - view.from) / view.end) * room), 4);
    context.font = `11px ${FONT}`;
    context.fillStyle = inks.ink;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const time of ticks) {
      const text = formatNanos(BigInt(Math.round(time)));
      const half = context.measureText(text).width / 2;
      const x = Math.min(Math.max(view.x(time), view.left - 20 + half), view.width - half - 2);
      context.fillText(text, x, 19);
    }
    context.fillStyle = inks.axis;
    context.fillRect(0, AXIS_HEIGHT - 1, view.width, 1);
    this.cursor();
  }

  /** A line at the time of the step. */
  cursor() {
    const { context } = this;
    const time = this.state.cursor;
    if (time === null) return;
    const x = this.view().x(time);
    if (x < this.view().left - 1 || x > this.view().width) return;
    context.fillStyle = this.state.inks.accent;
    context.fillRect(x - 0.75, AXIS_HEIGHT - 8, 1.5, this.view().height);
    context.beginPath();
    context.moveTo(x - 5, AXIS_HEIGHT - 9);
    context.lineTo(x + 5, AXIS_HEIGHT - 9);
    context.lineTo(x, AXIS_HEIGHT - 1);
    context.fill();
  }

  name(row) {
    const { context } = this;
    const { inks, selected } = this.state;
    const y = this.view().rowY(row);
    context.fillStyle = selected?.row === row ? inks.marked : inks.paper;
    context.fillRect(0, y, this.view().left - 6, row.height);
    context.font = `12px ${FONT}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = row.kind === "lane" ? inks.ink : inks.quiet;
    const middle = row.kind === "level" ? y + row.height / 2 : y + this.barHeight(row) / 2 + 2;
    context.fillText(this.shortened(row.name, this.view().left - 16), this.view().left - 10, middle);
    if (row.kind === "level") {
      context.font = `9px ${FONT}`;
      context.textAlign = "right";
      context.fillText(String(this.topOf(row.level)), this.view().left - 9, y + 8);
    }
  }

  shortened(name, room) {
    if (this.measure(name, 12) <= room) return name;
    const letters = Array.from(name);
    while (letters.length > 3 && this.measure(`${letters.join("")}…`, 12) > room) letters.splice(Math.ceil(letters.length * 0.6), 1);
    const cut = Math.ceil(letters.length * 0.6);
    return `${letters.slice(0, cut).join("")}…${letters.slice(cut).join("")}`;
  }

  measure(text, size) {
    const key = `${size}${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 20_000) this.widths.clear();
      this.context.font = `${size}px ${FONT}`;
      this.widths.set(key, (width = this.context.measureText(text).width));
    }
    return width;
  }

  barHeight(row) {
    return Math.max(6, row.height - ROW_GAP - (row.differences ? 6 : 0));
  }

  /** Draws where spans are narrow; gives the numbers of those that are wide, by lane. */
  denseLanes(lanes) {
    const view = this.view();
    const left = Math.round(view.left * this.ratio);
    const width = this.canvas.width - left;
    const image = { width, height: this.canvas.height, used: false, pixels: null };
    const bars = lanes.map((row) => this.denseLane(row, image));
    if (image.used) {
      [this.dense.width, this.dense.height] = [image.width, image.height];
      this.dense.getContext("2d").putImageData(new ImageData(image.pixels, width, image.height), 0, 0);
      const context = this.context;
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.dense, left, 0);
      context.restore();
    }
    return bars;
  }

  denseLane(row, image) {
    const { run, process } = row;
    const view = this.view();
    const { starts, ends, density } = run;
    const last = run.firsts[process + 1];
    const [from, to] = [view.from / run.tick, view.time(view.width) / run.tick];
    const perPixel = 1 / (view.scale * run.tick * this.ratio);
    const wide = LEAST_BAR * this.ratio * perPixel;
    const bars = [];
    let span = lastAtMost(starts, from, run.firsts[process], last);
    if (span < run.firsts[process] || ends[span] <= from) span++;
    let column = 0;
    while (span < last && starts[span] < to) {
      if (ends[span] - starts[span] >= wide) {
        bars.push(span++);
        continue;
      }
      column = Math.max(column, Math.floor((starts[span] - from) / perPixel));
      if (column >= image.width) break;
      const right = from + (column + 1) * perPixel;
      const behind = Math.max(span + 1, density.add(right - perPixel, right, span, last));
      this.denseColumn(row, density.column, perPixel, column, image);
      span = behind;
      const before = behind - 1;
      if (ends[before] > right) {
        if (ends[before] - starts[before] >= wide) bars.push(before);
        else span = before;
      }
      column++;
    }
    return bars;
  }

  denseColumn(row, sums, whole, column, image) {
    const ratio = this.ratio;
    const height = Math.max(2, Math.round(this.barHeight(row) * ratio));
    const bottom = Math.round((this.view().rowY(row) + 2) * ratio) + height;
    const heights = stacked(sums, whole, height);
    if (image.pixels === null) {
      image.pixels = new Uint8ClampedArray(image.width * image.height * 4);
      image.words = new Uint32Array(image.pixels.buffer);
      image.used = true;
    }
    let y = bottom - 1;
    for (let look = 0; look < heights.length; look++) {
      const colour = this.state.inks.states[look].packed;
      for (let left = heights[look]; left > 0; left--, y--) {
        if (y >= 0 && y < image.height) image.words[y * image.width + column] = colour;
      }
    }
  }

  /** The bars that are wide enough to be drawn alone. */
  bars(row, spans) {
    const { context } = this;
    const { run } = row;
    const view = this.view();
    const y = view.rowY(row) + 2;
    const height = this.barHeight(row);
    for (const span of spans) {
      const x = Math.max(view.x(run.starts[span] * run.tick), view.left - 2);
      const right = Math.min(view.x(run.ends[span] * run.tick), view.width + 2);
      const doing = run.doings[run.doing[span]];
      const state = this.state.inks.states[doing.look];
      context.fillStyle = right - x >= HATCHED_BAR ? state.fill : state.flat;
      context.fillRect(x, y, right - x, height);
      if (right - x >= 4) {
        context.strokeStyle = state.edge;
        context.lineWidth = 0.8;
        context.strokeRect(x + 0.4, y + 0.4, right - x - 0.8, height - 0.8);
      }
      if (right - x > 26 && height >= 13) this.label(run, span, doing, state, x, right, y + height / 2);
    }
    this.posts(row, y, height);
  }

  /** What stands in a bar: what it waits for, or how long it is. */
  label(run, span, doing, state, x, right, middle) {
    const { context } = this;
    const length = run.told(run.ends[span] - run.starts[span]);
    const text = [doing.label, length].find((text) => text && this.measure(text, 10) < right - x - 8);
    if (!text || doing.look === run.looks.length - 1) return;
    context.font = `10px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    if (state.halo) {
      context.strokeStyle = state.halo;
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeText(text, (x + right) / 2, middle);
    }
    context.fillStyle = state.label;
    context.fillText(text, (x + right) / 2, middle);
  }

  /** A post where a process is done; what it waits for where it never will be. */
  posts(row, y, height) {
    const complaint = row.run.complaints.get(row.process);
    if (complaint) this.complain(complaint, this.view().x(row.run.end * row.run.tick), y + height / 2);
    const finished = row.run.finished[row.process];
    if (finished === null) return;
    this.context.fillStyle = this.state.inks.ink;
    this.context.fillRect(this.view().x(finished * row.run.tick) - 0.75, y - 1, 1.5, height + 2);
  }

  /** Writes in the colour of alarms behind the end of a run, or before it where there is no room. */
  complain(text, end, middle) {
    const { context } = this;
    const { inks, view } = this.state;
    const fits = end + 6 + this.measure(text, 10) < view.width;
    context.font = `10px ${FONT}`;
    context.textAlign = fits ? "left" : "right";
    context.textBaseline = "middle";
    context.strokeStyle = inks.paper;
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.fillStyle = inks.alarm;
    context.strokeText(text, fits ? end + 5 : end - 5, middle);
    context.fillText(text, fits ? end + 5 : end - 5, middle);
  }

  /** Marks, log lines and alarms: at most one sign of a kind in a few pixels. */
  signs(row) {
    const { run, process } = row;
    const { context } = this;
    const view = this.view();
    const y = view.rowY(row) + 2;
    const height = this.barHeight(row);
    const last = [-9, -9, -9, -9];
    for (const point of run.pointsIn(process, view.from / run.tick, view.time(view.width) / run.tick)) {
      const kind = run.pointKinds[point];
      const x = view.x(run.pointTimes[point] * run.tick);
      if (x - last[kind] < 9 && kind < 2) continue;
      last[kind] = x;
      context.fillStyle = kind < 2 ? this.state.inks.ink : this.state.inks.alarm;
      context.strokeStyle = this.state.inks.paper;
      context.lineWidth = 0.5;
      context.beginPath();
      const shape = kind === 0 ? [[0, -3], [3, 0], [0, 3], [-3, 0]] : kind === 1 ? [[-3, height + 3], [3, height + 3], [0, height - 3]] : [[-1, height + 2], [-1, -6], [9, -2], [1, 2], [1, height + 2]];
      shape.forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
      context.closePath();
      context.fill();
      context.stroke();
    }
  }

  /** A line under every bar that was searched for. */
  hits(row) {
    const { run, process } = row;
    const { context } = this;
    const view = this.view();
    const y = view.rowY(row) + 2 + this.barHeight(row);
    const found = this.state.query.doingsOf(run);
    context.fillStyle = this.state.inks.accent;
    let last = -1;
    let span = Math.max(run.firsts[process], lastAtMost(run.starts, view.from / run.tick, run.firsts[process], run.firsts[process + 1]));
    const to = view.time(view.width) / run.tick;
    for (; span < run.firsts[process + 1] && run.starts[span] < to; span++) {
      if (!found[run.doing[span]]) continue;
      const right = view.x(run.ends[span] * run.tick);
      if (right <= last) continue;
      const x = Math.max(last, view.x(run.starts[span] * run.tick));
      last = Math.max(right, x + 1);
      context.fillRect(x, y, last - x, 2.5);
    }
  }

  /** Where a run does not do what the first one does. */
  differences(row) {
    const { context } = this;
    const view = this.view();
    const { starts, ends } = row.differences;
    const y = view.rowY(row) + 3 + this.barHeight(row);
    context.fillStyle = this.state.inks.alarm;
    let last = -1;
    for (let i = Math.max(0, lastAtMost(starts, view.from, 0, starts.length)); i < starts.length && starts[i] < view.to; i++) {
      const right = Math.max(view.x(ends[i]), view.x(starts[i]) + 1);
      if (right <= last) continue;
      const x = Math.max(last, view.x(starts[i]));
      context.fillRect(x, y, right - x, 4);
      last = right;
    }
  }

  /** Who holds a lock: a bar for each holding, with its holder; where they are too narrow for that, one for several. */
  holders(row) {
    const { run, lane } = row;
    const { context } = this;
    const view = this.view();
    const { inks } = this.state;
    const [top, height] = [view.rowY(row) + 2, this.barHeight(row)];
    const to = view.time(view.width) / run.tick;
    context.font = `11px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 1;
    let i = Math.max(0, lastAtMost(lane.ends, view.from / run.tick, 0, lane.ends.length) + 1);
    while (i < lane.starts.length && lane.starts[i] < to) {
      const x = Math.max(view.x(lane.starts[i] * run.tick), view.left - 2);
      let right = view.x(lane.ends[i] * run.tick);
      let next = i + 1;
      while (next < lane.starts.length && right < x + 0.75 && view.x(lane.starts[next] * run.tick) < x + 0.75) {
        right = Math.max(right, view.x(lane.ends[next++] * run.tick));
      }
      right = Math.min(Math.max(right, x + 0.75), view.width + 2);
      const look = inks.states[lane.looks[i]];
      context.fillStyle = next > i + 1 ? inks.level : look.ground;
      context.fillRect(x, top, right - x, height);
      if (right - x >= LEAST_BAR) {
        context.strokeStyle = look.edge;
        context.strokeRect(x + 0.5, top + 0.5, right - x - 1, height - 1);
        const text = run.texts[lane.short[i]];
        if (this.measure(text, 11) <= right - x - 8) {
          context.font = `11px ${FONT}`;
          context.fillStyle = look.label;
          context.fillText(text, (x + right) / 2, top + height / 2 + 0.5);
        }
      }
      i = next;
    }
  }

  topOf(level) {
    return Math.max(level.mostCapacity, level.highest);
  }

  /** A level as a line of steps; where it changes faster than that, from its lowest to its highest. */
  level(row) {
    const { run, level } = row;
    const { context } = this;
    const view = this.view();
    const { times, lows, highs } = level;
    const [top, height] = [view.rowY(row) + 6, row.height - 12];
    const place = (value) => top + height - (value / Math.max(1, this.topOf(level))) * height;
    context.fillStyle = this.state.inks["under-level"];
    context.strokeStyle = this.state.inks.axis;
    context.lineWidth = 1;
    const base = Math.round(top + height) + 0.5;
    context.strokeRect(view.left, base, view.width - view.left, 0);
    const line = new Path2D();
    const area = new Path2D();
    let step = Math.max(0, lastAtMost(times, view.from / run.tick, 0, times.length));
    const to = Math.min(view.time(view.width) / run.tick, run.end);
    let lastY = null;
    while (step < times.length && times[step] <= to) {
      const x = Math.max(view.x(times[step] * run.tick), view.left - 1);
      let [low, high] = [lows[step], highs[step]];
      let next = step + 1;
      while (next < times.length && times[next] <= to && view.x(times[next] * run.tick) < x + 0.75) {
        low = Math.min(low, lows[next]);
        high = Math.max(high, highs[next]);
        next++;
      }
      const right = view.x(Math.min(next < times.length ? times[next] : run.end, to) * run.tick);
      const after = place(highs[next - 1]);
      area.rect(x, place(high), 0.75, base - place(high));
      if (right > x + 0.75) area.rect(x + 0.75, after, right - x - 0.75, base - after);
      if (lastY !== null) line.lineTo(x, place(low));
      else line.moveTo(x, place(low));
      if (high > low) line.lineTo(x, place(high));
      lastY = after;
      line.lineTo(x, lastY);
      line.lineTo(right, lastY);
      step = next;
    }
    context.fill(area);
    context.strokeStyle = this.state.inks.level;
    context.lineWidth = 1.2;
    context.stroke(line);
    if (level.capacities.length > 0) this.capacity(row, place);
    if (level.bound !== null) {
      context.strokeStyle = this.state.inks.quiet;
      context.setLineDash([3, 3]);
      context.strokeRect(view.left, Math.round(place(level.bound)) + 0.5, view.width - view.left, 0);
      context.setLineDash([]);
    }
  }

  /** How much there is from when on, as a dashed line of steps. */
  capacity({ run, level }, place) {
    const { context } = this;
    const view = this.view();
    const times = level.capacityTimes;
    const to = Math.min(view.time(view.width) / run.tick, run.end);
    const line = new Path2D();
    const first = Math.max(0, lastAtMost(times, view.from / run.tick, 0, times.length));
    for (let step = first; step < times.length && times[step] <= to; step++) {
      const y = Math.round(place(level.capacities[step])) + 0.5;
      const until = step + 1 < times.length ? times[step + 1] : run.end;
      line.lineTo(Math.max(view.x(times[step] * run.tick), view.left), y);
      line.lineTo(view.x(Math.min(until, to) * run.tick), y);
    }
    context.strokeStyle = this.state.inks.quiet;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.stroke(line);
    context.setLineDash([]);
  }

  /** The chain of spans as a line along the lower edges of its bars, hand-offs as arrows. */
  criticalPath(run) {
    const { context } = this;
    const view = this.view();
    const { path } = run;
    const lines = run.processes.map((_, process) => {
      const row = view.rowOf(run, process);
      return row ? view.rowY(row) + this.barHeight(row) - 1 : NaN;
    });
    const to = view.time(view.width) / run.tick;
    const stroke = new Path2D();
    const lastX = new Float64Array(run.processes.length).fill(-Infinity);
    for (let i = Math.max(0, lastAtMost(path.starts, view.from / run.tick, 0, path.starts.length)); i < path.starts.length && path.starts[i] <= to; i++) {
      const process = path.process[i];
      const right = view.x(path.ends[i] * run.tick);
      if (right < lastX[process] + 0.5 || Number.isNaN(lines[process])) continue;
      const start = Math.max(view.x(path.starts[i] * run.tick), view.left - 5);
      // What is too short to be drawn alone goes with the next.
      const x = start < lastX[process] + 1 ? lastX[process] : start;
      lastX[process] = Math.max(right, x + 0.8);
      stroke.moveTo(x, lines[process]);
      stroke.lineTo(lastX[process], lines[process]);
    }
    context.strokeStyle = context.fillStyle = this.state.inks.path;
    context.lineWidth = 3;
    context.stroke(stroke);
    this.handOffs(run, path, lines, to);
  }

  handOffs(run, path, lines, to) {
    const { context } = this;
    const view = this.view();
    const arrows = new Path2D();
    const heads = new Path2D();
    let [low, high, lastX, lastHead] = [0, path.handOffs.length, -9, -99];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (path.handOffs[middle].time * run.tick < view.from) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < path.handOffs.length && path.handOffs[i].time <= to; i++) {
      const handOff = path.handOffs[i];
      const x = view.x(handOff.time * run.tick);
      const [y, tip] = [lines[handOff.from], lines[handOff.to]];
      if (x < lastX + 0.5 || Number.isNaN(y + tip)) continue;
      lastX = x;
      arrows.moveTo(x, y);
      arrows.lineTo(x, tip);
      if (x < lastHead + 8 || y === tip) continue;
      lastHead = x;
      const size = tip > y ? 6 : -6;
      heads.moveTo(x, tip);
      heads.lineTo(x - 4, tip - size);
      heads.lineTo(x + 4, tip - size);
      heads.closePath();
    }
    context.lineWidth = 1.5;
    context.stroke(arrows);
    context.fill(heads);
  }

  selection() {
    const { selected, hovered, inks } = this.state;
    if (selected) this.frame(selected, inks.accent, 2.5);
    if (hovered && hovered.span !== selected?.span) this.frame(hovered, inks.ink, 1.5);
  }

  frame({ row, span }, colour, width) {
    if (row.kind !== "lane" || span < 0) return;
    const view = this.view();
    const { run } = row;
    const x = Math.max(view.x(run.starts[span] * run.tick), view.left - 4);
    const right = Math.min(view.x(run.ends[span] * run.tick), view.width + 4);
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.strokeRect(x, view.rowY(row) + 1, Math.max(right - x, 1), this.barHeight(row) + 2);
  }
}

/** The heights in pixels of shares of a column: in proportion, and at least one for what is there. */
function stacked(sums, whole, height) {
  const heights = new Uint16Array(sums.length);
  let total = 0, largest = 0;
  for (let look = 0; look < sums.length; look++) {
    if (sums[look] <= 0) continue;
    heights[look] = Math.max(1, Math.round((sums[look] / whole) * height));
    total += heights[look];
    if (heights[look] > heights[largest]) largest = look;
  }
  if (total > height) heights[largest] -= Math.min(heights[largest] - 1, total - height);
  return heights;
}
