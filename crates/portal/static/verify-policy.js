// Whom a verifier trusts: C2SP tlog-policy, and this product's own lines, which other tools skip as comments.

import { fromHex, toHex, utf8 } from "./bytes.js";
import { isHex, readNumber, same, sha256 } from "./verify-forms.js";
import { KEY_COSIGNER, KEY_LOG, cosignedBy, readKey } from "./verify-note.js";

const MEMBERS_MAX = 64n;
const OWN = "#: ";

/** `{ policy }`, or `{ refused, line }` with why it is none: `policy.line`, `policy.no_log` or `policy.no_quorum`. */
export async function readPolicy(text) {
  const policy = {
    text,
    logs: [],
    members: new Map(),
    quorum: undefined,
    operators: [],
    auditors: [],
    gates: new Map(),
    runBy: new Map(),
  };
  let number = 0;
  for (const line of text.split("\n")) {
    number += 1;
    const taken = line.startsWith(OWN) ? await takeOwn(policy, line.slice(OWN.length).replace(/\r$/, "")) : await takeLine(policy, wordsOf(line));
    if (!taken) return { refused: "policy.line", line: number };
  }
  if (policy.logs.length === 0) return { refused: "policy.no_log" };
  if (policy.quorum === undefined) return { refused: "policy.no_quorum" };
  const hash = await sha256(utf8(text));
  return { policy: { ...policy, sha256: toHex(hash), word: sealWord(hash) } };
}

const wordsOf = (line) => line.split(/[\t\n\f\r ]+/).filter((word) => word !== "");

async function takeLine(policy, words) {
  const [first, ...rest] = words;
  if (first === undefined || first.startsWith("#")) return true;
  if (first === "log") return rest.length >= 1 && rest.length <= 2 && addKey(policy.logs, rest[0], KEY_LOG);
  if (first === "witness") return rest.length >= 2 && rest.length <= 3 && addWitness(policy, rest[0], rest[1]);
  if (first === "group") return rest.length >= 2 && addGroup(policy, rest[0], rest[1], rest.slice(2));
  return first === "quorum" && rest.length === 1 && setQuorum(policy, rest[0]);
}

async function addKey(list, text, kind) {
  const key = await readKey(text);
  if (key?.kind !== kind) return false;
  list.push(key);
  return true;
}

async function addWitness(policy, name, text) {
  const key = await readKey(text);
  // One key under two names would count twice.
  const known = witnessesOf(policy).some((witness) => key && same(witness.key.key, key.key));
  return key?.kind === KEY_COSIGNER && !known && define(policy, name, { key });
}

function addGroup(policy, name, asked, members) {
  const count = BigInt(members.length);
  const least = asked === "any" ? 1n : asked === "all" ? count : readNumber(asked);
  const sound = least !== undefined && least >= 1n && least <= count && count <= MEMBERS_MAX && new Set(members).size === members.length;
  return sound && members.every((member) => policy.members.has(member)) && define(policy, name, { least, members });
}

function define(policy, name, member) {
  if (name === "none" || policy.members.has(name)) return false;
  policy.members.set(name, member);
  return true;
}

function setQuorum(policy, name) {
  if (policy.quorum !== undefined || (name !== "none" && !policy.members.has(name))) return false;
  policy.quorum = name;
  return true;
}

// A word that is not known here gives nobody a right, so it is skipped, as other tools skip the whole line.
async function takeOwn(policy, line) {
  const [first, ...rest] = line.split(" ");
  if (rest.length === 0) return false;
  if (first === "operator") return rest.length === 1 && policy.operators.length === 0 && addKey(policy.operators, rest[0], KEY_LOG);
  if (first === "auditor") return rest.length === 1 && addKey(policy.auditors, rest[0], KEY_LOG);
  if (first === "gate") return rest.length === 2 && addGate(policy, ...rest);
  return first !== "run-by" || addRunBy(policy, ...rest);
}

// A device that is claimed anew gets another number: a second key for one would leave open which of them is meant.
function addGate(policy, number, key) {
  if (readNumber(number) === undefined || !isHex(key, 32) || policy.gates.has(number)) return false;
  policy.gates.set(number, [fromHex(key)]);
  return true;
}

function addRunBy(policy, name, kind, ...words) {
  if (!name || policy.runBy.has(name) || (kind !== "operator" && kind !== "independent")) return false;
  policy.runBy.set(name, { operator: kind === "operator", words: words.join(" ") });
  return true;
}

/** Names and keys of the witnesses, and who runs each. Whoever is not said to be independent counts as the operator's. */
export function witnessesOf(policy) {
  return [...policy.members]
    .filter(([, member]) => member.key)
    .map(([name, { key }]) => ({ name, key, operator: policy.runBy.get(name)?.operator ?? true, words: policy.runBy.get(name)?.words ?? "" }));
}

/** The witnesses whose cosignatures a note carries, with their times; undefined when a known key's line does not hold. */
export async function seenBy(policy, note) {
  const seen = [];
  for (const witness of witnessesOf(policy)) {
    const time = await cosignedBy(note, witness.key);
    if (time === "broken") return undefined;
    if (time !== "unsigned") seen.push({ ...witness, time });
  }
  return seen;
}

/** Whether these are enough for the policy. */
export function isMet(policy, seen) {
  const names = new Set(seen.map(({ name }) => name));
  return policy.quorum === "none" || has(policy, policy.quorum, names);
}

function has(policy, name, names) {
  const member = policy.members.get(name);
  if (member.key) return names.has(name);
  return BigInt(member.members.filter((each) => has(policy, each, names)).length) >= member.least;
}

/* The word that two people compare by voice */

const CONSONANTS = "BDFGHJKLMNPRSTVZ";
const VOWELS = "AIOU";

/** Six letters of a hash, consonants and vowels in turn. */
export function sealWord(hash) {
  return Array.from(hash.subarray(0, 6), (byte, at) => (at % 2 === 0 ? CONSONANTS[byte % 16] : VOWELS[byte % 4])).join("");
}
