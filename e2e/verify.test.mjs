// The verify page in a real browser, from a file as somebody keeps it in a folder of downloads.
//   cargo run -p countenance -- verify-page --policy POLICY --out PAGE   is done here, with a policy made for the test.
// COUNTENANCE names the program; COUNTENANCE_PICTURES, where given, a directory for pictures of every state.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { MadeSite, certificate, certificateOfOne, entryOf } from "../crates/portal/static/test/made.mjs";

const PROGRAM = process.env.COUNTENANCE ?? fileURLToPath(new URL("../target/debug/countenance", import.meta.url));
const PICTURES = process.env.COUNTENANCE_PICTURES;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PHONE = { width: 360, height: 780 };
const DESK = { width: 1280, height: 800 };
const PERSON = new Uint8Array(16).fill(0xa1);

const folder = mkdtempSync(join(tmpdir(), "countenance-verify-"));
const address = pathToFileURL(join(folder, "verify.html")).href;
let browser, site, files;

/** Files of each kind, good ones and broken ones, with the verdict that each must get. */
async function makeFiles() {
  site = await MadeSite.make();
  site.fill(7);
  const record = { kind: 4, at: 1_795_404_600_000_000n, person: PERSON, reason: "searched" };
  const place = site.add(entryOf(record, { gate: 3, sequence: 7, opening: new Uint8Array(32).fill(9) }));
  site.fill(12);
  const proof = await site.proof(place);
  const whole = await certificate(site);
  const first = await site.checkpoint();
  const second = await site.checkpoint({ text: site.text({ top: new Uint8Array(32).fill(7) }), seenBy: [] });
  const fork = { form: "countenance/fork/v1", first, second, between: null };
  const promise = await site.promise();
  return {
    "use.tlog-proof": [proof, "holds"],
    "closed.tlog-proof": [await site.proof(place, { opened: false }), "holds"],
    "receipt.txt": [promise, "promised"],
    "certificate.json": [JSON.stringify(whole), "holds"],
    "mine.json": [JSON.stringify({ ...certificateOfOne(whole, 1), sample: null, timestamp: "MAA=" }), "holds"],
    "fork.json": [JSON.stringify(fork), "forked"],
    "broken.tlog-proof": [proof.replace(`\nindex ${place}\n`, `\nindex ${place + 1}\n`), "fails"],
    "broken-receipt.txt": [promise.replace(/.$/, "_"), "fails"],
    "broken-certificate.json": [JSON.stringify({ ...whole, copies: [...whole.copies].reverse() }), "fails"],
    "broken-fork.json": [JSON.stringify({ ...fork, second: first }), "fails"],
    "picture.png": ["\u0089PNG", "fails"],
  };
}

/** A page on the kept file, which fails the test with any request but the file itself and any error. */
async function open({ viewport = PHONE, locale = "zh-CN", colorScheme = "light", bypassCSP = false } = {}) {
  const context = await browser.newContext({ viewport, locale, colorScheme, bypassCSP });
  const page = await context.newPage();
  const asked = [];
  const errors = [];
  page.on("request", (request) => request.url() !== address && asked.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  await page.locator("#language:not(:empty)").waitFor();
  const end = async () => {
    assert.deepEqual(asked, [], "the page asked the network for something");
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, end };
}

const give = (page, name, content) => page.locator("#file").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });

/** Gives a file to the page and waits for its result. */
async function checked(page, name, content = files[name][0]) {
  const before = await page.locator(".result").count();
  await give(page, name, content);
  await page.locator(".result").nth(before).waitFor();
  const result = page.locator(".result").first();
  assert.ok((await result.innerText()).includes(name), `the newest result is that of ${name}`);
  return result;
}

