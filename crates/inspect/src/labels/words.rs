//! What `inspect labels` says, in both languages.

use std::fmt::Write as _;

use countenance_base::{Locale, Text};

use super::{Finding, Form, Found, Inspected, LabelsRefused, List, Place};

/// What no reading of an export can see.
const UNSEEN: [(&str, &str); 5] = [
    ("图片里的标签，或者画在图片上的框和字", "a label in a picture, or drawn into one"),
    (
        "只有厂家知道含义的代码：一列 1、2、3 可能就是性别或者等级",
        "a code that only its maker knows: a column of 1, 2, 3 may be a sex or a class",
    ),
    (
        "没有导出的表、列和行：请在系统里当面打开，对照着看",
        "tables, columns and rows that were not exported: open them in the system itself and compare",
    ),
    (
        "换了写法的词：别名、缩写、方言、错别字、别的语言",
        "words written otherwise: nicknames, abbreviations, dialect, misspellings, other languages",
    ),
    (
        "标签是怎么来的：本人填写的表格不同于从脸上猜出来的结果，请问运营方",
        "where a label comes from: a form that a person filled in is not a guess from a face; ask the operator",
    ),
];

/// The whole answer.
pub fn tell(inspected: &Inspected, list: &List, locale: Locale) -> String {
    let say = Say(locale);
    let mut text = String::new();
    say.head(inspected, &mut text);
    for (label, findings) in by_label(inspected) {
        if let Some(label) = list.labels().get(label) {
            let places = findings.iter().map(|finding| say.finding(finding)).collect::<Vec<_>>().join("\n");
            push(
                &mut text,
                format_args!(
                    "\n{} [{}]\n{places}\n  {}\n  {} · {}\n",
                    say.of(&label.title),
                    label.id,
                    say.of(&label.why),
                    say.of(&label.article),
                    label.confidence.label(locale)
                ),
            );
        }
    }
    text.push('\n');
    text.push_str(say.one("这里看不见的：", "What this cannot see:"));
    text.push('\n');
    for (zh, en) in UNSEEN {
        push(&mut text, format_args!("  - {}\n", say.one(zh, en)));
    }
    text
}

/// Why a file was not inspected, and what to do.
pub fn refusal(refused: LabelsRefused, locale: Locale) -> String {
    let say = Say(locale);
    let words = match refused {
        LabelsRefused::TooLarge => say.one(
            "没有检查：文件太大。请分成几个文件再试。",
            "not inspected: the file is too large. Split it and try again.",
        ),
        LabelsRefused::TooWide => say.one(
            "没有检查：列太多，记不下。请只导出需要检查的列，或者分成几个文件再试。",
            "not inspected: it has more columns than can be kept. Export only those to be looked at, or split it, and try again.",
        ),
        LabelsRefused::Encoding => say.one(
            "没有检查：不猜编码。请另存为 UTF-8、带标记的 UTF-16 或者 GB18030 的文本。",
            "not inspected: the encoding would have to be guessed. Save it as text in UTF-8, UTF-16 with its mark, or GB18030.",
        ),
        LabelsRefused::Json => say.one(
            "没有检查：文件开头是 JSON，后面读不下去。请重新导出，或者导出为 CSV。",
            "not inspected: it begins as JSON and cannot be read to its end. Export it again, or as CSV.",
        ),
        LabelsRefused::Table => say.one(
            "没有检查：读不成一张表。请导出为 CSV 或者 JSON。",
            "not inspected: it cannot be read as a table. Export it as CSV or JSON.",
        ),
        LabelsRefused::Empty => say.one("没有检查：文件里没有一行内容。", "not inspected: the file does not have one row."),
        LabelsRefused::Workbook => say.one(
            "没有检查：读不了这个工作簿。请另存为 CSV，每张表一个文件。",
            "not inspected: the workbook cannot be read. Save it as CSV, one file for each sheet.",
        ),
        LabelsRefused::OldWorkbook => say.one(
            "没有检查：这是旧格式或者加了密码的工作簿。请去掉密码，另存为 XLSX 或者 CSV。",
            "not inspected: the workbook is in an old format, or locked by a password. Save it without one, as XLSX or CSV.",
        ),
    };
    format!("{words} [{}]", refused.code())
}

