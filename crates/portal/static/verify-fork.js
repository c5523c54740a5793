// Forks: two checkpoints of one log that cannot both be true.

import { readBase64Of, same } from "./verify-forms.js";
import { readNote } from "./verify-note.js";
import { PATH_MAX, needCheckpoint } from "./verify-proof.js";
import { hasKeys, isTexts } from "./verify-steps.js";
import { consistencyHolds } from "./verify-tree.js";

export const FORK_FORM = "countenance/fork/v1";

export async function checkFork(steps, json, policy) {
  const { notes, between } = steps.need("fork.form", readFork(json));
  const one = await needCheckpoint(steps, notes[0], policy);
  const two = await needCheckpoint(steps, notes[1], policy);
  steps.need("fork.one_log", one.log === two.log);
  if (between) {
    // What the second history has where the first one ends.
    steps.need("fork.between", one.size < two.size && (await consistencyHolds(one.size, between.root, two.size, two.root, between.proof)));
    steps.need("fork.differs", !same(between.root, one.root));
  } else {
    steps.need("fork.same_size", one.size === two.size);
    steps.need("fork.differs", !same(one.root, two.root));
  }
  return { verdict: "forked", facts: { origin: one.origin, first: one.size, second: two.size } };
}

function readFork(json) {
  if (!hasKeys(json, ["form", "first", "second", "between"]) || !isTexts([json.first, json.second])) return undefined;
  const notes = [json.first, json.second].map(readNote);
  const between = json.between === null ? null : readBetween(json.between);
  return notes.includes(undefined) || between === undefined ? undefined : { notes, between };
}

function readBetween(between) {
  if (!hasKeys(between, ["root", "proof"]) || !isTexts(between.proof) || typeof between.root !== "string") return undefined;
  const [root, ...proof] = [between.root, ...between.proof].map((hash) => readBase64Of(hash, 32));
  return root && !proof.includes(undefined) && proof.length <= PATH_MAX ? { root, proof } : undefined;
}
