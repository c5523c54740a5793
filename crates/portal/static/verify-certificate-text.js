// The words of a certificate's note and of its copies, line by line.

import { Lines, isHex, readBase64Of, readNumber, readTime } from "./verify-forms.js";

const CERTIFICATE_HEAD = "countenance/destruction/v1";
const WHAT = ["person", "purpose", "event", "site"];
/** Lines of these kinds stand any number of times, and are shown as they are. */
const FREE = ["holder", "rows", "sweep", "not"];

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
  const said = { holder: [], rows: [], sweep: [], not: [] };
  for (const [word, read] of ONCE) {
    said[word] = read(after(lines.next(), word));
    if (said[word] === undefined) return undefined;
  }
  while (lines.rest !== "") {
    if (!takeFree(said, lines.next())) return undefined;
  }
  return said.sample !== undefined && said.ordered <= said.ended ? said : undefined;
}

/** What follows the first word of a line; empty, which no reader takes, when the line begins otherwise. */
const after = (line, word) => (line?.startsWith(`${word} `) ? line.slice(word.length + 1) : "");

function takeFree(said, line) {
  const word = FREE.find((each) => after(line, each) !== "");
  if (word) return said[word].push(after(line, word)) > 0;
  const sample = after(line, "sample");
  if (sample === "" || said.sample !== undefined) return false;
  said.sample = sample === "none" ? null : readPromised(sample);
  return said.sample !== undefined;
}

function readName(text) {
  const [zh, en, ...more] = text.split(" / ");
  return zh && en && more.length === 0 ? { zh, en } : undefined;
}

function readTree(text) {
  const [count, root, ...more] = text.split(" ");
  const tree = { count: readNumber(count), root: readBase64Of(root ?? "", 32) };
  return tree.count !== undefined && tree.root && more.length === 0 ? tree : undefined;
}

/** An auditor's promise: its place in the ledger and the hash of the nonce. */
function readPromised(text) {
  const [, place, hash] = /^promised (\S+) ([0-9a-f]{64})$/.exec(text) ?? [];
  const read = place === undefined ? undefined : readNumber(place);
  return read === undefined ? undefined : { place: read, hash };
}

/** A line about one copy; without `receipt` it was lost. */
export function readCopyLine(line) {
  const [, ...found] = /^gate (\S+) enrolled (\S+) ended (\S+) (?:erased ([0-9a-f]{64})|lost -)$/.exec(line) ?? [];
  const [gate, enrolled, ended] = found.slice(0, 3).map(readNumber);
  const sound = [gate, enrolled, ended].every((number) => number !== undefined) && enrolled < ended;
  return sound ? { gate, enrolled, ended, receipt: found[3] } : undefined;
}
