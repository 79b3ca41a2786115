// Opens pages in a headless browser and holds what they show against what is right.
// See README.md beside this file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Browser } from "./chromium.mjs";

const words = process.argv.slice(2).filter((word) => word !== "--large");
const isLarge = process.argv.includes("--large");
const program = resolve(words[0] ?? "target/debug/tempolane");
const pictures = words[1] ? resolve(words[1]) : null;
if (pictures) mkdirSync(pictures, { recursive: true });

const scenarios = join(dirname(fileURLToPath(import.meta.url)), "../../scenarios");
const room = mkdtempSync(join(tmpdir(), "pages-"));

const PIPE = `version: 1
name: pipe
resources:
  queue: {kind: buffer, capacity: 2}
processes:
  producer: {do: [{repeat: 6, do: [{delay: 1s}, {put: queue}]}]}
  consumer: {do: [{repeat: 6, do: [{get: queue}, {work: 2500ms}, {mark: consumed}, {log: "</script><img src=x onerror=alert(1)>"}]}]}
`;

const MARKUP = "<script>alert(1)</script><!--";

const STUCK = `version: 1
name: "${MARKUP}"
resources: {a: {kind: mutex}, b: {kind: mutex}}
processes:
  first: {do: [{acquire: a}, {delay: 1s}, {acquire: b}]}
  second: {do: [{acquire: b}, {delay: 1s}, {acquire: a}]}
`;

/** Each takes both locks at once, and all is well; or both take their first. */
const RARE = `version: 1
name: rare
resources: {a: {kind: mutex}, b: {kind: mutex}}
processes:
  first: {do: [{delay: 1s}, {acquire: a}, {acquire: b}, {delay: 1s}, {release: [a, b]}]}
  second: {do: [{delay: 1s}, {acquire: b}, {acquire: a}, {delay: 1s}, {release: [a, b]}]}
`;

const LIVE = `version: 1
name: live
seed: 3
params: {pause: 1s, rounds: 6, share: 0.5, fast: false}
resources:
  queue: {kind: buffer, capacity: 2}
processes:
  producer: {do: [{repeat: rounds, do: [{delay: pause}, {put: queue}]}]}
  consumer: {do: [{repeat: rounds, do: [{get: queue}, {work: share * 1s}]}, {if: fast, do: [], else: [{delay: {uniform: {low: 0s, high: 1ms}}}]}]}
`;

