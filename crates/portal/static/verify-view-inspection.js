// An inspection's own part of the page.

import { element, localMillis, section } from "./verify-elements.js";

export function inspectionFacts({ language, words, report }) {
  const said = report.facts;
  return [
    [words("i_name"), language === "zh" ? said.name.zh : said.name.en],
    [words("i_who"), `${said.authority} · ${said.inspector}`],
    [words("i_reason"), said.reason],
    [words("i_span"), `${localMillis(said.from)} – ${localMillis(said.until)}`],
    [words("i_written"), localMillis(said.written)],
    [words("i_published"), said.checkpoint.size],
    [words("i_sample"), drawnOf(words, said)],
  ];
}

function drawnOf(words, { sample, drawn, enrolled }) {
  if (sample === null) return words("i_sample_none");
  return words("i_sample_is", { count: sample.count, n: drawn.length, word: sample.word, k: enrolled });
}

/** Those that have a name of ours. */
export const INSPECTION_SECTIONS = ["registers", "purposes", "consents", "ledger", "certificates", "passages", "changes", "holds", "filings"];

/** The sections as they were signed: data, in the words of its keys. */
export function inspectionParts({ words, report }) {
  const { sections, texts } = report.facts;
  const called = (name) => (INSPECTION_SECTIONS.includes(name) ? words(`i_section_${name}`) : name);
  const one = ({ name }) => element("details", {}, element("summary", {}, called(name)), element("pre", { class: "signed" }, indented(texts[name])));
  return [section(words("i_sections"), ...sections.map(one))];
}

/** JSON with a line for each value, when it is JSON. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}

export function inspectionProofs({ words, report }) {
  const drawn = report.facts.sample === null ? [] : [words("proves_drawn")];
  return [words("proves_inspection"), words("proves_two"), ...drawn];
}
