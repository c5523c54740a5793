// Leaves, the records that they commit to, and what a proof carries of both.

import { toHex, u32, utf8 } from "./bytes.js";
import { hmac, isBytes, isBytesOrNull, isI64, readCbor, same } from "./verify-forms.js";

const LEAF_BYTES = 128;
const MAGIC = utf8("CNL\u0001");
const FLAG_DEMO = 1;
const COMMITMENT_KEY = utf8("countenance/commitment/v1");

/** Words of the classes of leaves, by number from 1. */
export const CLASSES = [
  "boot",
  "policy",
  "passage",
  "search",
  "enrol",
  "erase",
  "copy",
  "window",
  "consent",
  "withdraw",
  "look",
  "export",
  "change",
  "opening",
  "foreign",
  "tags",
  "plan",
  "certificate",
  "nonce",
  "lost",
];

/** Kinds of records by their number on the wire, each with the class of leaf that commits to it. */
export const KINDS = {
  0: ["boot", "boot"],
  1: ["policy", "policy"],
  2: ["opened", "passage"],
  3: ["refused", "passage"],
  4: ["searched", "search"],
  5: ["enrolled", "enrol"],
  6: ["erased", "erase"],
  7: ["copied", "copy"],
  8: ["window", "window"],
  9: ["consented", "consent"],
  10: ["withdrawn", "withdraw"],
  11: ["looked", "look"],
  12: ["exported", "export"],
  13: ["changed", "change"],
  14: ["evidence", "opening"],
  15: ["foreign", "foreign"],
  16: ["tags", "tags"],
  17: ["planned", "plan"],
  18: ["certified", "certificate"],
  19: ["nonce", "nonce"],
  20: ["lost", "lost"],
  21: ["padding", "passage"],
};

/** The fields of a leaf of 128 bytes; undefined for wrong magic, class, padding or unknown flags. */
export function readLeaf(bytes) {
  if (!isBytes(bytes, LEAF_BYTES) || !same(bytes.subarray(0, 4), MAGIC)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const what = CLASSES[bytes[4] - 1];
  const flags = bytes[5];
  if (!what || (flags & ~FLAG_DEMO) !== 0 || bytes[6] !== 0 || bytes[7] !== 0) return undefined;
  return {
    bytes,
    what,
    demo: flags === FLAG_DEMO,
    gate: view.getBigUint64(8),
    sequence: view.getBigUint64(16),
    tenMinutes: view.getUint32(24),
    policy: view.getUint32(28),
    commitment: bytes.slice(64, 96),
    tag: bytes.slice(96, 128),
  };
}

/** The `extra` of a proof: the leaf, and opening with record where somebody added it. */
export function readEvidence(extra) {
  const items = readCbor(extra);
  if (!Array.isArray(items) || items.length < 1 || items.length > 2) return undefined;
  const leaf = readLeaf(items[0]);
  // A null in the last place is not how the product's encoder leaves it out.
  if (!leaf || (items.length === 2 && !(items[1] instanceof Uint8Array))) return undefined;
  return { leaf, opened: items[1] };
}

/** Opening and record as a proof carries them, when they are what the leaf commits to; undefined otherwise. */
export async function openCommitment(opened, commitment) {
  const items = readCbor(opened);
  if (!Array.isArray(items) || items.length !== 2 || !isBytes(items[0], 32) || !(items[1] instanceof Uint8Array)) return undefined;
  const [opening, record] = items;
  const found = await hmac(COMMITMENT_KEY, opening, u32(record.length), record);
  return same(found, commitment) ? record : undefined;
}

/** The fields of a record; undefined for bytes that the product's encoder would not have written. */
export function readRecord(bytes) {
  const items = readCbor(bytes);
  // Absent values at the end are left out.
  if (!Array.isArray(items) || items.length < 7 || items.length > 9 || items.at(-1) === null) return undefined;
  const [kind, at, attempt, person, purpose, consent, reason, pack = null, actor = null] = items;
  const known = typeof kind === "bigint" ? KINDS[kind] : undefined;
  const ids = [attempt, person, purpose, consent, actor];
  const sound = known && isI64(at) && typeof reason === "string" && isBytesOrNull(pack, 32) && ids.every((id) => isBytesOrNull(id, 16));
  if (!sound) return undefined;
  const [word, what] = known;
  return { kind: word, what, at, attempt: hexOf(attempt), person: hexOf(person), purpose: hexOf(purpose), consent: hexOf(consent), reason, actor: hexOf(actor) };
}

const hexOf = (id) => (id ? toHex(id) : undefined);

/** Whether a record can be what this leaf is about: its kind, and its time within the leaf's ten minutes. */
export function fits(record, leaf) {
  const seconds = record.at >= 0n ? record.at / 1_000_000n : (record.at - 999_999n) / 1_000_000n;
  const tenMinutes = seconds < 0n ? 0n : seconds / 600n;
  return record.what === leaf.what && tenMinutes === BigInt(leaf.tenMinutes);
}
