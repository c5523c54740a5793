// Text forms and the one CBOR shape that a phone writes. Pure: the same file runs in the browser and in tests.

/** Lower-case hexadecimal. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of lower-case hexadecimal; throws on anything else. */
export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** RFC 4648 section 5, without padding. */
export function toBase64Url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** Four bytes, big-endian. */
export function u32(number) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, number);
  return out;
}

/** Eight bytes, big-endian. */
export function u64(number) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(number));
  return out;
}

// The shortest head for a major type and its number (RFC 8949, section 4.2.1): what makes the encoding deterministic.
function head(major, number) {
  const type = major << 5;
  if (number < 24) return Uint8Array.of(type | number);
  if (number < 0x100) return Uint8Array.of(type | 24, number);
  if (number < 0x10000) return Uint8Array.of(type | 25, number >> 8, number & 0xff);
  const long = new Uint8Array(5);
  long[0] = type | 26;
  new DataView(long.buffer).setUint32(1, number);
  return long;
}

/** CBOR of an array of texts, byte strings and unsigned numbers below 2^32: all that an enrolment ticket holds. */
export function cborArray(items) {
  const parts = items.map((item) => {
    if (typeof item === "number") return head(0, item);
    if (item instanceof Uint8Array) return concat(head(2, item.length), item);
    const text = utf8(item);
    return concat(head(3, text.length), text);
  });
  return concat(head(4, items.length), ...parts);
}
