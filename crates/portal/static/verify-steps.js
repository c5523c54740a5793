// A check as steps that are told one by one: what went well, and what did not.

import { holds } from "./verify-forms.js";

/** What ends a check; `step` is the one that failed. */
export class Refusal extends Error {
  constructor(step, args) {
    super(step);
    this.step = step;
    this.args = args;
  }
}

/** The steps of one file's check, in order, each kind of step once. */
export class Steps {
  constructor() {
    this.done = [];
  }

  /** Writes down that `step` went well and gives its value on. `undefined` and `false` end the check here. */
  need(step, value, args = {}) {
    if (value === undefined || value === false) throw new Refusal(step, args);
    if (!this.done.some((before) => before.step === step)) this.done.push({ step, ok: true, args });
    return value;
  }
}

/** The report of a check; a refusal becomes its last step. */
export async function reported(kind, act) {
  const steps = new Steps();
  try {
    return { kind, steps: steps.done, ...(await act(steps)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind, verdict: "fails", steps: [...steps.done, { step: error.step, ok: false, args: error.args }] };
  }
}

/** That one of the policy's keys of this gate signed a message. */
export async function needGate(steps, kind, policy, gate, message, signature) {
  const keys = steps.need(`${kind}.gate`, policy.gates.get(String(gate)), { gate });
  let good = false;
  for (const key of keys) good ||= await holds(key, message, signature);
  steps.need(`${kind}.signature`, good, { gate });
}

/** Whether a value of JSON is an object with these keys and no other. */
export function hasKeys(json, keys) {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  const found = Object.keys(json);
  return found.length === keys.length && keys.every((key) => found.includes(key));
}

export const isTexts = (list) => Array.isArray(list) && list.every((item) => typeof item === "string");
