// Drives a headless Chromium over a pipe, in the DevTools protocol: JSON messages with a
// zero byte behind each. Needs nothing but Node and the browser.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Browser {
  constructor(program = process.env.CHROMIUM ?? "chromium") {
    this.profile = mkdtempSync(join(tmpdir(), "page-"));
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe", `--user-data-dir=${this.profile}`, "about:blank"];
    this.child = spawn(program, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.child.on("error", (error) => { throw new Error(`cannot start ${program}; set CHROMIUM to its path (${error.message})`); });
    this.answers = new Map();
    this.listeners = [];
    this.number = 0;
    this.pending = [];
    this.child.stdio[4].on("data", (piece) => this.heard(piece));
  }

  heard(piece) {
    let start = 0;
    for (let end = piece.indexOf(0); end >= 0; end = piece.indexOf(0, start)) {
      this.pending.push(piece.subarray(start, end));
      const message = JSON.parse(Buffer.concat(this.pending).toString("utf8"));
      this.pending = [];
      start = end + 1;
      if (message.id) {
        const { resolve, reject } = this.answers.get(message.id);
        this.answers.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      } else this.listeners.forEach((listen) => listen(message));
    }
    this.pending.push(piece.subarray(start));
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.number;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.answers.set(id, { resolve, reject }));
  }

  /** A page of this size. */
  async page(width = 1280, height = 800, scale = 1) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    await page.begin(width, height, scale);
    return page;
  }

  async close() {
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.send("Browser.close").catch(() => {});
    await ended;
    rmSync(this.profile, { recursive: true, force: true });
  }
}

export class Page {
  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
    /** What the console said and what was loaded: a page that is whole does neither. */
    this.complaints = [];
    this.requests = [];
    browser.listeners.push((message) => this.heard(message));
  }

  heard({ sessionId, method, params }) {
    if (sessionId !== this.session) return;
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled") this.complaints.push(params.args.map((arg) => arg.value ?? arg.description).join(" "));
    if (method === "Log.entryAdded") this.complaints.push(params.entry.text);
    if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    if (method === "Page.javascriptDialogOpening") this.complaints.push(`a dialog: ${params.message}`);
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  async begin(width, height, scale) {
    await Promise.all(["Page", "Runtime", "Log", "Network"].map((domain) => this.send(`${domain}.enable`)));
    await this.resize(width, height, scale);
  }

  resize(width, height, scale = 1) {
    return this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: false });
  }

  dark(is) {
    return this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: is ? "dark" : "light" }] });
  }

  /** Opens a file; gives how long it took until the page said that it is ready, in milliseconds. */
  async open(url) {
    const began = performance.now();
    await this.send("Page.navigate", { url });
    for (;;) {
      const state = await this.evaluate("document.documentElement?.dataset.ready ?? document.getElementById('failure')?.textContent");
      if (state === "true") return performance.now() - began;
      if (state) throw new Error(state);
      if (performance.now() - began > 60_000) throw new Error(`not ready after a minute: ${this.complaints.join("; ")}`);
      await pause(5);
    }
  }

  /** The value of an expression in the page; `explorer` is the page's program. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async key(key, modifiers = 0) {
    const text = key.length === 1 ? key : undefined;
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, text, modifiers });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, modifiers });
  }

  async type(text) {
    await this.send("Input.insertText", { text });
  }

  mouse(type, x, y, more = {}) {
    return this.send("Input.dispatchMouseEvent", { type, x, y, ...more });
  }

  async click(x, y) {
    await this.mouse("mouseMoved", x, y);
    await this.mouse("mousePressed", x, y, { button: "left", clickCount: 1 });
    await this.mouse("mouseReleased", x, y, { button: "left", clickCount: 1 });
  }

  /** Chooses a file in a field for files. */
  async choose(selector, file) {
    const { root } = await this.send("DOM.getDocument");
    const { nodeId } = await this.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.send("DOM.setFileInputFiles", { nodeId, files: [file] });
  }

  /** When the page has drawn what was asked for. */
  drawn() {
    return this.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))");
  }

  async screenshot(file) {
    await this.drawn();
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  async pdf(file) {
    const { data } = await this.send("Page.printToPDF", { printBackground: true });
    writeFileSync(file, Buffer.from(data, "base64"));
  }
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