async function isClean(page, what) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${what}: ${wider} px wider than the screen`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), RULES);
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  assert.deepEqual(told, [], what);
}

const picture = (page, name) => PICTURES && page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });

describe("the verify page, from a file", () => {
  before(async () => {
    files = await makeFiles();
    writeFileSync(join(folder, "policy"), site.policy);
    execFileSync(PROGRAM, ["verify-page", "--policy", join(folder, "policy"), "--out", join(folder, "verify.html")]);
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  for (const [locale, viewport, colorScheme] of [["zh-CN", PHONE, "light"], ["en-GB", PHONE, "dark"], ["zh-CN", DESK, "dark"], ["en-GB", DESK, "light"]]) {
    test(`${locale}, ${viewport.width} wide, ${colorScheme}: each file gets its verdict, a seal only where it holds, and axe finds nothing`, async () => {
      const { page, end } = await open({ viewport, locale, colorScheme });
      const state = (name) => `${name}-${locale.slice(0, 2)}-${viewport.width}-${colorScheme}`;
      await isClean(page, "empty page");
      await picture(page, state("empty"));
      for (const [name, [, verdict]] of Object.entries(files)) {
        const result = await checked(page, name);
        assert.ok((await result.getAttribute("class")).includes(verdict), `${name}: ${await result.getAttribute("class")}`);
        assert.equal(await result.locator(".seal").count(), verdict === "holds" ? 1 : 0, name);
        assert.equal(await result.locator(".two .card").count(), verdict === "fails" ? 0 : 2, name);
        assert.ok(!(await result.innerText()).includes("⟦"), `${name}: a word is missing`);
        if (PICTURES) await result.screenshot({ path: join(PICTURES, `${state(name)}.png`) });
      }
      for (const summary of await page.locator("summary").all()) await summary.click();
      await isClean(page, "every kind of file");
      await end();
    });
  }

  test("what is dropped is checked, too; the heading takes the focus and the verdict is said", async () => {
    const { page, end } = await open({ locale: "en-GB" });
    const handle = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "dropped.tlog-proof"));
      return transfer;
    }, files["use.tlog-proof"][0]);
    await page.dispatchEvent("#drop", "dragover", { dataTransfer: handle });
    assert.ok(await page.locator("#drop.over").isVisible());
    await page.dispatchEvent("#drop", "drop", { dataTransfer: handle });
    await page.locator(".result.holds").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
    assert.equal(await page.locator("#status").textContent(), "dropped.tlog-proof: It holds");
    await end();
  });

  test("text can be pasted by keyboard alone, and the language switched over a result", async () => {
    const { page, end } = await open({ locale: "en-GB" });
    await page.locator("#paste").locator("xpath=..").locator("summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    // As a copy comes: without the last line end.
    await page.keyboard.insertText(files["use.tlog-proof"][0].trimEnd());
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".result.holds").waitFor();
    assert.match(await page.locator(".result h2").innerText(), /It holds/);
    await page.locator("#language").click();
    assert.match(await page.locator(".result h2").innerText(), /成立/);
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    await end();
  });

  test("a person's own policy wins, is told by its word, and earlier results are judged by it", async () => {
    const { page, end } = await open({ locale: "en-GB" });
    const word = () => page.locator("#trust .word").innerText();
    const given = await word();
    await checked(page, "use.tlog-proof");
    await give(page, "my-policy", site.policy.replaceAll("independent", "operator"));
    await page.locator(".result.unwitnessed").waitFor();
    assert.notEqual(await word(), given);
    assert.equal(await page.locator(".seal").count(), 0);
    assert.ok((await page.locator("#status").innerText()).includes(await word()));
    await picture(page, "unwitnessed-en-360-light");
    await isClean(page, "unwitnessed");
    const other = await MadeSite.make();
    await give(page, "other-policy", other.policy);
    await page.locator(".result.fails").waitFor();
    await give(page, "no-policy", "log x\n");
    await page.locator("#status", { hasText: "Line 1" }).waitFor();
    await end();
  });

  test("on paper: A4, two boxes of equal size side by side, nothing to press", async () => {
    const { page, end } = await open({ locale: "zh-CN", viewport: { width: 794, height: 1123 } });
    await checked(page, "certificate.json");
    await page.emulateMedia({ media: "print" });
    const boxes = await page.locator(".two .card").all();
    const [one, two] = await Promise.all(boxes.map((box) => box.boundingBox()));
    assert.deepEqual([one.width, one.height, one.y], [two.width, two.height, two.y]);
    // 30 mm at 96 pixels to the inch.
    assert.ok(Math.abs((await page.locator(".paper-code").boundingBox()).width - 113.4) < 1);
    assert.ok(await page.locator("#drop").isHidden());
    for (const button of await page.locator("button, .button").all()) assert.ok(await button.isHidden());
    await picture(page, "print-zh");
    if (PICTURES) await page.pdf({ path: join(PICTURES, "certificate.pdf"), format: "A4" });
    await end();
  });

  test("the kept file forbids itself the network", async () => {
    const { page, end } = await open();
    const answer = await page.evaluate(() => fetch("data:text/plain,x").then(() => "came", () => "refused")).catch(() => "refused");
    assert.equal(answer, "refused");
    // That attempt is told on the console; nothing else is.
    await end().catch((error) => assert.match(error.message, /Content Security Policy|connect-src/));
  });

  test("how long a proof with four signatures takes", async () => {
    // The script's own functions, called within the page's world: its content policy would not let a measurement in.
    const { page, end } = await open({ bypassCSP: true });
    const script = readFileSync(join(folder, "verify.html"), "utf8").split('<script type="module">')[1].split("await begin();")[0];
    const times = await page.evaluate(measure, { script, policy: site.policy, file: files["use.tlog-proof"][0] });
    // Log and three witnesses. Not asserted: printed for the record.
    console.log(`  a proof with four signatures: median ${times[30].toFixed(1)} ms, slowest ${times[59].toFixed(1)} ms`);
    assert.equal(times.length, 60);
    await end();
  });
});

/** Runs in the page. Milliseconds of sixty checks, the shortest first. */
async function measure({ script, policy, file }) {
  const AsyncFunction = (async () => {}).constructor;
  const { check, readPolicy } = await new AsyncFunction(`${script}\nreturn { check, readPolicy };`)();
  const { policy: read } = await readPolicy(policy);
  const times = [];
  while (times.length < 60) {
    const begin = performance.now();
    if ((await check(file, read)).verdict !== "holds") throw new Error("it does not hold");
    times.push(performance.now() - begin);
  }
  return times.sort((one, two) => one - two);
}
