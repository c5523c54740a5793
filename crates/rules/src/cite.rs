//! Citations: an article string is read into instruments and article numbers, so that a page can order rules by article and a
//! check can compare the two languages. The words stay the author's.

use std::collections::BTreeMap;

use countenance_base::Text;
use serde::Deserialize;

use crate::Day;
use crate::load::{Problem, RulebookRefused, line_of, toml_file};

/// A law, regulation, rule or interpretation that rules cite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// As citations name it.
    pub name: Text,
    /// The name in full, with who issued it.
    pub full: Text,
    pub rank: Rank,
    /// Since when it is in force.
    pub effective: Day,
}

/// Higher rank first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    Law,
    Regulation,
    Rule,
    Court,
    Draft,
}

/// One part of an article string: an instrument with its articles, or words without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The instrument as named; `None` for words such as “a design choice”.
    pub instrument: Option<Text>,
    /// Article numbers in the order named.
    pub articles: Vec<u32>,
    /// Only to compare with; the rule does not rest on it.
    pub compare: bool,
    pub words: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    instrument: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    zh: String,
    en: String,
    full_zh: String,
    full_en: String,
    rank: Rank,
    effective: toml::value::Datetime,
}

/// The instruments of a folder, by Chinese name.
pub(crate) fn read_instruments(file: &str, text: &str) -> Result<BTreeMap<String, Instrument>, RulebookRefused> {
    let written: Written = toml_file(file, text)?;
    let mut instruments = BTreeMap::new();
    for entry in written.instrument {
        let refuse = |problem, remedy: &str| RulebookRefused::new(file, line_of(text, &entry.zh), problem, remedy);
        let Some(effective) = Day::parse(&entry.effective.to_string()) else {
            return Err(refuse(
                Problem::Header(entry.effective.to_string()),
                "write the day since which it is in force, as 2025-06-01",
            ));
        };
        let instrument = Instrument {
            name: Text::new(entry.zh.as_str(), entry.en.as_str()),
            full: Text::new(entry.full_zh.as_str(), entry.full_en.as_str()),
            rank: entry.rank,
            effective,
        };
        if instruments.insert(entry.zh.clone(), instrument).is_some() {
            return Err(refuse(Problem::DoubleId(entry.zh.clone()), "list each instrument once"));
        }
    }
    Ok(instruments)
}

/// Reads an article string: parts between `；` (`; ` in English), the same number of parts and the same articles in both languages.
/// The error is the part that cannot be read.
pub fn citations(article: &Text) -> Result<Vec<Citation>, String> {
    let (zh, en): (Vec<&str>, Vec<&str>) = (article.zh.split('；').collect(), article.en.split("; ").collect());
    if zh.len() != en.len() {
        return Err(format!("{} parts in Chinese, {} in English", zh.len(), en.len()));
    }
    zh.into_iter()
        .zip(en)
        .map(|(zh, en)| {
            let (zh_part, en_part) = (read_zh(zh.trim()), read_en(en.trim()));
            if zh_part.articles != en_part.articles || zh_part.instrument.is_some() != en_part.instrument.is_some() {
                return Err(format!("{zh} / {en}"));
            }
            Ok(Citation {
                instrument: zh_part.instrument.zip(en_part.instrument).map(|(zh, en)| Text::new(zh, en)),
                articles: zh_part.articles,
                compare: zh_part.compare,
                words: Text::new(zh.trim(), en.trim()),
            })
        })
        .collect()
}

/// The article numbers of one Chinese citation.
pub(crate) fn articles_zh(part: &str) -> Vec<u32> {
    read_zh(part).articles
}

#[derive(Debug, PartialEq, Eq)]
struct Part {
    instrument: Option<String>,
    articles: Vec<u32>,
    compare: bool,
}

impl Part {
    const fn words() -> Self {
        Self {
            instrument: None,
            articles: Vec::new(),
            compare: false,
        }
    }
}

