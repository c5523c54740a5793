// Certificates of destruction: the operator's signed word, the copies that it counts, what the gates signed about them, its place in the
// ledger, and what an auditor found.

import { toHex, utf8 } from "./bytes.js";
import { isI64, isU64, readBase64, readBase64Of, readCbor, same, sha256 } from "./verify-forms.js";
import { readCertificateText, readCopyLine } from "./verify-certificate-text.js";
import { inDomain, readNote, signedBy } from "./verify-note.js";
import { PATH_MAX, checkProof, witnessed } from "./verify-proof.js";
import { readEnvelope } from "./verify-promise.js";
import { checkSample } from "./verify-sample.js";
import { hasKeys, isTexts, needGate } from "./verify-steps.js";
import { inclusionRoot, leafHash, rootOf } from "./verify-tree.js";

export const CERTIFICATE_FORM = "countenance/certificate/v1";
const CERTIFICATE_KEYS = ["form", "note", "copies", "mine", "endings", "proof", "timestamp", "authority", "sample"];
const ENDING_DOMAIN = "countenance/ending/v1";

export async function checkCertificate(steps, json, policy) {
  const file = steps.need("certificate.form", readCertificateFile(json));
  await needSigned(steps, file.note, policy.operators);
  const said = steps.need("certificate.text", readCertificateText(file.note.text));
  const hash = await sha256(utf8(file.note.text));
  const lines = await checkCopies(steps, file, said);
  const endings = await checkEndings(steps, file.endings, lines, policy);
  const proved = await checkEntry(steps, file.proof, toHex(hash), policy);
  checkOrder(steps, said, lines, proved.index);
  const sample = await checkSample(steps, json.sample, toHex(hash), said, policy);
  const facts = {
    ...said,
    promised: said.sample,
    sha256: toHex(hash),
    lines,
    endings,
    whole: file.mine === null,
    index: proved.index,
    size: proved.size,
    timestamp: file.timestamp,
    sample,
  };
  return witnessed({ facts, sight: proved.sight }, hash);
}

function readCertificateFile(json) {
  if (!hasKeys(json, CERTIFICATE_KEYS)) return undefined;
  const { note, copies, mine, endings, proof, timestamp, authority, sample } = json;
  const read = { note: typeof note === "string" ? readNote(note) : undefined, copies, mine: readMine(mine, copies), endings: readEndings(endings), proof };
  const texts = [timestamp, authority, sample].every((text) => text === null || typeof text === "string");
  const sound = texts && isTexts(copies) && typeof proof === "string" && read.note && read.mine !== undefined && read.endings;
  const stamp = timestamp === null ? null : sound && readBase64(timestamp);
  return sound && stamp !== undefined ? { ...read, timestamp: stamp !== null } : undefined;
}

/** Places and paths of the copies that are here, or null when all of them are. */
function readMine(mine, copies) {
  if (mine === null) return null;
  if (!Array.isArray(mine) || mine.length !== copies?.length) return undefined;
  const read = mine.map((one) => {
    if (!hasKeys(one, ["index", "path"]) || !Number.isSafeInteger(one.index) || one.index < 0 || !isTexts(one.path)) return undefined;
    const path = one.path.map((hash) => readBase64Of(hash, 32));
    return path.includes(undefined) || path.length > PATH_MAX ? undefined : { index: one.index, path };
  });
  const places = new Set(read.map((one) => one?.index));
  return read.includes(undefined) || places.size !== read.length ? undefined : read;
}

function readEndings(endings) {
  if (typeof endings !== "object" || endings === null || Array.isArray(endings)) return undefined;
  const entries = Object.entries(endings).map(([key, text]) => [key, typeof text === "string" ? readBase64(text) : undefined]);
  return entries.some(([, bytes]) => bytes === undefined) ? undefined : new Map(entries);
}

/** That a note carries the signature of one of these keys. */
async function needSigned(steps, note, keys) {
  steps.need("certificate.key", keys.length > 0);
  const said = [];
  for (const key of keys) said.push(await signedBy(note, key));
  steps.need("certificate.signature", said.includes("signed") && !said.includes("broken"));
}

/** The copies that are here, which must be those that the note's root counts. */
async function checkCopies(steps, file, said) {
  const hashes = await Promise.all(file.copies.map((line) => leafHash(utf8(line))));
  if (file.mine === null) {
    steps.need("certificate.count", BigInt(hashes.length) === said.copies.count);
    steps.need("certificate.copies", same(await rootOf(hashes), said.copies.root));
  } else {
    for (const [at, { index, path }] of file.mine.entries()) {
      const root = await inclusionRoot(hashes[at], BigInt(index), said.copies.count, path);
      steps.need("certificate.copies", root && same(root, said.copies.root));
    }
  }
  const lines = file.copies.map(readCopyLine);
  steps.need("certificate.lines", !lines.includes(undefined));
  const lost = BigInt(lines.filter((line) => line.ending === undefined).length);
  steps.need("certificate.lost", file.mine === null ? lost === said.lost : lost <= said.lost);
  return lines;
}

/** What gates signed: one word of its own for each copy that was erased, and no other. One entry makes one copy, and one ends one. */
async function checkEndings(steps, endings, lines, policy) {
  const erased = lines.filter((line) => line.ending !== undefined);
  const wanted = new Set(erased.map((line) => line.ending));
  const made = lines.map((line) => line.enrolled).filter((place) => place !== null);
  const once = [wanted, new Set(erased.map((line) => line.ended))].every((set) => set.size === erased.length) && new Set(made).size === made.length;
  steps.need("erasure.once", once && endings.size === wanted.size);
  for (const line of erased) {
    const { gate } = line;
    const bytes = steps.need("erasure.there", endings.get(line.ending), { gate });
    steps.need("erasure.hash", toHex(await sha256(bytes)) === line.ending, { gate });
    const envelope = readEnvelope(bytes);
    const ending = steps.need("erasure.form", envelope && readEnding(envelope.payload), { gate });
    steps.need("erasure.line", ending.gate === gate, { gate });
    await needGate(steps, "erasure", policy, gate, inDomain(ENDING_DOMAIN, envelope.payload), envelope.signature);
    line.at = ending.at;
  }
  return erased.length;
}

function readEnding(payload) {
  const items = readCbor(payload);
  if (!Array.isArray(items) || items.length !== 3) return undefined;
  const [gate, sequence, at] = items;
  return isU64(gate) && isU64(sequence) && isI64(at) ? { gate, sequence, at } : undefined;
}

/** The ledger's entry of this certificate: of its class, by the server, with the note's hash in its record. */
async function checkEntry(steps, proof, hash, policy) {
  const proved = await checkProof(steps, proof, policy);
  const { leaf, record } = proved;
  steps.need("certificate.entry", leaf.what === "certificate" && leaf.gate === 0n && record?.reason === `certificate ${hash}`);
  return proved;
}

/** What it names lies before it, and what was promised before what was planned. */
function checkOrder(steps, said, lines, index) {
  const size = said.registry.count;
  const before = said.plan < size && lines.every(({ ended }) => ended < size) && size <= index;
  steps.need("certificate.order", before && (said.sample === null || said.sample.place < said.plan));
}
