// Run with: node --test crates/portal/static/test/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromHex, toHex, u64, concat } from "../bytes.js";
import { importSecret, recordKeys } from "../derive.js";
import { openRecord } from "../letter.js";
import { brokenOrder, placesOf, readRows, rowsOf } from "../tag-lists.js";
import { dayOf, findUses, firstDay, readEntries } from "../timeline.js";
import { readBase64 } from "../verify-forms.js";
import { MadeSite, sha256 } from "./made.mjs";

const vectors = JSON.parse(readFileSync(new URL("./proof-vectors.json", import.meta.url), "utf8"));
const NOW = Date.UTC(2026, 11, 1, 12);
const bytesOf = (text) => readBase64(text);

async function keysOf(name) {
  const { secret, made_in: madeIn } = vectors.people.find((person) => person.name === name);
  const key = await importSecret(fromHex(secret));
  return { secret: key, madeIn, record: await recordKeys(key) };
}

/** A server that gives what the Rust libraries wrote, and writes down what it was asked. */
function server(change = {}) {
  const entries = vectors.ledger.map(({ leaf }) => bytesOf(leaf));
  const list = vectors.tag_list;
  const rows = bytesOf(list.rows);
  const bundle = concat(...entries.map((entry) => concat(Uint8Array.of(0, 128), entry)));
  const given = {
    "/ledger/policy": vectors.policy,
    "/ledger/checkpoint": vectors.checkpoint,
    "/ledger/writers": [{ gate: 0 }, { gate: 3 }, { gate: 4 }],
    "/ledger/tags": [{ number: 0, first: list.first, past: list.past, sequence: list.sequence, sha256: toHex(sha256(rows)), made_at: Date.UTC(2026, 10, 24) * 1000 }],
    "/ledger/tags/0": rows,
    [`/ledger/proof/0/${list.sequence}`]: vectors.proof.open_record,
    [`/ledger/tile/entries/000.p/${entries.length}`]: bundle,
    "/ledger/records/0": Object.fromEntries(vectors.ledger.map(({ record }, at) => [at, record])),
    ...change,
  };
  const asked = [];
  const ask = async (path) => {
    asked.push(path);
    const answer = given[path];
    return { ok: answer !== undefined, json: async () => answer, text: async () => answer, bytes: async () => answer };
  };
  return { ask, asked, entries, rows };
}

const found = async (name, change, window = { from: dayOf(Date.UTC(2026, 10, 1)), now: NOW }) => findUses(server(change).ask, await keysOf(name), window);
const said = ({ rows }) => rows.map(({ place, record, leaf }) => [Number(place), record?.kind, leaf && Number(leaf.gate)]);

test("A finds exactly A's entries, the newest first, and B exactly B's", async () => {
  const a = await found("a");
  assert.deepEqual(said(a), [[7, "searched", 4], [4, "looked", 0], [2, "opened", 3], [1, "searched", 3]]);
  assert.deepEqual([a.gaps, a.broken, a.fresh.whole], [[], [], true]);
  assert.deepEqual(a.lists.map(({ report }) => report.verdict), ["holds"]);
  assert.equal(a.rows[1].record.actor, "0f".repeat(16));
  assert.equal(a.rows[2].record.purpose, "aa".repeat(16));
  assert.deepEqual(said(await found("b")), [[3, "searched", 3]]);
});

test("entries that no list has yet are read from the ledger itself", async () => {
  const { fresh, rows } = await found("a");
  assert.deepEqual([fresh.first, fresh.past], [6, vectors.ledger.length]);
  assert.equal(rows[0].place, 7n);
});

test("of a bundle the server is not told which entry is wanted: it is asked the same by two people with entries in one", async () => {
  const asked = async (name) => {
    const { ask, asked } = server();
    await findUses(ask, await keysOf(name), { from: dayOf(Date.UTC(2026, 10, 1)), now: NOW });
    return asked;
  };
  assert.deepEqual(await asked("a"), await asked("b"));
});

test("an entry that is left out of a list shows as a gap", async () => {
  const { rows } = server();
  const rest = [];
  for (let at = 0; at < rows.length; at += 16) if (rows[at + 15] !== 1) rest.push(rows.subarray(at, at + 16));
  const a = await found("a", { "/ledger/tags/0": concat(...rest) });
  assert.deepEqual(said(a), [[7, "searched", 4], [4, "looked", 0], [2, "opened", 3]]);
  assert.deepEqual(a.gaps, [{ gate: 3, day: dayOf(Date.UTC(2026, 10, 23)), counts: [0] }]);
  // And the list no longer is the one that the ledger has.
  assert.deepEqual(a.lists.map(({ report }) => report.steps.at(-1)), [{ step: "tags.hash", ok: false, args: {} }]);
});

test("a list is said not to check when its hash, its order, its place or its proof is another", async () => {
  const { rows } = server();
  const listed = { number: 0, first: 0, past: 6, sequence: vectors.tag_list.sequence, sha256: toHex(sha256(rows)), made_at: Date.UTC(2026, 10, 24) * 1000 };
  const swapped = concat(rows.subarray(16, 32), rows.subarray(0, 16), rows.subarray(32));
  const proofAt = `/ledger/proof/0/${listed.sequence}`;
  const cases = [
    [{ "/ledger/tags": [{ ...listed, sha256: "00".repeat(32) }] }, "tags.hash"],
    [{ "/ledger/tags/0": swapped, "/ledger/tags": [{ ...listed, sha256: toHex(sha256(swapped)) }] }, "tags.rows"],
    [{ "/ledger/tags": [{ ...listed, past: 3 }] }, "tags.rows"],
    [{ [proofAt]: undefined }, "proof.form"],
    [{ [proofAt]: vectors.proof.opened }, "tags.leaf"],
    [{ [proofAt]: vectors.proof.closed }, "tags.leaf"],
    [{ "/ledger/tags": [{ ...listed, past: 7 }] }, "tags.leaf"],
  ];
  for (const [change, step] of cases) {
    const { lists } = await found("a", change);
    assert.deepEqual(lists.map(({ report }) => [report.verdict, report.steps.at(-1).step]), [["fails", step]], step);
  }
});