fn by_label(inspected: &Inspected) -> Vec<(usize, Vec<&Finding>)> {
    let mut labels: Vec<(usize, Vec<&Finding>)> = Vec::new();
    for finding in &inspected.findings {
        match labels.last_mut() {
            Some((label, findings)) if *label == finding.label => findings.push(finding),
            _ => labels.push((finding.label, vec![finding])),
        }
    }
    labels
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a `String` does not fail.
    if text.write_fmt(words).is_err() {
        text.push('…');
    }
}

struct Say(Locale);

impl Say {
    const fn one<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }

    fn of<'a>(&self, text: &'a Text) -> &'a str {
        self.one(&text.zh, &text.en)
    }

    fn head(&self, inspected: &Inspected, text: &mut String) {
        let form = match inspected.form {
            Form::Delimited => self.one("文本表格", "a table in text"),
            Form::Json => "JSON",
            Form::JsonLines => self.one("逐行 JSON", "JSON lines"),
            Form::Workbook => self.one("工作簿", "a workbook"),
        };
        let (rows, columns, file) = (inspected.rows, inspected.columns, &inspected.file);
        let kinds = by_label(inspected).len();
        let found = match (kinds, self.0) {
            (0, Locale::Zh) => "没有找到清单上的词。这不等于没有标签。".to_owned(),
            (0, Locale::En) => "No word of the list was found. That is not the same as no label.".to_owned(),
            (_, Locale::Zh) => format!(
                "找到 {kinds} 类不该有的标签，共 {} 处。每一处都要问运营方：从哪来，做什么用。",
                inspected.findings.len()
            ),
            (_, Locale::En) => format!(
                "Found: {kinds} kinds of labels that ought not to be, at {} places. Ask the operator of each: where is it from, what is it for.",
                inspected.findings.len()
            ),
        };
        let head = match self.0 {
            Locale::Zh => {
                format!("读作{form}：{rows} 行，{columns} 列。SHA-256 {file}\n{found}\n答复里只有清单上的词和位置，不含文件的其他内容。\n")
            }
            Locale::En => format!(
                "Read as {form}: {rows} rows, {columns} columns. SHA-256 {file}\n{found}\nThis answer holds words of the list and places, nothing else of the file.\n"
            ),
        };
        text.push_str(&head);
    }

    fn finding(&self, finding: &Finding) -> String {
        let (word, rows) = (&finding.word, finding.rows);
        let place = self.place(finding);
        let first: Vec<String> = finding.first_rows.iter().map(u64::to_string).collect();
        let first = first.join(self.one("、", ", "));
        let more = if rows > u64::try_from(finding.first_rows.len()).unwrap_or(u64::MAX) {
            self.one(" 等", " …")
        } else {
            ""
        };
        match (finding.found, self.0) {
            (Found::Name, Locale::Zh) if rows == 0 => format!("  {place}：名称里有“{word}”"),
            (Found::Name, Locale::En) if rows == 0 => format!("  {place}: its name says “{word}”"),
            (Found::Name, Locale::Zh) => format!("  {place}：名称里有“{word}”，{rows} 行有内容"),
            (Found::Name, Locale::En) => format!("  {place}: its name says “{word}”; {rows} rows have something in it"),
            (Found::Value, Locale::Zh) => format!("  {place}：值里有“{word}”，{rows} 行（第 {first} 行{more}）"),
            (Found::Value, Locale::En) => format!("  {place}: values say “{word}”; {rows} rows (row {first}{more})"),
        }
    }

    fn place(&self, finding: &Finding) -> String {
        let column = |column: u32| match (&finding.column_name, self.0) {
            (Some(name), Locale::Zh) => format!("第 {column} 列“{name}”"),
            (Some(name), Locale::En) => format!("column {column} “{name}”"),
            (None, Locale::Zh) => format!("第 {column} 列"),
            (None, Locale::En) => format!("column {column}"),
        };
        match (&finding.place, self.0) {
            (Place::FileName, _) => self.one("文件名", "the file's name").to_owned(),
            (Place::SheetName { sheet }, Locale::Zh) => format!("第 {sheet} 张表的名称"),
            (Place::SheetName { sheet }, Locale::En) => format!("the name of sheet {sheet}"),
            (Place::Column { sheet: 1, column: at }, _) => column(*at),
            (Place::Column { sheet, column: at }, Locale::Zh) => format!("第 {sheet} 张表{}", column(*at)),
            (Place::Column { sheet, column: at }, Locale::En) => format!("sheet {sheet}, {}", column(*at)),
        }
    }
}
