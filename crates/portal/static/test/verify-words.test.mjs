// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { CLASSES } from "../verify-record.js";
import { INSPECTION_SECTIONS } from "../verify-view-inspection.js";
import { WORDS, say, sayStep } from "../verify-words.js";
import { STEPS } from "../verify-words-steps.js";

const folder = new URL("../", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => /^(?:verify|tag-lists|timeline)/.test(name) && !name.startsWith("verify-words"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"))
  .join("\n");
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** Keys that the page makes out of codes. */
const MADE = [
  ...CLASSES.map((what) => `class_${what}`),
  ...["holds", "unwitnessed", "promised", "forked", "fails"].map((verdict) => `verdict_${verdict}`),
  ...["proof", "promise", "certificate", "inspection", "fork", "unknown", "opened", "refused", "padding"].map((kind) => `kind_${kind}`),
  ...["person", "purpose", "event", "site"].map((what) => `c_what_${what}`),
  ...INSPECTION_SECTIONS.map((name) => `i_section_${name}`),
  ...["person", "purpose", "actor"],
];

test("both languages say the same things with the same holes", () => {
  assert.ok(Object.keys(WORDS).length > 100);
  for (const [key, [zh, en, ...more]] of Object.entries(WORDS)) {
    assert.ok(zh && en && more.length === 0, key);
    assert.deepEqual(holes(zh), holes(en), key);
    assert.match(zh + (key === "other" ? "中" : ""), /[一-鿿]|\{n\}|\{least\}/u, key);
  }
  for (const [step, [zh, en]] of Object.entries(STEPS)) {
    assert.deepEqual([zh.length, en.length], [2, 2], step);
    assert.deepEqual(holes(zh[1]), holes(en[1]), step);
  }
});

test("every word that the page asks for is there, and none is there that it does not ask for", () => {
  const asked = new Set(MADE);
  for (const [, key] of sources.matchAll(/(?:words|say)\((?:language, )?"(\w+)"/g)) asked.add(key);
  for (const [, key] of sources.matchAll(/data-say[":= ]+"(\w+)"/g)) asked.add(key);
  for (const [, keys] of sources.matchAll(/(?:words|card)\(([^)]*\?[^)]*)\)/g)) for (const [, key] of keys.matchAll(/"(\w+)"/g)) asked.add(key);
  for (const [, key] of sources.matchAll(/"((?:seen|proves|not)_?\w*)"/g)) if (key in WORDS) asked.add(key);
  assert.ok(asked.size > 100, "the scan finds nothing");
  assert.deepEqual([...asked].filter((key) => !(key in WORDS)), []);
  assert.deepEqual(Object.keys(WORDS).filter((key) => !asked.has(key)), []);
});

test("every step has words, and no words are for no step", () => {
  const asked = new Set(["policy.line", "policy.no_log", "policy.no_quorum", "policy.there", "browser.able"]);
  for (const [, step] of sources.matchAll(/need\("([\w.]+)"/g)) asked.add(step);
  for (const kind of ["promise", "erasure"]) for (const end of ["gate", "signature"]) asked.add(`${kind}.${end}`);
  assert.ok(asked.size > 40, "the scan finds nothing");
  assert.deepEqual([...asked].sort(), Object.keys(STEPS).sort());
});

test("words stay calm", () => {
  for (const text of [...Object.values(WORDS).flat(), ...Object.values(STEPS).flat(2)]) {
    for (const banned of ["!", "！", "please", "Please", "请您", "delet", "删除", "compli"]) assert.ok(!text.includes(banned), text);
  }
});

test("what is filled in stands in its place, and a missing word is seen", () => {
  assert.equal(say("en", "seal_under", { n: 3, m: 4 }), "Seen by 3 of 4 witnesses");
  assert.equal(say("zh", "no-such"), "⟦no-such⟧");
  assert.equal(sayStep("en", { step: "promise.gate", ok: false, args: { gate: 9n } }), "The policy names no gate 9, so its signature cannot be checked.");
  assert.equal(sayStep("en", { step: "nothing", ok: true, args: {} }), "⟦nothing⟧");
});
