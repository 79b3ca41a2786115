// What stands around the timeline: title, legend, tables, log, scenario, details, steps.
// Texts of a run are set as text, never as markup.

/** An element with these properties and children; a text is a text. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const byId = (id) => document.getElementById(id);

function paragraphs(lines) {
  return lines.map((line) => element("p", { textContent: line }));
}

/** Title, outcome, notices and notes. */
function showHead(page) {
  byId("title").textContent = page.title;
  const summary = (run, number) => (page.runs.length > 1 ? `${runLetter(number)}: ${run.title}, ${run.summary}` : run.summary);
  byId("summary").textContent = page.runs.map(summary).join(" · ");
  byId("notices").replaceChildren();
  for (const run of page.runs) {
    const notices = run.notices.map((notice) => element("li", { textContent: notice }));
    const notes = run.notes.map((note) => element("li", { textContent: note, className: "plain" }));
    byId("notices").append(...notices, ...notes);
  }
}

/** The states that there are, each with what it looks like. */
function showLegend(page, state) {
  const used = new Set(page.runs.flatMap((run) => run.doings.map((doing) => doing.look)));
  const entries = page.looks.map((look, number) => ({ look, number })).filter(({ number }) => used.has(number));
  const draw = { bar: (number) => (context) => ((context.fillStyle = state.inks.states[number].fill), context.fillRect(0, 0, 44, 24)) };
  const shown = entries.map(({ look, number }) => legendEntry(look.legend, draw.bar(number)));
  if (state.showPath) {
    shown.push(legendEntry("critical path", (context) => ((context.fillStyle = state.inks.path), context.fillRect(0, 9, 44, 6))));
  }
  if (page.runs.length > 1) {
    shown.push(legendEntry("differs from A", (context) => ((context.fillStyle = state.inks.alarm), context.fillRect(0, 8, 44, 8))));
  }
  const has = (kind) => page.runs.some((run) => run.pointKinds.includes(kind));
  if (has(0)) shown.push(element("span", { textContent: "◆ mark" }));
  if (has(1)) shown.push(element("span", { textContent: "▲ log line" }));
  if (has(2) || has(3)) shown.push(element("span", { textContent: "⚑ decisive turn, or a race" }));
  byId("legend").replaceChildren(...shown);
}

function legendEntry(text, draw) {
  const canvas = element("canvas", { width: 44, height: 24 });
  draw(canvas.getContext("2d"));
  return element("span", {}, canvas, text);
}

/** The panels on the right, each with its tab. */
class Panels {
  constructor(page, actions) {
    this.actions = actions;
    this.panels = [];
    this.marked = null;
    byId("tabs").replaceChildren();
    byId("panels").replaceChildren();
    page.runs.forEach((run, number) => {
      const letter = page.runs.length > 1 ? `${runLetter(number)} ` : "";
      if (run.source.length > 0) this.add(`${letter}Scenario`, () => this.sourceList(run));
      run.tables.forEach((table) => this.add(letter + table.title, () => this.tableOf(run, table)));
      if (run.log.length > 0) this.add(`${letter}Log`, () => this.logTable(run));
      this.add(`${letter}About`, () => this.about(run));
    });
    if (this.panels.length > 0) this.choose(this.panels[0]);
  }

  /** A panel whose content is made when it is wanted. */
  add(title, make) {
    const panel = element("div", { className: "panel", role: "tabpanel", ariaLabel: title, tabIndex: 0, hidden: true });
    const tab = element("button", { type: "button", role: "tab", textContent: title });
    const entry = { panel, tab, make };
    tab.addEventListener("click", () => this.choose(entry));
    this.panels.push(entry);
    byId("tabs").append(tab);
    byId("panels").append(panel);
  }

  fill(entry) {
    entry.panel.append(...(entry.make?.() ?? []));
    entry.make = null;
  }

  /** Makes all that was not wanted yet. */
  fillAll() {
    this.panels.forEach((entry) => this.fill(entry));
  }

  choose(chosen) {
    this.fill(chosen);
    for (const entry of this.panels) {
      entry.panel.hidden = entry !== chosen;
      entry.tab.ariaSelected = String(entry === chosen);
    }
  }

  sourceList(run) {
    const line = (text, place) => {
      const made = element("li", { textContent: text || " " });
      made.addEventListener("click", () => this.actions.search(`line ${place + 1}`));
      return made;
    };
    run.sourceLines = run.source.map(line);
    const list = element("ol", { className: "source" }, ...run.sourceLines);
    list.setAttribute("aria-label", run.file);
    return [list];
  }