test("a record that is B's, altered, or another place's does not open for A", async () => {
  const a = await keysOf("a");
  const [search, , bens] = vectors.ledger.slice(1, 4);
  const open = async (keys, { gate, sequence, record }, change = {}) => openRecord(keys.record, change.gate ?? gate, change.sequence ?? sequence, bytesOf(record));
  assert.ok(await open(a, search));
  assert.ok(await open(await keysOf("b"), bens));
  assert.equal(await open(a, bens), undefined);
  assert.equal(await open(a, search, { sequence: search.sequence + 1 }), undefined);
  assert.equal(await open(a, search, { gate: 4 }), undefined);
  const letter = bytesOf(search.record);
  for (const at of [0, 1, 40, 100, letter.length - 1]) {
    const altered = letter.slice();
    altered[at] ^= 1;
    const opened = await openRecord(a.record, 3, search.sequence, altered);
    // The second recipient's wrap is not the first one's business.
    assert.equal(opened !== undefined, at === 100, `byte ${at}`);
  }
  for (const cut of [0, 1, 80, 160]) assert.equal(await openRecord(a.record, 3, 1, letter.slice(0, cut)), undefined);
});

test("an entry whose record is another's, or is not given, is shown as found and not opened", async () => {
  const records = Object.fromEntries(vectors.ledger.map(({ record }, at) => [at, record]));
  const a = await found("a", { "/ledger/records/0": { ...records, 1: records[2] } });
  assert.deepEqual(said(a).at(-1), [1, undefined, 3]);
  assert.deepEqual(said(await found("a", { "/ledger/records/0": undefined })).map(([, kind]) => kind), [undefined, undefined, undefined, undefined]);
  // Listed, but in no checkpoint that is published: the entry itself is not there to be read.
  const unread = await found("a", { "/ledger/checkpoint": undefined });
  assert.deepEqual(said(unread), [[4, undefined, undefined], [2, undefined, undefined], [1, undefined, undefined]]);
  assert.equal(unread.fresh.whole, false);
});

test("only days and lists of the window are looked at", async () => {
  const late = await found("a", {}, { from: dayOf(Date.UTC(2026, 10, 30)), now: NOW });
  assert.deepEqual([said(late), late.lists], [[[7, "searched", 4]], []]);
  assert.equal(firstDay({ madeIn: 2026 * 12 + 9 }), dayOf(Date.UTC(2026, 9, 1)));
});

test("a checkpoint that does not check gives no newest stretch", async () => {
  const { fresh, lists } = await found("a", { "/ledger/checkpoint": vectors.checkpoint.replace("\n9\n", "\n8\n") });
  assert.deepEqual([fresh.whole, lists.length], [false, 1]);
});

test("rows are sorted and looked up as the server sorts them", () => {
  const { entries, rows } = server();
  const read = readRows(rows, 0, 6);
  assert.equal(read.count, 6);
  assert.deepEqual(new Uint8Array(rowsOf(entries.slice(0, 6), 0).view.buffer), new Uint8Array(rows));
  for (const [at, entry] of entries.slice(0, 6).entries()) assert.deepEqual(placesOf(read, entry.slice(96, 128)), [BigInt(at)]);
  assert.deepEqual(placesOf(read, new Uint8Array(32)), []);
  for (const bad of [rows.subarray(1), concat(rows, rows.subarray(0, 16))]) assert.equal(readRows(bad, 0, 6), undefined);
  const same = concat(new Uint8Array(8), u64(1), new Uint8Array(8), u64(2));
  assert.deepEqual(placesOf(readRows(same, 0, 3), new Uint8Array(32)), [1n, 2n]);
});

test("lists must follow each other", () => {
  const list = (number, first, past) => ({ number, first, past });
  assert.deepEqual(brokenOrder([list(0, 0, 5), list(1, 5, 9)]), []);
  assert.deepEqual(brokenOrder([list(0, 0, 5), list(1, 6, 9), list(3, 9, 10)]), [1, 3]);
  assert.deepEqual(brokenOrder([list(1, 5, 9)]), [1]);
});

test("a whole bundle is asked for where it is whole, and in its place when the partial one is gone", async () => {
  const site = await MadeSite.make();
  site.fill(300);
  const { ask, asked } = server({
    "/ledger/policy": site.policy,
    "/ledger/checkpoint": await site.checkpoint(),
    "/ledger/tags": [],
    "/ledger/tile/entries/000": concat(...site.entries.slice(0, 256).map(({ leaf }) => concat(Uint8Array.of(0, 128), leaf))),
    "/ledger/tile/entries/001": concat(...site.entries.slice(256).map(({ leaf }) => concat(Uint8Array.of(0, 128), leaf))),
  });
  const { fresh } = await findUses(ask, await keysOf("a"), { from: dayOf(NOW), now: NOW });
  assert.deepEqual([fresh.past, fresh.whole], [300, true]);
  assert.ok(asked.indexOf("/ledger/tile/entries/001.p/44") < asked.indexOf("/ledger/tile/entries/001"));
  assert.equal(readEntries(new Uint8Array()).length, 0);
});
