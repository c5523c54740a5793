// A certificate's own part of the page.

import { element, list, localMillis, localTime, section } from "./verify-elements.js";
import { qrModules } from "./verify-qr.js";

/** Copies that are listed one by one; all of them are checked. */
const SHOWN = 50;
/** Quiet zone of a code, in modules. */
const QUIET = 4;

/** The certificate's hash as a code, for paper; the ledger's entry names the same hash. */
export function certificateCode({ words, report }) {
  const modules = qrModules(report.facts.sha256);
  const path = modules.flatMap((row, down) => row.flatMap((dark, right) => (dark ? [`M${right + QUIET} ${down + QUIET}h1v1h-1z`] : [])));
  const side = modules.length + 2 * QUIET;
  const svg = element("svg:svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": words("c_id"), "shape-rendering": "crispEdges" });
  svg.append(element("svg:rect", { width: side, height: side, fill: "#fff" }), element("svg:path", { d: path.join(""), fill: "#000" }));
  return element("div", { class: "paper-code" }, svg);
}

export function certificateFacts({ language, words, report }) {
  const said = report.facts;
  return [
    [words("c_name"), language === "zh" ? said.name.zh : said.name.en],
    [words("c_what"), words(`c_what_${said.what}`)],
    [words("c_when"), words("c_when_is", { ordered: localMillis(said.ordered), ended: localMillis(said.ended) })],
    [words("c_copies"), words("c_copies_are", { n: said.copies.count, lost: said.lost })],
    ["", words("c_here", { n: said.lines.length, receipts: said.endings })],
    [words("c_registry"), words("c_registry_is", { n: said.registry.count })],
    [words("place"), words("place_of", { index: said.index, size: said.size })],
    [words("c_sample"), sampleOf(words, said)],
    [words("c_stamp"), words(said.timestamp ? "c_stamp_there" : "c_stamp_none")],
    [words("c_id"), element("span", { class: "mono" }, said.sha256)],
  ];
}

// `said.sample` is what the auditor reported, `said.promised` what the certificate promised of it.
function sampleOf(words, { sample, promised }) {
  if (promised === null) return words("c_sample_none");
  if (sample === null) return words("c_sample_waits");
  return words("c_sample_is", { auditor: sample.auditor, n: sample.count, of: sample.of });
}

/** The copies one by one, and what the certificate says in words of its own. */
export function certificateParts({ words, report }) {
  const said = report.facts;
  const copies = said.lines.slice(0, SHOWN).map((line) => copyRow(words, line));
  const more = said.lines.length - copies.length;
  const parts = [];
  if (copies.length > 0) {
    const rest = more > 0 ? element("p", {}, words("c_more", { n: more })) : "";
    parts.push(section(words("c_list"), element("ul", { class: "seen" }, ...copies), rest));
  }
  const searched = (said.sample?.searched ?? []).map((text) => element("span", {}, `${words("c_searched")}: `, asSigned(text)));
  const own = ["holder", "rows", "sweep"].flatMap((word) => said[word].map((text) => asSigned(`${word} ${text}`))).concat(searched);
  if (own.length > 0) parts.push(section(words("c_said"), list(own)));
  return parts;
}

/** Words of the certificate itself, which are English. */
const asSigned = (text) => element("span", { lang: "en" }, text);

function copyRow(words, line) {
  const gate = element("strong", {}, `${words("c_gate")} ${words("gate_is", { n: line.gate })}`);
  const end = line.ending === undefined ? words("c_lost") : words("c_erased", { time: localTime(line.at) });
  const places = `${words("c_enrolled")} ${line.enrolled ?? "—"} · ${words("c_ended")} ${line.ended}`;
  return element("li", {}, gate, element("span", {}, end), element("span", { class: "soft" }, places));
}

export function certificateProofs({ words, report }) {
  const said = report.facts;
  const proves = [words("proves_certificate"), words("proves_count")];
  if (said.endings > 0) proves.push(words("proves_receipts"));
  if (said.sample) proves.push(words("proves_sample"));
  const not = [words("not_copies"), words("not_registry")];
  if (said.lost > 0n) not.push(words("not_lost", { n: said.lost }));
  if (!said.whole) not.push(words("not_rest"));
  not.push(...said.not.map((text) => element("span", {}, `${words("not_said")} `, asSigned(text))));
  return { proves, not };
}
