// What an inspector took along: the operator's signed word over sections and places, the entries that let the inspector in, the sample.

import { fromHex, toHex, u64, utf8 } from "./bytes.js";
import { Lines, isHex, readBase64Of, readNumber, readTime, readUtf8, sha256 } from "./verify-forms.js";
import { readNote, signedBy } from "./verify-note.js";
import { checkProof, witnessed } from "./verify-proof.js";
import { hasKeys, isTexts } from "./verify-steps.js";

export const INSPECTION_FORM = "countenance/inspection/v1";
const INSPECTION_HEAD = "countenance/inspection/v1";
const INSPECTION_NOT = [
  "that what the operator states is true",
  "that nothing was left out before it was written",
  "that no device is there which the registers do not name",
];
const DRAWN_MAX = 8;
const LEAF_KINDS = /^(?:(asked|granted|promised) (\S+)|consent (\S+) (\S+))$/;

export async function checkInspection(steps, json, policy) {
  const file = steps.need("inspection.form", readInspectionFile(json));
  steps.need("inspection.key", policy.operators.length > 0);
  const said = [];
  for (const key of policy.operators) said.push(await signedBy(file.note, key));
  steps.need("inspection.signature", said.includes("signed") && !said.includes("broken"));
  const text = steps.need("inspection.text", readInspectionText(file.note.text));
  await needSections(steps, file.sections, text.sections);
  const proved = await needLeaves(steps, text, file.proofs, policy);
  const granted = needTwo(steps, text, proved);
  const drawn = await needSample(steps, text, proved);
  const facts = { ...text, drawn, enrolled: proved.filter(({ line }) => line.kind === "consent").length, texts: file.sections, index: granted.index, size: granted.size };
  return witnessed({ facts, sight: granted.sight }, await sha256(utf8(file.note.text)));
}

function readInspectionFile(json) {
  if (!hasKeys(json, ["form", "note", "sections", "proofs"])) return undefined;
  const { sections, proofs } = json;
  const note = typeof json.note === "string" ? readNote(json.note) : undefined;
  const named = typeof sections === "object" && sections !== null && !Array.isArray(sections) && isTexts(Object.values(sections));
  return note && named && isTexts(proofs) ? { note, sections, proofs } : undefined;
}

/* The signed words */

const wordsBehind = (line, word) => (line?.startsWith(`${word} `) ? line.slice(word.length + 1) : undefined);
const hexId = (text) => (isHex(text, 16) ? text : undefined);

const INSPECTION_LINES = [
  ["site", hexId],
  ["name", readSiteName],
  ["inspection", hexId],
  ["authority", (text) => text],
  ["inspector", (text) => text],
  ["reason", (text) => text],
  ["from", readTime],
  ["until", readTime],
  ["written", readTime],
  ["checkpoint", readPublished],
  ["sample", readDrawn],
];

/** What the statement says; undefined when it is none. */
export function readInspectionText(text) {
  const lines = new Lines(text);
  if (lines.next() !== INSPECTION_HEAD) return undefined;
  const said = {};
  for (const [word, read] of INSPECTION_LINES) {
    const words = wordsBehind(lines.next(), word);
    said[word] = words === undefined ? undefined : read(words);
    if (said[word] === undefined) return undefined;
  }
  const rest = lines.rest.split("\n");
  const whole = rest.pop() === "";
  const take = (word) => {
    const taken = [];
    while (wordsBehind(rest[0], word) !== undefined) taken.push(wordsBehind(rest.shift(), word));
    return taken;
  };
  said.leaves = take("leaf").map(readLeafLine);
  said.sections = take("section").map(readSectionLine);
  said.not = take("not");
  const says = said.not.length === INSPECTION_NOT.length && INSPECTION_NOT.every((words, at) => said.not[at] === words);
  const read = ![...said.leaves, ...said.sections].includes(undefined);
  return whole && rest.length === 0 && says && read ? said : undefined;
}

function readSiteName(text) {
  const at = text.indexOf(" / ");
  return at < 0 ? undefined : { zh: text.slice(0, at), en: text.slice(at + 3) };
}

function readPublished(text) {
  const [size, root, ...more] = text.split(" ");
  const read = { size: readNumber(size), root: readBase64Of(root ?? "", 32) };
  return read.size !== undefined && read.root && more.length === 0 ? read : undefined;
}

