//! A rulebook as one whole, article by article, for a page that a lawyer reads.

use std::collections::BTreeMap;

use crate::{Case, Citation, Instrument, Parameter, PolicyText, Rulebook, citations};

/// A rulebook in the order of its sources: by rank of the instrument, then by age, then by article.
#[derive(Debug)]
pub struct Book<'a> {
    pub chapters: Vec<Chapter<'a>>,
}

/// What rests on one instrument; what rests on none comes last.
#[derive(Debug)]
pub struct Chapter<'a> {
    pub instrument: Option<&'a Instrument>,
    pub articles: Vec<Article<'a>>,
}

/// What rests on one article.
#[derive(Debug)]
pub struct Article<'a> {
    /// `None` for what rests on no article.
    pub number: Option<u32>,
    /// Rules that stand here: it is the first article that they rest on.
    pub rules: Vec<BookRule<'a>>,
    /// Rules that rest on this article beside the one under which they stand.
    pub also: Vec<&'a PolicyText>,
    /// Numbers and lists, by name.
    pub numbers: BTreeMap<&'a str, &'a Parameter>,
}

/// A rule with what shows how it decides.
#[derive(Debug)]
pub struct BookRule<'a> {
    pub rule: &'a PolicyText,
    /// Numbers and lists that its condition reads.
    pub reads: BTreeMap<&'a str, &'a Parameter>,
    /// Cases that it refuses.
    pub against: Vec<&'a Case>,
    /// Permitted cases of its acts: it let them pass.
    pub permitted: usize,
}

/// Where a rule or number stands: rank and age of the instrument, its name, the article.
type Place<'a> = (Option<(crate::Rank, crate::Day, &'a str)>, Option<u32>);

impl Rulebook {
    /// The whole rulebook, article by article.
    pub fn book(&self) -> Book<'_> {
        let mut places: BTreeMap<Place<'_>, Article<'_>> = BTreeMap::new();
        for rule in self.policies() {
            let cited = self.places(&citations(&rule.article).unwrap_or_default());
            let first = cited.first().copied().unwrap_or((None, None));
            article(&mut places, first).rules.push(self.book_rule(rule));
            for place in cited.iter().skip(1).filter(|place| **place != first) {
                article(&mut places, *place).also.push(rule);
            }
        }
        for (name, parameter) in &self.parameters().sources {
            let named = self.articles_named(&parameter.source.zh);
            let named = if named.is_empty() { vec![(None, None)] } else { named };
            for place in named {
                article(&mut places, place).numbers.insert(name, parameter);
            }
        }
        self.chapters(places)
    }

    fn chapters<'a>(&'a self, places: BTreeMap<Place<'a>, Article<'a>>) -> Book<'a> {
        let mut chapters: Vec<Chapter<'a>> = Vec::new();
        let (without, with): (Vec<_>, Vec<_>) = places.into_iter().partition(|((instrument, _), _)| instrument.is_none());
        for ((instrument, _), article) in with.into_iter().chain(without) {
            let instrument = instrument.and_then(|(_, _, name)| self.instruments().get(name));
            match chapters.last_mut() {
                Some(chapter) if chapter.instrument == instrument => chapter.articles.push(article),
                _ => chapters.push(Chapter {
                    instrument,
                    articles: vec![article],
                }),
            }
        }
        Book { chapters }
    }

    fn book_rule<'a>(&'a self, rule: &'a PolicyText) -> BookRule<'a> {
        let reads =
            |name: &&String| rule.condition().contains(&format!("parameters.{name}")) || rule.condition().contains(&format!("has {name}"));
        let cases = || self.cases().iter().filter(|case| case.on.is_none());
        BookRule {
            rule,
            reads: self
                .parameters()
                .sources
                .iter()
                .filter(|(name, _)| reads(name))
                .map(|(name, parameter)| (name.as_str(), parameter))
                .collect(),
            against: cases().filter(|case| case.refused_by.contains(&rule.id)).collect(),
            permitted: cases()
                .filter(|case| case.refused_by.is_empty() && rule.acts.contains(&case.act))
                .count(),
        }
    }

    /// The articles that citations rest on, not those that they compare with.
    fn places<'a>(&'a self, cited: &[Citation]) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for part in cited.iter().filter(|part| !part.compare) {
            let known = part.instrument.as_ref().and_then(|name| self.instruments().get_key_value(&name.zh));
            if let Some((name, instrument)) = known {
                let place = Some((instrument.rank, instrument.effective, name.as_str()));
                places.extend(part.articles.iter().map(|article| (place, Some(*article))));
            }
        }
        places
    }

    /// The articles that a free text names.
    fn articles_named<'a>(&'a self, zh: &str) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for (name, instrument) in self.instruments() {
            for (at, _) in zh.match_indices(name.as_str()) {
                let rest = zh.get(at..).unwrap_or_default();
                let end = rest
                    .find(['；', '（', '：', '，', '）'])
                    .filter(|end| *end > name.len())
                    .unwrap_or(rest.len());
                let part = rest.get(..end).unwrap_or_default();
                let place = Some((instrument.rank, instrument.effective, name.as_str()));
                places.extend(crate::cite::articles_zh(part).into_iter().map(|article| (place, Some(article))));
            }
        }
        places
    }
}

fn article<'a, 'b>(places: &'b mut BTreeMap<Place<'a>, Article<'a>>, place: Place<'a>) -> &'b mut Article<'a> {
    places.entry(place).or_insert_with(|| Article {
        number: place.1,
        rules: Vec::new(),
        also: Vec::new(),
        numbers: BTreeMap::new(),
    })
}
