// Letters that only named recipients can open: HPKE (RFC 9180, base mode, X25519, HKDF-SHA-256, AES-256-GCM) wraps a key for each, and
// the bytes are sealed once under that key (AES-256-GCM).

import { concat, u64, utf8 } from "./bytes.js";
import { hmac } from "./verify-forms.js";

const WRAP_BYTES = 80;
const RECIPIENTS_MAX = 4;
const NOTHING = new Uint8Array();
const VERSION = utf8("HPKE-v1");
const KEM = concat(utf8("KEM"), Uint8Array.of(0, 0x20));
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 2));

/** The bytes of a letter for the holder of `keys` (`{ privateKey, publicKey }`); undefined when it is for others, altered, or bound to another context. */
export async function openLetter(keys, context, letter) {
  const count = letter[0] ?? 0;
  if (count === 0 || count > RECIPIENTS_MAX || letter.length < 1 + count * WRAP_BYTES) return undefined;
  const body = letter.subarray(1 + count * WRAP_BYTES);
  for (let at = 1; at <= count; at += 1) {
    const wrap = letter.subarray(1 + (at - 1) * WRAP_BYTES, 1 + at * WRAP_BYTES);
    const key = await unwrap(keys, context, wrap.slice(0, 32), wrap.subarray(32));
    // The key seals this one message only, so its nonce may be constant.
    const opened = key && (await open(key, new Uint8Array(12), context, body));
    key?.fill(0);
    if (opened) return opened;
  }
  return undefined;
}

/** RFC 9180, 5.1.1 and 6.1: the 32 bytes that were wrapped. */
async function unwrap({ privateKey, publicKey }, info, encapsulated, wrapped) {
  const shared = await agree(privateKey, publicKey, encapsulated);
  if (!shared) return undefined;
  const context = concat(Uint8Array.of(0), await extract(SUITE, NOTHING, "psk_id_hash", NOTHING), await extract(SUITE, NOTHING, "info_hash", info));
  const secret = await extract(SUITE, shared, "secret", NOTHING);
  const [key, nonce] = [await expand(SUITE, secret, "key", context, 32), await expand(SUITE, secret, "base_nonce", context, 12)];
  const opened = await open(key, nonce, NOTHING, wrapped);
  return opened?.length === 32 ? opened : undefined;
}

/** RFC 9180, 4.1: DHKEM's shared secret. */
async function agree(privateKey, publicKey, encapsulated) {
  try {
    const other = await crypto.subtle.importKey("raw", encapsulated, { name: "X25519" }, false, []);
    const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: other }, privateKey, 256));
    const prk = await extract(KEM, NOTHING, "eae_prk", dh);
    return await expand(KEM, prk, "shared_secret", concat(encapsulated, publicKey), 32);
  } catch {
    // A point of small order, which no honest sender has.
    return undefined;
  }
}

/** LabeledExtract. An empty salt is 32 zeroes, which HMAC makes of an empty key by itself; WebCrypto takes none that is empty. */
const extract = (suite, salt, label, ikm) => hmac(salt.length > 0 ? salt : new Uint8Array(32), VERSION, suite, utf8(label), ikm);

/** LabeledExpand to at most 32 bytes: one block of HKDF. */
async function expand(suite, prk, label, info, length) {
  const block = await hmac(prk, Uint8Array.of(0, length), VERSION, suite, utf8(label), info, Uint8Array.of(1));
  return block.slice(0, length);
}

/**
 * Opening and record of a sealed record, for the holder of `keys`. All records are sealed in one shape, so that length does not tell one
 * from another: length in two bytes, the bytes, zeroes.
 */
export async function openRecord(keys, gate, sequence, sealed) {
  const context = concat(utf8("countenance/record/v1"), u64(gate), u64(sequence));
  const shaped = await openLetter(keys, context, sealed);
  if (!shaped || shaped.length < 2) return undefined;
  const end = 2 + ((shaped[0] << 8) | shaped[1]);
  return end <= shaped.length && shaped.subarray(end).every((byte) => byte === 0) ? shaped.slice(2, end) : undefined;
}

async function open(key, nonce, additionalData, sealed) {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData };
  return crypto.subtle.decrypt(algorithm, imported, sealed).then((opened) => new Uint8Array(opened), () => undefined);
}
