// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { toHex } from "../bytes.js";
import { check } from "../verify-core.js";
import { readPolicy } from "../verify-policy.js";
import { MadeSite, base64, certificate, certificateOfOne, newSigner, sha256 } from "./made.mjs";
import { acceptedFlips } from "./flips.mjs";

const vectors = JSON.parse(readFileSync(new URL("./proof-vectors.json", import.meta.url), "utf8"));
const failing = ({ verdict, steps }) => (verdict === "fails" ? steps.at(-1).step : verdict);
const replaced = (from, to) => (lines) => lines.map((line) => line.replace(from, to));

async function siteAndPolicy(options) {
  const site = await MadeSite.make(options);
  site.fill(5);
  return { site, policy: (await readPolicy(site.policy)).policy };
}

async function judged(change, options) {
  const { site, policy } = await siteAndPolicy(options);
  const made = await certificate(site, typeof change === "function" ? await change(site) : change);
  return failing(await check(JSON.stringify(made), policy));
}

test("the certificates of the product's own libraries hold: whole, and for one copy", async () => {
  const { policy } = await readPolicy(vectors.policy);
  const whole = await check(JSON.stringify(vectors.certificate.whole), policy);
  assert.deepEqual([failing(whole), whole.facts.lines.length, whole.facts.endings, whole.facts.whole], ["holds", 3, 2, true]);
  assert.deepEqual([whole.facts.sample.count, whole.facts.sample.auditor, whole.facts.not.length], [3n, "audit.example", 3]);
  const mine = await check(JSON.stringify(vectors.certificate.mine), policy);
  assert.deepEqual([failing(mine), mine.facts.lines.length, mine.facts.sample, mine.facts.whole], ["holds", 1, null, false]);
  assert.equal(mine.word, whole.word);
});

test("a certificate made here holds, and so does each copy's own", async () => {
  const { site, policy } = await siteAndPolicy();
  const whole = await certificate(site);
  assert.equal(failing(await check(JSON.stringify(whole), policy)), "holds");
  assert.equal(failing(await check(JSON.stringify(whole, null, 2), policy)), "holds", "with spaces between");
  for (const at of [0, 1, 2]) assert.equal(failing(await check(JSON.stringify(certificateOfOne(whole, at)), policy)), "holds", `copy ${at}`);
});

test("no bit of a certificate can be flipped but those of the time stamp, which is not checked here", async () => {
  const { site, policy } = await siteAndPolicy();
  const whole = { ...(await certificate(site)), timestamp: base64(new Uint8Array(24).fill(0x30)), authority: "PEM" };
  const text = JSON.stringify(whole);
  const bytes = Buffer.from(text);
  const stamp = bytes.indexOf(whole.timestamp);
  const authority = bytes.indexOf('"PEM"');
  const free = (at) => (at >= stamp && at < stamp + whole.timestamp.length) || (at > authority && at < authority + 4);
  const accepted = await acceptedFlips(text, policy, [0, 3, 5]);
  assert.ok(accepted.length > 0, "the search finds something");
  for (const { at } of accepted) assert.ok(free(at), `byte ${at}: ${bytes.subarray(at - 20, at + 20)}`);
  const one = JSON.stringify(certificateOfOne({ ...whole, timestamp: null, authority: null }, 1));
  assert.deepEqual(await acceptedFlips(one, policy, [1]), []);
});

test("each lie is caught at its own step", async () => {
  const other = await newSigner("countenance/made/operator", 1);
  const found = (lines) => lines.map((line, at) => (at === lines.findIndex((each) => each.startsWith("copy")) ? line.replace("nothing", "found") : line));
  const others = (lines) => {
    const chosen = lines.filter((line) => line.startsWith("copy")).map((line) => line.split(" ")[1]);
    const left = ["0", "1", "2"].find((index) => !chosen.includes(index));
    return replaced(`copy ${chosen[0]} `, `copy ${left} `)(lines);
  };
  const cases = [
    [{ signer: other }, "certificate.signature"],
    [{ text: replaced("countenance/destruction/v1", "countenance/destruction/v2") }, "certificate.text"],
    [{ text: replaced("what purpose", "what everything") }, "certificate.text"],
    [{ text: replaced("ended 2026-12-01T06:00:00Z", "ended 2026-11-01T06:00:00Z") }, "certificate.text"],
    [{ text: (lines) => lines.filter((line) => !line.startsWith("sample")) }, "certificate.text"],
    [{ text: (lines) => [...lines.slice(0, -1), "surprise", ""] }, "certificate.text"],
    [{ text: replaced(/^copies 3/, "copies 4") }, "certificate.count"],
    [{ text: replaced(/^copies 3 ..../, "copies 3 AAAA") }, "certificate.copies"],
    [{ lost: 0 }, "certificate.lost"],
    [{ text: replaced("plan 2", "plan 5") }, "certificate.order"],
    [{ text: replaced("plan 2", "plan 1") }, "certificate.order"],
    [{ registry: 4 }, "certificate.order"],
    [{ registry: 6 }, "certificate.order"],
    [{ record: { reason: `certificate ${"00".repeat(32)}` } }, "certificate.entry"],
    [{ record: { kind: 16 } }, "certificate.entry"],
    [{ writer: 3 }, "certificate.entry"],
    [{ proof: { opened: false } }, "certificate.entry"],
    [{ proof: { seenBy: [0] } }, "checkpoint.quorum"],
    [{ promised: "none" }, "sample.promised"],
    [{ sample: { signer: other } }, "sample.signature"],
    [{ sample: { text: found } }, "sample.form"],
    [{ sample: { text: (lines) => replaced("found 0", "found 1")(found(lines)) } }, "sample.nothing"],
    [{ sample: { text: others } }, "sample.picks"],
    [{ sample: { text: (lines) => lines.map((line) => (/^copy/.test(line) ? "copy 0 nothing" : line)) } }, "sample.form"],
    [{ sample: { text: replaced("of 3", "of 4") } }, "sample.count"],
    [{ sample: { text: replaced(/^nonce 4e/, "nonce 4f") } }, "sample.nonce"],
    [{ sample: { text: replaced(/^promised 1/, "promised 2") } }, "sample.nonce"],
    [{ sample: { text: replaced(/^seed ../, "seed 00") } }, "sample.seed"],
    [{ sample: { text: replaced(/^certificate ../, "certificate zz") } }, "sample.form"],
    [{ sample: { text: replaced(/^certificate .*/, `certificate ${"00".repeat(32)}`) } }, "sample.certificate"],
  ];
  for (const [change, step] of cases) assert.equal(await judged(change), step, `${step} ${Object.keys(change)}`);
});