  /** Marks a line of the scenario, and brings it to where it can be seen. */
  markLine(run, line) {
    const wanted = line === null ? null : run?.sourceLines?.[line - 1] ?? null;
    if (wanted === this.marked) return;
    this.marked?.classList.remove("marked");
    this.marked = wanted;
    if (wanted === null) return;
    wanted.classList.add("marked");
    const panel = wanted.closest(".panel");
    if (panel.hidden) return;
    const above = wanted.offsetTop - panel.scrollTop;
    if (above < 20 || above > panel.clientHeight - 40) panel.scrollTop = wanted.offsetTop - panel.clientHeight / 2;
  }

  tableOf(run, table) {
    const isNumber = table.heads.map((_, column) => table.rows.some((row) => row[column][1] !== null));
    const body = element("tbody");
    const rows = table.rows.map((cells) => {
      const row = element("tr", {}, ...cells.map(([text], column) => element("td", { textContent: text, className: isNumber[column] ? "number" : "" })));
      if (table.title === "Processes" || table.title === "Resources") {
        row.className = "goes";
        row.addEventListener("click", () => this.actions.search(cells[0][0]));
      }
      return { cells, row };
    });
    body.append(...rows.map(({ row }) => row));
    const heads = table.heads.map((head, column) => sortingHead(head, column, isNumber[column], rows, body));
    const shown = [element("table", { className: "rows" }, element("thead", {}, element("tr", {}, ...heads)), body)];
    if (table.left_out > 0) shown.push(element("p", { className: "note", textContent: `and ${table.left_out} more` }));
    return shown;
  }

  logTable(run) {
    const body = element("tbody");
    body.append(...run.log.map(([time, process, text]) => {
      const row = element("tr", { className: "goes" },
        element("td", { textContent: run.told(time), className: "number" }),
        element("td", { textContent: run.processes[process] }),
        element("td", { textContent: text }));
      row.addEventListener("click", () => this.actions.goTo(run, process, time));
      return row;
    }));
    const heads = ["time", "process", "text"].map((head) => element("th", {}, element("button", { textContent: head, type: "button" })));
    const shown = [element("table", { className: "rows" }, element("thead", {}, element("tr", {}, ...heads)), body)];
    if (run.log_left_out > 0) shown.push(element("p", { className: "note", textContent: `and ${run.log_left_out} more lines` }));
    return shown;
  }

  about(run) {
    const rows = [["outcome", run.summary], ...run.facts, ["file", run.file], ...run.settings.map(([name, value]) => ["set", `${name}=${value}`])];
    const body = rows.map(([name, value]) => element("tr", {}, element("td", { textContent: name }), element("td", { textContent: value })));
    return [element("table", { className: "rows" }, element("tbody", {}, ...body))];
  }
}

/** The head of a column, which sorts the rows by it: the most first, and then the other way round. */
function sortingHead(head, column, isNumber, rows, body) {
  const button = element("button", { type: "button", textContent: head, title: `Sort by ${head}` });
  const cell = element("th", { className: isNumber ? "number" : "" }, button);
  button.addEventListener("click", () => {
    const descending = cell.ariaSort === "descending" || (!isNumber && cell.ariaSort !== "ascending") ? false : true;
    cell.parentElement.querySelectorAll("th").forEach((other) => {
      other.ariaSort = null;
      other.firstChild.textContent = other.firstChild.textContent.replace(/ [▲▼]$/, "");
    });
    cell.ariaSort = descending ? "descending" : "ascending";
    button.textContent = `${head} ${descending ? "▼" : "▲"}`;
    const compare = isNumber
      ? (a, b) => (a.cells[column][1] ?? -Infinity) - (b.cells[column][1] ?? -Infinity)
      : (a, b) => a.cells[column][0].localeCompare(b.cells[column][0], "en", { numeric: true });
    rows.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
    body.append(...rows.map(({ row }) => row));
  });
  return cell;
}

/** Steps from event to event, or, of a run with too many of them, from span to span. */
class Steps {
  constructor(run, actions) {
    this.actions = actions;
    this.begin(run);
    byId("first-step").addEventListener("click", () => this.toStart());
    byId("step-back").addEventListener("click", () => this.back());
    byId("step-on").addEventListener("click", () => this.on());
    byId("last-step").addEventListener("click", () => this.toEnd());
    byId("step-slider").addEventListener("input", (event) => this.slideTo(Number(event.target.value)));
  }

