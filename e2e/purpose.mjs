// A purpose, as operators declare it at the desk, and a resident who agrees to it.

import { fillIn, send } from "./browsing.mjs";

export const PURPOSE = {
  zh: "住户空着手也能进门",
  en: "Residents get in with their hands full",
  necessity_zh: "双手提物、不便使用手机的住户可以不停留地进门。",
  necessity_en: "Residents with full hands pass without stopping.",
  alternatives: "二维码：要空出手\n密码：会被旁人看见",
  owner: "物业安全主管",
  template_days: "300",
  passage_days: "20",
};

const PIN = "704182";
const HEADS = { necessity: "一户之内比对。", impact: "二维码照旧。", risk: "特征是密文。", safeguards: "加密、审计。" };

/** Offers QR, PIN and face at a door. */
export async function offerFaces(page, server, door) {
  await page.goto(server + door);
  for (const lanes of ["qr", "pin", "face"]) await page.locator(`form[action="${door}/ways"] [name="${lanes}"]`).check();
  await send(page, `${door}/ways`);
}

/** From the door's ways to an active purpose: one operator writes the assessment, the other approves it. */
export async function activatePurpose(one, other, server, door) {
  await offerFaces(one, server, door);
  await send(one, `${door}/purpose`, PURPOSE);
  const assessment = await one.locator('main a[href$="/assessment"]').getAttribute("href");
  await one.goto(server + assessment);
  await send(one, assessment, HEADS);
  await other.goto(server + assessment);
  await send(other, `${assessment}/1/approve`);
  await one.goto(server + door);
  await send(one, assessment.replace("/assessment", "/activate"));
}

/** One of the seed's people with an account and a QR code, at their ways in. */
export async function resident(site, person, locale, width) {
  const page = await site.newPage(locale, width);
  const { login, code } = site.seed.letters.find((letter) => letter.person === person);
  await page.goto(`${site.server}/claim`);
  const form = await fillIn(page, "/claim", { login, code, pin: PIN, again: PIN });
  await form.locator("button").click();
  await page.waitForURL((url) => url.pathname !== "/claim");
  await page.goto(`${site.server}/ways`);
  await send(page, "/ways/qr/on");
  return page;
}

/** From the ways in to the notice and the text of a consent for this door. */
export async function askAboutFace(page, number) {
  await page.locator(`form[action="/face/${number}"] button`).click();
  await page.locator("form[data-sign]").waitFor();
}

export async function sign(page) {
  await page.locator("form[data-sign] button").click();
  await page.waitForURL("**/consents/*");
}

/** Asks for an enrolment code on the consent's page; the answer's status. */
export async function askForCode(page, consent) {
  await page.goto(consent);
  return send(page, `${new URL(consent).pathname}/code`);
}

/** The code that the page shows. */
export const shownCode = (page) => page.locator("[data-code]").getAttribute("data-code");
