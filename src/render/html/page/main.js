// Puts the parts together, and hears the reader: wheel, pointers, keys and buttons.

const KEYS = [
  ["← →", "pan"], ["↑ ↓", "scroll"], ["+ −", "zoom"], ["0", "the whole run"],
  ["/", "search"], ["Enter, Shift+Enter", "next hit, hit before"],
  ["c", "critical path"], ["l", "levels"], ["b", "another page beside this one"], ["d", "light or dark"],
  [". ,", "one step on, one step back"], ["Home, End", "first and last step"],
  ["n p", "next span, span before, of the same process"], ["w", "go to who ended this wait"],
  ["z", "zoom to the selected span"], ["Esc", "select nothing"], ["?", "these keys"],
];

class Explorer {
  constructor(page) {
    this.page = page;
    this.showPath = false;
    this.inks = new Inks(page.looks);
    this.painter = new Painter(byId("canvas"), this);
    this.pointers = new Map();
    this.steps = page.runs.length > 0 ? new Steps(page.runs[0], { stepped: (...step) => this.stepped(...step) }) : null;
    this.begin();
    this.listen();
    this.themed();
  }

  /** Shows the runs that there are, whole. */
  begin() {
    const { page } = this;
    this.selected = null;
    this.hovered = null;
    this.cursor = null;
    this.query = null;
    this.view = new View(page.runs);
    showHead(page);
    this.panels = new Panels(page, { search: (text) => this.search(text), goTo: (run, process, time) => this.goTo(run, process, time) });
    this.nameWidth();
    byId("path").disabled = page.runs.every((run) => run.path.starts.length === 0);
    byId("levels").disabled = page.runs.every((run) => run.levels.length + run.holders.length === 0);
    this.resized();
    this.select(null);
  }

  /** Shows the runs of another page, of which this is the text, beside those of this one. */
  async showBeside(text) {
    const other = await readPage(lettersOf(text), this.page);
    this.page.runs.push(...other.runs);
    this.page.title = `${this.page.runs.length} runs on one time axis`;
    this.search("");
    this.begin();
    this.themed();
  }

  /** As wide as the names are, up to a bound. */
  nameWidth() {
    const widest = this.view.rows.slice(0, 2000).reduce((width, row) => Math.max(width, this.painter.measure(row.name, 12)), 40);
    this.view.left = Math.ceil(Math.min(widest, 190)) + 20;
  }

