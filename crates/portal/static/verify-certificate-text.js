// The words of a certificate's note and of its copies, line by line.

import { Lines, isHex, readBase64Of, readNumber, readTime } from "./verify-forms.js";

const CERTIFICATE_HEAD = "countenance/destruction/v1";
const WHAT = ["person", "purpose", "event", "site"];
/** Said on every certificate, since nothing shows the contrary. */
const NOT_SHOWN = [
  "that no copy exists outside the holders named here",
  "that nobody read a copy before it ended",
  "that a disk kept no older blocks: a file anchor does not resist disk forensics",
];
const hexText = (length) => (text) => (isHex(text, length) ? text : undefined);

/** The lines that stand once, in this order. */
const ONCE = [
  ["site", hexText(16)],
  ["name", readName],
  ["destruction", hexText(16)],
  ["what", (text) => (WHAT.includes(text) ? text : undefined)],
  ["ordered", readTime],
  ["ended", readTime],
  ["plan", readNumber],
  ["registry", readTree],
  ["copies", readTree],
  ["lost", readNumber],
];

/** What a certificate's text says; undefined when it is none. */
export function readCertificateText(text) {
  const lines = new Lines(text);
  if (lines.next() !== CERTIFICATE_HEAD) return undefined;
  const said = {};
  for (const [word, read] of ONCE) {
    said[word] = read(after(lines.next(), word));
    if (said[word] === undefined) return undefined;
  }
  const rest = lines.rest.split("\n");
  const whole = rest.pop() === "";
  // Words of people, shown as they are: holders any number of times, rows and sweep at most once.
  for (const [word, most] of [["holder", Infinity], ["rows", 1], ["sweep", 1]]) said[word] = takeWords(rest, word, most);
  said.sample = readSampleLine(rest.shift());
  said.not = takeWords(rest, "not", NOT_SHOWN.length);
  const says = NOT_SHOWN.every((words, at) => said.not[at] === words);
  return whole && rest.length === 0 && says && said.sample !== undefined && said.ordered <= said.ended ? said : undefined;
}

function takeWords(lines, word, most) {
  const taken = [];
  while (taken.length < most && after(lines[0], word) !== "") taken.push(after(lines.shift(), word));
  return taken;
}

/** What follows the first word of a line; empty, which no reader takes, when the line begins otherwise. */
const after = (line, word) => (line?.startsWith(`${word} `) ? line.slice(word.length + 1) : "");

function readName(text) {
  const at = text.indexOf(" / ");
  return at < 0 ? undefined : { zh: text.slice(0, at), en: text.slice(at + 3) };
}

function readTree(text) {
  const [count, root, ...more] = text.split(" ");
  const tree = { count: readNumber(count), root: readBase64Of(root ?? "", 32) };
  return tree.count !== undefined && tree.root && more.length === 0 ? tree : undefined;
}

/** An auditor's promise, its place in the ledger and the hash of the nonce; null when none was made. */
function readSampleLine(line) {
  if (line === "sample none") return null;
  const [, place, hash] = /^sample promised (\S+) ([0-9a-f]{64})$/.exec(line ?? "") ?? [];
  const read = place === undefined ? undefined : readNumber(place);
  return read === undefined ? undefined : { place: read, hash };
}

/** A line about one copy: without `ending` it was lost; `enrolled` is null where a lost gate never told of it. */
export function readCopyLine(line) {
  const [, gate, enrolled, ended, ending] = /^gate (\S+) enrolled (\S+) ended (\S+) (?:erased ([0-9a-f]{64})|lost -)$/.exec(line) ?? [];
  if (gate === undefined) return undefined;
  const read = { gate: readNumber(gate), enrolled: enrolled === "-" ? null : readNumber(enrolled), ended: readNumber(ended), ending };
  return [read.gate, read.enrolled, read.ended].includes(undefined) ? undefined : read;
}
