// An impact assessment from the declared purpose to the second and third version: two operators, a resident who wants to enrol, and a
// gate of paper. The whole way in Chinese on a phone, and in English on a desk.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { isClean, send, startSite } from "./browsing.mjs";
import { PACK, PaperGate } from "./gate.mjs";
import { PURPOSE, askAboutFace, askForCode, offerFaces, resident, shownCode, sign } from "./purpose.mjs";

const ZH = {
  locale: "zh-CN",
  tag: "zh",
  width: 360,
  number: 3,
  person: "A",
  owner: "物业安全主管",
  heads: { necessity: "目的明确，只在一户之内比对。", impact: "不同意的住户照旧用二维码。", risk: "设备被盗时，特征仍是密文。" },
  last: { safeguards: "加密、授权、审计都已启用。" },
  residual: "剩下的风险：有人尾随。",
  changed: "加上转头以后，手机照片也难骗过。",
  says: {
    saved: /已保存/,
    missing: /没有批准。四个问题里有一个还没有回答/,
    own: /这是您写的，要由另一位操作员批准/,
    same: /没有批准。写的人不能自己批准/,
    waits: /第 1 版等批准/,
    approved: /已批准/,
    active: /启用中/,
    stale: /新的一版批准之前，人脸通道停用/,
    outdated: /批准过，现在已不符/,
    version: (number) => new RegExp(`第 ${number} 版`),
    refused: /现在的评估早于这样的变化[^]*assessment\.not_stale/,
    public: /评估还没有重做/,
    system: [/住宅/, /1:few/, /二维码/, /看几帧画面/, /mobilefacenet/, /FMR/, /APCER/],
    used: /二维码：开门 2 次，拒绝 1 次/,
    waited: /人脸：5 次；一半不超过 5 秒，九成不超过 30 秒/,
  },
};
const EN = {
  locale: "en-GB",
  tag: "en",
  width: 1280,
  number: 2,
  person: "B",
  owner: "Head of safety",
  heads: { necessity: "One purpose; compared within a household only.", impact: "Who says no goes on with the QR code.", risk: "A stolen device holds sealed templates." },
  last: { safeguards: "Encryption, permissions and audit are on." },
  residual: "What remains: somebody follows close behind.",
  changed: "With the turn of the head a picture on a phone has it harder.",
  says: {
    saved: /Saved/,
    missing: /Not approved\. One of the four questions has no answer yet/,
    own: /You wrote it\. Another operator approves it/,
    same: /Not approved\. Whoever wrote it cannot approve it/,
    waits: /Version 1 waits for approval/,
    approved: /Approved/,
    active: /Active/,
    stale: /The face lane rests until a new version is approved/,
    outdated: /Approved, no longer true/,
    version: (number) => new RegExp(`Version ${number}`),
    refused: /assessment\.not_stale/,
    public: /its assessment has not been made again/,
    system: [/residential/i, /1:few/, /QR code/, /several frames/, /mobilefacenet/, /FMR/, /APCER/],
    used: /QR code: 2 opened, 1 refused/,
    waited: /Face: 5 openings; half of them up to 5 s, nine in ten up to 30 s/,
  },
};

const main = (page) => page.locator("main").innerText();
const fact = (page, words) => page.locator("main dl.facts > div", { hasText: words });

/** Somebody of the household who has signed a consent to the door's purpose, and looked at each page on the way. */
async function signed(site, { locale, width, number, person, tag }) {
  const page = await resident(site, person, locale, width);
  await isClean(page, `assessment-ways-${tag}`);
  await askAboutFace(page, number);
  await isClean(page, `assessment-consent-${tag}`);
  await sign(page);
  return page;
}

/** A minute ago at the site, as a form takes it. */
function lately() {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  return parts.format(new Date(Date.now() - 60_000)).replace(" ", "T");
}