/** Runs the program in the room; a finding is no failure. */
function tempolane(...words) {
  try {
    execFileSync(program, words, { cwd: room, stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    if (error.status !== 1) throw new Error(`${words.join(" ")}: ${error.stderr}`);
  }
}

const browser = new Browser();

async function opened(file, { dark = false, width = 1280, height = 800 } = {}) {
  const page = await browser.page(width, height);
  await page.dark(dark);
  page.took = await page.open(pathToFileURL(join(room, file)).href);
  await page.evaluate("window.tempolane.then((explorer) => { window.explorer = explorer; })");
  return page;
}

/** A page that is whole says nothing on the console and loads nothing but itself. */
function isQuiet(page) {
  assert.deepEqual(page.complaints, []);
  assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:")), []);
  assert.equal(page.requests.length, 1);
}

/** Where a process is at a time, on the screen: the middle of its lane. */
function spot(page, process, nanos, run = 0) {
  return page.evaluate(`(() => {
    const { view, page } = explorer;
    const run = page.runs[${run}];
    const row = view.rowOf(run, run.processes.indexOf(${JSON.stringify(process)}));
    const box = document.getElementById("canvas").getBoundingClientRect();
    return [box.left + view.x(${nanos}), box.top + view.rowY(row) + 10];
  })()`);
}

const text = (page, id) => page.evaluate(`document.getElementById("${id}").innerText`);
const shot = async (page, name) => pictures && page.screenshot(join(pictures, `${name}.png`));

const CHECKS = {
  async "a bar says what it is, and its line is marked"() {
    const page = await opened("output/pipe/gantt.html");
    await page.mouse("mouseMoved", ...(await spot(page, "producer", 5.5e9)));
    assert.deepEqual((await text(page, "tooltip")).split("\n\n"), [
      "producer: blocked on buffer queue (put)",
      "1s, from 5s to 6s",
      "line 6: producer: {do: [{repeat: 6, do: [{delay: 1s}, {put: queue}]}]}",
      "ended by consumer: get from queue",
    ]);
    assert.match(await page.evaluate("document.querySelector('.source .marked').innerText"), /producer:/);
    await shot(page, "hover");
    await page.click(...(await spot(page, "producer", 5.5e9)));
    assert.match(await text(page, "details"), /Go to consumer/);
    await page.key("w");
    // Who gets the third item at 6 s came from its work on the second.
    assert.match(await text(page, "details"), /^consumer: running\s+2.5s, from 3.5s to 6s/);
    isQuiet(page);
  },

  async "steps go forward and back"() {
    const page = await opened("output/pipe/gantt.html");
    await page.key(".");
    assert.match(await text(page, "details"), /^At 0s, event 1 of \d+\s+'producer' starts/);
    for (let i = 0; i < 4; i++) await page.key(".");
    const fifth = await text(page, "details");
    await page.key(".");
    assert.notEqual(await text(page, "details"), fifth);
    await page.key(",");
    assert.equal(await text(page, "details"), fifth);
    await page.key("End");
    assert.match(await text(page, "details"), /^At 16s, event (\d+) of \1\s/);
    await shot(page, "steps");
    isQuiet(page);
  },

  async "search finds bars, lines, marks and log lines"() {
    const page = await opened("output/pipe/gantt.html");
    const hits = async (query) => {
      await page.evaluate(`explorer.search(${JSON.stringify(query)})`);
      return text(page, "hits");
    };
    // With the fifth item from 5 s to 6 s, with the sixth from 7 s to 8.5 s.
    assert.equal(await hits("(put)"), "2");
    assert.equal(await hits("consumed"), "6");
    assert.equal(await hits("onerror"), "6");
    assert.equal(await hits("nowhere"), "none");
    // Six works and the first wait of the consumer stand on its line.
    assert.equal(await hits("line 7"), "7");
    await page.key("/");
    await page.key("Enter");
    assert.equal(await text(page, "hits"), "1 of 7");
    isQuiet(page);
  },

  async "tables sort, and times are printed as the program prints them"() {
    const page = await opened("output/data-loader/gantt.html");
    const [sorted, told] = await page.evaluate(`(() => {
      [...document.querySelectorAll("#tabs button")].find((tab) => tab.innerText === "Processes").click();
      const table = document.querySelector("table.rows");
      table.querySelectorAll("th button")[5].click();
      const delayed = [...table.tBodies[0].rows].map((row) => row.cells[5].innerText);
      const run = explorer.page.runs[0];
      const cells = run.tables[0].rows.map((row) => row[2]).filter(([, nanos]) => nanos >= 0);
      const exact = run.finished.map((ticks) => run.told(ticks));
      return [delayed, cells.map(([text], i) => [text, exact[i]])];
    })()`);
    const seconds = sorted.map((text) => parseFloat(text));
    assert.deepEqual(seconds, seconds.toSorted((a, b) => b - a));
    for (const [rounded, exact] of told) assert.ok(Math.abs(parseFloat(rounded) - parseFloat(exact)) < 0.001, `${rounded} ${exact}`);
    const lengths = [
      ["0", "0s"], ["1", "1ns"], ["1500", "1.5us"], ["250000", "250us"], ["30000000000", "30s"],
      ["1000000001", "1.000000001s"], ["179999999999", "179.999999999s"], ["180000000000", "3min"],
      ["200500000000", "3min 20.5s"], ["3600000000001", "1h 0.000000001s"], ["129661000000000", "1d 12h 1min 1s"],
      ["9223372036854775807", "106751d 23h 47min 16.854775807s"],
    ];
    for (const [nanos, length] of lengths) assert.equal(await page.evaluate(`formatNanos(${nanos}n)`), length);
    isQuiet(page);
  },

  async "the critical path and the levels go on and off"() {
    const page = await opened("output/two-memories/gantt.html");
    const look = () => page.evaluate("explorer.painter.paint(), document.getElementById('canvas').toDataURL()");
    const plain = await look();
    await page.key("c");
    const withPath = await look();
    assert.notEqual(withPath, plain);
    await shot(page, "critical-path");
    await page.key("c");
    assert.equal(await look(), plain);
    await page.key("l");
    assert.equal(await page.evaluate("explorer.view.rows.length"), 3);
    isQuiet(page);
  },

  async "sliders run the scenario again, as the program does"() {
    const page = await opened("output/live/gantt.html");
    const facts = () => page.evaluate("Object.fromEntries(explorer.page.runs.at(-1).facts)");
    const settle = (script) => page.evaluate(`(async () => { ${script}; await explorer.live.running; })()`);
    const first = await facts();
    await settle("explorer.live.run()");
    assert.equal((await facts()).fingerprint, first.fingerprint);
    const slide = (name, value) => settle(`
      const { slider } = explorer.live.fields.get("${name}");
      slider.value = ${value};
      slider.dispatchEvent(new Event("input"))`);
    await slide("pause", 2e9);
    assert.match(await text(page, "live-note"), /^total time 12\.5s · completed/);
    const other = JSON.parse(execFileSync(program, ["run", "live.yaml", "--set", "pause=2s", "--format", "json", "--write", "none"], { cwd: room }));
    assert.equal((await facts()).fingerprint, other.fingerprint);
    assert.notEqual(other.fingerprint, first.fingerprint);
    assert.equal((await facts())["to see it again"], "tempolane run live.yaml --set pause=2s --seed 3");
    await page.evaluate("document.getElementById('live-beside').click()");
    assert.equal(await page.evaluate("explorer.page.runs.length"), 2);
    await shot(page, "live");
    // What is wrong is told, and the last run stays.
    await settle("explorer.live.change('pause', 'soon')");
    assert.match(await text(page, "live-note"), /soon/);
    assert.equal(await page.evaluate("explorer.page.runs.length"), 2);
    await settle("explorer.live.reset()");
    assert.equal((await facts()).fingerprint, first.fingerprint);
    isQuiet(page);
  },

  async "zoom and pan"() {
    const page = await opened("output/data-loader/gantt.html");
    const window = () => page.evaluate("[explorer.view.from, explorer.view.to]");
    const [x, y] = await spot(page, "training", 20e9);
    await page.mouse("mouseWheel", x, y, { deltaX: 0, deltaY: -600 });
    await page.drawn();
    const [from, to] = await window();
    assert.ok(from > 0 && to < 45e9 && from < 20e9 && to > 20e9, `${from} ${to}`);
    // What is under the pointer stays there.
    assert.ok(Math.abs((await spot(page, "training", 20e9))[0] - x) < 1);
    await shot(page, "zoomed");
    await page.mouse("mousePressed", x, y, { button: "left", clickCount: 1 });
    await page.mouse("mouseMoved", x + 100, y, { button: "left" });
    await page.mouse("mouseReleased", x + 100, y, { button: "left", clickCount: 1 });
    assert.ok((await window())[0] < from);
    await page.key("0");
    assert.equal((await window())[0], 0);
    isQuiet(page);
  },

  async "names that look like markup are text"() {
    const page = await opened(`output/stuck/deadlock.html`, { dark: true });
    assert.equal(await text(page, "title"), MARKUP);
    assert.equal(await page.evaluate("document.title"), MARKUP);
    assert.equal(await page.evaluate("document.querySelectorAll('script, img').length"), 2);
    assert.match(await text(page, "notices"), /first waits to acquire b, held by second/);
    await page.key("End");
    await shot(page, "witness-dark");
    isQuiet(page);
    const log = await opened("output/pipe/gantt.html");
    assert.equal(await log.evaluate("document.querySelectorAll('img').length"), 0);
    isQuiet(log);
  },

  async "a comparison marks what differs"() {
    const page = await opened("output/comparison.html");
    const found = await page.evaluate(`explorer.view.rows.filter((row) => row.differences).map((row) => [row.name, row.differences.total > 0])`);
    assert.deepEqual(found, [["B  loader", true], ["B  trainer", true], ["B  inferer", true]]);
    await shot(page, "comparison");
    isQuiet(page);
  },

  async "a run stands beside its witness"() {
    const page = await opened("output/rare/gantt.html");
    await page.choose("#other", join(room, "output/rare/deadlock.html"));
    await page.evaluate("new Promise((resolve) => { const look = () => explorer.page.runs.length === 2 ? resolve() : setTimeout(look, 10); look(); })");
    assert.match(await text(page, "summary"), /^A: rare, total time 3s · completed · B: rare, deadlock at 1s$/);
    // Up to 1 s both do the same; the run goes on until 3 s.
    const found = await page.evaluate("explorer.view.rows.filter((row) => row.differences).map((row) => [row.name, row.differences.starts[0], row.differences.total])");
    assert.deepEqual(found, [["B  first", 1e9, 1e9], ["B  second", 1e9, 2e9]]);
    await shot(page, "beside");
    await page.choose("#other", join(room, "rare.yaml"));
    await page.evaluate("new Promise((resolve) => { const look = () => document.querySelectorAll('#notices li').length === 3 ? resolve() : setTimeout(look, 10); look(); })");
    assert.match(await text(page, "notices"), /rare.yaml: this is no page of Tempolane/);
    isQuiet(page);
  },

  async "dark, light, and on paper"() {
    const page = await opened("output/data-loader/gantt.html", { dark: true });
    assert.equal(await page.evaluate("document.documentElement.dataset.theme"), "dark");
    await shot(page, "dark");
    await page.key("d");
    assert.equal(await page.evaluate("document.documentElement.dataset.theme"), "light");
    await shot(page, "light");
    if (pictures) await page.pdf(join(pictures, "paper.pdf"));
    isQuiet(page);
  },
};

async function aMillionSpans() {
  tempolane("run", join(scenarios, "queues/mmc.yaml"), "--set", "customers=430000", "--write", "html");
  const page = await opened("output/mmc/gantt.html");
  const spans = await page.evaluate("explorer.page.runs[0].starts.length");
  const paint = () => page.evaluate(`(() => {
    const began = performance.now();
    for (let i = 0; i < 20; i++) { explorer.view.zoom(i < 10 ? 0.7 : 1 / 0.7, 700); explorer.painter.paint(); }
    return (performance.now() - began) / 20;
  })()`);
  const plain = await paint();
  await shot(page, "large");
  await page.key("c");
  const withPath = await paint();
  await shot(page, "large-path");
  console.log(`${spans} spans: open after ${Math.round(page.took)} ms, drawn in ${plain.toFixed(1)} ms, with the critical path in ${withPath.toFixed(1)} ms`);
  assert.ok(spans > 1_000_000 && page.took < 30_000);
  isQuiet(page);
}

let failures = 0;
try {
  writeFileSync(join(room, "pipe.yaml"), PIPE);
  writeFileSync(join(room, "stuck.yaml"), STUCK);
  writeFileSync(join(room, "rare.yaml"), RARE);
  writeFileSync(join(room, "live.yaml"), LIVE);
  tempolane("run", "live.yaml", "--write", "html", "--live");
  tempolane("run", "pipe.yaml", "rare.yaml", "--write", "html");
  tempolane("explore", "rare.yaml", "--write", "html");
  tempolane("explore", "stuck.yaml", "--write", "html", "-o", "found");
  execFileSync("sh", ["-c", "mkdir -p output && mv found/* output/stuck"], { cwd: room });
  tempolane("run", join(scenarios, "pipelines/data-loader.yaml"), join(scenarios, "lab5/two-memories.yaml"), "--write", "html");
  tempolane("compare", join(scenarios, "lab5/work-inside-the-lock-one-memory.yaml"), join(scenarios, "lab5/work-inside-the-lock-two-memories.yaml"), "--write", "html");
  const checks = isLarge ? { ...CHECKS, "a million spans": aMillionSpans } : CHECKS;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok      ${name}`);
    } catch (error) {
      failures++;
      console.log(`FAILED  ${name}\n${error.stack}`);
    }
  }
} finally {
  await browser.close();
  rmSync(room, { recursive: true, force: true });
}
console.log(`${failures === 0 ? "all is" : `${failures} are not`} as it should be`);
process.exitCode = failures === 0 ? 0 : 1;
