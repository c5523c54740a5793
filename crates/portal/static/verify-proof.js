// Proofs (C2SP tlog-proof): an entry, its way to the root of a checkpoint, who saw the checkpoint, and the record where it was opened.

import { Lines, readBase64, readBase64Of, readNumber, same } from "./verify-forms.js";
import { openCheckpoint, readNote } from "./verify-note.js";
import { isMet, sealWord, seenBy, witnessesOf } from "./verify-policy.js";
import { fits, openCommitment, readEvidence, readRecord } from "./verify-record.js";
import { inclusionRoot, leafHash } from "./verify-tree.js";

export const PROOF_HEAD = "c2sp.org/tlog-proof@v1\n";
const EXTRA_BYTES_MAX = 48 * 1024;
/** Longer paths do not exist for trees of less than 2^63 leaves. */
export const PATH_MAX = 63;

/** The parts of a `.tlog-proof`; undefined when it is none. */
export function readProof(text) {
  if (!text.startsWith(PROOF_HEAD)) return undefined;
  const lines = new Lines(text.slice(PROOF_HEAD.length));
  let line = lines.next();
  let extra;
  if (line?.startsWith("extra ")) {
    extra = readBase64(line.slice("extra ".length));
    if (!extra || extra.length > EXTRA_BYTES_MAX) return undefined;
    line = lines.next();
  }
  const index = line?.startsWith("index ") ? readNumber(line.slice("index ".length)) : undefined;
  const path = readPath(lines);
  const note = path && readNote(lines.rest);
  return index === undefined || !note ? undefined : { extra, index, path, note };
}

function readPath(lines) {
  const path = [];
  for (;;) {
    const line = lines.next();
    if (line === "") return path;
    const hash = line === undefined || path.length === PATH_MAX ? undefined : readBase64Of(line, 32);
    if (!hash) return undefined;
    path.push(hash);
  }
}

/** What a proof shows: leaf, record where it was opened, place, size, who saw it, and the entry's hash. */
export async function checkProof(steps, text, policy) {
  const proof = steps.need("proof.form", readProof(text));
  const { leaf, opened } = steps.need("proof.entry", proof.extra && readEvidence(proof.extra));
  const { checkpoint, sight } = await checkCheckpoint(steps, proof.note, policy);
  const hash = await leafHash(leaf.bytes);
  const root = await inclusionRoot(hash, proof.index, checkpoint.size, proof.path);
  steps.need("proof.path", root && same(root, checkpoint.root));
  const record = opened && (await checkRecord(steps, opened, leaf));
  return { leaf, record, index: proof.index, size: checkpoint.size, sight, hash };
}

async function checkRecord(steps, opened, leaf) {
  const bytes = steps.need("proof.opened", await openCommitment(opened, leaf.commitment));
  const record = readRecord(bytes);
  return steps.need("proof.record", record && fits(record, leaf) ? record : undefined);
}

/** A checkpoint of the policy's, and who saw it. */
export async function checkCheckpoint(steps, note, policy) {
  const checkpoint = await needCheckpoint(steps, note, policy);
  const seen = steps.need("checkpoint.witnesses", await seenBy(policy, note));
  steps.need("checkpoint.quorum", isMet(policy, seen), { n: seen.length });
  const operators = seen.filter(({ operator }) => operator).length;
  return { checkpoint, sight: { seen, of: witnessesOf(policy).length, operators, independent: seen.length - operators } };
}

/** The checkpoint of a note that a log of the policy signed. */
export async function needCheckpoint(steps, note, policy) {
  const checkpoint = await openCheckpoint(note, policy.logs);
  steps.need("checkpoint.log", checkpoint !== "unsigned");
  steps.need("checkpoint.signature", checkpoint !== "broken");
  return checkpoint;
}

/** A report's verdict: a seal only where somebody independent of the operator saw it. */
export function witnessed(report, hash) {
  if (report.sight.independent === 0) return { ...report, verdict: "unwitnessed" };
  return { ...report, verdict: "holds", word: sealWord(hash) };
}
