// Receipts of a passage: what a gate promises the moment that something happened, before the ledger has it.

import { isBytes, isI64, isU64, readBase64Url, readCbor } from "./verify-forms.js";
import { inDomain } from "./verify-note.js";
import { needGate } from "./verify-steps.js";

const PROMISE_HEAD = "CR1:";
const PROMISE_DOMAIN = "countenance/passage-receipt/v1";

/** Payload and signature of an envelope; undefined for other bytes. */
export function readEnvelope(bytes) {
  const items = readCbor(bytes);
  const sound = Array.isArray(items) && items.length === 2 && items[0] instanceof Uint8Array && isBytes(items[1], 64);
  return sound ? { payload: items[0], signature: items[1] } : undefined;
}

/** The text of a receipt, alone or behind the `#` of an address, which a code at a door may carry it in; undefined for other texts. */
export const findPromise = (text) => /^(?:\S*#)?(CR1:\S*)$/.exec(text.trim())?.[1];

export async function checkPromise(steps, text, policy) {
  const bytes = readBase64Url(text.slice(PROMISE_HEAD.length));
  const envelope = bytes && readEnvelope(bytes);
  const facts = steps.need("promise.form", envelope && readPromise(envelope.payload));
  await needGate(steps, "promise", policy, facts.gate, inDomain(PROMISE_DOMAIN, envelope.payload), envelope.signature);
  return { verdict: "promised", facts };
}

function readPromise(payload) {
  const items = readCbor(payload);
  if (!Array.isArray(items) || items.length !== 5) return undefined;
  const [gate, sequence, leaf, at, until] = items;
  const sound = isU64(gate) && isU64(sequence) && isBytes(leaf, 32) && isI64(at) && isI64(until);
  return sound ? { gate, sequence, leaf, at, until } : undefined;
}
