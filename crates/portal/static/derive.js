// What follows from the ledger secret S. Pure WebCrypto: no storage, no page.

import { concat, cborArray, fromBase64Url, fromHex, toBase64Url, u32, u64, utf8 } from "./bytes.js";

// RFC 8410: a PKCS#8 wrapper around the 32 bytes of an X25519 private key.
const X25519_PKCS8 = fromHex("302e020100300506032b656e04220420");

/** The number under which the server itself writes. */
export const SERVER = 0;

const hkdf = (info) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info });

/** S as a key that only derives. The caller overwrites the 32 bytes. */
export function importSecret(bytes) {
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
}

async function derive(key, info) {
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf(info), key, 256));
}

/** The key to which records about this person are sealed: the private half, which never leaves WebCrypto, and the public one, 32 bytes. */
export async function recordKeys(secret) {
  const seed = await derive(secret, utf8("countenance/record-key/v1"));
  const load = (extractable) => crypto.subtle.importKey("pkcs8", concat(X25519_PKCS8, seed), { name: "X25519" }, extractable, ["deriveBits"]);
  // Extractable once, because WebCrypto gives a public key only through an export; it lives in memory for these two lines.
  const { x } = await crypto.subtle.exportKey("jwk", await load(true));
  const privateKey = await load(false);
  seed.fill(0);
  return { privateKey, publicKey: fromBase64Url(x) };
}

/** The public half alone. */
export async function recordKey(secret) {
  return (await recordKeys(secret)).publicKey;
}

/** Year × 12 + month − 1, UTC: how ratchets count months. */
export function monthOf(milliseconds) {
  const date = new Date(milliseconds);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** W of `month` for `gate`, turned forward from the month in which S was made; earlier months stay with the person. */
export async function ratchet(secret, gate, madeIn, month) {
  let w = await derive(secret, concat(utf8("countenance/ratchet/v1"), u64(gate)));
  for (let at = madeIn; at < month; at += 1) {
    const key = await importSecret(w);
    w.fill(0);
    w = await derive(key, utf8("next"));
  }
  return w;
}

/** The key of a month's tags of `gate`, as a key that only signs. */
export async function tagKey(secret, gate, madeIn, month) {
  const w = await ratchet(secret, gate, madeIn, month);
  const bytes = await derive(await importSecret(w), utf8("tag"));
  w.fill(0);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  bytes.fill(0);
  return key;
}

/** The tag of this person's `count`-th leaf of `gate` on a UTC day (days since 1970): 32 bytes. */
export async function tagOf(key, day, gate, count) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(u32(day), u64(gate), u32(count))));
}

/** `CE1:` and the ticket as the gate's wire words define it: code, fingerprint of the signing key, W, its month. */
export function enrolmentTicket(code, fingerprint, w, month) {
  return `CE1:${toBase64Url(cborArray([code, fingerprint, w, month]))}`;
}

/** The two digits that phone and kiosk both show. */
export async function digits(code, fingerprint) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", concat(utf8(code), fingerprint)));
  return String((hash[0] * 256 + hash[1]) % 100).padStart(2, "0");
}

/** `CQ1:` and what opens a door: person, seconds, and the person's signature over both in words. */
export async function doorTicket(signingKey, person, seconds) {
  const text = `countenance qr v1\n${person}\n${seconds}\n`;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", signingKey, utf8(text)));
  return `CQ1:${toBase64Url(concat(fromHex(person), u64(seconds), signature))}`;
}