/** Nonce, the inspector's word, and the list that it was drawn from; null when nothing was drawn. */
function readDrawn(text) {
  if (text === "none") return null;
  const [, nonce, hex, many, list] = /^([0-9a-f]{64}) ((?:[0-9a-f]{2})+) (\S+) ([0-9a-f]{64})$/.exec(text) ?? [];
  const count = many === undefined ? undefined : readNumber(many);
  const word = count === undefined ? undefined : readUtf8(fromHex(hex));
  return word === undefined ? undefined : { nonce, word, count, list };
}

function readLeafLine(text) {
  const [, kind, place, index, consentPlace] = LEAF_KINDS.exec(text) ?? [];
  const read = kind === undefined ? { kind: "consent", index: readNumber(index ?? ""), place: readNumber(consentPlace ?? "") } : { kind, index: null, place: readNumber(place) };
  return read.index === undefined || read.place === undefined ? undefined : read;
}

function readSectionLine(text) {
  const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, hash };
}

/* What it must agree with */

async function needSections(steps, sections, lines) {
  steps.need("inspection.sections", Object.keys(sections).length === lines.length && new Set(lines.map(({ name }) => name)).size === lines.length);
  for (const { name, hash } of lines) {
    const there = Object.hasOwn(sections, name) && toHex(await sha256(utf8(sections[name]))) === hash;
    steps.need("inspection.section", there, { name });
  }
}

/** A proof for each entry that the statement names, in its place. */
async function needLeaves(steps, text, proofs, policy) {
  steps.need("inspection.proofs", proofs.length === text.leaves.length);
  const proved = [];
  for (const [at, line] of text.leaves.entries()) {
    const shown = await checkProof(steps, proofs[at], policy);
    steps.need("inspection.place", shown.index === line.place && line.place < text.checkpoint.size);
    proved.push({ line, shown });
  }
  return proved;
}

/** The one entry of a kind, when it is the server's and says exactly this. */
function entryThatSays(proved, kind, what, reason) {
  const found = proved.filter(({ line }) => line.kind === kind);
  const shown = found.length === 1 ? found[0].shown : undefined;
  return shown?.leaf.what === what && shown.leaf.gate === 0n && shown.record?.reason === reason ? shown : undefined;
}

/** Asked by one operator, granted by another and not before. */
function needTwo(steps, text, proved) {
  const asked = steps.need("inspection.asked", entryThatSays(proved, "asked", "change", `inspection.asked ${text.inspection}`));
  const granted = steps.need("inspection.granted", entryThatSays(proved, "granted", "change", `inspection.granted ${text.inspection}`));
  const [one, other] = [asked, granted].map(({ record }) => record.actor);
  steps.need("inspection.two", Boolean(one) && Boolean(other) && one !== other && asked.record.at <= granted.record.at);
  return granted;
}

/** Nonce and list are those that were promised, and each consent's entry is a gate's, about one that was drawn. */
async function needSample(steps, text, proved) {
  const consents = proved.filter(({ line }) => line.kind === "consent");
  if (text.sample === null) {
    steps.need("inspection.sample", proved.every(({ line }) => line.kind === "asked" || line.kind === "granted"));
    return [];
  }
  const { nonce, word, count, list } = text.sample;
  const promise = toHex(await sha256(fromHex(nonce)));
  const reason = `inspection.promised ${text.inspection} nonce ${promise} consents ${count} list ${list}`;
  steps.need("inspection.sample", entryThatSays(proved, "promised", "nonce", reason));
  const drawn = await drawnBy(await sha256(fromHex(nonce), await sha256(utf8(word))), count);
  const once = new Set(consents.map(({ line }) => line.index)).size === consents.length;
  const fits = ({ line, shown }) => shown.leaf.what === "enrol" && shown.leaf.gate !== 0n && drawn.includes(line.index);
  steps.need("inspection.consents", once && consents.every(fits));
  return drawn;
}

/** Which of `count` consents a seed chooses. */
async function drawnBy(seed, count) {
  const most = count < BigInt(DRAWN_MAX) ? Number(count) : DRAWN_MAX;
  const picked = new Set();
  if (count <= BigInt(DRAWN_MAX)) for (let index = 0; index < most; index += 1) picked.add(BigInt(index));
  for (let number = 0n; picked.size < most; number += 1n) {
    const hash = await sha256(seed, u64(number));
    picked.add(BigInt(`0x${toHex(hash.subarray(0, 16))}`) % count);
  }
  return [...picked].sort((one, two) => (one < two ? -1 : 1));
}
