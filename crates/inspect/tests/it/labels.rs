//! Files of every form, good and hostile, and that no person's data comes out.

use std::io::{Cursor, Write as _};

use countenance_base::Locale;
use countenance_inspect::labels::{Form, Found, Inspected, LabelsRefused, List, Place, inspect, record, refusal, tell};

const TABLE: &str = "姓名,手机,年龄,标签,备注\n\
    王小明,13800000001,31,年轻|常客,VIP客户 王小明\n\
    李秀英,13800000002,,陌生人,\n\
    Young,13800000003,55,,疑似小偷 住 3-1201\n";

pub(crate) fn list() -> List {
    List::embedded().unwrap()
}

fn inspected(bytes: &[u8]) -> Inspected {
    inspect("export", bytes, &list()).unwrap()
}

/// Label, word, in a name or a value, column, rows.
fn short(inspected: &Inspected) -> Vec<(String, String, Found, u32, Vec<u64>)> {
    let list = list();
    let column = |place: &Place| match place {
        Place::Column { column, .. } => *column,
        Place::FileName | Place::SheetName { .. } => 0,
    };
    let one = |finding: &countenance_inspect::labels::Finding| {
        let label = list.labels()[finding.label].id.trim_start_matches("label.").to_owned();
        (
            label,
            finding.word.clone(),
            finding.found,
            column(&finding.place),
            finding.first_rows.clone(),
        )
    };
    inspected.findings.iter().map(one).collect()
}

fn expected() -> Vec<(String, String, Found, u32, Vec<u64>)> {
    let one = |(label, word, found, column, rows): (&str, &str, Found, u32, &[u64])| {
        (label.to_owned(), word.to_owned(), found, column, rows.to_vec())
    };
    [
        ("age", "年龄", Found::Name, 3, [2, 4].as_slice()),
        ("age", "年轻", Found::Value, 4, &[2]),
        ("vip", "vip", Found::Value, 5, &[2]),
        ("thief", "疑似小偷", Found::Value, 5, &[4]),
        ("repeat", "常客", Found::Value, 4, &[2]),
        ("stranger", "陌生人", Found::Value, 4, &[3]),
    ]
    .map(one)
    .to_vec()
}

#[test]
fn a_table_is_found_out_in_every_form() {
    let commas = inspected(TABLE.as_bytes());
    assert_eq!((commas.form, commas.rows, commas.columns), (Form::Delimited, 4, 5));
    assert_eq!(short(&commas), expected());
    for delimiter in ["\t", ";"] {
        assert_eq!(short(&inspected(TABLE.replace(',', delimiter).as_bytes())), expected());
    }
    let gb = encoding_rs::GB18030.encode(TABLE).0.into_owned();
    assert_eq!(short(&inspected(&gb)), expected());
    let book = workbook(&[("记录", TABLE)]);
    assert_eq!(inspected(&book).form, Form::Workbook);
    assert_eq!(short(&inspected(&book)), expected());
}

