// What a file proves, checked by hashes and signatures alone: no page, no network, nothing of the product's other programs.
//
// `check` tells the kinds of files apart by their first bytes and answers with a report:
//   kind      `proof`, `promise`, `certificate`, `inspection`, `fork`, or `unknown`
//   verdict   `holds` (independent witnesses saw it), `unwitnessed` (all is as it should be, but only the operator's own witnesses, or none,
//             saw it), `promised` (signed by a gate, in no ledger yet), `forked` (two histories are proved), `fails`
//   steps     each kind of check in order, `{ step, ok, args }`; nothing follows one that failed
//   facts     what the file says; absent when the verdict is `fails`
//   sight     who saw it, `{ seen, of, operators, independent }`, where a checkpoint was checked
//   word      six letters for the seal; there is one exactly when the verdict is `holds`

import { CERTIFICATE_FORM, checkCertificate } from "./verify-certificate.js";
import { readUtf8 } from "./verify-forms.js";
import { FORK_FORM, checkFork } from "./verify-fork.js";
import { INSPECTION_FORM, checkInspection } from "./verify-inspection.js";
import { checkPromise, findPromise } from "./verify-promise.js";
import { PROOF_HEAD, checkProof, witnessed } from "./verify-proof.js";
import { reported } from "./verify-steps.js";

/** More than any file that is told apart here has. */
export const FILE_BYTES_MAX = 32 * 1024 * 1024;

/** `proof`, `promise`, `json`, `policy` or `unknown`, by the first bytes. */
export function kindOf(text) {
  if (text.startsWith(PROOF_HEAD)) return "proof";
  if (findPromise(text)) return "promise";
  if (/^\s*\{/.test(text)) return "json";
  return /^(?:#|(?:log|witness|group|quorum)[\t ])/.test(text) ? "policy" : "unknown";
}

/** Checks a file, as bytes or as text, against a policy. */
export async function check(file, policy) {
  const text = typeof file === "string" ? file : readUtf8(file);
  const kind = text === undefined ? "unknown" : kindOf(text);
  if (kind === "proof") return reported("proof", (steps) => checkProofFile(steps, text, policy));
  if (kind === "promise") return reported("promise", (steps) => checkPromise(steps, findPromise(text), policy));
  const json = kind === "json" ? readJson(text) : undefined;
  if (json?.form === FORK_FORM) return reported("fork", (steps) => checkFork(steps, json, policy));
  if (json?.form === CERTIFICATE_FORM) return reported("certificate", (steps) => checkCertificate(steps, json, policy));
  if (json?.form === INSPECTION_FORM) return reported("inspection", (steps) => checkInspection(steps, json, policy));
  return reported("unknown", (steps) => steps.need("file.kind"));
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function checkProofFile(steps, text, policy) {
  const { leaf, record, index, size, sight, hash } = await checkProof(steps, text, policy);
  return witnessed({ facts: { leaf, record, index, size }, sight }, hash);
}
