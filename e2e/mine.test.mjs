// A person finds their own entries: a server with a ledger, two people whose keys are made in two browsers, and what each of them finds.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { PATIENCE_MS, PROGRAM, freePort, isClean, until } from "./browsing.mjs";

const PIN = "704182";

const folder = mkdtempSync(join(tmpdir(), "countenance-mine-"));
let browser, serving, server, seed;
const pages = {};

/** A browser of its own, in which a person opens their account. */
async function claim(person, options) {
  const context = await browser.newContext({ viewport: { width: 360, height: 780 }, locale: "zh-CN", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const { login, code } = seed.letters.find((letter) => letter.person === person);
  await page.goto(`${server}/claim`);
  for (const [name, value] of Object.entries({ login, code, pin: PIN, again: PIN })) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('form[action="/claim"] button').click();
  await page.waitForURL((url) => url.pathname !== "/claim");
  pages[person] = page;
  return page;
}

/** Reloads the page until it shows so many rows. */
async function found(page, count) {
  await until(`${count} rows`, async () => {
    await page.goto(`${server}/uses/mine`);
    await page.locator("[data-checks] *").first().waitFor();
    return (await page.locator(".rows > li").count()) === count;
  });
}

describe("a person's own entries", () => {
  before(async () => {
    const port = await freePort();
    server = `http://localhost:${port}`;
    const data = join(folder, "site");
    seed = JSON.parse(execFileSync(PROGRAM, ["seed", "--data", data, "--address", server], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
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

  test("A and B each find exactly what was written about them", async () => {
    await claim("A");
    await found(pages.A, 1);
    await claim("B", { locale: "en-GB" });
    await found(pages.B, 1);
    await found(pages.A, 1);
    assert.match(await pages.A.locator(".rows > li").innerText(), /服务器[^]*开了账户/);
    assert.match(await pages.B.locator(".rows > li").innerText(), /the server[^]*You opened your account/);
    for (const page of [pages.A, pages.B]) assert.ok(!(await page.locator("main").innerText()).includes("⟦"));
    await isClean(pages.A, "mine-zh-360");
    await pages.B.setViewportSize({ width: 1280, height: 800 });
    await isClean(pages.B, "mine-en-1280");
  });

  test("the lists are checked; what nobody independent saw is said to be so", async () => {
    await until("a list that is checked", async () => {
      await found(pages.B, 1);
      return (await pages.B.locator("[data-checks]").innerText()).includes("Lists checked");
    });
    assert.match(await pages.B.locator("[data-checks]").innerText(), /nobody independent/);
    assert.equal(await pages.B.locator(".note.refused:visible").count(), 0);
  });

  test("a proof file with the opened part is saved, and the kept verify page reads it", async () => {
    const [download] = await Promise.all([pages.A.waitForEvent("download"), pages.A.locator(".proof button").click()]);
    assert.match(download.suggestedFilename(), /^gate-0-entry-\d+\.tlog-proof$/);
    await pages.A.locator(".proof [role=status]", { hasText: "存好了" }).waitFor();
    const file = readFileSync(await download.path());
    writeFileSync(join(folder, "policy"), await (await fetch(`${server}/ledger/policy`)).text());
    const kept = join(folder, "verify.html");
    execFileSync(PROGRAM, ["verify-page", "--policy", join(folder, "policy"), "--out", kept]);
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(pathToFileURL(kept).href);
    await page.locator("#file").setInputFiles({ name: "mine.tlog-proof", mimeType: "text/plain", buffer: file });
    await page.locator(".result.unwitnessed").waitFor();
    assert.match(await page.locator(".result").innerText(), /account\.claimed/);
    assert.equal(await page.locator(".seal").count(), 0);
  });

  test("the server's own verify page runs under its content policy, with the site's policy in it", async () => {
    const page = await (await browser.newContext({ locale: "zh-CN" })).newPage();
    const errors = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${server}/verify`);
    assert.match(await page.locator("#trust .word").innerText(), /^[A-Z]{6}$/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#keep").click()]);
    assert.equal(readFileSync(await download.path(), "utf8"), await (await fetch(`${server}/verify`)).text());
    assert.deepEqual(errors, []);
  });

  test("B closes the account, and the certificate of it is read by the kept verify page", async () => {
    const page = pages.B;
    await page.goto(`${server}/account/close`);
    await page.locator('form[action="/account/close"] button').click();
    await page.waitForURL("**/certificates/*");
    const file = `${page.url()}/file`;
    await until("the certificate", () => fetch(file).then(({ ok }) => ok));
    const certificate = Buffer.from(await (await fetch(file)).arrayBuffer());
    const reader = await (await browser.newContext({ locale: "zh-CN", viewport: { width: 360, height: 780 } })).newPage();
    await reader.goto(pathToFileURL(join(folder, "verify.html")).href);
    await reader.locator("#file").setInputFiles({ name: "certificate.json", mimeType: "application/json", buffer: certificate });
    await reader.locator(".result.unwitnessed").waitFor();
    assert.match(await reader.locator(".result").innerText(), /一个人的全部副本/);
    await isClean(reader, "certificate-of-B-zh-360");
    // One letter of what the operator signed is another: nothing holds any more.
    const changed = Buffer.from(certificate.toString().replace("what person", "what purpose"));
    await reader.locator("#file").setInputFiles({ name: "changed.json", mimeType: "application/json", buffer: changed });
    await reader.locator(".result.fails").waitFor();
  });

  test("a browser without the person's key says so, and finds nothing", async () => {
    const context = await browser.newContext({ locale: "en-GB" });
    await context.addCookies(await pages.A.context().cookies());
    const page = await context.newPage();
    await page.goto(`${server}/uses/mine`);
    await page.locator("[data-key-missing]").waitFor({ state: "visible" });
    assert.equal(await page.locator(".rows > li").count(), 0);
  });
});
