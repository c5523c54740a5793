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

/// As many sheets as said, all in one part.
fn book(count: usize, sheet: &str) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r1\" Type=\"{office}/{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let named = |number: usize| format!("<sheet name=\"s{number}\" sheetId=\"1\" r:id=\"r1\"/>");
    let sheets = (0..count).map(named).collect::<Vec<_>>().concat();
    let workbook = format!("<workbook xmlns:r=\"{office}\"><sheets>{sheets}</sheets></workbook>");
    zipped(&[
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml").as_bytes()),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "s.xml").as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ])
}

#[test]
fn many_sheets_that_are_one_part_are_not_read_for_each() {
    // Numbers that hardly repeat: packed, the part is still some kilobytes, which are read for each sheet.
    let number = |row: u32| row.wrapping_mul(2_654_435_761).to_string();
    let noise = (1..=8_000).map(number).collect::<Vec<_>>().concat();
    let sheet = format!("<worksheet><!--{noise}--><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>");
    assert_eq!(looked(&book(2, &sheet)).map(|inspected| inspected.rows), Ok(2));
    assert_eq!(looked(&book(5_000, &sheet)), Err(LabelsRefused::TooLarge));
}

#[test]
fn a_sheet_that_cannot_be_read_is_not_left_out_without_a_word() {
    let charts = "<chartsheet><drawing/></chartsheet>";
    assert_eq!(looked(&book(1, charts)), Err(LabelsRefused::Empty), "it has no cells");
    for broken in [
        "<worksheet><dimension/><sheetData/></worksheet>",
        "<worksheet><",
        "",
        "<worksheet><sheetData><row><c>",
    ] {
        assert_eq!(looked(&book(1, broken)), Err(LabelsRefused::Workbook), "{broken}");
    }
}

/// The reader's arithmetic falls over it where arithmetic is checked, as in tests; elsewhere it goes on.
#[test]
fn a_crooked_extent_ends_the_inspection_and_not_the_program() {
    let row = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";
    let book = |extent: &str| book(1, &format!("<worksheet><dimension ref=\"{extent}\"/>{row}</worksheet>"));
    assert_eq!(looked(&book("A1:B2")).map(|inspected| inspected.rows), Ok(1));
    let crooked = looked(&book("B2:A1"));
    assert!(matches!(crooked, Ok(_) | Err(LabelsRefused::Workbook)), "{crooked:?}");
}
