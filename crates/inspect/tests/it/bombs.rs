//! Small workbooks that would fill any memory or take for ever: each is refused by name, or what makes it one is not read.

use std::io::{Cursor, Write as _};

use countenance_base::Locale;
use countenance_inspect::labels::{Inspected, LabelsRefused, inspect, refusal};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::labels::{list, workbook, zipped};

const SMALL: usize = 256 * 1024;
const TABLE: &str = "name,tag\nA,VIP\n";

/// A good workbook with one part more.
fn with(name: &str, part: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new_append(Cursor::new(workbook(&[("one", TABLE)]))).unwrap();
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    archive.write_all(part).unwrap();
    archive.finish().unwrap().into_inner()
}

fn looked(bytes: &[u8]) -> Result<Inspected, LabelsRefused> {
    assert!(bytes.len() < SMALL, "{} bytes are no small file", bytes.len());
    inspect("export", bytes, &list())
}

fn holds_the_label(looked: Result<Inspected, LabelsRefused>) {
    let inspected = looked.unwrap();
    assert!(inspected.findings.iter().any(|finding| finding.word.eq_ignore_ascii_case("vip")));
}

#[test]
fn a_part_that_unpacks_to_very_much_is_refused() {
    holds_the_label(looked(&with("docProps/app.xml", &vec![b' '; 1 << 20])));
    let bomb = with("docProps/app.xml", &vec![b' '; 65 << 20]);
    let refused = looked(&bomb).unwrap_err();
    assert_eq!(refused.code(), "labels.too_large");
    assert!(refusal(refused, Locale::En).contains("Split it"));
}

#[test]
fn texts_that_are_only_announced_are_not_believed() {
    let announced = |count: &str| {
        with(
            "xl/sharedStrings.xml",
            format!("<sst uniqueCount=\"{count}\"><si/></sst>").as_bytes(),
        )
    };
    holds_the_label(looked(&announced("1")));
    for count in ["1000000000000", "18446744073709551615"] {
        assert_eq!(looked(&announced(count)), Err(LabelsRefused::TooLarge), "{count}");
    }
    let many = format!("<sst>{}</sst>", "<si/>".repeat((4 << 20) + 1));
    assert_eq!(looked(&with("xl/sharedStrings.xml", many.as_bytes())), Err(LabelsRefused::TooLarge));
}

/// Each of 20,000 formats would get a copy of the same megabyte.
#[test]
fn how_cells_look_is_not_read() {
    let code = "0".repeat(1 << 20);
    let formats = "<xf numFmtId=\"200\"></xf>".repeat(20_000);
    let styles =
        format!("<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"{code}\"/></numFmts><cellXfs>{formats}</cellXfs></styleSheet>");
    holds_the_label(looked(&with("xl/styles.xml", styles.as_bytes())));
}

#[test]
fn many_sheets_that_are_one_part_are_not_read_for_each() {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |list: &str| format!("<Relationships>{list}</Relationships>");
    let root = relations(&format!(
        "<Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/>"
    ));
    let one = relations(&format!("<Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"s.xml\"/>"));
    let cells: String = (1..=4_000_u32)
        .map(|row| {
            format!(
                "<row r=\"{row}\"><c r=\"A{row}\"><v>{}</v></c></row>",
                row.wrapping_mul(2_654_435_761)
            )
        })
        .collect();
    let sheet = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    let book = |count: usize| {
        let sheets: String = (0..count)
            .map(|number| format!("<sheet name=\"s{number}\" sheetId=\"1\" r:id=\"r1\"/>"))
            .collect();
        let workbook = format!("<workbook xmlns:r=\"{office}\"><sheets>{sheets}</sheets></workbook>");
        zipped(&[
            ("_rels/.rels", root.as_bytes()),
            ("xl/_rels/workbook.xml.rels", one.as_bytes()),
            ("xl/workbook.xml", workbook.as_bytes()),
            ("xl/s.xml", sheet.as_bytes()),
        ])
    };
    assert_eq!(looked(&book(2)).map(|inspected| inspected.rows), Ok(8_000));
    assert_eq!(looked(&book(5_000)), Err(LabelsRefused::TooLarge));
}

/// The reader's arithmetic falls over it where arithmetic is checked, as in tests; elsewhere it goes on.
#[test]
fn a_crooked_extent_ends_the_inspection_and_not_the_program() {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = |extent: &str| {
        let sheet = format!(
            "<worksheet><dimension ref=\"{extent}\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>"
        );
        let root =
            format!("<Relationships><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        let one = format!("<Relationships><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"s.xml\"/></Relationships>");
        let workbook = format!("<workbook xmlns:r=\"{office}\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
        zipped(&[
            ("_rels/.rels", root.as_bytes()),
            ("xl/_rels/workbook.xml.rels", one.as_bytes()),
            ("xl/workbook.xml", workbook.as_bytes()),
            ("xl/s.xml", sheet.as_bytes()),
        ])
    };
    assert_eq!(looked(&book("A1:B2")).map(|inspected| inspected.rows), Ok(1));
    let crooked = looked(&book("B2:A1"));
    assert!(matches!(crooked, Ok(_) | Err(LabelsRefused::Workbook)), "{crooked:?}");
}
