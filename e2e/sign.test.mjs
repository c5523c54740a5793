// What stands at a door for everybody: the public page behind the code of its sign, and the sign itself, printed. With and without
// JavaScript, in Chinese and English, on a phone and on a desk.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { isClean, picture, startSite } from "./browsing.mjs";
import { PACK, PaperGate } from "./gate.mjs";
import { PURPOSE, activatePurpose } from "./purpose.mjs";

const HASH = Buffer.from(PACK).toString("hex");
const DOOR = "/desk/doors/3";

const WORDS = {
  zh: [/这里用人脸，只对自己要求并且同意过的人/, /1\.5 米/, /300 天/, /20 天/, /用别的方式进门就行/, /投诉/, /12377/, /画面在这一次结束时忘掉/],
  en: [/Faces are used here/, /1\.5 metres/, /300 days/, /20 days/, /Take another way in/, /Complain/, /12377/, /Frames are forgotten/],
};

describe("what stands at a door", () => {
  let site, gate, ann;

  before(async () => {
    site = await startSite("sign");
    ann = await site.operator("Ann", "zh-CN", 1280);
    const ben = await site.operator("Ben", "zh-CN", 1280);
    gate = await PaperGate.join(site.server, site.seed.gates[2], PACK);
    await activatePurpose(ann, ben, site.server, DOOR);
    await gate.call();
  });
  after(() => site?.stop());

  /** Somebody without an account, and every address that their browser asked for. */
  async function stranger(locale, width, more) {
    const page = await site.newPage(locale, width, more);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    return { page, asked };
  }

  const main = (page) => page.locator("main").innerText();

  for (const [locale, tag] of [["zh-CN", "zh"], ["en-GB", "en"]]) {
    for (const [width, javaScriptEnabled] of [[360, true], [1280, true], [360, false]]) {
      const how = `${tag}-${width}${javaScriptEnabled ? "" : "-plain"}`;
      test(`the public page asks for nothing and tells everything: ${how}`, async () => {
        const { page, asked } = await stranger(locale, width, { javaScriptEnabled });
        const address = `${site.server}/gates/${gate.number}`;
        const answer = await page.goto(address);
        assert.equal(answer.status(), 200);
        assert.equal(answer.headers()["set-cookie"], undefined);
        assert.deepEqual(await page.context().cookies(), []);
        assert.equal(await page.locator("input, textarea, form").count(), 0, "nothing is asked");
        const told = await main(page);
        for (const words of [...WORDS[tag], PURPOSE[tag], PURPOSE[`necessity_${tag}`], gate.fingerprint, HASH.slice(0, 8)]) {
          assert.ok(typeof words === "string" ? told.includes(words) : words.test(told), `${words}: ${told}`);
        }
        assert.equal(await page.locator(".zone svg .inside").count(), 1, "the zone is drawn");
        assert.match(await page.locator(".receipt time").getAttribute("datetime"), /^\d{4}-\d\d-\d\dT/);
        await page.locator("summary").first().click();
        assert.ok((await main(page)).includes(HASH), "the whole hash");
        if (javaScriptEnabled) await isClean(page, `gate-${how}`);
        await page.locator("a.language").click();
        await page.waitForLoadState();
        assert.equal(await page.locator("html").getAttribute("lang"), tag === "zh" ? "en" : "zh-CN");
        assert.deepEqual(await page.context().cookies(), [], "the language is in the address");
        const own = [address, `${address}?language=zh`, `${address}?language=en`];
        const others = asked.filter((url) => !own.includes(url));
        assert.ok(others.some((url) => url.endsWith(".css")), "what is asked for is seen");
        assert.deepEqual(others.filter((url) => !url.startsWith(`${site.server}/static/`)), []);
      });
    }

    test(`a gate that is none gets a clear answer: ${tag}`, async () => {
      for (const [at, none] of ["99", "three", "-1", "0"].entries()) {
        const { page } = await stranger(locale, at % 2 === 0 ? 360 : 1280);
        const answer = await page.goto(`${site.server}/gates/${none}`);
        assert.equal(answer.status(), 404);
        assert.match(await main(page), tag === "zh" ? /没有这台设备[^]*gate\.unknown/ : /There is no such gate[^]*gate\.unknown/);
        assert.deepEqual(await page.context().cookies(), []);
        if (at < 2) await isClean(page, `gate-${none}-${tag}`);
      }
    });
  }

  test("the sign is for operators", async () => {
    const { page } = await stranger("en-GB", 1280);
    assert.equal((await page.goto(`${site.server}${DOOR}/sign`)).status(), 401);
  });

  test("printed, the sign is one sheet with the word and address of the public page", async () => {
    const { page } = await stranger("en-GB", 360);
    await page.goto(`${site.server}/gates/${gate.number}`);
    const word = await page.locator(".big-code").innerText();
    assert.match(word, /^[A-Z]{6}$/);
    for (const width of [360, 1280]) {
      await ann.setViewportSize({ width, height: 900 });
      await ann.goto(`${site.server}${DOOR}/sign`);
      await isClean(ann, `sign-${width}`);
    }
    await ann.emulateMedia({ media: "print" });
    assert.equal(await ann.locator("header:visible, nav:visible, form:visible, button:visible, main a:visible").count(), 0);
    assert.equal(await ann.locator(".sheet:visible").count(), 1);
    const host = new URL(site.server).host;
    assert.deepEqual(await Promise.all([".word", ".host", ".address"].map((part) => ann.locator(`.sheet ${part}`).innerText())), [word, host, `${host}/gates/${gate.number}`]);
    for (const locale of ["zh-CN", "en"]) assert.ok((await ann.locator(`.sheet section[lang=${locale}]`).innerText()).length > 40, `${locale} stands on it`);
    await picture(ann, "sign-print");
    const paper = await ann.pdf({ preferCSSPageSize: true });
    assert.equal(paper.toString("latin1").match(/\/Type \/Page\b/g).length, 1, "one sheet");
    await ann.emulateMedia({ media: "screen" });
  });

  test("the code on the sign is the address of the public page", async (t) => {
    const formats = await ann.evaluate(() => globalThis.BarcodeDetector?.getSupportedFormats() ?? []);
    if (!formats.includes("qr_code")) return t.skip("this Chromium reads no codes; crates/portal/tests/it/public.rs does");
    await ann.goto(`${site.server}${DOOR}/sign`);
    const drawn = await ann.locator(".sheet svg.code").screenshot();
    const read = await ann.evaluate(async (bytes) => {
      const picture = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type: "image/png" }));
      return (await new globalThis.BarcodeDetector({ formats: ["qr_code"] }).detect(picture)).map(({ rawValue }) => rawValue);
    }, [...drawn]);
    assert.deepEqual(read, [`${site.server}/gates/${gate.number}`]);
  });
});
