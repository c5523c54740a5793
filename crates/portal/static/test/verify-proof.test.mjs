// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { check, kindOf } from "../verify-core.js";
import { canVerify, holds, readBase64, readBase64Url, readCbor, readNumber, readTime } from "../verify-forms.js";
import { readPolicy } from "../verify-policy.js";
import { consistencyHolds, inclusionRoot, rootOf } from "../verify-tree.js";
import { fromHex, toHex, utf8 } from "../bytes.js";
import { MadeSite, base64, consistency, entryOf, path, root, sha256 } from "./made.mjs";
import { acceptedFlips } from "./flips.mjs";

const vectors = JSON.parse(readFileSync(new URL("./proof-vectors.json", import.meta.url), "utf8"));
const policyOf = async (text) => {
  const { policy, refused, line } = await readPolicy(text);
  assert.ok(policy, `${refused} ${line ?? ""}`);
  return policy;
};
const failing = ({ verdict, steps }) => (verdict === "fails" ? steps.at(-1).step : verdict);
const record = { kind: 4, at: 1_795_404_600_000_000n, person: new Uint8Array(16).fill(1), reason: "searched" };

async function siteWith(size, place, options) {
  const site = await MadeSite.make(options);
  site.fill(place);
  site.add(entryOf(record, { gate: 3, sequence: place, opening: new Uint8Array(32).fill(9) }));
  site.fill(size);
  return { site, policy: await policyOf(site.policy) };
}

test("this runtime can tell signatures apart", async () => {
  assert.ok(await canVerify());
});

test("what the product's own libraries wrote holds, and says what it says", async () => {
  const policy = await policyOf(vectors.policy);
  const opened = await check(vectors.proof.opened, policy);
  assert.equal(opened.verdict, "holds");
  assert.deepEqual([opened.facts.leaf.gate, opened.facts.leaf.sequence, opened.facts.leaf.what], [3n, 1n, "search"]);
  assert.deepEqual([opened.facts.record.kind, opened.facts.record.person], ["searched", "a1".repeat(16)]);
  const { seen, of, operators, independent } = opened.sight;
  assert.deepEqual([seen.map(({ name }) => name), of, operators, independent], [["owners", "auditor", "house"], 4, 1, 2]);
  const closed = await check(vectors.proof.closed, policy);
  assert.deepEqual([closed.verdict, closed.facts.record, closed.word], ["holds", undefined, opened.word]);
  assert.equal((await check(vectors.proof.open_record, policy)).facts.record.kind, "tags");
  const promise = await check(vectors.promise, policy);
  assert.deepEqual([promise.verdict, promise.word, promise.facts.gate], ["promised", undefined, 3n]);
  assert.equal((await check(JSON.stringify(vectors.fork.same_size), policy)).verdict, "forked");
  assert.equal((await check(JSON.stringify(vectors.fork.between), policy)).verdict, "forked");
});

test("proofs in trees of every shape hold, each for its own entry only", async () => {
  for (const [place, size] of [[0, 1], [4, 9], [8, 9], [13, 64], [73, 100]]) {
    const { site, policy } = await siteWith(size, place);
    const file = await site.proof(place);
    assert.equal(failing(await check(file, policy)), "holds", `${place} of ${size}`);
    assert.equal(failing(await check(utf8(file), policy)), "holds", "as bytes");
    const other = file.replace(`\nindex ${place}\n`, `\nindex ${place + 1}\n`);
    assert.equal(failing(await check(other, policy)), "proof.path", `${place + 1} of ${size}`);
  }
});

test("with exactly enough witnesses no bit of a proof can be flipped", async () => {
  const { site, policy } = await siteWith(9, 4);
  assert.deepEqual(await acceptedFlips(await site.proof(4), policy), []);
  assert.deepEqual(await acceptedFlips(vectors.proof.opened, await policyOf(vectors.policy)), []);
});