  /** Goes on with this run, from before its start. */
  begin(run) {
    if (run === this.run) return;
    this.run = run;
    this.step = -1;
    this.time = 0;
    byId("step-slider").max = String(run.events > 0 ? run.events : 1000);
    byId("step-slider").value = "0";
    byId("step-list").replaceChildren();
    this.tellPlace();
  }

  slideTo(value) {
    if (this.run.events > 0) this.go(value - 1);
    else this.goToTime(Math.round((value / 1000) * this.run.end));
  }

  toStart() {
    if (this.run.events > 0) this.go(-1);
    else this.goToTime(0);
  }

  toEnd() {
    if (this.run.events > 0) this.go(this.run.events - 1);
    else this.goToTime(this.run.end);
  }

  on() {
    if (this.run.events > 0) this.go(this.step + 1);
    else this.goToTime(this.nextChange());
  }

  back() {
    if (this.run.events > 0) this.go(this.step - 1);
    else this.goToTime(this.lastChange());
  }

  nextChange() {
    const { run, time } = this;
    let next = run.end;
    for (let process = 0; process < run.processes.length; process++) {
      const [first, last] = [run.firsts[process], run.firsts[process + 1]];
      const span = lastAtMost(run.starts, time, first, last);
      if (span >= first && run.ends[span] > time) next = Math.min(next, run.ends[span]);
      if (span + 1 < last) next = Math.min(next, run.starts[span + 1]);
    }
    return next;
  }

  lastChange() {
    const { run, time } = this;
    let before = 0;
    for (let process = 0; process < run.processes.length; process++) {
      const first = run.firsts[process];
      const span = lastAtMost(run.ends, time - 1, first, run.firsts[process + 1]);
      if (span >= first) before = Math.max(before, run.ends[span]);
      const begun = lastAtMost(run.starts, time - 1, first, run.firsts[process + 1]);
      if (begun >= first) before = Math.max(before, run.starts[begun]);
    }
    return before;
  }

  goToTime(time) {
    const { run } = this;
    this.time = time;
    if (run.events > 0) return this.go(lastAtMost(run.eventTimes, time, 0, run.events));
    byId("step-slider").value = String(Math.round((time / Math.max(1, run.end)) * 1000));
    this.tellPlace();
    this.actions.stepped({ run, process: null, time, line: null, event: null }, [`At ${run.told(time)}`]);
  }

  /** Goes to an event; -1 is before all of them. */
  go(step) {
    const { run } = this;
    this.step = Math.min(Math.max(step, -1), run.events - 1);
    byId("step-slider").value = String(this.step + 1);
    this.tellPlace();
    this.list();
    if (this.step < 0) return this.actions.stepped({ run, process: null, time: 0, line: null, event: -1 }, ["Before the first event"]);
    this.time = run.eventTimes[this.step];
    const line = run.eventLines[this.step] || null;
    const what = `${this.sentence(this.step)}${line === null ? "" : `, line ${line}${sourceOf(run, line)}`}`;
    const at = { run, process: run.eventProcesses[this.step], time: this.time, line, event: this.step };
    this.actions.stepped(at, [`At ${run.told(this.time)}, event ${this.step + 1} of ${run.events}`, what]);
  }

  sentence(step) {
    return this.run.texts[this.run.eventTexts[step]];
  }

  tellPlace() {
    const { run } = this;
    byId("step-place").textContent = run.events > 0 ? `event ${this.step + 1} of ${run.events}` : run.told(this.time);
  }

  /** The events around this one. */
  list() {
    const AROUND = 40;
    const first = Math.max(0, this.step - AROUND);
    const last = Math.min(this.run.events, Math.max(this.step, 0) + AROUND);
    const rows = [];
    for (let step = first; step < last; step++) rows.push(this.entry(step));
    byId("step-list").replaceChildren(...rows);
    const current = rows[this.step - first];
    if (current) byId("step-list").scrollTop = current.offsetTop - byId("step-list").offsetTop - byId("step-list").clientHeight / 2;
  }

  entry(step) {
    const row = element("li", {},
      element("span", { className: "when", textContent: this.run.told(this.run.eventTimes[step]) }),
      element("span", { className: "what", textContent: this.sentence(step) }));
    if (step === this.step) row.ariaCurrent = "step";
    row.addEventListener("click", () => this.go(step));
    return row;
  }
}
