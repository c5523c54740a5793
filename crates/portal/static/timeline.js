// How a person finds the uses of their own face and data: with keys that never leave the browser, in lists that are the same for everybody.
// What is asked of the server is whole lists, and the bundles of 256 entries in which something was found; which entry of a bundle it
// is, the server is not told.
//
// `ask(path)` is `fetch` without a network in tests: it gives an answer with `ok`, `json()`, `text()` and `bytes()`.

import { monthOf, tagKey, tagOf } from "./derive.js";
import { openRecord } from "./letter.js";
import { brokenOrder, checkList, placesOf, readRows, rowsOf } from "./tag-lists.js";
import { readBase64, same } from "./verify-forms.js";
import { readNote } from "./verify-note.js";
import { readPolicy } from "./verify-policy.js";
import { checkCheckpoint } from "./verify-proof.js";
import { fits, openCommitment, readLeaf, readRecord } from "./verify-record.js";
import { reported } from "./verify-steps.js";

const DAY_MS = 86_400_000;
const BUNDLE = 256;
/** Counts tried beyond the last that was found: a hole in the numbering shows when a later one is there. */
const AHEAD = 4;

/**
 * Everything found from day `from` (days since 1970, UTC) until `now` (milliseconds).
 * `keys`: `{ secret, madeIn }`, and `record` of `recordKeys`. `tell(done, all)` is called as lists come in.
 * Gives `{ rows, gaps, lists, fresh, policy, broken }`.
 */
export async function findUses(ask, keys, { from, now, tell = () => {} }) {
  const ledger = new Ledger(ask);
  await ledger.begin();
  const lists = (await ledger.lists()).filter(({ made_at: made }) => made / 1000 >= from * DAY_MS);
  const checked = [];
  for (const list of lists) {
    checked.push({ ...list, ...(await ledger.list(list)) });
    tell(checked.length, lists.length);
  }
  const fresh = await ledger.fresh();
  const rows = [...checked.map(({ rows: listed }) => listed).filter(Boolean), ...(fresh.rows ? [fresh.rows] : [])];
  const found = { rows: [], gaps: [] };
  for (const { gate } of await ledger.writers()) await lookAt(ledger, rows, keys, gate, { from, now }, found);
  found.rows.sort((one, two) => (two.at < one.at || (two.at === one.at && two.place < one.place) ? -1 : 1));
  return { ...found, lists: checked, broken: brokenOrder(ledger.listed), fresh, policy: ledger.policy };
}

/** The first day on which anything about the holder of these keys can have been written. */
export const firstDay = ({ madeIn }) => Math.floor(Date.UTC(Math.floor(madeIn / 12), madeIn % 12) / DAY_MS);

export const dayOf = (milliseconds) => Math.floor(milliseconds / DAY_MS);

/** One writer's days. A clock may be a little ahead, so the day after `now` counts, too. */
async function lookAt(ledger, lists, keys, gate, { from, now }, found) {
  let month;
  let key;
  for (let day = Math.max(from, firstDay(keys)); day <= dayOf(now) + 1; day += 1) {
    const its = monthOf(day * DAY_MS);
    if (its !== month) {
      month = its;
      key = await tagKey(keys.secret, gate, keys.madeIn, month);
    }
    await lookAtDay(ledger, lists, keys, { gate, day, key }, found);
  }
}

async function lookAtDay(ledger, lists, keys, { gate, day, key }, found) {
  let missing = [];
  for (let count = 0; missing.length < AHEAD; count += 1) {
    const tag = await tagOf(key, day, gate, count);
    const rows = [];
    for (const place of lists.flatMap((list) => placesOf(list, tag))) {
      const row = await ledger.row(place, tag, keys, { gate, day });
      if (row) rows.push(row);
    }
    if (rows.length === 0) {
      missing.push(count);
      continue;
    }
    found.rows.push(...rows);
    if (missing.length > 0) found.gaps.push({ gate, day, counts: missing });
    missing = [];
  }
}

/** What the server gives of the ledger, each thing asked for once. */
class Ledger {
  constructor(ask) {
    this.ask = ask;
    this.bundles = new Map();
    this.size = 0n;
  }

  /** Policy and newest checkpoint; without one nothing but lists can be read. */
  async begin() {
    const text = await this.need("/ledger/policy", (answer) => answer.text());
    this.policy = (await readPolicy(text)).policy;
    if (!this.policy) throw new Error("ledger.policy");
    const published = await this.ask("/ledger/checkpoint");
    if (!published.ok) return;
    const note = readNote(await published.text());
    this.checkpoint = await reported("checkpoint", async (steps) => checkCheckpoint(steps, steps.need("checkpoint.form", note), this.policy));
    this.size = this.checkpoint.checkpoint?.size ?? 0n;
  }

