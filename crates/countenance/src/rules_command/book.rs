//! A rulebook into the page that shows it.

use countenance_base::{Locale, Timestamp};
use countenance_portal::{Frame, Place, RulebookArticle, RulebookChapter, RulebookInstrument, RulebookNumber, RulebookPage, RulebookRule};
use countenance_rules::{Act, Approval, Article, BookRule, Case, Chapter, Parameter, Rulebook};

/// The whole rulebook as a page in one language.
pub(super) fn page(rulebook: &Rulebook, approval: Option<&Approval>, locale: Locale, now: Timestamp) -> RulebookPage {
    RulebookPage {
        frame: Frame {
            locale,
            place: Place::Guest,
            path: String::new(),
            token: String::new(),
            now,
            zone: "UTC".to_owned(),
            demo: false,
        },
        title: rulebook.title().get(locale).to_owned(),
        id: rulebook.id().to_owned(),
        version: rulebook.version().to_owned(),
        approved: approval.map(|approval| (approval.by.clone(), approval.on.to_string())),
        chapters: rulebook.book().chapters.iter().map(|part| chapter(part, locale)).collect(),
    }
}

fn chapter(chapter: &Chapter<'_>, locale: Locale) -> RulebookChapter {
    RulebookChapter {
        instrument: chapter.instrument.map(|instrument| RulebookInstrument {
            name: instrument.name.get(locale).to_owned(),
            full: instrument.full.get(locale).to_owned(),
            effective: instrument.effective.to_string(),
        }),
        articles: chapter.articles.iter().map(|part| article(part, locale)).collect(),
    }
}

fn article(article: &Article<'_>, locale: Locale) -> RulebookArticle {
    let also = article.also.iter().map(|rule| (rule.id.clone(), rule.text.get(locale).to_owned()));
    RulebookArticle {
        number: article.number,
        rules: article.rules.iter().map(|part| rule(part, locale)).collect(),
        also: also.collect(),
        numbers: article
            .numbers
            .iter()
            .map(|(name, parameter)| number(name, parameter, locale))
            .collect(),
    }
}

fn rule(book: &BookRule<'_>, locale: Locale) -> RulebookRule {
    let rule = book.rule;
    RulebookRule {
        id: rule.id.clone(),
        text: rule.text.get(locale).to_owned(),
        remedy: rule.remedy.get(locale).to_owned(),
        article: rule.article.get(locale).to_owned(),
        confidence: rule.confidence.label(locale).to_owned(),
        to_confirm: rule.confidence.to_be_confirmed(),
        effective: rule.effective.clone(),
        amended: rule.amended.as_deref().map(|id| id.rsplit('/').next().unwrap_or(id).to_owned()),
        acts: rule.acts.iter().map(|act: &Act| act.title(locale).to_owned()).collect(),
        policy: rule.condition().to_owned(),
        reads: book
            .reads
            .iter()
            .map(|(name, parameter)| ((*name).to_owned(), parameter.value.to_string()))
            .collect(),
        against: titles(&book.against, locale),
        permitted: u64::try_from(book.permitted).unwrap_or_default(),
    }
}

/// Cases of several acts often show the same thing; it is told once.
fn titles(cases: &[&Case], locale: Locale) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for case in cases {
        let title = case.title.get(locale);
        if !titles.iter().any(|known| known == title) {
            titles.push(title.to_owned());
        }
    }
    titles
}

fn number(name: &str, parameter: &Parameter, locale: Locale) -> RulebookNumber {
    RulebookNumber {
        name: name.to_owned(),
        value: parameter.value.to_string(),
        source: parameter.source.get(locale).to_owned(),
        confidence: parameter.confidence.label(locale).to_owned(),
        to_confirm: parameter.confidence.to_be_confirmed(),
        effective: parameter.effective.to_string(),
    }
}
