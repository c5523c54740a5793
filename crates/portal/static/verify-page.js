// The verify page: takes files and text, keeps what was checked, and draws it anew when language or policy change. Nothing is sent.

import { FILE_BYTES_MAX, check, kindOf } from "./verify-core.js";
import { canVerify, readUtf8 } from "./verify-forms.js";
import { element } from "./verify-elements.js";
import { readPolicy } from "./verify-policy.js";
import { findPromise } from "./verify-promise.js";
import { viewPolicy } from "./verify-view-policy.js";
import { viewReport } from "./verify-view.js";
import { say, sayStep } from "./verify-words.js";

const byId = (id) => document.getElementById(id);
const state = { language: "zh", able: false, given: undefined, own: undefined, checked: [] };
const words = (key, args) => say(state.language, key, args);
const policyInForce = () => state.own ?? state.given;

/* Checking */

async function judge(file) {
  const policy = policyInForce();
  const refused = (step) => ({ kind: "unknown", verdict: "fails", steps: [{ step, ok: false, args: {} }] });
  if (!state.able) return { ...file, report: refused("browser.able") };
  if (!policy) return { ...file, report: refused("policy.there") };
  return { ...file, policy, report: await check(file.content, policy) };
}

async function takeFiles(files) {
  for (const file of files.filter(isPolicy)) await takePolicy(file);
  const others = files.filter((file) => !isPolicy(file));
  for (const file of others) state.checked.unshift(await judge(file));
  if (others.length === 0) return;
  drawResults();
  const [first] = state.checked;
  tell(`${first.name}: ${words(`verdict_${first.report.verdict}`)}`);
  byId("results").querySelector("h2").focus();
}

function isPolicy({ content }) {
  const text = typeof content === "string" ? content : readUtf8(content);
  return text !== undefined && kindOf(text) === "policy";
}

async function takePolicy({ content }) {
  const text = typeof content === "string" ? content : readUtf8(content);
  const { policy, refused, line } = await readPolicy(text);
  if (!policy) {
    tell(`${words("policy_refused")} ${sayStep(state.language, { step: refused, ok: false, args: { line } })}`, true);
    return;
  }
  state.own = policy;
  state.checked = await Promise.all(state.checked.map(judge));
  draw();
  tell(words("policy_taken", { word: policy.word }), true);
}

async function readFiles(list) {
  const files = [];
  for (const file of list) {
    if (file.size > FILE_BYTES_MAX) tell(`${file.name}: ${words("too_big")}`, true);
    else files.push({ name: file.name, content: new Uint8Array(await file.arrayBuffer()) });
  }
  await takeFiles(files);
}

/* Drawing */

/** Says something to who listens, and, when nothing else on the page shows it, to who looks. */
function tell(text, shown = false) {
  const status = byId("status");
  status.textContent = text;
  status.className = shown ? "note waiting" : "visually-hidden";
}

function draw() {
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.title = `${words("title")} · ${words("brand")}`;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = words(node.dataset.say);
  const other = byId("language");
  other.textContent = words("other");
  other.lang = state.language === "zh" ? "en" : "zh-CN";
  const trust = byId("trust");
  trust.replaceChildren(...viewPolicy(state.language, policyInForce(), state.own !== undefined));
  drawResults();
}

function drawResults() {
  const results = byId("results");
  const open = [...results.querySelectorAll("details.all")].map((details) => details.open);
  results.replaceChildren(...state.checked.map((one) => viewReport(state.language, one)));
  if (open.length === state.checked.length) {
    for (const [at, details] of results.querySelectorAll("details.all").entries()) details.open = open[at];
  }
}

/* Listening */

function listen() {
  byId("language").addEventListener("click", () => {
    state.language = state.language === "zh" ? "en" : "zh";
    tell("");
    draw();
  });
  byId("file").addEventListener("change", async ({ target }) => {
    await readFiles([...target.files]);
    // The same file can be chosen again.
    target.value = "";
  });
  byId("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("text").value;
    // Copying loses the last line end more often than not, and every file but a receipt has one.
    if (text.trim() !== "") takeFiles([{ name: words("paste_name"), content: text.endsWith("\n") ? text : `${text}\n` }]);
  });
  listenForDrops(byId("drop"));
}

function listenForDrops(place) {
  // Anywhere on the page, so that a file that misses the frame is not opened instead of this page.
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("over", name === "dragover");
    });
  }
  document.addEventListener("drop", (event) => readFiles([...event.dataTransfer.files]));
}

/** The policy that came with the page; its two signs that HTML would read are written as references. */
function givenPolicy() {
  return byId("policy").textContent.replaceAll("&#13;", "\r").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

async function begin() {
  const preferred = (navigator.languages ?? []).find((tag) => /^(?:zh|en)\b/.test(tag)) ?? "zh";
  state.language = preferred.startsWith("zh") ? "zh" : "en";
  state.able = await canVerify();
  const text = givenPolicy();
  if (text.trim() !== "") state.given = (await readPolicy(text)).policy;
  if (location.protocol.startsWith("http")) {
    byId("keep").hidden = false;
    const brand = document.querySelector(".brand");
    brand.replaceWith(element("a", { class: "brand", href: "/", "data-say": "brand" }));
  }
  listen();
  draw();
  // A code at a door may lead here with the receipt behind the `#`, which no server is sent.
  if (findPromise(location.hash)) await takeFiles([{ name: words("kind_promise"), content: location.hash }]);
  if (!state.able) tell(sayStep(state.language, { step: "browser.able", ok: false, args: {} }), true);
}

await begin();