/// `参见《…法》第九条第二款、第十条`
fn read_zh(part: &str) -> Part {
    let (compare, rest) = part.strip_prefix("参见").map_or((false, part), |rest| (true, rest));
    let mut articles = Vec::new();
    let mut instrument = None;
    let mut at = 0;
    while let Some(found) = rest.get(at..).and_then(|tail| tail.find('第')) {
        let begin = at + found;
        let after = begin + '第'.len_utf8();
        let number: String = rest
            .get(after..)
            .unwrap_or_default()
            .chars()
            .take_while(|c| is_numeral(*c))
            .collect();
        at = after + number.len();
        if rest.get(at..).is_some_and(|tail| tail.starts_with('条')) && !number.is_empty() {
            if articles.is_empty() {
                instrument = rest.get(..begin).map(str::to_owned);
            }
            articles.extend(chinese_number(&number));
        }
    }
    match instrument.filter(|name| !name.is_empty()) {
        Some(name) => Part {
            instrument: Some(name),
            articles,
            compare,
        },
        None => Part::words(),
    }
}

/// `compare Law of Things, article 9, paragraph 2, and article 10`
fn read_en(part: &str) -> Part {
    let (compare, rest) = part.strip_prefix("compare ").map_or((false, part), |rest| (true, rest));
    let Some((name, tail)) = rest.split_once(", article") else {
        return Part::words();
    };
    let mut articles = Vec::new();
    for piece in tail.split("article") {
        let (several, numbers) = piece.strip_prefix('s').map_or((false, piece), |numbers| (true, numbers));
        let words = numbers.split([' ', ',']).filter(|word| !word.is_empty());
        let numbers = words.map_while(|word| {
            if word == "and" {
                Some(None)
            } else {
                word.parse::<u32>().ok().map(Some)
            }
        });
        articles.extend(numbers.flatten().take(if several { usize::MAX } else { 1 }));
    }
    Part {
        instrument: Some(name.to_owned()),
        articles,
        compare,
    }
}

fn is_numeral(char: char) -> bool {
    "零一二三四五六七八九十百千".contains(char)
}

/// `一千零三十五` → 1035
fn chinese_number(text: &str) -> Option<u32> {
    let (mut sum, mut digit) = (0, 0);
    for char in text.chars() {
        let unit = match char {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            _ => {
                digit = u32::try_from("零一二三四五六七八九".chars().position(|known| known == char)?).ok()?;
                continue;
            }
        };
        sum += digit.max(1) * unit;
        digit = 0;
    }
    Some(sum + digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numbers_are_read() {
        for (text, number) in [
            ("九", 9),
            ("十", 10),
            ("十三", 13),
            ("二十九", 29),
            ("一百零五", 105),
            ("一千零三十五", 1035),
        ] {
            assert_eq!(chinese_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn citations_are_read_in_both_languages() {
        let text = Text::new(
            "《甲法》第六条、第十三条第一项；参见《乙办法》第九条第二款；最高人民法院法释〔2021〕15号第二条第四项；天数为设计选择",
            "Law A, article 6 and article 13, item 1; compare Measures B, article 9, paragraph 2; Supreme People's Court, Fa Shi [2021] No. 15, article 2, item 4; the number is a design choice",
        );
        let read = citations(&text).unwrap();
        let plain: Vec<(Option<&str>, &[u32], bool)> = read
            .iter()
            .map(|part| {
                (
                    part.instrument.as_ref().map(|name| name.en.as_str()),
                    part.articles.as_slice(),
                    part.compare,
                )
            })
            .collect();
        assert_eq!(
            plain,
            [
                (Some("Law A"), [6, 13].as_slice(), false),
                (Some("Measures B"), &[9], true),
                (Some("Supreme People's Court, Fa Shi [2021] No. 15"), &[2], false),
                (None, &[], false),
            ]
        );
        assert_eq!(read_en("Law, articles 15 and 17").articles, [15, 17]);
        assert_eq!(read_en("Law, article 5, paragraph 1, and article 6").articles, [5, 6]);
    }

    #[test]
    fn languages_that_cite_different_articles_are_found() {
        for (zh, en) in [
            ("《甲法》第六条", "Law A, article 7"),
            ("《甲法》第六条；《乙法》第一条", "Law A, article 6"),
            ("《甲法》第六条", "a design choice"),
        ] {
            assert!(citations(&Text::new(zh, en)).is_err(), "{zh}");
        }
    }
}
