// A proof file with the opened part added: the server's proof says that an entry is in the ledger, the person's own key what it says.

import { cborArray } from "./bytes.js";
import { toBase64 } from "./verify-forms.js";
import { checkProof, readProof, witnessed } from "./verify-proof.js";
import { readEvidence } from "./verify-record.js";
import { reported } from "./verify-steps.js";

/** The proof's text with `opened` in it; undefined when it is no proof, or one of another entry. */
export function withOpened(text, leaf, opened) {
  const proof = readProof(text);
  const evidence = proof?.extra && readEvidence(proof.extra);
  const same = evidence && evidence.leaf.gate === leaf.gate && evidence.leaf.sequence === leaf.sequence;
  if (!same) return undefined;
  const extra = toBase64(cborArray([evidence.leaf.bytes, opened]));
  return text.replace(/^extra .*$/m, `extra ${extra}`);
}

/** The report on such a proof. */
export function checkOwn(text, policy) {
  return reported("proof", async (steps) => {
    const { leaf, record, index, size, sight, hash } = await checkProof(steps, text, policy);
    return witnessed({ facts: { leaf, record, index, size }, sight }, hash);
  });
}
