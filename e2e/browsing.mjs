// What the browser tests that start a server of their own share.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program under test: COUNTENANCE names it. */
export const PROGRAM = process.env.COUNTENANCE ?? fileURLToPath(new URL("../target/debug/countenance", import.meta.url));
export const PATIENCE_MS = 30_000;

/** Where pictures are wanted: COUNTENANCE_PICTURES. */
const PICTURES = process.env.COUNTENANCE_PICTURES;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function freePort() {
  const listener = createServer();
  await new Promise((ready) => listener.listen(0, "127.0.0.1", ready));
  const { port } = listener.address();
  await new Promise((closed) => listener.close(closed));
  return port;
}

export async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((later) => setTimeout(later, 200));
  }
}

/** No wider than the screen, every word there, and nothing that axe-core minds; drawn where pictures are wanted. */
export async function isClean(page, what) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${what}: ${wider} px wider than the screen`);
  assert.ok(!(await page.locator("body").innerText()).includes("⟦"), `${what}: a word is missing`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), RULES);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), [], what);
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${what}.png`), fullPage: true });
}
