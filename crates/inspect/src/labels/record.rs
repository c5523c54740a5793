//! The answer as JSON, for the file of a case.

use countenance_base::Text;
use serde_json::{Value, json};

use super::{Finding, Inspected, List};

/// The form of the record, so that a later one can be told apart.
pub const FORM: &str = "countenance-inspect-labels/1";

pub fn record(inspected: &Inspected, list: &List) -> Value {
    let findings: Vec<Value> = inspected.findings.iter().filter_map(|finding| one(finding, list)).collect();
    json!({
        "form": FORM,
        "file_sha256": inspected.file,
        "read_as": inspected.form,
        "rows": inspected.rows,
        "columns": inspected.columns,
        "findings": findings,
    })
}

fn one(finding: &Finding, list: &List) -> Option<Value> {
    let label = list.labels().get(finding.label)?;
    let text = |text: &Text| json!({ "zh": text.zh, "en": text.en });
    Some(json!({
        "label": label.id,
        "title": text(&label.title),
        "word": finding.word,
        "found_in": finding.found,
        "place": finding.place,
        "column_name": finding.column_name,
        "rows": finding.rows,
        "first_rows": finding.first_rows,
        "article": text(&label.article),
        "confidence": label.letter,
        "why": text(&label.why),
    }))
}
