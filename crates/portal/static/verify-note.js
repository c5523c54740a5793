// Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature), as strict as the product's own reader.

import { concat, toHex, utf8 } from "./bytes.js";
import { Lines, holds, readBase64, readBase64Of, readNumber, sha256 } from "./verify-forms.js";

/** Kind of key that signs the text of a note. */
export const KEY_LOG = 1;
/** Kind of key that cosigns a checkpoint, with a time. */
export const KEY_COSIGNER = 4;

const DASH = "— ";
const NOTE_BYTES_MAX = 64 * 1024;
const SIGNATURES_MAX = 64;
/** No name has a space of any kind. */
const SPACE = /\p{White_Space}/u;

/** Reads `name+0123abcd+base64`; undefined for another form or an id that does not fit. */
export async function readKey(text) {
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : readBase64Of(encoded, 33);
  if (!bytes || name === "" || SPACE.test(name) || /\p{Cc}/u.test(name)) return undefined;
  const kind = bytes[0];
  if (kind !== KEY_LOG && kind !== KEY_COSIGNER) return undefined;
  const hash = await sha256(utf8(`${name}\n`), bytes);
  const found = toHex(hash.subarray(0, 4));
  return found === id ? { name, kind, id, key: bytes.slice(1) } : undefined;
}

/** Text and signature lines of a note. Signatures stand after the last empty line; none is believed before it was asked for by key. */
export function readNote(note) {
  const at = note.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex -- these characters are what is refused
  if (at < 0 || /[\u0000-\u0009\u000b-\u001f]/.test(note) || utf8(note).length > NOTE_BYTES_MAX) return undefined;
  const lines = note.slice(at + 2);
  if (!lines.endsWith("\n")) return undefined;
  const signatures = lines.slice(0, -1).split("\n").map(readSignature);
  if (signatures.length > SIGNATURES_MAX || signatures.includes(undefined)) return undefined;
  return { text: note.slice(0, at + 1), signatures };
}

function readSignature(line) {
  if (!line.startsWith(DASH)) return undefined;
  const rest = line.slice(DASH.length);
  const at = rest.indexOf(" ");
  const name = rest.slice(0, Math.max(at, 0));
  const bytes = at < 0 ? undefined : readBase64(rest.slice(at + 1));
  if (!bytes || bytes.length <= 4 || name === "" || name.includes("+") || SPACE.test(name)) return undefined;
  return { name, bytes };
}

/** What a key's line says: `unsigned` without one, `broken` for two or for one that does not hold, else what `verify` makes of it. */
async function asked(note, key, verify) {
  const lines = note.signatures.filter(({ name, bytes }) => name === key.name && toHex(bytes.subarray(0, 4)) === key.id);
  if (lines.length === 0) return "unsigned";
  if (lines.length > 1) return "broken";
  return (await verify(lines[0].bytes.subarray(4))) ?? "broken";
}

/** `signed`, `unsigned` or `broken`: whether this key signed the text. */
export function signedBy(note, key) {
  return asked(note, key, async (signature) => {
    const good = key.kind === KEY_LOG && (await holds(key.key, utf8(note.text), signature));
    return good ? "signed" : undefined;
  });
}

/** The time of this key's cosignature in seconds since 1970 as a BigInt; else `unsigned` or `broken`. */
export function cosignedBy(note, key) {
  return asked(note, key, async (payload) => {
    if (payload.length !== 72 || key.kind !== KEY_COSIGNER) return undefined;
    const time = new DataView(payload.buffer, payload.byteOffset).getBigUint64(0);
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(note.text));
    return (await holds(key.key, message, payload.subarray(8))) ? time : undefined;
  });
}

/** Origin, size and root of a checkpoint's three lines. Extension lines are not read: cosignatures would not be about what they say. */
export function readCheckpoint(text) {
  const lines = new Lines(text);
  const [origin, size, root] = [lines.next(), lines.next(), lines.next()];
  const checkpoint = {
    origin,
    size: size === undefined ? undefined : readNumber(size),
    root: root === undefined ? undefined : readBase64Of(root, 32),
  };
  const whole = origin && checkpoint.size !== undefined && checkpoint.root && lines.rest === "";
  return whole ? checkpoint : undefined;
}

/** The checkpoint of a note that one of these logs signed; `unsigned` when none did, `broken` when a known key's line does not hold. */
export async function openCheckpoint(note, logs) {
  for (const log of logs) {
    const said = await signedBy(note, log);
    if (said === "unsigned") continue;
    const checkpoint = said === "signed" ? readCheckpoint(note.text) : undefined;
    return checkpoint?.origin === log.name ? { ...checkpoint, log } : "broken";
  }
  return "unsigned";
}

/** What a domain's signature covers: the domain, a zero byte, the message. */
export const inDomain = (domain, message) => concat(utf8(domain), Uint8Array.of(0), message);
