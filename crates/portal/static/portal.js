// What a page cannot do without the person's keys. Pages mark their parts with data attributes; no words stand here.

import { fromHex, toHex, utf8 } from "./bytes.js";
import { digits, doorTicket, enrolmentTicket, monthOf, ratchet } from "./derive.js";
import { findKeys, makeKeys } from "./keys.js";
import { drawQr } from "./qr.js";

const DOOR_CODE_EVERY_MS = 30_000;
const CONSENT_ASKED_EVERY_MS = 2_000;

const one = (selector, within = document) => within.querySelector(selector);

async function keysOf(element) {
  const keys = await findKeys(element.dataset.key).catch(() => undefined);
  if (!keys) one("[data-key-missing]").hidden = false;
  return keys;
}

function show(text, within) {
  const place = one("[data-qr]", within);
  place.replaceChildren(drawQr(text, place.dataset.label));
}

function claim(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = one("button", form);
    button.disabled = true;
    try {
      const keys = await makeKeys();
      form.elements.signing_key.value = keys.signing;
      form.elements.record_key.value = keys.record;
      form.elements.ratchet.value = keys.ratchet;
      form.elements.month.value = keys.month;
      form.submit();
    } catch {
      one("[data-key-problem]", form).hidden = false;
      button.disabled = false;
    }
  });
}

function consent(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const keys = await keysOf(form);
    if (!keys) return;
    // The text on the page is the text that is signed: nothing else is at hand here.
    const text = one("[data-text]").textContent;
    const signature = await crypto.subtle.sign("Ed25519", keys.signing, utf8(text));
    form.elements.signature.value = toHex(new Uint8Array(signature));
    form.submit();
  });
}

async function doorQr(section) {
  const keys = await keysOf(section);
  if (!keys) return;
  const renew = async () => {
    show(await doorTicket(keys.signing, section.dataset.person, Math.floor(Date.now() / 1000)), section);
  };
  await renew();
  setInterval(renew, DOOR_CODE_EVERY_MS);
  // Timers sleep with the phone: what wakes up must not show an old code.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && renew());
}

async function enrolment(section) {
  const keys = await keysOf(section);
  if (!keys) return;
  const { code, gate, key, seconds, consent: page } = section.dataset;
  const month = monthOf(Date.now());
  const w = await ratchet(keys.secret, gate, keys.madeIn, month);
  const fingerprint = fromHex(key);
  show(enrolmentTicket(code, fingerprint, w, Math.max(month, keys.madeIn)), section);
  w.fill(0);
  one("[data-digits]", section).textContent = await digits(code, fingerprint);
  countDown(section, Number(seconds));
  watch(page);
}

function countDown(section, seconds) {
  const end = performance.now() + seconds * 1000;
  const left = one("[data-left]", section);
  const tick = () => {
    const now = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    if (now > 0) return;
    clearInterval(timer);
    one("[data-qr]", section).replaceChildren();
    one("[data-expired]", section).hidden = false;
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// The person is told at once: as soon as the gate's receipt is in, this page becomes the consent's page.
function watch(page) {
  const timer = setInterval(async () => {
    const answer = await fetch(`${page}/state`, { headers: { accept: "text/plain" } }).catch(() => undefined);
    if (!answer?.ok || (await answer.text()) === "signed") return;
    clearInterval(timer);
    location.assign(page);
  }, CONSENT_ASKED_EVERY_MS);
}

function code(section) {
  show(section.dataset.qrText, section);
}

const parts = { "[data-make-keys]": claim, "[data-sign]": consent, "[data-door-qr]": doorQr, "[data-enrolment]": enrolment, "[data-qr-text]": code };
for (const [selector, start] of Object.entries(parts)) {
  const element = one(selector);
  if (element) start(element);
}