#[test]
fn the_same_rows_as_json_are_found_by_object() {
    let mut lines = TABLE.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let object = |row: Vec<&str>| {
        let pairs: Vec<String> = names.iter().zip(row).map(|(name, value)| format!("{name:?}: {value:?}")).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    let objects: Vec<String> = lines.map(object).collect();
    // The first object of JSON is number one, the first row of values is number two.
    let mut expected = expected();
    for (.., rows) in &mut expected {
        for row in rows.iter_mut() {
            *row -= 1;
        }
    }
    let whole = inspected(format!("[{}]", objects.join(",\n")).as_bytes());
    assert_eq!((whole.form, whole.rows), (Form::Json, 3));
    assert_eq!(short(&whole), expected);
    let lines = inspected(objects.join("\n").as_bytes());
    assert_eq!((lines.form, lines.rows), (Form::JsonLines, 3));
    assert_eq!(short(&lines), expected);
}

#[test]
fn what_hides_in_json_is_found() {
    let twice = inspected(br#"{"data": [{"tag": "VIP", "tag": "x"}, {"face": {"attributes": {"genderCode": 1}}}]}"#);
    let found: Vec<String> = short(&twice).into_iter().map(|(label, ..)| label).collect();
    assert_eq!(found, ["sex", "vip"], "a key that stands twice, a key deep inside");
    let cell = inspected(b"id,ext\n7,\"{\"\"emotion\"\":3,\"\"person\"\":\"\"Wang\"\"}\"\n");
    assert_eq!(short(&cell), [("mood".into(), "emotion".into(), Found::Value, 2, vec![2])]);
}

#[test]
fn a_list_may_be_called_what_it_is() {
    let list = list();
    let named = inspect("商户黑名单 2023", b"id\n1\n", &list).unwrap();
    assert_eq!(named.findings.len(), 1);
    assert_eq!(named.findings[0].place, Place::FileName);
    let book = inspected(&workbook(&[("门禁", "id\n1\n"), ("VIP", "id\n1\n")]));
    assert_eq!(book.findings[0].place, Place::SheetName { sheet: 2 });
    assert_eq!(inspected(b"id,door\n1,3\n").findings, []);
}

#[test]
fn nothing_of_the_file_comes_out() {
    let list = list();
    // A table without names of columns, and JSON whose keys are people: the worst places.
    let json = r#"{"王小明": {"标签": "VIP"}, "李秀英": {"remark": "疑似小偷 13800000002"}}"#;
    let headless = TABLE.lines().skip(1).collect::<Vec<_>>().join("\n");
    for text in [TABLE, json, &headless] {
        let inspected = inspect("王小明 VIP", text.as_bytes(), &list).unwrap();
        assert!(inspected.findings.len() > 1);
        let said = [
            tell(&inspected, &list, Locale::Zh),
            tell(&inspected, &list, Locale::En),
            record(&inspected, &list).to_string(),
            format!("{inspected:?}"),
        ]
        .concat();
        assert!(said.contains("疑似小偷"), "the search below would find something");
        for secret in ["王小明", "李秀英", "1380000", "3-1201", "姓名"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
}

#[test]
fn hostile_files_are_refused_with_a_way_out() {
    let list = list();
    let deep = "[".repeat(100_000);
    let unfinished = r#"[{"标签": "VIP"}, {"#;
    let locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on";
    let broken = [b"PK\x03\x04".as_slice(), &[7; 500]].concat();
    for (bytes, code) in [
        (deep.as_bytes(), "labels.json"),
        (unfinished.as_bytes(), "labels.json"),
        (b"".as_slice(), "labels.empty"),
        (b"\xff\xff\xff\xff", "labels.encoding"),
        (locked, "labels.old_workbook"),
        (&broken, "labels.workbook"),
    ] {
        let refused = inspect("export", bytes, &list).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    for refused in [
        LabelsRefused::TooLarge,
        LabelsRefused::TooWide,
        LabelsRefused::Encoding,
        LabelsRefused::Json,
        LabelsRefused::Table,
        LabelsRefused::Empty,
        LabelsRefused::Workbook,
        LabelsRefused::OldWorkbook,
    ] {
        assert!(refusal(refused, Locale::Zh).starts_with("没有检查："));
        assert!(refusal(refused, Locale::En).contains(refused.code()));
    }
}

#[test]
fn the_answer_says_where_which_article_how_surely_and_what_it_cannot_see() {
    let list = list();
    let answer = inspect("export", TABLE.as_bytes(), &list).unwrap();
    let (zh, en) = (tell(&answer, &list, Locale::Zh), tell(&answer, &list, Locale::En));
    for part in [
        "第 5 列“备注”：值里有“疑似小偷”，1 行（第 4 行）",
        "第二条第一项",
        "本规则簿对条文的理解",
        "这里看不见的",
    ] {
        assert!(zh.contains(part), "{part} in {zh}");
    }
    for part in [
        "column 3 “年龄”: its name says “年龄”; 2 rows have something in it",
        "article 2, item 1",
        "this rulebook's reading of the articles",
        "What this cannot see",
    ] {
        assert!(en.contains(part), "{part} in {en}");
    }
    let record = record(&answer, &list);
    assert_eq!(record["findings"].as_array().unwrap().len(), answer.findings.len());
    assert_eq!(
        record["findings"][0]["place"],
        serde_json::json!({"at": "column", "sheet": 1, "column": 3})
    );
}

pub(crate) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook as the standard has it, with texts written into the cells.
pub(crate) fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let numbered = || (1..).zip(sheets);
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let joined = |of: &dyn Fn(u32, &str) -> String| numbered().map(|(number, (name, _))| of(number, name)).collect::<Vec<_>>().concat();
    let list = joined(&|number, name| format!(r#"<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>"#));
    let relations =
        joined(&|number, _| format!(r#"<Relationship Id="r{number}" Type="{office}/worksheet" Target="worksheets/s{number}.xml"/>"#));
    let types = format!(r#"<Types xmlns="{packages}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#);
    let root = format!(
        r#"<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), types),
        ("_rels/.rels".to_owned(), root),
        (
            "xl/workbook.xml".to_owned(),
            format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{list}</sheets></workbook>"#),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(r#"<Relationships xmlns="{packages}/relationships">{relations}</Relationships>"#),
        ),
    ];
    for (number, (_, table)) in numbered() {
        let rows: String = (1..).zip(table.lines()).map(|(row, line)| row_of(row, line)).collect();
        let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
        parts.push((format!("xl/worksheets/s{number}.xml"), sheet));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zipped(&parts)
}

fn row_of(row: u32, line: &str) -> String {
    let cell = |(letter, value): (char, &str)| format!(r#"<c r="{letter}{row}" t="inlineStr"><is><t>{value}</t></is></c>"#);
    let cells: String = ('A'..)
        .zip(line.split(','))
        .filter(|(_, value)| !value.is_empty())
        .map(cell)
        .collect();
    format!(r#"<row r="{row}">{cells}</row>"#)
}
