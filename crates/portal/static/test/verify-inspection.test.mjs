// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { check } from "../verify-core.js";
import { readPolicy } from "../verify-policy.js";
import { acceptedFlips } from "./flips.mjs";
import { MadeSite, inspection, newSigner } from "./made.mjs";

async function siteAndPolicy(options) {
  const site = await MadeSite.make(options);
  site.fill(3);
  const { policy } = await readPolicy(site.policy);
  return { site, policy };
}

async function judged(change = {}) {
  const { site, policy } = await siteAndPolicy();
  const made = typeof change === "function" ? await change(site) : await inspection(site, change);
  const report = await check(JSON.stringify(made), policy);
  return report.verdict === "fails" ? report.steps.at(-1).step : report.verdict;
}

test("a bundle says what was signed, by whom it was let in, and what was drawn", async () => {
  const { site, policy } = await siteAndPolicy();
  const report = await check(JSON.stringify(await inspection(site)), policy);
  assert.equal(report.verdict, "holds", JSON.stringify(report.steps.at(-1)));
  assert.deepEqual(report.facts.drawn, [0n, 1n]);
  assert.equal(report.facts.enrolled, 1);
  assert.equal(report.facts.sample.word, "652");
  assert.deepEqual(report.facts.sections.map(({ name }) => name), ["holds", "registers"]);
  assert.equal(report.sight.independent, 2);
  const own = await siteAndPolicy({ quorum: 0 });
  const unseen = await check(JSON.stringify(await inspection(own.site, { seenBy: [] })), own.policy);
  assert.equal(unseen.verdict, "unwitnessed");
  const nothing = { sample: "none", leaves: ({ asked, granted }) => [`asked ${asked}`, `granted ${granted}`] };
  assert.equal(await judged(nothing), "holds");
});

test("no bit of a bundle can be flipped", async () => {
  const { site, policy } = await siteAndPolicy();
  assert.deepEqual(await acceptedFlips(JSON.stringify(await inspection(site)), policy, [0, 5]), []);
});

test("each lie is caught at its own step", async () => {
  const other = await newSigner("countenance/made/operator", 1);
  const replaced = (from, to) => (lines) => lines.map((line) => line.replace(from, to));
  const changed = (change) => async (site) => change(await inspection(site));
  const cases = [
    [{ signer: other }, "inspection.signature"],
    [{ text: replaced("countenance/inspection/v1", "countenance/inspection/v2") }, "inspection.text"],
    [{ text: (lines) => lines.filter((line) => !line.startsWith("not that nothing")) }, "inspection.text"],
    [{ text: (lines) => [...lines.slice(0, -1), "surprise", ""] }, "inspection.text"],
    [{ text: replaced(/^leaf asked (\d)/, "leaf asked 0$1") }, "inspection.text"],
    [{ operators: [1, 1] }, "inspection.two"],
    [{ asked: { actor: null } }, "inspection.two"],
    [{ asked: { at: 1_795_404_601_000_000n } }, "inspection.two"],
    [{ leaves: ({ asked, granted, promised }) => [`asked ${granted}`, `granted ${asked}`, `promised ${promised}`] }, "inspection.asked"],
    [{ writer: 3 }, "inspection.granted"],
    [{ granted: { reason: "inspection.granted 00" } }, "inspection.granted"],
    [{ granted: { kind: 11 } }, "inspection.granted"],
    [{ leaves: ({ asked, granted }) => [`asked ${asked}`, `granted ${granted}`] }, "inspection.sample"],
    [{ promised: { reason: "inspection.promised" } }, "inspection.sample"],
    [{ sample: "none" }, "inspection.sample"],
    [{ text: replaced(/^sample 4e/, "sample 4f") }, "inspection.sample"],
    [{ text: replaced(/ 2 ([0-9a-f]{64})$/, " 3 $1") }, "inspection.sample"],
    [{ gate: 0 }, "inspection.consents"],
    [{ enrolled: { kind: 2 } }, "inspection.consents"],
    [{ text: replaced(/^leaf consent 1/, "leaf consent 2") }, "inspection.consents"],
    [{ text: replaced(/^checkpoint \d+/, "checkpoint 4") }, "inspection.place"],
    [{ seenBy: [0] }, "checkpoint.quorum"],
    [changed((made) => ({ ...made, more: 1 })), "inspection.form"],
    [changed((made) => ({ ...made, sections: { ...made.sections, holds: "[]" } })), "inspection.section"],
    [changed((made) => ({ ...made, sections: { ...made.sections, more: "[]" } })), "inspection.sections"],
    [changed((made) => ({ ...made, proofs: made.proofs.slice(1) })), "inspection.proofs"],
    [changed((made) => ({ ...made, proofs: made.proofs.toReversed() })), "inspection.place"],
  ];
  for (const [change, step] of cases) assert.equal(await judged(change), step, `${step} ${Object.keys(change)}`);
});

test("what the product's own libraries wrote is judged as `countenance verify` judges it", async () => {
  // The other side: crates/countenance/src/verify/inspection.rs reads the same file.
  const vectors = JSON.parse(readFileSync(new URL("./inspection-vectors.json", import.meta.url), "utf8"));
  const { policy } = await readPolicy(vectors.policy);
  const judge = (change) => check(JSON.stringify({ ...vectors.whole, ...change }), policy);
  const whole = await judge({});
  assert.equal(whole.verdict, "holds", JSON.stringify(whole.steps.at(-1)));
  assert.deepEqual([whole.facts.drawn.map(Number), whole.facts.enrolled], [vectors.drawn, vectors.enrolled]);
  const nothing = await judge(vectors.nothing_drawn);
  assert.deepEqual([nothing.verdict, nothing.facts.drawn, nothing.facts.enrolled], ["holds", [], 0]);
  assert.ok(vectors.changed.length > 30);
  for (const { name, change, page } of vectors.changed) {
    const { verdict, steps } = await judge(change);
    assert.deepEqual([verdict, steps.at(-1).step], ["fails", page], name);
  }
  const other = await readPolicy(vectors.policy.replace(/^#: operator .*\n/m, ""));
  assert.equal((await check(JSON.stringify(vectors.whole), other.policy)).steps.at(-1).step, "inspection.key");
});