  async need(path, read) {
    const answer = await this.ask(path);
    if (!answer.ok) throw new Error("ledger.answer");
    return read(answer);
  }

  writers() {
    return this.need("/ledger/writers", (answer) => answer.json());
  }

  async lists() {
    this.listed = await this.need("/ledger/tags", (answer) => answer.json());
    return this.listed;
  }

  /** Rows and report of a list. One that does not check is looked through all the same, and said to be so. */
  async list(list) {
    const bytes = await this.need(`/ledger/tags/${list.number}`, (answer) => answer.bytes());
    const proof = await this.ask(`/ledger/proof/0/${list.sequence}`);
    const report = await checkList(list, bytes, proof.ok ? await proof.text() : "", this.policy);
    return { report, rows: report.rows ?? readRows(bytes, list.first, list.past) };
  }

  /** The newest stretch, which no list covers yet: its leaves themselves. */
  async fresh() {
    const first = this.listed.at(-1)?.past ?? 0;
    const entries = [];
    for (let place = BigInt(first); place < this.size; ) {
      const bundle = await this.bundle(place / BigInt(BUNDLE));
      const rest = bundle.slice(Number(place % BigInt(BUNDLE)), Math.min(BUNDLE, bundle.length));
      if (rest.length === 0) return { first, past: Number(place), whole: false, rows: rowsOf(entries, first) };
      entries.push(...rest);
      place += BigInt(rest.length);
    }
    return { first, past: first + entries.length, whole: this.size > 0n, rows: rowsOf(entries, first) };
  }

  /** Entries of a bundle; empty where the server has none. */
  bundle(index) {
    return this.once(`entries ${index}`, async () => {
      const width = this.size - index * BigInt(BUNDLE);
      const whole = `/ledger/tile/entries/${spelled(index)}`;
      // A partial bundle ends as soon as the whole one is there.
      const paths = width >= BigInt(BUNDLE) || width <= 0n ? [whole] : [`${whole}.p/${width}`, whole];
      for (const path of paths) {
        const answer = await this.ask(path);
        if (answer.ok) return readEntries(await answer.bytes());
      }
      return [];
    });
  }

  /** Sealed records of a bundle by place. */
  records(index) {
    return this.once(`records ${index}`, async () => {
      const answer = await this.ask(`/ledger/records/${index}`);
      return answer.ok ? answer.json() : {};
    });
  }

  once(key, make) {
    if (!this.bundles.has(key)) this.bundles.set(key, make());
    return this.bundles.get(key);
  }

  /** The leaf at `place` with what the person can open of it; undefined when it is not this person's after all. */
  async row(place, tag, keys, { gate, day }) {
    const index = place / BigInt(BUNDLE);
    const entry = (await this.bundle(index))[Number(place % BigInt(BUNDLE))];
    // Listed, and not given: in no published checkpoint yet, or held back. Eight bytes of a tag are hardly somebody else's by chance.
    if (!entry) return { place, gate, day, at: BigInt(day * DAY_MS) * 1000n };
    const leaf = readLeaf(entry);
    // All 32 bytes are nobody else's.
    if (!leaf || !same(leaf.tag, tag) || leaf.gate !== BigInt(gate)) return undefined;
    const sealed = (await this.records(index))[place];
    const opened = sealed && (await openRecord(keys.record, leaf.gate, leaf.sequence, readBase64(sealed) ?? new Uint8Array()));
    const bytes = opened && (await openCommitment(opened, leaf.commitment));
    const record = bytes && readRecord(bytes);
    const sound = record && fits(record, leaf) ? record : undefined;
    return { place, leaf, gate, day, record: sound, opened: sound && opened, at: sound ? sound.at : BigInt(leaf.tenMinutes) * 600_000_000n };
  }
}

/** Three digits a folder, every folder but the last behind an `x` (C2SP tlog-tiles). */
function spelled(index) {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  return padded.match(/.../g).map((part, at, parts) => (at < parts.length - 1 ? `x${part}` : part)).join("/");
}

/** Entries of a bundle, each behind its length in two bytes. */
export function readEntries(bytes) {
  const entries = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = (bytes[at] << 8) | bytes[at + 1];
    entries.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}
