// Filing from end to end: a server with a ledger, an operator who signs in by link, writes down another site, is warned, makes the pack,
// writes down the authority's number. In Chinese on a phone, in English on a desk.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";


import ICAL from "ical.js";
import { chromium } from "playwright-core";

import { PATIENCE_MS, PROGRAM, freePort, isClean, until } from "./browsing.mjs";


const folder = mkdtempSync(join(tmpdir(), "countenance-filing-"));
let browser, serving, server, page;

/** Today at the site. */
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date());

async function fill(action, fields) {
  const form = page.locator(`form[action="${action}"]`);
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), form.locator("button").click()]);
  await page.waitForLoadState();
}

const main = () => page.locator("main").innerText();

describe("filing", () => {
  before(async () => {
    const port = await freePort();
    server = `http://localhost:${port}`;
    const data = join(folder, "site");
    const seed = JSON.parse(execFileSync(PROGRAM, ["seed", "--data", data, "--address", server], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    serving = spawn(PROGRAM, ["serve", "--data", data, "--demo", "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
    await until("the server", () => fetch(`${server}/sign-in`).then(({ ok }) => ok, () => false));
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
    const context = await browser.newContext({ viewport: { width: 360, height: 780 }, locale: "zh-CN" });
    context.setDefaultTimeout(PATIENCE_MS);
    page = await context.newPage();
    await page.goto(seed.operator_link);
    await page.locator("main form button").click();
    await page.waitForURL("**/desk");
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

  test("another site brings the number up to the warning, then to the threshold with its last day", async () => {
    await page.locator('nav a[href="/desk/due"]').click();
    assert.match(await main(), /目前没有到期的事/);
    await page.locator('main a[href="/desk/filing"]').click();
    assert.match(await main(), /尚不须备案/);
    await fill("/desk/filing/sites", { name: "望江苑", persons: "90000", day: today(), said_by: "集团信息部" });
    assert.match(await page.locator("[data-warning]").innerText(), /90000 人的提醒线/);
    assert.equal(await page.locator("[data-due]").count(), 0);
    await fill("/desk/filing/sites", { name: "望江苑", persons: "100000", day: today(), said_by: "集团信息部" });
    assert.match(await main(), /须备案/);
    assert.match(await page.locator("[data-due]").innerText(), /最迟 \d{4}-\d\d-\d\d 备案/);
    await isClean(page, "filing-zh-360");
    await page.goto(`${server}/desk/due`);
    assert.match(await page.locator("[data-duty=filing]").innerText(), /第十五条第一款/);
    await isClean(page, "due-zh-360");
  });

  test("the pack is made, its hash is the hash of what it says, and it is printed", async () => {
    await page.goto(`${server}/desk/filing`);
    await fill("/desk/filing/make", {});
    assert.match(await main(), /没有回执编号，不算备案/);
    assert.ok(!(await main()).includes("已备案"));
    await page.locator('a[href="/desk/filing/pack?number=1"]').click();
    await page.waitForURL("**/desk/filing/pack?number=1");
    assert.match(await main(), /望江苑[^]*另须提交[^]*授权委托书/);
    await isClean(page, "pack-zh-360");
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
    const pack = JSON.parse(readFileSync(await download.path(), "utf8"));
    assert.equal(createHash("sha256").update(JSON.stringify(pack.lasting)).digest("hex"), pack.snapshot);
    assert.equal(pack.elsewhere, 100_000);
    assert.ok((await main()).includes(pack.snapshot));
    const printed = await page.pdf({ format: "A4" });
    assert.ok(printed.length > 10_000 && printed.subarray(0, 5).toString() === "%PDF-");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("nav:visible, form:visible, a[download]:visible").count(), 0);
    await page.emulateMedia({ media: "screen" });
  });

  test("filed is said when the authority's number stands beside it", async () => {
    await page.goto(`${server}/desk/filing`);
    await fill("/desk/filing/1/acknowledge", { acknowledgement: "   ", day: today() });
    assert.match(await page.locator("[role=alert]").innerText(), /没有主管部门的编号/);
    assert.ok(!(await main()).includes("已备案"));
    await fill("/desk/filing/1/acknowledge", { acknowledgement: "网信备 44-17", day: today() });
    assert.match(await main(), /已备案 · 编号 网信备 44-17/);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator("a.language").click();
    assert.match(await main(), /Filed · number 网信备 44-17/);
    await isClean(page, "filing-en-1280");
    await page.goto(`${server}/desk/due`);
    assert.match(await page.locator("[data-duty=filing]").innerText(), /Done/);
    await isClean(page, "due-en-1280");
  });

  test("who processes is told to everybody; incidents and the officer have their pages", async () => {
    await page.goto(`${server}/desk/suppliers`);
    const fields = { name_zh: "云安", name_en: "Yun'an", contact: "400-1", purpose_zh: "维护", purpose_en: "keeps the gates in order", kinds_zh: "日志", kinds_en: "logs" };
    await fill("/desk/suppliers", fields);
    assert.match(await main(), /No contract in force/);
    await isClean(page, "suppliers-desk-en-1280");
    for (const path of ["incidents", "officer"]) {
      await page.goto(`${server}/desk/${path}`);
      await isClean(page, `${path}-en-1280`);
    }
    const guest = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await guest.goto(`${server}/sign-in`);
    await guest.locator('footer a[href="/suppliers"]').click();
    assert.match(await guest.locator("main").innerText(), /keeps the gates in order/);
  });

  test("a calendar program that others wrote reads the feed", async () => {
    await page.goto(`${server}/desk/due`);
    await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), page.locator('form[action="/desk/due/feed"] button').click()]);
    const address = await page.locator("[data-feed]").innerText();
    const feed = await (await fetch(server + address)).text();
    assert.match(feed, /^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/);
    const events = (text) => new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
    // The filing is done; a supplier is not what was filed; a contract that is missing is due at once, and that is no day.
    assert.deepEqual(events(feed).map(({ summary }) => summary), ["变更备案"]);
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await page.goto(`${server}/desk/suppliers`);
    await page.locator("details summary").click();
    await fill("/desk/suppliers/1/contract", { contract: "HT-1", until });
    const event = events(await (await fetch(server + address)).text()).find(({ summary }) => summary === "供应方合同");
    assert.deepEqual([event.startDate.isDate, event.startDate.toString()], [true, until]);
    assert.match(event.description, /登记编号和期限[^]*第二十一条/);
    assert.throws(() => ICAL.parse(feed.replace("END:VCALENDAR\r\n", "")));
    const english = events(await (await fetch(`${server}${address}?lang=en`)).text()).map(({ summary }) => summary);
    assert.deepEqual(english.sort(), ["Change of the filing", "Contract with a supplier"]);
    assert.equal((await fetch(`${server}/feed/${"0".repeat(32)}.ics`)).status, 404);
  });
});
