// Parameters that the reader changes, and the engine that runs the scenario with them.

/** How many positions a slider has at least between its ends. */
const POSITIONS = 100;

class Live {
  /** Of a page that was told how to run its scenario again; letters are those of its engine. */
  constructor(explorer, told, letters) {
    Object.assign(this, { explorer, told, letters });
    this.first = explorer.page.runs[0];
    this.values = new Map(told.parameters.map(({ name, value }) => [name, value]));
    this.set = new Set(told.parameters.filter((parameter) => parameter.set).map(({ name }) => name));
    this.seed = told.seed;
    this.fields = new Map();
    byId("live").hidden = false;
    byId("parameters").append(...told.parameters.map((parameter) => this.parameter(parameter)), this.seedField());
    byId("live-reset").addEventListener("click", () => this.reset());
    byId("live-beside").addEventListener("change", () => this.show());
    if (told.parameters.length === 0) byId("live-beside").closest("label").hidden = true;
  }

  parameter(parameter) {
    const { name, type, value } = parameter;
    if (type === "bool") return this.choice(parameter);
    const field = element("input", { type: "text", value, size: 10, spellcheck: false, autocomplete: "off" });
    field.setAttribute("aria-label", `${name}, as text`);
    field.addEventListener("change", () => this.change(name, field.value));
    const slider = sliderOf(parameter);
    slider.setAttribute("aria-label", name);
    slider.addEventListener("input", () => {
      field.value = textOf(type, Number(slider.value));
      this.change(name, field.value);
    });
    this.fields.set(name, { field, slider });
    return element("div", { className: "parameter" }, element("span", { textContent: name }), slider, field);
  }

  choice({ name, value }) {
    const field = element("input", { type: "checkbox", checked: value === "true" });
    field.addEventListener("change", () => this.change(name, String(field.checked)));
    this.fields.set(name, { field, slider: null });
    return element("label", { className: "parameter" }, element("span", { textContent: name }), field);
  }

  seedField() {
    const field = element("input", { type: "text", value: this.told.seed, size: 10, inputMode: "numeric", autocomplete: "off" });
    field.addEventListener("change", () => {
      this.seed = field.value;
      this.run();
    });
    this.seedText = field;
    return element("label", { className: "parameter" }, element("span", { textContent: "seed" }), field);
  }

  change(name, value) {
    this.values.set(name, value);
    this.set.add(name);
    this.run();
  }

  reset() {
    this.set.clear();
    for (const { name, value, number, set } of this.told.parameters) {
      this.values.set(name, value);
      if (set) this.set.add(name);
      const { field, slider } = this.fields.get(name);
      if (slider) [field.value, slider.value] = [value, number];
      else field.checked = value === "true";
    }
    this.seed = this.seedText.value = this.told.seed;
    this.run();
  }

  /** Runs with the next frame, once however much has changed; what changes meanwhile runs behind it. */
  run() {
    this.isAsked = true;
    this.running ??= this.runAll().finally(() => (this.running = null));
    return this.running;
  }

  async runAll() {
    while (this.isAsked) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      this.isAsked = false;
      try {
        const before = performance.now();
        const data = await this.answer();
        const page = pageOf(new Reader(data), this.explorer.page);
        this.latest = page.runs[0];
        this.tell(`${this.latest.summary} · run and drawn in ${Math.max(1, Math.round(performance.now() - before))} ms`);
        this.show();
      } catch (error) {
        this.tell(error.message, true);
      }
    }
  }

  /** What a page carries of the run that is asked for. */
  async answer() {
    this.engine ??= inflated(fromBase64(this.letters)).then((bytes) => WebAssembly.compile(bytes));
    const { label, file, text, colour_by } = this.told;
    const settings = [...this.values].filter(([name]) => this.set.has(name));
    const request = new TextEncoder().encode(JSON.stringify({ label, file, text, settings, seed: this.seed, colour_by }));
    // A new one for each run: whatever a run does to it, the next one does not see it.
    const { exports } = await WebAssembly.instantiate(await this.engine);
    const place = exports.room(request.length);
    new Uint8Array(exports.memory.buffer, place, request.length).set(request);
    const answer = exports.answer(place, request.length) >>> 0;
    const length = new DataView(exports.memory.buffer).getUint32(answer, true);
    const told = new Uint8Array(exports.memory.buffer, answer + 4, length);
    if (told[0] !== 0) throw new Error(new TextDecoder().decode(told.subarray(1)));
    return told.subarray(1);
  }

  /** Shows the latest run, below the first one if that is wished. */
  show() {
    if (!this.latest) return;
    const { explorer } = this;
    const isBeside = byId("live-beside").checked;
    explorer.page.runs = isBeside ? [this.first, this.latest] : [this.latest];
    explorer.search(byId("query").value, false);
    explorer.begin();
    explorer.steps.begin(explorer.page.runs[isBeside ? 1 : 0]);
    explorer.themed();
  }

  tell(text, isWrong = false) {
    const note = byId("live-note");
    note.textContent = text;
    note.classList.toggle("wrong", isWrong);
  }
}

/** A slider from nothing to twice the value; of whole numbers to 10 at least. */
function sliderOf({ type, number }) {
  const isWhole = type === "int";
  const size = Math.abs(number) || (type === "duration" ? 1e10 : isWhole ? 5 : 1);
  const most = isWhole ? Math.max(10, 2 * size) : 2 * size;
  const step = isWhole ? Math.max(1, Math.floor(most / 1000)) : most / (2 * POSITIONS);
  const slider = element("input", { type: "range" });
  // The value last: it is held to the bounds that there are.
  [slider.min, slider.max, slider.step] = [number < 0 ? -most : 0, most, step];
  slider.value = number;
  return slider;
}

/** A number as it is set: of a duration the nanoseconds, of a float with a point. */
function textOf(type, number) {
  if (type === "duration") {
    const text = formatNanos(BigInt(Math.round(Math.abs(number))));
    return number < 0 ? `-${text}` : text;
  }
  if (type === "int") return String(Math.round(number));
  const text = String(Number(number.toPrecision(6)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}