test("each gate signs for its own copies, each copy once", async () => {
  const copy = (gate, ending, places = "enrolled 1 ended 2") => `gate ${gate} ${places} erased ${toHex(sha256(ending))}`;
  const with1 = (make, lines = (ending) => [copy(3, ending)]) => async (site) => {
    const ending = await make(site);
    return { endings: [ending], copies: lines(ending), lost: 0, sample: null };
  };
  assert.equal(await judged(with1((site) => site.ending(3))), "holds");
  assert.equal(await judged(with1((site) => site.ending(3, { said: 4 }))), "erasure.line");
  assert.equal(await judged(with1((site) => site.ending(3, { device: 4 }))), "erasure.signature");
  assert.equal(await judged(with1((site) => site.ending(3, { domain: "countenance/seal/v1" }))), "erasure.signature", "signed for another use");
  assert.equal(await judged(with1((site) => site.ending(9, { device: 3 }), (ending) => [copy(9, ending)])), "erasure.gate");
  assert.equal(await judged(with1(async () => new Uint8Array([0x80]))), "erasure.form");
  const twice = (ending) => [copy(3, ending), copy(3, ending, "enrolled 0 ended 3")];
  assert.equal(await judged(with1((site) => site.ending(3), twice)), "erasure.once", "one signed word for two copies");
  const two = (places) => async (site) => {
    const endings = [await site.ending(3), await site.ending(3, { sequence: 10n })];
    return { endings, copies: [copy(3, endings[0]), copy(3, endings[1], places)], lost: 0, sample: null };
  };
  assert.equal(await judged(two("enrolled 0 ended 3")), "holds");
  assert.equal(await judged(two("enrolled 0 ended 2")), "erasure.once", "one entry for two ends");
  assert.equal(await judged(two("enrolled 1 ended 3")), "erasure.once", "one entry for two beginnings");
  for (const bad of ["enrolled 01 ended 2", "enrolled 1 ended -", "enrolled  1 ended 2"]) {
    assert.equal(await judged(with1((site) => site.ending(3), (ending) => [copy(3, ending, bad)])), "certificate.lines", bad);
  }
});

test("a file with other parts than a certificate has is refused", async () => {
  const { site, policy } = await siteAndPolicy();
  const whole = await certificate(site);
  const [first, second] = Object.keys(whole.endings);
  const one = certificateOfOne(whole, 0);
  const cases = [
    [{ extra: 1 }, "certificate.form"],
    [{ note: "x" }, "certificate.form"],
    [{ copies: null }, "certificate.form"],
    [{ mine: [] }, "certificate.form"],
    [{ mine: [null, null, null] }, "certificate.form"],
    [{ endings: [] }, "certificate.form"],
    [{ timestamp: "x" }, "certificate.form"],
    [{ sample: 1 }, "certificate.form"],
    [{ copies: whole.copies.slice(1) }, "certificate.count"],
    [{ copies: [...whole.copies].reverse() }, "certificate.copies"],
    [{ endings: { [first]: whole.endings[first] } }, "erasure.once"],
    [{ endings: { [first]: whole.endings[second], [second]: whole.endings[first] } }, "erasure.hash"],
    [{ endings: { [first]: whole.endings[first], ["00".repeat(32)]: whole.endings[second] } }, "erasure.there"],
    [{ proof: "x" }, "proof.form"],
  ];
  for (const [change, step] of cases) {
    assert.equal(failing(await check(JSON.stringify({ ...whole, ...change }), policy)), step, JSON.stringify(Object.keys(change)));
  }
  const moved = [{ ...one.mine[0], index: 1 }];
  assert.equal(failing(await check(JSON.stringify({ ...one, mine: moved }), policy)), "certificate.copies");
  const { form, ...without } = whole;
  assert.ok(form);
  assert.equal(failing(await check(JSON.stringify(without), policy)), "file.kind");
});

test("without a key of the operator no certificate is believed; seen by the operator's witnesses only, it has no seal", async () => {
  const { site, policy } = await siteAndPolicy();
  const text = JSON.stringify(await certificate(site));
  assert.equal(failing(await check(text, { ...policy, operators: [] })), "certificate.key");
  assert.equal(failing(await check(text, { ...policy, auditors: [] })), "sample.signature");
  assert.equal(failing(await check(text, { ...policy, gates: new Map() })), "erasure.gate");
  const report = await check(text, { ...policy, runBy: new Map() });
  assert.deepEqual([report.verdict, report.word], ["unwitnessed", undefined]);
});