  /** Draws with the next frame, once however much has changed. */
  refresh() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.painter.paint();
    });
  }

  resized() {
    const scroller = byId("scroller");
    scroller.style.height = `${this.view.content + AXIS_HEIGHT + 6}px`;
    this.view.width = Math.max(200, scroller.clientWidth);
    this.view.height = Math.max(80, scroller.clientHeight);
    byId("spacer").style.height = `${Math.max(0, this.view.content + AXIS_HEIGHT - this.view.height)}px`;
    this.view.scrollTo(this.view.top);
    this.refresh();
  }

  listen() {
    const scroller = byId("scroller");
    new ResizeObserver(() => this.resized()).observe(scroller);
    scroller.addEventListener("scroll", () => {
      this.view.scrollTo(scroller.scrollTop);
      this.refresh();
    });
    scroller.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    const canvas = byId("canvas");
    canvas.addEventListener("pointerdown", (event) => this.pressed(event));
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    ["pointerup", "pointercancel"].forEach((kind) => canvas.addEventListener(kind, (event) => this.released(event)));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    document.addEventListener("keydown", (event) => this.key(event));
    this.listenToTools();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.themed());
    addEventListener("beforeprint", () => this.printing(true));
    addEventListener("afterprint", () => this.printing(false));
  }

  listenToTools() {
    const press = (id, action) => byId(id).addEventListener("click", action);
    press("zoom-in", () => this.zoom(1 / 1.5));
    press("zoom-out", () => this.zoom(1.5));
    press("fit", () => this.fit());
    press("path", () => this.togglePath());
    press("levels", () => this.toggleLevels());
    press("beside", () => byId("other").click());
    byId("other").addEventListener("change", (event) => this.opened(event.target));
    press("theme", () => this.toggleTheme());
    press("help-button", () => this.help());
    press("help-close", () => byId("help").close());
    byId("query").addEventListener("input", (event) => this.search(event.target.value, false));
    const row = ([keys, meaning]) => element("tr", {}, element("td", {}, element("kbd", { textContent: keys })), element("td", { textContent: meaning }));
    byId("keys").append(...KEYS.map(row));
  }

  /** Shows a page that was chosen, or says why it cannot. */
  async opened(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    try {
      await this.showBeside(await file.text());
    } catch (error) {
      byId("notices").append(element("li", { textContent: `${file.name}: ${error.message}` }));
      this.resized();
    }
  }

  wheel(event) {
    const x = event.clientX - byId("scroller").getBoundingClientRect().left;
    if (x < this.view.left && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.view.pan((event.deltaX || event.deltaY) * pixels);
    else this.view.zoom(Math.exp(event.deltaY * pixels * (event.ctrlKey ? 0.01 : 0.0018)), x);
    this.hover(null);
    this.refresh();
  }

  place(event) {
    const box = byId("canvas").getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  pressed(event) {
    byId("canvas").setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    this.dragged = 0;
    byId("scroller").focus({ preventScroll: true });
  }

  moved(event) {
    const place = this.place(event);
    const last = this.pointers.get(event.pointerId);
    if (!last) return this.hover(this.hitAt(place), event);
    if (this.pointers.size === 2) this.pinch(event.pointerId, place);
    else this.drag(last, place);
    this.pointers.set(event.pointerId, place);
  }

  drag(last, place) {
    this.dragged += Math.abs(place.x - last.x) + Math.abs(place.y - last.y);
    if (this.dragged < 4) return;
    byId("canvas").classList.add("dragging");
    this.view.pan(last.x - place.x);
    byId("scroller").scrollTop += last.y - place.y;
    this.hover(null);
    this.refresh();
  }

  pinch(moving, place) {
    const [other] = [...this.pointers].filter(([pointer]) => pointer !== moving).map(([, at]) => at);
    const before = Math.abs(this.pointers.get(moving).x - other.x), now = Math.abs(place.x - other.x);
    this.dragged = 99;
    if (before > 8 && now > 8) this.view.zoom(before / now, (place.x + other.x) / 2);
    this.refresh();
  }

  released(event) {
    const was = this.pointers.delete(event.pointerId);
    byId("canvas").classList.remove("dragging");
    if (!was || this.dragged >= 4 || event.type === "pointercancel") return;
    const hit = this.hitAt(this.place(event));
    if (hit?.row.kind === "lane" && hit.span >= 0) this.select(hit.row, hit.span);
    else this.select(null);
    if (hit && this.place(event).y < AXIS_HEIGHT) this.steps.goToTime(Math.round(hit.nanos / hit.row.run.tick));
  }

  /** The row, the time and the span at a place. */
  hitAt({ x, y }) {
    const row = this.view.rowAt(y);
    if (!row || x < this.view.left) return null;
    const nanos = this.view.time(x);
    const hit = { row, nanos, x, span: -1 };
    if (nanos > row.run.end * row.run.tick) return null;
    if (row.kind === "lane") hit.span = this.spanNear(row, x);
    return hit;
  }

  /** The span under a place; of spans that are less than a pixel wide, the nearest. */
  spanNear({ run, process }, x) {
    const time = this.view.time(x) / run.tick;
    const span = run.spanAt(process, time);
    if (span >= 0) return span;
    const near = 2 / this.view.scale / run.tick;
    const before = lastAtMost(run.starts, time, run.firsts[process], run.firsts[process + 1]);
    if (before >= run.firsts[process] && time - run.ends[before] < near) return before;
    return before + 1 < run.firsts[process + 1] && run.starts[before + 1] - time < near ? before + 1 : -1;
  }

  hover(hit, event) {
    this.hovered = hit;
    const lines = hit ? this.hoverLines(hit) : null;
    const tooltip = byId("tooltip");
    tooltip.hidden = lines === null;
    if (lines !== null) {
      tooltip.replaceChildren(...paragraphs(lines));
      const box = tooltip.getBoundingClientRect();
      const left = event.clientX + 14 + box.width > innerWidth ? event.clientX - box.width - 10 : event.clientX + 14;
      const top = event.clientY + 16 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 16;
      [tooltip.style.left, tooltip.style.top] = [`${Math.max(2, left)}px`, `${Math.max(2, top)}px`];
    }
    if (hit) this.markLineOf(hit.row, hit.span);
    else this.markLineOf(this.selected?.row, this.selected?.span ?? -1);
    this.refresh();
  }

  hoverLines(hit) {
    const { row } = hit;
    if (row.kind === "level") return describeLevel(row, hit.nanos);
    if (row.kind === "holders") return describeHolders(row, hit.nanos);
    const pixel = 1 / this.view.scale;
    const signs = this.signsNear(row, hit.nanos, 5 * pixel);
    if (hit.span < 0) {
      const { run, process } = row;
      return [`${run.processes[process]}: ${stateAt(run, process, hit.nanos / run.tick)}`, ...signs];
    }
    const { run, span } = { run: row.run, span: hit.span };
    if ((run.ends[span] - run.starts[span]) * run.tick < pixel) {
      const shares = run.density.shares(row.process, (hit.nanos - pixel / 2) / run.tick, (hit.nanos + pixel / 2) / run.tick);
      if (shares.count > 1) return [...describeColumn(row, hit.nanos - pixel / 2, hit.nanos + pixel / 2), ...signs];
    }
    return [...describeSpan(run, span), ...signs];
  }

  signsNear({ run, process }, nanos, near) {
    const texts = [];
    for (const point of run.pointsIn(process, (nanos - near) / run.tick, (nanos + near) / run.tick)) {
      if (texts.length === 4) return [...texts, "…"];
      texts.push(`${["mark", "log", "decisive", "race"][run.pointKinds[point]]} at ${run.told(run.pointTimes[point])}: ${run.texts[run.pointTexts[point]]}`);
    }
    return texts;
  }

  markLineOf(row, span) {
    if (row?.kind === "lane" && span >= 0) this.panels.markLine(row.run, row.run.doings[row.run.doing[span]].line);
    else if (!row) this.panels.markLine(null, null);
  }

  select(row, span = -1) {
    this.selected = row && span >= 0 ? { row, span } : null;
    if (this.selected) this.steps.begin(row.run);
    this.showDetails();
    this.markLineOf(this.selected?.row, span);
    this.refresh();
  }

  showDetails() {
    const details = byId("details");
    if (!this.selected) return details.replaceChildren(element("p", { className: "note", textContent: "Click a bar, or step through the run. ? shows the keys." }));
    const { row, span } = this.selected;
    const { run } = row;
    const [title, ...lines] = describeSpan(run, span);
    details.replaceChildren(element("h2", { textContent: title }), ...paragraphs(lines));
    const giver = giverOf(run, span);
    if (giver !== null) {
      const button = element("button", { type: "button", textContent: `Go to ${run.processes[giver]} (w)` });
      button.addEventListener("click", () => this.goToGiver());
      details.append(button);
    }
    if (run.path.spans.includes(span)) details.append(element("p", { textContent: "This is on the critical path." }));
  }

  /** Selects what the process did that ended the selected wait. */
  goToGiver() {
    if (!this.selected) return;
    const { row, span } = this.selected;
    const giver = giverOf(row.run, span);
    if (giver === null) return;
    const from = row.run.spanBefore(giver, row.run.ends[span]);
    if (from >= 0) this.goToSpan(row.run, giver, from, row.run.ends[span]);
  }

  /** Selects a span and brings it, or a time in it, into view. */
  goToSpan(run, process, span, time = null) {
    const row = this.view.rowOf(run, process);
    if (!row) return;
    this.view.bringRow(row);
    byId("scroller").scrollTop = this.view.top;
    const at = time === null ? [run.starts[span], run.ends[span]] : [time, time];
    const around = (this.view.to - this.view.from) / 20;
    this.view.bring(at[0] * run.tick - around, at[1] * run.tick + around);
    this.select(row, span);
  }

  goTo(run, process, time) {
    const row = this.view.rowOf(run, process);
    if (!row) return;
    this.view.bringRow(row);
    byId("scroller").scrollTop = this.view.top;
    const around = (this.view.to - this.view.from) / 20;
    this.view.bring(time * run.tick - around, time * run.tick + around);
    this.cursor = time * run.tick;
    this.select(row, run.spanBefore(process, time));
  }

  /** The span before or behind the selected one; without one, the first that is in view. */
  goToNeighbour(by) {
    if (!this.selected) {
      const row = this.view.visible().find((row) => row.kind === "lane" && row.run.spans[row.process] > 0);
      if (!row) return;
      const span = lastAtMost(row.run.starts, this.view.from / row.run.tick, row.run.firsts[row.process], row.run.firsts[row.process + 1]);
      return this.select(row, Math.max(span, row.run.firsts[row.process]));
    }
    const { row, span } = this.selected;
    const next = span + by;
    if (next >= row.run.firsts[row.process] && next < row.run.firsts[row.process + 1]) this.goToSpan(row.run, row.process, next);
  }

  /** Shows a step: its time, its line, and what everybody does then. */
  stepped({ run, process, time, line, event }, [title, ...lines]) {
    this.cursor = time * run.tick;
    const span = process === null ? -1 : run.spanAt(process, time);
    const row = process === null ? null : this.view.rowOf(run, process);
    this.selected = row && span >= 0 ? { row, span } : null;
    const around = (this.view.to - this.view.from) / 20;
    if (this.cursor < this.view.from || this.cursor > this.view.to) this.view.bring(this.cursor - around, this.cursor + around);
    if (row) {
      this.view.bringRow(row);
      byId("scroller").scrollTop = this.view.top;
    }
    const rows = describeMoment(run, time, event, 60).map(([name, text]) => element("tr", {}, element("td", { textContent: name }), element("td", { textContent: text })));
    byId("details").replaceChildren(element("h2", { textContent: title }), ...paragraphs(lines), element("table", {}, ...rows));
    this.panels.markLine(run, line);
    this.refresh();
  }

  search(text, fill = true) {
    if (fill) byId("query").value = text;
    this.query = text.trim() ? new Query(text.trim(), this.page.runs) : null;
    byId("hits").textContent = this.query ? this.query.told() : "";
    this.refresh();
  }

  goToHit(by) {
    const hit = this.query?.next(by);
    if (!hit) return;
    byId("hits").textContent = this.query.told();
    if (hit.span >= 0) this.goToSpan(hit.run, hit.process, hit.span);
    else if (hit.order === 0) {
      const row = this.view.rowOf(hit.run, hit.process);
      this.view.bringRow(row);
      byId("scroller").scrollTop = this.view.top;
      this.select(row, hit.run.firsts[hit.process]);
    } else this.goTo(hit.run, hit.process, hit.time / hit.run.tick);
  }

  zoom(factor) {
    const middle = this.selected ? this.view.x(this.selected.row.run.starts[this.selected.span] * this.selected.row.run.tick) : 0;
    const inView = middle > this.view.left && middle < this.view.width;
    this.view.zoom(factor, inView ? middle : (this.view.left + this.view.width) / 2);
    this.refresh();
  }

  zoomToSelected() {
    if (!this.selected) return;
    const { row, span } = this.selected;
    const [start, end] = [row.run.starts[span] * row.run.tick, row.run.ends[span] * row.run.tick];
    const room = (end - start) / 3;
    this.view.show(start - room, end + room);
    this.refresh();
  }

  fit() {
    this.view.show(0, this.view.end);
    this.refresh();
  }

  togglePath() {
    if (byId("path").disabled) return;
    this.showPath = !this.showPath;
    byId("path").ariaPressed = String(this.showPath);
    showLegend(this.page, this);
    this.refresh();
  }

  toggleLevels() {
    if (byId("levels").disabled) return;
    this.view.showLevels = !this.view.showLevels;
    byId("levels").ariaPressed = String(this.view.showLevels);
    this.view.layOut();
    this.resized();
  }

  toggleTheme() {
    const dark = document.documentElement.dataset.theme === "dark";
    this.chosenTheme = dark ? "light" : "dark";
    this.themed();
  }

  themed(theme = this.chosenTheme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) {
    document.documentElement.dataset.theme = theme;
    this.inks.refresh();
    showLegend(this.page, this);
    this.refresh();
  }

  /** On paper: light, and as wide as a page, with all rows, up to a bound. */
  printing(begins) {
    if (begins) {
      this.panels.fillAll();
      this.themed("light");
      [this.view.width, this.view.height] = [1000, Math.min(this.view.content + AXIS_HEIGHT, 6000)];
      this.view.top = 0;
      byId("scroller").style.height = "auto";
      this.painter.paint(2);
    } else {
      this.themed();
      this.resized();
    }
  }

  help() {
    if (!byId("help").open) byId("help").showModal();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open || event.target.type === "text") return;
    const field = event.target.tagName === "INPUT";
    if (event.target.id === "query") {
      if (event.key === "Enter") this.goToHit(event.shiftKey ? -1 : 1);
      if (event.key === "Escape") {
        this.search("");
        byId("scroller").focus();
      }
      return;
    }
    const action = this.actionOf(event);
    if (!action || (field && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    this.hover(null);
    action();
  }

  actionOf(event) {
    const scroll = (by) => () => (byId("scroller").scrollTop += by);
    const pan = (share) => () => (this.view.pan(share * this.view.width), this.refresh());
    const actions = {
      ArrowLeft: pan(-0.15), ArrowRight: pan(0.15), ArrowUp: scroll(-60), ArrowDown: scroll(60),
      "+": () => this.zoom(1 / 1.5), "=": () => this.zoom(1 / 1.5), "-": () => this.zoom(1.5), 0: () => this.fit(),
      "/": () => byId("query").focus(), c: () => this.togglePath(), l: () => this.toggleLevels(), b: () => byId("other").click(), d: () => this.toggleTheme(),
      ".": () => this.steps?.on(), ",": () => this.steps?.back(), Home: () => this.steps?.toStart(), End: () => this.steps?.toEnd(),
      n: () => this.goToNeighbour(1), p: () => this.goToNeighbour(-1), w: () => this.goToGiver(), z: () => this.zoomToSelected(),
      Escape: () => this.select(null), "?": () => this.help(),
    };
    return actions[event.key];
  }
}

function failed(error) {
  const message = byId("failure");
  message.hidden = false;
  const old = typeof DecompressionStream === "undefined" ? " It needs a browser of 2023 or later." : "";
  message.textContent = `This page cannot be shown: ${error.message}.${old}`;
}

// For whoever tests the page: the explorer, when it is ready.
window.tempolane = readPage(byId("data").textContent).then((page) => {
  const explorer = new Explorer(page);
  if (page.live) explorer.live = new Live(explorer, page.live, byId("engine").textContent);
  document.documentElement.dataset.ready = "true";
  return explorer;
});
window.tempolane.catch(failed);
