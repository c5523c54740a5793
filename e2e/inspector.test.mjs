// An inspector is let in by two operators, reads each page, draws a sample, takes the bundle along, and checks it without a network.
// One resident has agreed and enrolled at a gate of paper: the sample finds the gate's entry.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { PROGRAM, isClean, startSite, until } from "./browsing.mjs";
import { PACK, PaperGate } from "./gate.mjs";
import { activatePurpose, askAboutFace, askForCode, resident, shownCode, sign } from "./purpose.mjs";

const SECTIONS = ["registers", "purposes", "consents", "ledger", "certificates", "passages", "changes", "holds", "filings"];

let site, server;

/** A resident agrees to faces at door 3 and enrols there. */
async function enrolSomebody() {
  const [ann, ben] = [await site.operator("Ann", "zh-CN", 1280), await site.operator("Ben", "zh-CN", 1280)];
  const gate = await PaperGate.join(server, site.seed.gates[2], PACK);
  await activatePurpose(ann, ben, server, "/desk/doors/3");
  const person = await resident(site, "A", "zh-CN", 360);
  await askAboutFace(person, 3);
  await sign(person);
  await askForCode(person, person.url());
  await gate.enrol(await shownCode(person));
}

/** One journey in one language: asked, granted, opened, read, drawn, taken along, checked offline. */
async function journey(locale, tag, width) {
  const [ann, ben] = [await site.operator(`Ann ${tag}`, locale, 1280), await site.operator(`Ben ${tag}`, locale, 1280)];
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

  const inspector = await site.newPage(locale, width);
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
  const page = await site.newPage(locale, 360);
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(join(site.folder, "verify.html")).href);
  await page.locator("#file").setInputFiles({ name: "inspection.json", mimeType: "application/json", buffer: file });
  await page.locator(".result").waitFor();
  if (what) await isClean(page, what);
  return page.locator(".result");
}

describe("the inspector's entrance", () => {
  before(async () => {
    site = await startSite("inspector");
    server = site.server;
    await enrolSomebody();
  });
  after(() => site?.stop());

  for (const [locale, tag, width, words, sampled, enrolled] of [
    ["zh-CN", "zh", 360, /两位不同的操作员[^]*运营方写的是真的/, /1 份里抽了 1 份[^]*1 份有设备的登记条目/, /有设备登记条目的 1\n/],
    ["en-GB", "en", 1280, /Two different operators[^]*what the operator states is true/, /1 of 1[^]*1 with a gate's entry/, /with a gate's entry 1\n/],
  ]) {
    test(`two operators, a sample, a bundle that holds offline: ${tag}`, async () => {
      const file = await journey(locale, tag, width);
      writeFileSync(join(site.folder, "policy"), await (await fetch(`${server}/ledger/policy`)).text());
      execFileSync(PROGRAM, ["verify-page", "--policy", join(site.folder, "policy"), "--out", join(site.folder, "verify.html")]);
      const result = await offline(locale, file, `inspector-verified-${tag}`);
      // The server alone has no independent witness: nothing is sealed.
      assert.match(await result.getAttribute("class"), /unwitnessed/);
      for (const said of [words, sampled]) assert.match(await result.innerText(), said);
      const flipped = Buffer.from(file);
      flipped[Math.floor(flipped.length / 2)] ^= 1;
      assert.match(await (await offline(locale, flipped)).getAttribute("class"), /fails/);
      writeFileSync(join(site.folder, "bundle.json"), file);
      const said = execFileSync(PROGRAM, ["verify", join(site.folder, "bundle.json"), "--policy", join(site.folder, "policy"), "--lang", tag], { encoding: "utf8" });
      assert.match(said, tag === "zh" ? /^成立/ : /^Holds/);
      assert.match(said, enrolled);
    });
  }

  test("the printed path is for everybody and needs no script", async () => {
    for (const [locale, tag] of [["zh-CN", "zh"], ["en-GB", "en"]]) {
      const page = await site.newPage(locale, 360, { javaScriptEnabled: false });
      await page.goto(`${server}/twenty-minutes`);
      assert.equal(await page.locator(".path > li").count(), 10, tag);
    }
    const page = await site.newPage("zh-CN", 360);
    await page.goto(`${server}/twenty-minutes`);
    await isClean(page, "inspector-path-zh");
  });
});
