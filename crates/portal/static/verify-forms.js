// Strict reading of the forms in which proofs travel: one spelling for one meaning, everything else is undefined. No page, no network.

import { concat, toHex } from "./bytes.js";

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const I64_MAX = 0x7fff_ffff_ffff_ffffn;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Text of bytes that are UTF-8, with a byte order mark left in. */
export function readUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A decimal number below 2^64 without sign, leading zero or space, as a BigInt. */
export function readNumber(text) {
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(text)) return undefined;
  const number = BigInt(text);
  return number <= U64_MAX ? number : undefined;
}

export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Padded standard base64 in its canonical spelling. */
export function readBase64(text) {
  if (!BASE64.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  // Bits behind the last byte must be zero, or one value would have several spellings.
  return toBase64(bytes) === text ? bytes : undefined;
}

/** Base64url without padding in its canonical spelling. */
export function readBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return readBase64(padded);
}

/** The bytes of base64 when there are exactly so many of them. */
export function readBase64Of(text, length) {
  const bytes = readBase64(text);
  return bytes?.length === length ? bytes : undefined;
}

/** Lower-case hexadecimal of `length` bytes. */
export function isHex(text, length) {
  return text.length === 2 * length && /^[0-9a-f]*$/.test(text);
}

/** RFC 3339 in UTC with whole seconds, as milliseconds. */
export function readTime(text) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) || new Date(time).toISOString().replace(".000Z", "Z") !== text ? undefined : time;
}

/** Takes lines off a text. `next()` is undefined when no line end is left. */
export class Lines {
  constructor(text) {
    this.rest = text;
  }

  next() {
    const at = this.rest.indexOf("\n");
    if (at < 0) return undefined;
    const line = this.rest.slice(0, at);
    this.rest = this.rest.slice(at + 1);
    return line;
  }
}

export function same(one, two) {
  return one.length === two.length && one.every((byte, at) => byte === two[at]);
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export async function hmac(key, ...parts) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(...parts)));
}

/* Ed25519 */

// Points of small order (either sign): a signature by such a key, or with such a point in it, holds for many messages.
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

function isSmall(point) {
  const masked = point.slice();
  masked[31] &= 0x7f;
  return SMALL_ORDER.has(toHex(masked));
}

/** Whether `signature` is that of `key` over `message`: as strict as the product's own library. */
export async function holds(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64 || isSmall(key) || isSmall(signature.subarray(0, 32))) return false;
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    return false;
  }
}

/** Whether this browser can tell a signature that holds (RFC 8032, 7.1, test 1) from one that does not. */
export async function canVerify() {
  const key = fromVector("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const signature = fromVector(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
  const nothing = new Uint8Array();
  return (await holds(key, nothing, signature)) && !(await holds(key, Uint8Array.of(0), signature));
}

const fromVector = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));

/* CBOR in its deterministic form (RFC 8949, 4.2): shortest heads, no indefinite lengths, nothing behind the end. */

const CBOR_DEPTH = 4;

/** Numbers as BigInt, byte strings, texts, arrays, null; undefined for anything else. */
export function readCbor(bytes) {
  const reader = { bytes, at: 0 };
  const value = cborItem(reader, CBOR_DEPTH);
  return reader.at === bytes.length ? value : undefined;
}

function cborItem(reader, depth) {
  if (reader.bytes[reader.at] === 0xf6) {
    reader.at += 1;
    return null;
  }
  const found = cborHead(reader);
  if (!found) return undefined;
  const { major, number } = found;
  if (major === 0) return number;
  if (major === 1) return number > I64_MAX ? undefined : -1n - number;
  if (major === 2) return cborTake(reader, number);
  if (major === 3) {
    const taken = cborTake(reader, number);
    return taken && readUtf8(taken);
  }
  return major === 4 && depth > 0 ? cborItems(reader, number, depth) : undefined;
}

function cborItems(reader, count, depth) {
  if (count > BigInt(reader.bytes.length - reader.at)) return undefined;
  const items = [];
  for (let left = count; left > 0n; left -= 1n) {
    const item = cborItem(reader, depth - 1);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function cborHead(reader) {
  const first = reader.bytes[reader.at];
  if (first === undefined) return undefined;
  const major = first >> 5;
  const info = first & 31;
  reader.at += 1;
  if (info < 24) return { major, number: BigInt(info) };
  if (info > 27) return undefined;
  const length = 2 ** (info - 24);
  if (reader.at + length > reader.bytes.length) return undefined;
  let number = 0n;
  for (let left = length; left > 0; left -= 1) {
    number = (number << 8n) | BigInt(reader.bytes[reader.at]);
    reader.at += 1;
  }
  const least = length === 1 ? 24n : 1n << BigInt(4 * length);
  return number < least ? undefined : { major, number };
}

function cborTake(reader, length) {
  if (length > BigInt(reader.bytes.length - reader.at)) return undefined;
  const end = reader.at + Number(length);
  const taken = reader.bytes.slice(reader.at, end);
  reader.at = end;
  return taken;
}

/* What a field of a decoded array must be */

export const isU64 = (value) => typeof value === "bigint" && value >= 0n;
export const isI64 = (value) => typeof value === "bigint" && value <= I64_MAX;
export const isBytes = (value, length) => value instanceof Uint8Array && value.length === length;
/** Present with this length, or null. */
export const isBytesOrNull = (value, length) => value === null || isBytes(value, length);