describe("impact assessments", () => {
  let site;
  before(async () => (site = await startSite("assessment")));
  after(() => site?.stop());

  for (const way of [ZH, EN]) {
    const { locale, tag, width, number, says } = way;
    const door = `/desk/doors/${number}`;
    const clean = (page, what) => isClean(page, `assessment-${what}-${tag}-${width}`);
    let ann, ben, gate, person, assessment, consent;

    /** The assessment's page as an operator sees it now. */
    const read = async (page) => {
      await page.goto(site.server + assessment);
      return main(page);
    };
    const approve = async (page, version) => {
      await read(page);
      return send(page, `${assessment}/${version}/approve`);
    };

    test(`${tag}: a purpose is declared, and what is missing is said beside the words that were written`, async () => {
      [ann, ben] = [await site.operator(`Ann ${tag}`, locale, width), await site.operator(`Ben ${tag}`, locale, width)];
      gate = await PaperGate.join(site.server, site.seed.gates[number - 1], PACK);
      await gate.call();
      for (const opened of [true, true, false]) await gate.passage(["qr"], opened);
      for (const step of [0, 0, 0, 1, 4]) await gate.passage(["face"], true, step);
      await offerFaces(ann, site.server, door);
      assert.match(await main(ann), says.saved);
      assert.equal(await send(ann, `${door}/purpose`, { ...PURPOSE, alternatives: " ", owner: way.owner }), 422);
      assert.ok((await ann.locator("[role=alert] .refusals .article").count()) > 0, "with the article");
      for (const [name, value] of Object.entries({ ...PURPOSE, alternatives: " ", owner: way.owner })) {
        assert.equal(await ann.locator(`form[action="${door}/purpose"] [name="${name}"]`).inputValue(), value, `${name} is kept`);
      }
      await clean(ann, "declaration-refused");
      await send(ann, `${door}/purpose`, { alternatives: PURPOSE.alternatives });
      assert.match(await main(ann), says.saved);
    });

    test(`${tag}: the form stands beside figures of the running system`, async () => {
      await ann.locator('main a[href$="/assessment"]').click();
      assessment = new URL(ann.url()).pathname;
      const system = await ann.locator("main dl.facts").innerText();
      for (const words of [...says.system, says.used, says.waited, /1500 mm/, /300/, /20/]) assert.match(system, words);
      await clean(ann, "form-empty");
    });

    test(`${tag}: an answer is missing, so nobody approves; whoever wrote it never does`, async () => {
      await send(ann, assessment, { ...way.heads, residual: way.residual });
      const written = await main(ann);
      for (const words of [says.saved, says.waits, says.own]) assert.match(written, words);
      assert.equal(await ann.locator('form[action$="/approve"]').count(), 0, "the writer is offered no button");
      assert.equal(await approve(ben, 1), 422);
      assert.match(await ben.locator("[role=alert]").innerText(), says.missing);
      assert.equal(await ben.locator('[name="impact"]').inputValue(), way.heads.impact, "what was written is kept");
      await clean(ben, "incomplete");
      await read(ann);
      await send(ann, assessment, way.last);
      await clean(ann, "written");
      // A request that no page of ours makes.
      const own = ann.locator(`form[action="${assessment}"]`);
      await own.evaluate((form, action) => form.setAttribute("action", action), `${assessment}/1/approve`);
      assert.equal(await send(ann, `${assessment}/1/approve`), 422);
      assert.match(await ann.locator("[role=alert]").innerText(), says.same);
      await clean(ann, "own");
    });

    test(`${tag}: the other operator approves, and the purpose becomes active`, async () => {
      await read(ben);
      await clean(ben, "to-approve");
      assert.equal(await send(ben, `${assessment}/1/approve`), 303);
      assert.match(await main(ben), says.approved);
      await clean(ben, "approved");
      await ann.goto(site.server + door);
      await ann.locator('form[action$="/activate"] button').click();
      await ann.waitForURL("**saved=1");
      assert.match(await main(ann), says.active);
      await clean(ann, "active");
    });

    test(`${tag}: a version is printed without navigation and forms`, async () => {
      await ann.goto(`${site.server}${assessment}/1`);
      await clean(ann, "version-1");
      for (const text of Object.values({ ...way.heads, ...way.last, residual: way.residual })) assert.ok((await main(ann)).includes(text));
      await ann.emulateMedia({ media: "print" });
      assert.equal(await ann.locator("nav:visible, form:visible, button:visible, .actions:visible").count(), 0);
      await clean(ann, "version-1-print");
      const paper = await ann.pdf({ format: "A4" });
      assert.ok(paper.length > 10_000 && paper.subarray(0, 5).toString() === "%PDF-");
      await ann.emulateMedia({ media: "screen" });
    });

    test(`${tag}: the method changes: stale everywhere, and nobody enrols`, async () => {
      person = await signed(site, way);
      consent = person.url();
      await ann.goto(site.server + door);
      await send(ann, `${door}/ways`, { liveness: "challenge" });
      assert.match(await main(ann), says.stale);
      await clean(ann, "door-stale");
      assert.match(await read(ann), says.stale);
      assert.match(await main(ann), says.outdated);
      await clean(ann, "stale");
      assert.equal(await askForCode(person, consent), 422);
      assert.match(await main(person), says.refused);
      assert.equal(await person.locator("[data-code]").count(), 0);
      await clean(person, "enrolment-refused");
      await person.goto(`${site.server}/gates/${gate.number}`);
      assert.match(await main(person), says.public);
      await clean(person, "gate-stale");
    });

    test(`${tag}: version 2 is approved, version 1 stays readable, and the resident enrols`, async () => {
      await read(ann);
      assert.equal(await ann.locator('[name="risk"]').inputValue(), way.heads.risk, "the last version is where one begins");
      await send(ann, assessment, { risk: way.changed });
      assert.equal(await approve(ben, 2), 303);
      assert.doesNotMatch(await main(ben), says.stale);
      const listed = await ben.locator("li.card h3").allInnerTexts();
      assert.equal(listed.length, 2);
      for (const [at, version] of [2, 1].entries()) assert.match(listed[at], says.version(version));
      await clean(ben, "versions");
      await ben.locator(`a[href="${assessment}/1"]`).click();
      await ben.waitForURL("**/assessment/1");
      assert.ok((await main(ben)).includes(way.heads.risk) && !(await main(ben)).includes(way.changed));
      await ben.goto(`${site.server}${assessment}/2`);
      assert.ok((await main(ben)).includes(way.changed));
      assert.equal(await askForCode(person, consent), 200);
      await gate.enrol(await shownCode(person));
      await read(ann);
      assert.match(await fact(ann, tag === "zh" ? "在这里有模板的人" : "People with a template here").innerText(), /\b1$/);
      await person.goto(consent);
      await clean(person, "enrolled");
    });

    test(`${tag}: a major incident makes it stale, and the operators change places`, async () => {
      await ann.goto(`${site.server}/desk/incidents`);
      await send(ann, "/desk/incidents", { kind: "leak", words: way.residual, known: lately() });
      await ann.locator("details summary").first().click();
      const grade = await ann.locator('form[action$="/grade"]').first().getAttribute("action");
      await send(ann, grade, { persons: "12", grade: "2" });
      await clean(ann, "incident");
      assert.match(await read(ben), says.stale);
      await send(ben, assessment, { residual: way.changed });
      assert.match(await main(ben), says.own);
      assert.equal(await approve(ann, 3), 303);
      assert.doesNotMatch(await main(ann), says.stale);
      assert.equal(await ann.locator("li.card h3").count(), 3);
    });
  }
});
