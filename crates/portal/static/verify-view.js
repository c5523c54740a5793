// A report as elements of a page: what happened, who saw it, what it proves and what it does not.

import { toHex } from "./bytes.js";
import { witnessesOf } from "./verify-policy.js";
import { inspectionFacts, inspectionParts, inspectionProofs } from "./verify-view-inspection.js";
import { certificateCode, certificateFacts, certificateParts, certificateProofs } from "./verify-view-certificate.js";
import { say, sayStep } from "./verify-words.js";
import { element, facts, list, localSeconds, localTime, section } from "./verify-elements.js";

const SHAPES = { holds: "▣", unwitnessed: "◔", promised: "◔", forked: "×", fails: "×" };

/** One file's report as an article; its heading takes the focus. */
export function viewReport(language, { name, report, policy }) {
  const words = (key, args) => say(language, key, args);
  const view = { language, words, report, policy };
  const article = element("article", { class: `result ${report.verdict}` }, viewHead(view, name));
  if (report.verdict === "fails") article.append(...viewFailure(view));
  else article.append(...viewSuccess(view));
  article.append(viewChecks(view), viewTools(words));
  return article;
}

function viewHead(view, name) {
  const { words, report } = view;
  const shape = element("span", { class: "shape", "aria-hidden": "true" }, SHAPES[report.verdict]);
  const title = element("h2", { tabindex: "-1" }, shape, ` ${words(`verdict_${report.verdict}`)}`);
  const from = element("p", { class: "from" }, `${words(`kind_${report.kind}`)} · ${name}`);
  const event = report.verdict === "fails" ? "" : element("p", { class: "event" }, eventOf(view));
  const code = report.kind === "certificate" && report.verdict !== "fails" ? certificateCode(view) : "";
  return element("div", { class: "head" }, report.word ? viewSeal(view) : "", element("div", {}, from, title, event), code);
}

/** The seal, only ever over a report that has a word. */
function viewSeal({ words, report }) {
  const { word, sight } = report;
  const square = { x: 2, y: 2, width: 60, height: 60, rx: 3, fill: "none", stroke: "currentColor", "stroke-width": 3 };
  const line = (text, y) =>
    element("svg:text", { x: 32, y, "text-anchor": "middle", "font-size": 20, "font-weight": 700, textLength: 44, lengthAdjust: "spacing", fill: "currentColor" }, text);
  const picture = { viewBox: "0 0 64 64", role: "img", "aria-label": words("seal", { word }) };
  const svg = element("svg:svg", picture, element("svg:rect", square), line(word.slice(0, 3), 28), line(word.slice(3), 50));
  return element("figure", { class: "seal" }, svg, element("figcaption", {}, words("seal_under", { n: sight.seen.length, m: sight.of })));
}

function eventOf({ words, report }) {
  const { kind, facts: found } = report;
  if (kind === "certificate") return words(`c_what_${found.what}`);
  if (kind === "inspection") return words("i_event");
  if (kind === "promise") return words("event_promise");
  if (kind === "fork") return words("event_fork");
  const { record, leaf } = found;
  return words(record && ["opened", "refused", "padding"].includes(record.kind) ? `kind_${record.kind}` : `class_${leaf.what}`);
}

function viewSuccess(view) {
  const { words, report } = view;
  const parts = [section(words("what"), facts(factsOf(view)))];
  if (report.kind === "certificate") parts.push(...certificateParts(view));
  if (report.kind === "inspection") parts.push(...inspectionParts(view));
  if (report.sight) parts.push(section(words("who"), ...viewSight(view)));
  const card = (key, points) => element("div", { class: "card" }, element("h3", {}, words(key)), list(points));
  parts.push(element("div", { class: "two" }, card("proves", provesOf(view)), card("not", notOf(view))));
  const steps = stepsToTake(view);
  if (steps.length > 0) parts.push(section(words("do"), list(steps)));
  return parts;
}

function factsOf(view) {
  const { words, report } = view;
  const found = report.facts;
  if (report.kind === "certificate") return certificateFacts(view);
  if (report.kind === "inspection") return inspectionFacts(view);
  if (report.kind === "fork") return [[words("origin"), found.origin], [words("sizes"), words("sizes_are", found)]];
  if (report.kind === "promise") {
    return [
      [words("gate"), words("gate_is", { n: found.gate })],
      [words("entry"), found.sequence],
      [words("time"), localTime(found.at)],
      [words("until"), localTime(found.until)],
      [words("leaf"), mono(toHex(found.leaf))],
    ];
  }
  return proofFacts(words, found);
}

