// The verify page's own code as one of the judges: POLICY <tab> PROOF <tab> ENTRY lines in, PROOF accept or PROOF refuse out.
// Of the page it leaves out what is ours alone: that an entry is a leaf of 128 bytes with its record.

import { readFileSync } from "node:fs";

import { same } from "../../crates/portal/static/verify-forms.js";
import { readPolicy } from "../../crates/portal/static/verify-policy.js";
import { checkCheckpoint, readProof } from "../../crates/portal/static/verify-proof.js";
import { inclusionRoot, leafHash } from "../../crates/portal/static/verify-tree.js";

const steps = {
  need(step, holds) {
    if (!holds) throw new Error(step);
    return holds;
  },
};
const policies = new Map();

async function check(policyPath, proofPath, entryPath) {
  if (!policies.has(policyPath)) policies.set(policyPath, await readPolicy(readFileSync(policyPath, "utf8")));
  const { policy } = policies.get(policyPath);
  steps.need("policy", policy);
  // A byte that is no UTF-8 is no text.
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(proofPath));
  const proof = steps.need("proof.form", readProof(text));
  const { checkpoint } = await checkCheckpoint(steps, proof.note, policy);
  const root = await inclusionRoot(await leafHash(readFileSync(entryPath)), proof.index, checkpoint.size, proof.path);
  steps.need("proof.path", root && same(root, checkpoint.root));
}

for (const line of readFileSync(0, "utf8").split("\n").filter((each) => each !== "")) {
  const [policy, proof, entry] = line.split("\t");
  try {
    await check(policy, proof, entry);
    console.log(`${proof} accept`);
  } catch (error) {
    console.log(`${proof} refuse ${String(error.message).split("\n")[0]}`);
  }
}