test("with a witness to spare, only the name and the number of one witness's line can be, and that witness no longer counts", async () => {
  const { site, policy } = await siteWith(9, 4);
  const file = await site.proof(4, { seenBy: [0, 1, 2, 3] });
  const bytes = utf8(file);
  const spare = new Set();
  for (const witness of site.witnesses) {
    // The name and, behind it, the four bytes of the key's number: eight signs, of which the last has four bits of the signature.
    const begin = Buffer.from(bytes).indexOf(`— ${witness.name} `) + 4;
    for (let at = begin; at < begin + witness.name.length + 7; at += 1) spare.add(at);
  }
  const accepted = await acceptedFlips(file, policy);
  assert.ok(accepted.length > 0, "the search finds something");
  for (const { at, report } of accepted) {
    assert.ok(spare.has(at), `byte ${at}`);
    assert.equal(report.sight.seen.length, 3, `byte ${at}`);
  }
});

test("no bit of a promise can be flipped", async () => {
  const { site, policy } = await siteWith(3, 0);
  const text = await site.promise();
  assert.equal(failing(await check(text, policy)), "promised");
  assert.equal(failing(await check(`${text}\n`, policy)), "promised", "a line end may follow");
  assert.equal(failing(await check(`https://site.example/verify#${text}`, policy)), "promised", "behind an address, as a code may have it");
  assert.equal(failing(await check(`https://site.example/verify?${text}`, policy)), "file.kind");
  assert.deepEqual(await acceptedFlips(text, policy), []);
});

test("who is not in the policy counts for nothing", async () => {
  const { site, policy } = await siteWith(9, 4);
  const { policy: other } = await siteWith(9, 4);
  assert.equal(failing(await check(await site.proof(4), other)), "checkpoint.log");
  assert.equal(failing(await check(await site.proof(4, { seenBy: [0, 1] }), policy)), "checkpoint.quorum");
  assert.equal(failing(await check(await site.promise({ device: 4 }), policy)), "promise.signature");
  assert.equal(failing(await check(await site.promise({ gate: 9n }), policy)), "promise.gate");
});

test("two lines by one witness count as none", async () => {
  const { site, policy } = await siteWith(9, 4);
  const checkpoint = await site.checkpoint();
  const last = checkpoint.trimEnd().split("\n").at(-1);
  assert.equal(failing(await check(await site.proof(4, { checkpoint: `${checkpoint}${last}\n` }), policy)), "checkpoint.witnesses");
});

test("what only the operator's own witnesses saw is unwitnessed and has no seal; so is what nobody saw", async () => {
  const own = ["owners", "auditor", "notary", "house"].map((name) => [name, "operator the company itself"]);
  for (const options of [{ runBy: own }, { runBy: [] }, { quorum: 0, runBy: own }]) {
    const { site, policy } = await siteWith(9, 4, options);
    const report = await check(await site.proof(4, { seenBy: options.quorum === 0 ? [] : [0, 1, 2] }), policy);
    assert.deepEqual([report.verdict, report.word, report.sight.independent], ["unwitnessed", undefined, 0], JSON.stringify(options));
  }
});

test("an opened part that is another's, or says another thing than its leaf, does not hold", async () => {
  const { site, policy } = await siteWith(9, 4);
  const entry = site.entries[4];
  const another = entryOf({ ...record, reason: "other" }, { gate: 3, sequence: 4 });
  site.entries[4] = { ...entry, opened: another.opened };
  assert.equal(failing(await check(await site.proof(4), policy)), "proof.opened");
  for (const wrong of [{ kind: 2 }, { at: record.at + 600_000_000n }]) {
    const made = entryOf({ ...record, ...wrong }, { gate: 3, sequence: 4 });
    const leaf = made.leaf.slice();
    leaf.set(entry.leaf.subarray(0, 32));
    site.entries[4] = { leaf, opened: made.opened };
    assert.equal(failing(await check(await site.proof(4), policy)), "proof.record");
  }
});

