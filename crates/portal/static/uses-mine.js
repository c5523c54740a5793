// The page of a person's own entries: looks with the keys of this browser and draws what was found. Its words come with the page.

import { recordKeys } from "./derive.js";
import { findKeys } from "./keys.js";
import { checkOwn, withOpened } from "./proof-file.js";
import { dayOf, findUses, firstDay } from "./timeline.js";
import { sayStep } from "./verify-words.js";

/** Days that are looked through at first, and again with each press. */
const STRETCH_DAYS = 31;
const DAY_MS = 86_400_000;

const main = document.querySelector("[data-mine]");
const one = (selector, within = main) => within.querySelector(selector);
const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const state = { keys: undefined, from: 0, found: undefined, doors: new Map() };

/* Words */

const template = document.querySelector("template[data-words]").content;
const raw = (key) => template.querySelector(`[data-word="${key}"]`)?.textContent;
const fill = (text, args) => text.replace(/\{(\w+)\}/g, (whole, name) => String(args[name] ?? whole));
const word = (key, args = {}) => fill(raw(key) ?? raw("use-other") ?? "", { code: key.replace("use-", ""), ...args });

const zoned = (options) => new Intl.DateTimeFormat("sv-SE", { timeZone: main.dataset.zone, ...options });
const days = zoned({ year: "numeric", month: "2-digit", day: "2-digit" });
const clock = zoned({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const millis = (at) => Number(at / 1000n);

function dayName(day) {
  if (day === days.format(Date.now())) return word("today");
  return day === days.format(Date.now() - DAY_MS) ? word("yesterday") : day;
}

const utcDay = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

function whereOf(gate) {
  const door = state.doors.get(Number(gate));
  return Number(gate) === 0 || !door ? word("server") : word("where", { door, gate });
}

/* Elements */

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== undefined && child !== ""));
  return node;
}

const note = (kind, text) => element("p", { class: `note ${kind}` }, text);

function drawRow(row) {
  const { record, at } = row;
  const time = element("time", { datetime: new Date(millis(at)).toISOString() }, record ? clock.format(millis(at)) : "—");
  const door = element("span", { class: "door" }, whereOf(row.gate));
  const what = record ? (raw(`use-${record.reason}`) ?? word(`use-${record.kind}`)) : word(row.leaf ? "unopened" : "unread");
  const rest = record ? detailsOf(record) : [];
  return element("li", {}, time, door, element("span", { class: "lanes" }, [what, ...rest].join(" · ")), row.opened && proofOf(row), row.leaf?.demo && element("span", { class: "tag" }, "DEMO"));
}

function detailsOf(record) {
  const details = [];
  if (record.kind === "refused") details.push(raw(`why-${record.reason.replaceAll(/[._]/g, "-")}`) ?? record.reason);
  const purpose = record.purpose && template.querySelector(`[data-purpose="${record.purpose}"]`)?.textContent;
  if (purpose) details.push(word("purpose", { purpose }));
  if (record.actor && record.kind !== "looked") details.push(word("operator"));
  return details;
}

function drawDays(rows) {
  return [...grouped(rows)].map(([day, its]) => element("section", { class: "day" }, element("h2", {}, dayName(day)), element("ol", { class: "rows" }, ...its.map(drawRow))));
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const day = days.format(millis(row.at));
    if (!groups.has(day)) groups.set(day, []);
    groups.get(day).push(row);
  }
  return groups;
}

