// What the browser tests that start a server of their own share.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

/** The program under test: COUNTENANCE names it. */
export const PROGRAM = process.env.COUNTENANCE ?? fileURLToPath(new URL("../target/debug/countenance", import.meta.url));
export const PATIENCE_MS = 30_000;

/** Where pictures are wanted: COUNTENANCE_PICTURES. */
const PICTURES = process.env.COUNTENANCE_PICTURES;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Below the ports that Linux gives away by itself, so that nobody is given this one before the program under test takes it. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const listener = createServer();
    const free = await new Promise((known) => listener.once("error", () => known(false)).listen(port, "127.0.0.1", () => known(true)));
    if (!free) continue;
    await new Promise((closed) => listener.close(closed));
    return port;
  }
}

export async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((later) => setTimeout(later, 200));
  }
}

/** The demo's estate on a server of its own, and a browser: `seed` is what it was founded with. */
export async function startSite(name) {
  const folder = mkdtempSync(join(tmpdir(), `countenance-${name}-`));
  const port = await freePort();
  const site = { folder, data: join(folder, "site"), server: `http://localhost:${port}` };
  site.seed = JSON.parse(execFileSync(PROGRAM, ["seed", "--data", site.data, "--address", site.server], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const serving = spawn(PROGRAM, ["serve", "--data", site.data, "--demo", "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
  const ended = new Promise((resolve) => serving.once("exit", resolve));
  let browser;
  site.stop = async () => {
    await browser?.close();
    serving.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  try {
    await until("the server", () => fetch(`${site.server}/sign-in`).then(({ ok }) => ok, () => false));
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  } catch (error) {
    await site.stop();
    throw error;
  }
  site.newPage = async (locale, width, more = {}) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale, ...more });
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  };
  /** An operator at the desk, who came with a link that the server printed. */
  site.operator = async (who, locale, width) => {
    const said = execFileSync(PROGRAM, ["operator-link", who, "--data", site.data, "--address", site.server], { encoding: "utf8" });
    const page = await site.newPage(locale, width);
    await page.goto(/http\S+/.exec(said)[0]);
    await page.locator("form[action^='/desk/enter/'] button").click();
    await page.waitForURL((url) => url.pathname === "/desk");
    return page;
  };
  return site;
}

/** Writes into the fields of the form with this address; the form. */
export async function fillIn(page, action, fields) {
  const form = page.locator(`form[action="${action}"]`);
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    const tag = await field.evaluate(({ tagName }) => tagName);
    await (tag === "SELECT" ? field.selectOption(value) : field.fill(value));
  }
  return form;
}

/** Fills a form in and sends it; the answer's status. */
export async function send(page, action, fields = {}) {
  const form = await fillIn(page, action, fields);
  const [answer] = await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), form.locator("button").click()]);
  await page.waitForLoadState();
  return answer.status();
}

/** No wider than the screen, every word there, and nothing that axe-core minds; drawn where pictures are wanted. */
export async function isClean(page, what) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${what}: ${wider} px wider than the screen`);
  assert.ok(!(await page.locator("body").innerText()).includes("⟦"), `${what}: a word is missing`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), RULES);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), [], what);
  await picture(page, what);
}

/** Drawn where pictures are wanted. */
export async function picture(page, what) {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${what}.png`), fullPage: true });
}