test("forks: same size with other roots, or a later history that had something else; nothing less", async () => {
  const { site, policy } = await siteWith(9, 4);
  const form = "countenance/fork/v1";
  const first = await site.checkpoint();
  const other = await site.checkpoint({ text: site.text({ top: new Uint8Array(32).fill(7) }), seenBy: [] });
  const same = { form, first, second: other, between: null };
  assert.equal(failing(await check(JSON.stringify(same), policy)), "forked");
  assert.equal(failing(await check(JSON.stringify({ ...same, second: first }), policy)), "fork.differs");

  const later = await MadeSite.make();
  Object.assign(later, { log: site.log });
  later.fill(14);
  const leaves = later.leaves;
  const between = { root: base64(root(leaves.slice(0, 9))), proof: consistency(leaves, 9).map(base64) };
  const grown = { form, first, second: await later.checkpoint({ seenBy: [] }), between };
  const report = await check(JSON.stringify(grown), policy);
  assert.deepEqual([report.verdict, report.word, report.facts.second], ["forked", undefined, 14n]);
  assert.equal(failing(await check(JSON.stringify({ ...grown, between: null }), policy)), "fork.same_size");

  // One history that only grew is no fork.
  const early = await site.checkpoint();
  site.fill(14);
  const honest = { root: base64(root(site.leaves.slice(0, 9))), proof: consistency(site.leaves, 9).map(base64) };
  const grew = { form, first: early, second: await site.checkpoint(), between: honest };
  assert.equal(failing(await check(JSON.stringify(grew), policy)), "fork.differs");
});

test("no bit of a fork can be flipped but in the lines of witnesses, whose word is not asked for", async () => {
  const { site, policy } = await siteWith(9, 4);
  const first = await site.checkpoint({ seenBy: [] });
  const second = await site.checkpoint({ text: site.text({ top: new Uint8Array(32).fill(7) }), seenBy: [] });
  assert.deepEqual(await acceptedFlips(JSON.stringify({ form: "countenance/fork/v1", first, second, between: null }), policy), []);
});

test("kinds are told apart by their first bytes, and what is none is refused", async () => {
  const policy = await policyOf(vectors.policy);
  assert.deepEqual(["c2sp.org/tlog-proof@v1\n", "CR1:x", " {}", "# x", "log x", "quorum none"].map(kindOf), ["proof", "promise", "json", "policy", "policy", "policy"]);
  for (const file of ["", "hello", "{", "{}", "[]", "null", '{"form":"other"}', Uint8Array.of(0xff), Uint8Array.of(0xef, 0xbb, 0xbf)]) {
    assert.equal(failing(await check(file, policy)), "file.kind", String(file));
  }
});

test("a policy is refused where the product's own reader refuses it", async () => {
  const [log, ...rest] = vectors.policy.split("\n").filter((line) => !line.startsWith("#"));
  const witnesses = rest.filter((line) => line.startsWith("witness"));
  const refused = async (...lines) => {
    const { refused: why, line } = await readPolicy(lines.join("\n"));
    return line ? `${why} ${line}` : why;
  };
  assert.equal(await refused(log, "quorum none"), undefined);
  assert.equal(await refused("quorum none"), "policy.no_log");
  assert.equal(await refused(log), "policy.no_quorum");
  for (const bad of ["quorum nobody", "log x", "witness a", `${witnesses[0]} extra`, "group none any a", "unknown", `witness none ${witnesses[0].split(" ")[2]}`]) {
    assert.equal(await refused(log, bad, "quorum none"), "policy.line 2", bad);
  }
  const [, name, key] = witnesses[0].split(" ");
  assert.equal(await refused(log, witnesses[0], `witness twin ${key}`, "quorum none"), "policy.line 3", "one key twice");
  assert.equal(await refused(log, `witness ${name} ${log.split(" ")[1]}`, "quorum none"), "policy.line 2", "a log's key");
  for (const group of ["0 owners", "2 owners", "01 owners", "any", "any owners owners", "any nobody"]) {
    assert.equal(await refused(log, witnesses[0], `group g ${group}`, "quorum g"), "policy.line 3", group);
  }
  assert.equal(await refused(log, "quorum none", "quorum none"), "policy.line 3");
  for (const own of ["#: gate 03 00", "#: gate 3", "#: operator x", "#: auditor", "#: run-by owners somebody x", "#: gate", "#: gate 3  00"]) {
    assert.equal(await refused(log, own, "quorum none"), "policy.line 2", own);
  }
  // What begins otherwise is a comment, to us and to others.
  assert.equal(await refused(log, "#:gate", "#: something-new x y", "  # y", "quorum none"), undefined);
});