/** What was checked of the lists, and what did not check, in words. */
function drawChecks({ lists, broken, fresh, gaps }) {
  const notes = [];
  const bad = lists.filter(({ report }) => report.verdict === "fails");
  for (const { made_at: made, report } of bad) {
    notes.push(note("refused", word("list-bad", { day: days.format(made / 1000), why: sayStep(language, report.steps.at(-1)) })));
  }
  if (broken.length > 0) notes.push(note("refused", word("order", { n: broken.join(", ") })));
  for (const { gate, day, counts } of gaps) {
    notes.push(note("refused", word("gap", { day: utcDay(day), where: whereOf(gate), counts: counts.map((count) => count + 1).join(", ") })));
  }
  const good = lists.length - bad.length;
  const unwitnessed = lists.some(({ report }) => report.verdict === "unwitnessed");
  if (good > 0) notes.push(note(unwitnessed ? "waiting" : "permitted", word(unwitnessed ? "lists-unwitnessed" : "lists-good", { n: good })));
  if (!fresh.whole) notes.push(note("waiting", word("fresh-none")));
  else if (fresh.past > fresh.first) notes.push(element("p", { class: "hint" }, word("fresh", { n: fresh.past - fresh.first })));
  return notes;
}

function draw() {
  const { rows } = state.found;
  const from = days.format(state.from * DAY_MS);
  one("[data-status]").textContent = rows.length > 0 ? word("found", { from, n: rows.length }) : word("none", { from });
  one("[data-checks]").replaceChildren(...drawChecks(state.found));
  const tells = rows.some((row) => row.opened) ? [element("p", { class: "hint" }, word("proof-tells"))] : [];
  one("[data-days]").replaceChildren(...tells, ...drawDays(rows));
  one("[data-earlier]").hidden = state.from <= firstDay(state.keys);
}

/* Proofs */

function proofOf(row) {
  const button = element("button", { class: "link", type: "button" }, word("proof"));
  const said = element("span", { role: "status" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = await saveProof(row).catch(() => word("proof-none"));
    button.disabled = false;
  });
  return element("span", { class: "why proof" }, button, " ", said);
}

async function saveProof({ leaf, opened }) {
  const answer = await fetch(`/ledger/proof/${leaf.gate}/${leaf.sequence}`);
  const text = answer.ok ? withOpened(await answer.text(), leaf, opened) : undefined;
  if (!text) return word("proof-none");
  const report = await checkOwn(text, state.found.policy);
  save(`gate-${leaf.gate}-entry-${leaf.sequence}.tlog-proof`, text);
  if (report.verdict === "holds") return word("proof-holds", { n: report.sight.seen.length, m: report.sight.of });
  if (report.verdict === "unwitnessed") return word("proof-unwitnessed");
  return word("proof-fails", { why: sayStep(language, report.steps.at(-1)) });
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  element("a", { href: address, download: name }).click();
  // Some browsers begin to read it later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/* Looking */

async function ask(path) {
  const answer = await fetch(path, { redirect: "error" });
  return {
    ok: answer.ok,
    json: () => answer.json(),
    text: () => answer.text(),
    bytes: async () => new Uint8Array(await answer.arrayBuffer()),
  };
}

async function look() {
  const earlier = one("[data-earlier]");
  earlier.disabled = true;
  try {
    const tell = (done, all) => {
      one("[data-status]").textContent = word("reading", { done, all });
    };
    state.found = await findUses(ask, state.keys, { from: state.from, now: Date.now(), tell });
    draw();
  } catch (error) {
    one("[data-status]").textContent = "";
    one("[data-checks]").replaceChildren(note("refused", word("failed", { code: error.message.startsWith("ledger.") ? error.message : "network" })));
    earlier.hidden = false;
  }
  earlier.disabled = false;
}

async function begin() {
  const held = await findKeys(main.dataset.key).catch(() => undefined);
  if (!held) {
    document.querySelector("[data-key-missing]").hidden = false;
    return;
  }
  state.keys = { secret: held.secret, madeIn: held.madeIn, record: await recordKeys(held.secret) };
  state.from = Math.max(dayOf(Date.now()) - STRETCH_DAYS, firstDay(state.keys));
  one("[data-earlier]").addEventListener("click", async () => {
    state.from = Math.max(state.from - STRETCH_DAYS, firstDay(state.keys));
    await look();
  });
  const writers = await (await ask("/ledger/writers")).json();
  for (const { gate, zh, en } of writers) state.doors.set(gate, language === "zh" ? zh : en);
  await look();
}

await begin();
