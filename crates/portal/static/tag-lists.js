// Lists of tags: read, checked against the ledger, and looked up. A row is the first eight bytes of a leaf's tag and its place.

import { toHex } from "./bytes.js";
import { sha256 } from "./verify-forms.js";
import { checkProof } from "./verify-proof.js";
import { readLeaf } from "./verify-record.js";
import { reported } from "./verify-steps.js";

const ROW_BYTES = 16;

/** Rows that are whole, sorted, each once, and of places `first..past`; undefined otherwise. */
export function readRows(bytes, first, past) {
  if (bytes.length % ROW_BYTES !== 0) return undefined;
  const rows = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), count: bytes.length / ROW_BYTES };
  for (let at = 0; at < rows.count; at += 1) {
    const place = placeAt(rows, at);
    const [before, now] = at > 0 ? [tagAt(rows, at - 1), tagAt(rows, at)] : [0n, 1n];
    const sorted = before < now || (before === now && placeAt(rows, at - 1) < place);
    if (!sorted || place < BigInt(first) || place >= BigInt(past)) return undefined;
  }
  return rows;
}

const tagAt = ({ view }, at) => view.getBigUint64(at * ROW_BYTES);
const placeAt = ({ view }, at) => view.getBigUint64(at * ROW_BYTES + 8);

/** The same rows out of leaves that no list has yet; what is no leaf has no tag. */
export function rowsOf(entries, first) {
  const rows = entries.flatMap((entry, at) => {
    const leaf = readLeaf(entry);
    return leaf ? [[new DataView(leaf.tag.buffer).getBigUint64(0), BigInt(first + at)]] : [];
  });
  rows.sort(([one, here], [two, there]) => (one < two || (one === two && here < there) ? -1 : 1));
  const view = new DataView(new ArrayBuffer(rows.length * ROW_BYTES));
  for (const [at, [tag, place]] of rows.entries()) {
    view.setBigUint64(at * ROW_BYTES, tag);
    view.setBigUint64(at * ROW_BYTES + 8, place);
  }
  return { view, count: rows.length };
}

/** Places of the rows whose tag begins as `tag` does. */
export function placesOf(rows, tag) {
  const wanted = new DataView(tag.buffer, tag.byteOffset).getBigUint64(0);
  let [low, high] = [0, rows.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tagAt(rows, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  const places = [];
  for (let at = low; at < rows.count && tagAt(rows, at) === wanted; at += 1) places.push(placeAt(rows, at));
  return places;
}

/** What the leaf that commits to a list must say in its record. */
const wordsOfList = ({ number, first, past, sha256: hash }) => `list ${number} places ${first} ${past} sha256 ${hash}`;

/** The report on one list: its rows against its hash, its hash against the server's own leaf, that leaf in the ledger. */
export function checkList(list, bytes, proof, policy) {
  return reported("tags", async (steps) => {
    steps.need("tags.hash", toHex(await sha256(bytes)) === list.sha256);
    const rows = steps.need("tags.rows", readRows(bytes, list.first, list.past));
    const { leaf, record, sight } = await checkProof(steps, proof, policy);
    const own = leaf.gate === 0n && leaf.sequence === BigInt(list.sequence) && leaf.what === "tags";
    steps.need("tags.leaf", own && record?.reason === wordsOfList(list));
    return { verdict: sight.independent > 0 ? "holds" : "unwitnessed", rows };
  });
}

/** Numbers of lists that do not begin where the one before ends; the first begins with the ledger. */
export function brokenOrder(lists) {
  const follows = ({ number, first }, before) => (before ? number === before.number + 1 && first === before.past : number === 0 && first === 0);
  return lists.filter((list, at) => !follows(list, lists[at - 1])).map(({ number }) => number);
}