test("groups of groups are counted as the policy says", async () => {
  const { site } = await siteWith(9, 4);
  const lines = site.policy.split("\n").filter((line) => !line.startsWith("group") && !line.startsWith("quorum"));
  const policy = await policyOf([...lines, "group a all owners auditor", "group b any notary house", "group c all a b", "quorum c", ""].join("\n"));
  assert.equal(failing(await check(await site.proof(4, { seenBy: [0, 1, 3] }), policy)), "holds");
  assert.equal(failing(await check(await site.proof(4, { seenBy: [0, 2, 3] }), policy)), "checkpoint.quorum");
});

test("a policy is told by a word that anybody can compare", async () => {
  const policy = await policyOf(vectors.policy);
  assert.equal(policy.sha256, toHex(sha256(utf8(vectors.policy))));
  assert.match(policy.word, /^(?:[BDFGHJKLMNPRSTVZ][AIOU]){3}$/);
  assert.notEqual((await policyOf(`${vectors.policy}# one more\n`)).sha256, policy.sha256);
});

test("trees: roots, paths and consistency against the textbook's recursion", async () => {
  const leaves = Array.from({ length: 40 }, (_, at) => sha256(Uint8Array.of(at)));
  for (let size = 1; size <= 40; size += 1) {
    const some = leaves.slice(0, size);
    assert.deepEqual(await rootOf(some), root(some));
    for (let at = 0; at < size; at += 1) {
      const way = path(some, at);
      assert.deepEqual(await inclusionRoot(some[at], BigInt(at), BigInt(size), way), root(some));
      assert.equal(await inclusionRoot(some[at], BigInt(at), BigInt(size), [...way, leaves[0]]), undefined);
    }
    for (let old = 1; old <= size; old += 1) {
      const [before, now, proof] = [root(some.slice(0, old)), root(some), consistency(some, old)];
      assert.ok(await consistencyHolds(BigInt(old), before, BigInt(size), now, proof), `${old} of ${size}`);
      assert.ok(!(await consistencyHolds(BigInt(old), leaves[39], BigInt(size), now, proof)));
      if (proof.length > 0) assert.ok(!(await consistencyHolds(BigInt(old), before, BigInt(size), now, proof.slice(1))));
    }
  }
});

test("numbers, base64, times and CBOR have one spelling", () => {
  assert.equal(readNumber("18446744073709551615"), 2n ** 64n - 1n);
  for (const text of ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "１", "18446744073709551616"]) assert.equal(readNumber(text), undefined, text);
  assert.deepEqual(readBase64("AQ=="), Uint8Array.of(1));
  for (const text of ["AQ", "AR==", "AQ==\n", "AQ==AQ==", "A-=="]) assert.equal(readBase64(text), undefined, text);
  assert.deepEqual(readBase64Url("-_8"), Uint8Array.of(0xfb, 0xff));
  for (const text of ["-_8=", "+/8", "A"]) assert.equal(readBase64Url(text), undefined, text);
  assert.equal(readTime("2026-11-23T06:00:00Z"), Date.UTC(2026, 10, 23, 6));
  for (const text of ["2026-11-31T06:00:00Z", "2026-11-23T06:00:00+00:00", "2026-11-23"]) assert.equal(readTime(text), undefined, text);
  assert.deepEqual(readCbor(fromHex("8301190100f6")), [1n, 256n, null]);
  assert.deepEqual(readCbor(fromHex("3903e7")), -1000n);
  for (const hex of ["1801", "190001", "5f41ff", "8101ff", "a0", "c100", "f5", "62c328", "9f01ff", "81818181818101", ""]) {
    assert.equal(readCbor(fromHex(hex)), undefined, hex);
  }
});

test("keys and points of small order sign nothing", async () => {
  const point = new Uint8Array(32);
  point[0] = 1;
  // With the neutral point as key, R = the neutral point and S = 0 satisfy the equation for every message.
  const signature = new Uint8Array(64);
  signature[0] = 1;
  assert.equal(await holds(point, utf8("anything"), signature), false);
});
