//! What changed between two rulebooks, in plain words.

use std::collections::BTreeMap;

use countenance_base::Locale;

use crate::{Parameter, PolicyText, Rulebook};

/// New, ended and changed rules and numbers of `after` against `before`. Ends with a newline; says so when nothing changed.
pub fn diff(before: &Rulebook, after: &Rulebook, locale: Locale) -> String {
    let words = Words::of(locale);
    let mut lines = vec![format!("{} → {}", before.id(), after.id())];
    let new: Vec<&PolicyText> = after.policies().iter().filter(|rule| before.policy(&rule.id).is_none()).collect();
    let ended: Vec<&PolicyText> = before.policies().iter().filter(|rule| after.policy(&rule.id).is_none()).collect();
    section(
        &mut lines,
        words.new_rules,
        new.iter().flat_map(|rule| whole(rule, "+", &words, locale)),
    );
    section(
        &mut lines,
        words.ended_rules,
        ended.iter().map(|rule| format!("− {}：{}", rule.id, rule.text.get(locale))),
    );
    let changed = after.policies().iter().filter_map(|rule| {
        let changes = changes(before.policy(&rule.id)?, rule, &words, locale);
        (!changes.is_empty()).then(|| std::iter::once(format!("~ {}", rule.id)).chain(changes))
    });
    section(&mut lines, words.changed_rules, changed.flatten());
    numbers(
        &mut lines,
        (&before.parameters().sources, &after.parameters().sources),
        &words,
        locale,
    );
    if lines.len() == 1 {
        lines.push(words.nothing.to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn section(lines: &mut Vec<String>, title: &str, content: impl Iterator<Item = String>) {
    let mut content = content.peekable();
    if content.peek().is_some() {
        lines.push(format!("\n{title}"));
        lines.extend(content);
    }
}

fn whole(rule: &PolicyText, mark: &str, words: &Words, locale: Locale) -> Vec<String> {
    vec![
        format!("{mark} {}", rule.id),
        format!("    {}", rule.text.get(locale)),
        format!(
            "    {}{} · {}",
            words.source,
            rule.article.get(locale),
            rule.confidence.label(locale)
        ),
    ]
}

/// One line for each thing that a reader of the rule would see changed.
fn changes(before: &PolicyText, after: &PolicyText, words: &Words, locale: Locale) -> Vec<String> {
    let mut lines = Vec::new();
    let mut change = |what: &str, old: &str, new: &str| {
        if old != new {
            lines.push(format!("    {what}{old} → {new}"));
        }
    };
    change(words.wording, before.text.get(locale), after.text.get(locale));
    change(words.remedy, before.remedy.get(locale), after.remedy.get(locale));
    change(words.source, before.article.get(locale), after.article.get(locale));
    change(words.confidence, before.confidence.label(locale), after.confidence.label(locale));
    change(words.effective, &before.effective, &after.effective);
    if before.condition() != after.condition() {
        lines.push(format!("    {}", words.condition));
        lines.extend(before.condition().lines().map(|line| format!("      − {line}")));
        lines.extend(after.condition().lines().map(|line| format!("      + {line}")));
    }
    lines
}

type Sources = BTreeMap<String, Parameter>;

fn numbers(lines: &mut Vec<String>, (before, after): (&Sources, &Sources), words: &Words, locale: Locale) {
    let told = |mark: &str, name: &str, parameter: &Parameter| {
        format!(
            "{mark} {name} = {}\n    {}{}",
            parameter.value,
            words.source,
            parameter.source.get(locale)
        )
    };
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    section(lines, words.new_numbers, new.map(|(name, parameter)| told("+", name, parameter)));
    let ended = before.iter().filter(|(name, _)| !after.contains_key(*name));
    section(
        lines,
        words.ended_numbers,
        ended.map(|(name, parameter)| told("−", name, parameter)),
    );
    let changed = after.iter().filter_map(|(name, new)| {
        let old = before.get(name)?;
        let mut line = vec![format!("~ {name} = {}", old.value)];
        if old.value != new.value {
            line = vec![format!("~ {name} = {} → {}", old.value, new.value)];
        }
        if old.source != new.source {
            line.push(format!(
                "    {}{} → {}",
                words.source,
                old.source.get(locale),
                new.source.get(locale)
            ));
        }
        (old.value != new.value || old.source != new.source).then(|| line.join("\n"))
    });
    section(lines, words.changed_numbers, changed);
}

struct Words {
    new_rules: &'static str,
    ended_rules: &'static str,
    changed_rules: &'static str,
    new_numbers: &'static str,
    ended_numbers: &'static str,
    changed_numbers: &'static str,
    wording: &'static str,
    remedy: &'static str,
    source: &'static str,
    confidence: &'static str,
    effective: &'static str,
    condition: &'static str,
    nothing: &'static str,
}

impl Words {
    const fn of(locale: Locale) -> Self {
        match locale {
            Locale::Zh => Self {
                new_rules: "新增的规则",
                ended_rules: "不再适用的规则",
                changed_rules: "有变化的规则",
                new_numbers: "新增的数字和清单",
                ended_numbers: "不再适用的数字和清单",
                changed_numbers: "有变化的数字和清单",
                wording: "文字：",
                remedy: "怎么办：",
                source: "依据：",
                confidence: "把握：",
                effective: "施行：",
                condition: "条件变了：",
                nothing: "\n没有变化。",
            },
            Locale::En => Self {
                new_rules: "New rules",
                ended_rules: "Rules that ended",
                changed_rules: "Changed rules",
                new_numbers: "New numbers and lists",
                ended_numbers: "Numbers and lists that ended",
                changed_numbers: "Changed numbers and lists",
                wording: "Wording: ",
                remedy: "What to do: ",
                source: "Source: ",
                confidence: "How sure: ",
                effective: "In force since: ",
                condition: "Another condition:",
                nothing: "\nNothing changed.",
            },
        }
    }
}
