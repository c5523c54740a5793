// What an auditor looked for in a sample of the copies, and found: signed by the auditor, drawn by a nonce promised before.

import { concat, fromHex, toHex, u64 } from "./bytes.js";
import { Lines, isHex, readNumber, sha256 } from "./verify-forms.js";
import { readNote, signedBy } from "./verify-note.js";

const SAMPLE_HEAD = "countenance/destruction-sample/v1";

/** What the auditor says; null when no sample is in the file. A copy that was found ends the check. */
export async function checkSample(steps, text, certificate, said, policy) {
  if (text === null) return null;
  steps.need("sample.promised", said.sample !== null);
  const note = steps.need("sample.form", readNote(text));
  const auditor = await auditorOf(note, policy.auditors);
  steps.need("sample.signature", auditor);
  const sample = steps.need("sample.form", readSample(note.text));
  steps.need("sample.certificate", sample.certificate === certificate);
  const nonce = fromHex(sample.nonce);
  const promised = sample.promised === said.sample.place && toHex(await sha256(nonce)) === said.sample.hash;
  steps.need("sample.nonce", promised);
  steps.need("sample.seed", toHex(await sha256(concat(nonce, said.copies.root))) === sample.seed);
  steps.need("sample.count", sample.of === said.copies.count && sample.count <= sample.of);
  const picked = await picks(fromHex(sample.seed), sample.of, sample.count);
  steps.need("sample.picks", sample.copies.every(({ index }, at) => index === picked[at]));
  steps.need("sample.nothing", sample.found === 0n, { n: sample.found });
  return { ...sample, auditor: auditor.name };
}

/** Which of `count` copies are looked for, `most` of them: by SHA-256(seed ‖ number), each once, in order. */
async function picks(seed, count, most) {
  if (count <= most) return Array.from({ length: Number(count) }, (_, at) => BigInt(at));
  const picked = new Set();
  for (let number = 0; BigInt(picked.size) < most; number += 1) {
    const hash = await sha256(seed, u64(number));
    picked.add(BigInt(`0x${toHex(hash.subarray(0, 16))}`) % count);
  }
  return [...picked].sort((one, two) => (one < two ? -1 : 1));
}

/** The one of these keys that signed the note; undefined when none did, or when one's line does not hold. */
async function auditorOf(note, keys) {
  let found;
  for (const key of keys) {
    const said = await signedBy(note, key);
    if (said === "broken") return undefined;
    if (said === "signed") found = key;
  }
  return found;
}

function readSample(text) {
  const lines = new Lines(text);
  if (lines.next() !== SAMPLE_HEAD) return undefined;
  const take = (pattern) => pattern.exec(lines.next() ?? "")?.slice(1);
  const head = [/^certificate (\S+)$/, /^promised (\S+)$/, /^nonce (\S+)$/, /^seed (\S+)$/, /^sampled (\S+) of (\S+)$/].map(take);
  if (head.includes(undefined)) return undefined;
  const [[certificate], [promised], [nonce], [seed], [count, of]] = head;
  const sample = { certificate, promised: readNumber(promised), nonce, seed, count: readNumber(count), of: readNumber(of), copies: [], searched: [] };
  const sound = [certificate, nonce, seed].every((hash) => isHex(hash, 32)) && ![sample.promised, sample.count, sample.of].includes(undefined);
  return sound && takeCopies(sample, lines) ? sample : undefined;
}

function takeCopies(sample, lines) {
  let line = lines.next();
  for (let found; (found = /^copy (\S+) (nothing|found)$/.exec(line ?? "")); line = lines.next()) {
    sample.copies.push({ index: readNumber(found[1]), found: found[2] === "found" });
  }
  for (; line?.startsWith("searched "); line = lines.next()) sample.searched.push(line.slice("searched ".length));
  sample.found = /^found \S+$/.test(line ?? "") ? readNumber(line.slice("found ".length)) : undefined;
  const places = new Set(sample.copies.map(({ index }) => index));
  const whole = lines.rest === "" && !places.has(undefined) && places.size === sample.copies.length && BigInt(places.size) === sample.count;
  return whole && BigInt(sample.copies.filter(({ found }) => found).length) === sample.found;
}
