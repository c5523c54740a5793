// Whom a reader trusts, shown so that it can be compared by voice and in full.

import { toHex } from "./bytes.js";
import { witnessesOf } from "./verify-policy.js";
import { element, facts } from "./verify-elements.js";
import { say } from "./verify-words.js";

/** Children of the page's `details` about the policy in force. */
export function viewPolicy(language, policy, own) {
  const words = (key, args) => say(language, key, args);
  const summary = element("summary", {}, words("trust"), policy ? element("span", { class: "word" }, policy.word) : "");
  if (!policy) return [summary, element("p", {}, words("trust_none"))];
  return [
    summary,
    element("p", {}, words(own ? "trust_own" : "trust_given")),
    element("p", {}, words("trust_compare")),
    facts(policyFacts(words, policy)),
    element("details", {}, element("summary", {}, words("trust_text")), policyText(words, policy.text)),
  ];
}

const policyText = (words, text) => element("pre", { class: "signed", tabindex: "0", role: "region", "aria-label": words("trust_text") }, text);

function policyFacts(words, policy) {
  const mono = (text) => element("span", { class: "mono" }, text);
  const many = (items) => (items.length === 0 ? words("trust_nobody") : element("ul", {}, ...items.map((item) => element("li", {}, item))));
  const witness = ({ name, operator, words: who }) => {
    const side = operator ? (who === "" ? "seen_unsaid" : "seen_operator") : "seen_independent";
    return [name, who, words(side)].filter((text) => text !== "").join(" · ");
  };
  return [
    [words("trust_word"), element("strong", {}, policy.word)],
    [words("trust_hash"), mono(policy.sha256)],
    [words("trust_log"), many(policy.logs.map(({ name, id }) => mono(`${name}+${id}`)))],
    [words("trust_witnesses"), many(witnessesOf(policy).map(witness))],
    [words("trust_quorum"), quorumOf(words, policy)],
    [words("trust_gates"), many([...policy.gates].flatMap(([gate, keys]) => keys.map((key) => mono(`${gate} ${toHex(key).slice(0, 16)}…`))))],
    [words("trust_operator"), many(policy.operators.map(({ name, id }) => mono(`${name}+${id}`)))],
    [words("trust_auditor"), many(policy.auditors.map(({ name, id }) => mono(`${name}+${id}`)))],
  ];
}

function quorumOf(words, policy) {
  if (policy.quorum === "none") return words("trust_quorum_none");
  const group = policy.members.get(policy.quorum);
  if (group.key) return policy.quorum;
  const n = words("trust_members", { least: group.least, n: group.members.length, names: group.members.join(" ") });
  return words("trust_quorum_is", { name: policy.quorum, n });
}
