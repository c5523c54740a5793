// Certificates of destruction: the operator's signed word, the copies that it counts, the gates' receipts for them, its place in the
// ledger, and what an auditor found.

import { toHex, utf8 } from "./bytes.js";
import { isBytes, isI64, isU64, readBase64, readBase64Of, readCbor, same, sha256 } from "./verify-forms.js";
import { readCertificateText, readCopyLine } from "./verify-certificate-text.js";
import { inDomain, readNote, signedBy } from "./verify-note.js";
import { PATH_MAX, checkProof, witnessed } from "./verify-proof.js";
import { readEnvelope } from "./verify-promise.js";
import { checkSample } from "./verify-sample.js";
import { hasKeys, isTexts, needGate } from "./verify-steps.js";
import { inclusionRoot, leafHash, rootOf } from "./verify-tree.js";

export const CERTIFICATE_FORM = "countenance/certificate/v1";
const CERTIFICATE_KEYS = ["form", "note", "copies", "mine", "receipts", "proof", "timestamp", "authority", "sample"];
const RECEIPT_DOMAIN = "countenance/receipt/v1";

export async function checkCertificate(steps, json, policy) {
  const file = steps.need("certificate.form", readCertificateFile(json));
  await needSigned(steps, file.note, policy.operators);
  const said = steps.need("certificate.text", readCertificateText(file.note.text));
  const hash = await sha256(utf8(file.note.text));
  const lines = await checkCopies(steps, file, said);
  const receipts = await checkReceipts(steps, file.receipts, lines, policy);
  const proved = await checkEntry(steps, file.proof, toHex(hash), policy, said);
  const sample = await checkSample(steps, json.sample, toHex(hash), said, policy);
  const facts = {
    ...said,
    promised: said.sample,
    sha256: toHex(hash),
    lines,
    receipts,
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
  const { note, copies, mine, receipts, proof, timestamp, authority, sample } = json;
  const read = { note: typeof note === "string" ? readNote(note) : undefined, copies, mine: readMine(mine, copies), receipts: readReceipts(receipts), proof };
  const texts = [timestamp, authority, sample].every((text) => text === null || typeof text === "string");
  const sound = texts && isTexts(copies) && typeof proof === "string" && read.note && read.mine !== undefined && read.receipts;
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

function readReceipts(receipts) {
  if (typeof receipts !== "object" || receipts === null || Array.isArray(receipts)) return undefined;
  const entries = Object.entries(receipts).map(([key, text]) => [key, typeof text === "string" ? readBase64(text) : undefined]);
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
  const lost = BigInt(lines.filter((line) => line.receipt === undefined).length);
  steps.need("certificate.lost", file.mine === null ? lost === said.lost : lost <= said.lost);
  return lines;
}

/** The gates' receipts: one of its own for each line that says "erased", and no other. */
async function checkReceipts(steps, receipts, lines, policy) {
  const erased = lines.filter((line) => line.receipt !== undefined);
  const wanted = new Set(erased.map((line) => line.receipt));
  steps.need("erasure.once", wanted.size === erased.length && receipts.size === wanted.size);
  for (const line of erased) {
    const bytes = steps.need("erasure.there", receipts.get(line.receipt), { gate: line.gate });
    steps.need("erasure.hash", toHex(await sha256(bytes)) === line.receipt, { gate: line.gate });
    const envelope = readEnvelope(bytes);
    const receipt = steps.need("erasure.form", envelope && readReceipt(envelope.payload), { gate: line.gate });
    steps.need("erasure.line", receipt.gate === line.gate, { gate: line.gate });
    steps.need("erasure.cause", receipt.cause !== "enrolled", { gate: line.gate });
    await needGate(steps, "erasure", policy, line.gate, inDomain(RECEIPT_DOMAIN, envelope.payload), envelope.signature);
    line.at = receipt.at;
    line.cause = receipt.cause;
  }
  return erased.length;
}

function readReceipt(payload) {
  const items = readCbor(payload);
  if (!Array.isArray(items) || items.length !== 7) return undefined;
  const [gate, door, person, consent, at, sequence, cause] = items;
  const sound = isU64(gate) && [door, person, consent].every((id) => isBytes(id, 16)) && isI64(at) && isU64(sequence);
  return sound && typeof cause === "string" ? { gate, at, sequence, cause } : undefined;
}

/** The ledger's entry of this certificate: of its class, by the server, with the note's hash in its record. */
async function checkEntry(steps, proof, hash, policy, said) {
  const proved = await checkProof(steps, proof, policy);
  const { leaf, record, index } = proved;
  const named = leaf.what === "certificate" && leaf.gate === 0n && record?.reason === `certificate ${hash}`;
  steps.need("certificate.entry", named && said.plan < index);
  return proved;
}
