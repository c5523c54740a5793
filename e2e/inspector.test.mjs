// An inspector is let in by two operators, reads each page, draws a sample, takes the bundle along, and checks it without a network.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { PATIENCE_MS, PROGRAM, freePort, isClean, until } from "./browsing.mjs";

const SECTIONS = ["registers", "purposes", "consents", "ledger", "certificates", "passages", "changes", "holds", "filings"];

const folder = mkdtempSync(join(tmpdir(), "countenance-inspector-"));
const data = join(folder, "site");
let browser, serving, server;

async function newPage(locale, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/** An operator at the desk, who came with a link that the server printed. */
async function operator(name, locale) {
  const said = execFileSync(PROGRAM, ["operator-link", name, "--data", data, "--address", server], { encoding: "utf8" });
  const page = await newPage(locale, 1280);
  await page.goto(/http\S+/.exec(said)[0]);
  await page.locator("form[action^='/desk/enter/'] button").click();
  await page.waitForURL((url) => url.pathname === "/desk");
  return page;
}

/** One journey in one language: asked, granted, opened, read, drawn, taken along, checked offline. */
async function journey(locale, tag, width) {
  const [ann, ben] = [await operator(`Ann ${tag}`, locale), await operator(`Ben ${tag}`, locale)];
  await ann.goto(`${server}/desk/inspections`);
  for (const [field, value] of Object.entries({ authority: "区网信办", inspector: `王某 ${tag}`, reason: "2026-114", days: "2" })) {
    await ann.locator(`[name="${field}"]`).fill(value);
  }
  await ann.locator('form[action="/desk/inspections"] button').click();
  await ann.locator(".card", { hasText: `王某 ${tag}` }).waitFor();
  assert.equal(await ann.locator(".card", { hasText: `王某 ${tag}` }).locator("form[action$='/grant']").count(), 0, "who asked cannot grant");
  await isClean(ann, `inspector-desk-${tag}`);
  await ben.goto(`${server}/desk/inspections`);
  await ben.locator(".card", { hasText: `王某 ${tag}` }).locator("form[action$='/grant'] button").click();
  const link = await ben.locator("[data-link]").innerText();

  const inspector = await newPage(locale, width);
  await inspector.goto(`http://${link}`);
  await isClean(inspector, `inspector-enter-${tag}`);
  await inspector.locator("form[action^='/inspection/enter/'] button").click();
  await inspector.waitForURL((url) => url.pathname === "/inspection");
  await isClean(inspector, `inspector-overview-${tag}`);
  for (const section of SECTIONS) {
    await inspector.goto(`${server}/inspection/${section}`);
    await isClean(inspector, `inspector-${section}-${tag}`);
  }
  await inspector.goto(`${server}/inspection/consents`);
  await until("the promise in the ledger", async () => {
    await inspector.locator('[name="word"]').fill("652");
    await inspector.locator('form[action="/inspection/consents"] button').click();
    return (await inspector.locator(".note.refused").count()) === 0;
  });
  await isClean(inspector, `inspector-drawn-${tag}`);
  assert.match(await inspector.locator("main").innerText(), /652/);

  let file;
  await until("the bundle", async () => {
    const answer = await inspector.request.get(`${server}/inspection/bundle`);
    if (answer.ok()) file = await answer.body();
    return answer.ok();
  });
  await ben.goto(`${server}/desk/inspections`);
  await ben.locator(".card", { hasText: `王某 ${tag}` }).locator("form[action$='/end'] button").click();
  await inspector.goto(`${server}/inspection`);
  assert.equal(await inspector.locator('a[href="/inspection/registers"]').count(), 0, "over is over");
  return file;
}

/** What a kept verify page, without a network, says about a file. */
async function offline(locale, file, what) {
  const page = await newPage(locale, 360);
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(join(folder, "verify.html")).href);
  await page.locator("#file").setInputFiles({ name: "inspection.json", mimeType: "application/json", buffer: file });
  await page.locator(".result").waitFor();
  if (what) await isClean(page, what);
  return page.locator(".result");
}

describe("the inspector's entrance", () => {
  before(async () => {
    const port = await freePort();
    server = `http://localhost:${port}`;
    execFileSync(PROGRAM, ["seed", "--data", data, "--address", server], { stdio: "ignore" });
    serving = spawn(PROGRAM, ["serve", "--data", data, "--demo", "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
    await until("the server", () => fetch(`${server}/sign-in`).then(({ ok }) => ok, () => false));
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  });

  after(async () => {
    await browser?.close();
    if (serving) {
      const ended = new Promise((resolve) => serving.once("exit", resolve));
      serving.kill();
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  for (const [locale, tag, width, words] of [
    ["zh-CN", "zh", 360, /两位不同的操作员[^]*运营方写的是真的/],
    ["en-GB", "en", 1280, /Two different operators[^]*what the operator states is true/],
  ]) {
    test(`two operators, a sample, a bundle that holds offline: ${tag}`, async () => {
      const file = await journey(locale, tag, width);
      writeFileSync(join(folder, "policy"), await (await fetch(`${server}/ledger/policy`)).text());
      execFileSync(PROGRAM, ["verify-page", "--policy", join(folder, "policy"), "--out", join(folder, "verify.html")]);
      const result = await offline(locale, file, `inspector-verified-${tag}`);
      // The server alone has no independent witness: nothing is sealed.
      assert.match(await result.getAttribute("class"), /unwitnessed/);
      assert.match(await result.innerText(), words);
      const flipped = Buffer.from(file);
      flipped[Math.floor(flipped.length / 2)] ^= 1;
      assert.match(await (await offline(locale, flipped)).getAttribute("class"), /fails/);
      writeFileSync(join(folder, "bundle.json"), file);
      const said = execFileSync(PROGRAM, ["verify", join(folder, "bundle.json"), "--policy", join(folder, "policy"), "--lang", tag], { encoding: "utf8" });
      assert.match(said, tag === "zh" ? /^成立/ : /^Holds/);
    });
  }

  test("the printed path is for everybody and needs no script", async () => {
    for (const [locale, tag] of [["zh-CN", "zh"], ["en-GB", "en"]]) {
      const context = await browser.newContext({ viewport: { width: 360, height: 780 }, locale, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${server}/twenty-minutes`);
      assert.equal(await page.locator(".path > li").count(), 10, tag);
    }
    const page = await newPage("zh-CN", 360);
    await page.goto(`${server}/twenty-minutes`);
    await isClean(page, "inspector-path-zh");
  });
});
