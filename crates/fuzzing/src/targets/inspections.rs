//! What an inspection is shown by those whom it is about: another system's export, and cameras that answer.

use std::io::{Cursor, Write as _};
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use countenance_base::Locale;
use countenance_inspect::labels::{self, Inspected, List};
use countenance_inspect::network::{self, FaceKind, Question};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Verdict;

/// The camera that answers, and the number of the probe.
const CAMERA: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);
pub const PROBE: &str = "urn:uuid:07070707-0707-0707-0707-070707070707";
const LIST_FILE: &str = "cn/labels.toml";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

static KINDS: LazyLock<Vec<FaceKind>> = LazyLock::new(|| network::face_kinds().unwrap_or_default());
static LIST: LazyLock<Option<List>> = LazyLock::new(|| List::embedded().ok());
static LIST_TEXT: LazyLock<String> = LazyLock::new(|| {
    let files = countenance_rules::embedded_files();
    files
        .get(LIST_FILE)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default()
});

/// The first byte is the question. Nobody but the camera itself is asked next, and only what reads; what is shown moves no cursor.
pub(super) fn camera_answer(bytes: &[u8]) -> Verdict {
    let Some((number, answer)) = bytes.split_first() else {
        return Verdict::Refused;
    };
    let question = Question::ALL
        .into_iter()
        .cycle()
        .nth(usize::from(*number))
        .unwrap_or(Question::GetRules);
    let taken = match network::taken(CAMERA, question, answer, &KINDS) {
        Ok(taken) => taken,
        Err(silence) => {
            assert!(silence.code().starts_with("device."));
            return Verdict::Refused;
        }
    };
    assert!(taken.declared.len() <= 64);
    for declared in &taken.declared {
        assert!(declared.kind < KINDS.len() && declared.question == question);
        assert!(may_be_shown(&declared.name), "{declared:?}");
    }
    assert!(taken.said.iter().all(|said| may_be_shown(said)), "{taken:?}");
    let own = |url: &String| {
        let rest = url.strip_prefix("http://10.0.0.3");
        rest.is_some_and(|rest| rest.starts_with([':', '/']))
    };
    assert!(taken.urls.iter().all(own), "{taken:?}");
    for configuration in &taken.configurations {
        let plain = Question::GetRules.message(Some(""));
        let asked = Question::GetRules.message(Some(configuration));
        let tags = |text: &str| (text.matches('<').count(), text.matches('>').count());
        assert_eq!(tags(&asked), tags(&plain), "{configuration}");
    }
    Verdict::Accepted
}

/// An answer to somebody else's probe is none; what is kept of one is little.
pub(super) fn probe_answer(bytes: &[u8]) -> Verdict {
    let Some((addresses, scopes)) = network::heard(bytes, PROBE) else {
        return Verdict::Refused;
    };
    assert!(addresses.len() <= 32 && scopes.len() <= 32);
    assert!(scopes.iter().all(|scope| may_be_shown(scope)), "{scopes:?}");
    assert_eq!(network::heard(bytes, "urn:uuid:another"), None);
    Verdict::Accepted
}

fn may_be_shown(text: &str) -> bool {
    text.chars().count() <= 80 && !text.chars().any(char::is_control)
}

/// A file of any form. The answer holds no word but the list's own.
pub(super) fn export(bytes: &[u8]) -> Verdict {
    let Some(list) = LIST.as_ref() else {
        return Verdict::Refused;
    };
    match labels::inspect("export", bytes, list) {
        Ok(inspected) => {
            told(&inspected, list);
            Verdict::Accepted
        }
        Err(refused) => {
            assert!(refused.code().starts_with("labels."));
            assert!(labels::refusal(refused, Locale::En).contains(refused.code()));
            Verdict::Refused
        }
    }
}

fn told(inspected: &Inspected, list: &List) {
    let ours = |word: &str| LIST_TEXT.contains(&format!("\"{word}\""));
    for finding in &inspected.findings {
        assert!(ours(&finding.word), "{finding:?}");
        assert!(finding.column_name.as_deref().is_none_or(ours), "{finding:?}");
        let named = u64::try_from(finding.first_rows.len()).unwrap_or(u64::MAX);
        assert!(named <= finding.rows.min(5) && finding.rows <= inspected.rows, "{finding:?}");
    }
    assert!(labels::tell(inspected, list, Locale::En).len() > inspected.findings.len());
    let record = labels::record(inspected, list);
    let findings = record.get("findings").and_then(serde_json::Value::as_array);
    assert_eq!(findings.map(Vec::len), Some(inspected.findings.len()));
}

/// A workbook whose parts are these bytes, set apart by zeros: sheet, shared texts, list of sheets, what stands where. An archive's own
/// checksums would keep altered parts from ever being read.
pub(super) fn workbook(bytes: &[u8]) -> Verdict {
    book(bytes).map_or(Verdict::Refused, |book| {
        assert!(book.starts_with(b"PK"));
        export(&book)
    })
}

/// The archive of such parts.
pub fn book(bytes: &[u8]) -> Option<Vec<u8>> {
    let sheets = format!(r#"<workbook xmlns:r="{OFFICE}"><sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>"#);
    let relations = |kind: &str, target: &str| {
        format!(r#"<Relationships><Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>"#)
    };
    let (root, inner) = (relations("officeDocument", "xl/workbook.xml"), relations("worksheet", "s.xml"));
    let mut given = bytes.split(|byte| *byte == 0);
    let mut part = |name: &'static str, usual: &str| (name, given.next().map_or_else(|| usual.as_bytes().to_vec(), <[u8]>::to_vec));
    let parts = [
        part("xl/s.xml", ""),
        part("xl/sharedStrings.xml", "<sst/>"),
        part("xl/workbook.xml", &sheets),
        part("xl/_rels/workbook.xml.rels", &inner),
        ("_rels/.rels", root.into_bytes()),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(name, options).ok()?;
        archive.write_all(&bytes).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}