function proofFacts(words, { leaf, record, index, size }) {
  const rows = [
    [words("gate"), leaf.gate === 0n ? words("gate_server") : words("gate_is", { n: leaf.gate })],
    [words("entry"), leaf.sequence],
    [words("time"), record ? localTime(record.at) : words("time_ten", { time: localSeconds(BigInt(leaf.tenMinutes) * 600n) })],
    [words("place"), words("place_of", { index, size })],
  ];
  if (record) {
    rows.push([words("reason"), mono(record.reason)]);
    for (const key of ["person", "purpose", "actor"]) if (record[key]) rows.push([words(key), mono(record[key])]);
  } else {
    rows.push([words("what"), words("sealed")]);
  }
  if (leaf.demo) rows.push(["", words("demo")]);
  return rows;
}

const mono = (text) => element("span", { class: "mono" }, text);

function viewSight({ words, report }) {
  const { seen, of, operators } = report.sight;
  if (seen.length === 0) return [element("p", {}, words("seen_nobody"))];
  const row = (witness) => {
    const side = witness.operator ? (witness.words === "" ? "seen_unsaid" : "seen_operator") : "seen_independent";
    const who = [witness.words, words(side)].filter((text) => text !== "").join(" · ");
    const time = element("span", { class: "soft seen-at" }, words("seen_at", { time: localSeconds(witness.time) }));
    return element("li", {}, element("strong", {}, witness.name), time, element("span", { class: "soft" }, who));
  };
  return [element("p", {}, words("seen", { n: seen.length, m: of, k: operators })), element("ul", { class: "seen" }, ...seen.map(row))];
}

function provesOf(view) {
  const { words, report } = view;
  if (report.kind === "promise") return [words("proves_gate")];
  if (report.kind === "fork") return [words("proves_fork")];
  const seen = report.verdict === "holds" ? [words("proves_seen")] : [];
  if (report.kind === "certificate") return [...certificateProofs(view).proves, ...seen];
  if (report.kind === "inspection") return [...inspectionProofs(view), ...seen];
  return [words("proves_entry"), ...seen, ...(report.facts.record ? [words("proves_opened")] : [])];
}

function notOf(view) {
  const { words, report } = view;
  const policy = words("not_policy");
  if (report.kind === "promise") return [words("not_ledger"), words("not_true"), policy];
  if (report.kind === "fork") return [words("not_which"), policy];
  const unseen = report.verdict === "unwitnessed" ? [words("not_witnessed")] : [];
  if (report.kind === "certificate") return [...unseen, ...certificateProofs(view).not, policy];
  if (report.kind === "inspection") return [...unseen, words("not_statements"), words("not_written"), words("not_devices"), policy];
  const whom = report.facts.record ? [] : [words("not_whom")];
  return [...unseen, words("not_complete"), words("not_true"), ...whom, policy];
}

/** Whom to turn to: the witnesses who are not the operator's. */
function witnessNames(policy) {
  const independent = policy ? witnessesOf(policy).filter(({ operator }) => !operator) : [];
  return independent.map(({ name, words }) => words || name).join(", ");
}

/** Where this site gives the proof for a receipt; undefined in a file on the reader's own device. */
const fromSite = ({ gate, sequence, leaf }) =>
  globalThis.location?.protocol.startsWith("http") ? `/receipts/${gate}/${sequence}/${toHex(leaf)}` : undefined;

const linkTo = (href, text) => element("a", { href }, text);

function stepsToTake({ words, report, policy }) {
  const names = witnessNames(policy);
  if (report.verdict === "unwitnessed") return [words("do_independent"), words("do_keep")];
  if (report.verdict === "forked") return [words("do_fork", { names })];
  if (report.verdict !== "promised") return [];
  const wait = words("do_wait", { time: localTime(report.facts.until) });
  return [words("do_keep"), fromSite(report.facts) ? linkTo(fromSite(report.facts), words("do_proof")) : wait, words("do_refused", { names })];
}

function viewFailure({ language, words, report, policy }) {
  const failed = report.steps.at(-1);
  const why = element("p", {}, sayStep(language, failed));
  const code = element("p", { class: "code" }, `${words("reason")} ${failed.step}`);
  const names = witnessNames(policy);
  const send = names ? words("do_send", { names }) : words("do_send_nobody");
  return [
    section(words("failed_at"), element("div", { class: "note refused" }, why, code)),
    section(words("do"), list([words("do_keep"), words("do_again"), words("do_policy"), send])),
  ];
}

function viewChecks({ language, words, report }) {
  const row = (step) => {
    const mark = element("span", { "aria-hidden": "true" }, step.ok ? "✓ " : "× ");
    const spoken = element("span", { class: "visually-hidden" }, words(step.ok ? "check_good" : "check_bad"), " ");
    return element("li", { class: step.ok ? "good" : "bad" }, mark, spoken, sayStep(language, step));
  };
  return element("details", { class: "all" }, element("summary", {}, words("checks")), element("ol", { class: "checks" }, ...report.steps.map(row)));
}

function viewTools(words) {
  const button = element("button", { class: "button", type: "button" }, words("print"));
  button.addEventListener("click", () => window.print());
  return element("p", { class: "tools" }, button);
}
