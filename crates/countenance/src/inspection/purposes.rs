//! Purposes, and the assessment of each.

use countenance_base::to_hex;
use countenance_persons::{Assessment, Purpose, list_assessments, list_purposes};
use countenance_portal::inspection::{Cell, Table};
use countenance_rules::AssessmentHead;
use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::{number, operator};

pub(super) async fn tables(tx: &mut Trace) -> Result<Vec<Table>, StoreError> {
    let purposes = list_purposes(tx).await?;
    let (mut approved, mut texts) = (Vec::new(), Vec::new());
    for purpose in &purposes {
        for assessment in list_assessments(tx, purpose.id).await? {
            approved.extend(row_of_assessment(purpose, &assessment));
            texts.extend(heads(purpose, &assessment));
        }
    }
    Ok(vec![
        Table {
            key: "purposes",
            columns: &[
                "door",
                "purpose",
                "mode",
                "state",
                "declared",
                "by",
                "from",
                "until",
                "template-days",
                "passage-days",
                "owner",
            ],
            rows: purposes.iter().map(row).collect(),
        },
        Table {
            key: "assessments",
            columns: &["door", "purpose", "approved", "by", "author", "second-person", "kept-until", "hash"],
            rows: approved,
        },
        Table {
            key: "assessment-texts",
            columns: &["door", "purpose", "head", "text"],
            rows: texts,
        },
    ])
}

fn row(purpose: &Purpose) -> Vec<Cell> {
    vec![
        Cell::Both(purpose.door.name.clone()),
        Cell::Both(purpose.facts.text.clone()),
        Cell::Mode(purpose.facts.mode.text().to_owned()),
        Cell::Word(format!("purpose-{}", purpose.state().word())),
        Cell::At(purpose.declared_at),
        operator(purpose.declared_by),
        purpose.activated_at.map(Cell::At).into(),
        purpose.ended_at.or(purpose.event_ends).map(Cell::At).into(),
        number(purpose.facts.template_days),
        number(purpose.facts.passage_days),
        Cell::words(&purpose.facts.owner),
    ]
}

/// An approved version, with the hash under which it can be asked for again.
fn row_of_assessment(purpose: &Purpose, assessment: &Assessment) -> Option<Vec<Cell>> {
    let approval = assessment.approval?;
    Some(vec![
        Cell::Both(purpose.door.name.clone()),
        Cell::Both(purpose.facts.text.clone()),
        Cell::At(approval.at),
        operator(approval.by),
        operator(assessment.written_by),
        Cell::Holds(approval.by != assessment.written_by),
        Cell::At(approval.kept_until),
        Cell::Hash(to_hex(&assessment.hash())),
    ])
}

fn heads(purpose: &Purpose, assessment: &Assessment) -> Vec<Vec<Cell>> {
    let is_head = |word: &str| AssessmentHead::ALL.into_iter().any(|head| head.word() == word);
    let texts = assessment.texts.iter().filter(|_| assessment.approval.is_some());
    texts
        .map(|(word, text)| {
            let kind = if is_head(word) { "head" } else { "field" };
            vec![
                Cell::Both(purpose.door.name.clone()),
                Cell::Both(purpose.facts.text.clone()),
                Cell::Word(format!("{kind}-{}", word.replace('_', "-"))),
                Cell::words(text),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use countenance_base::Locale;
    use countenance_persons::{AssessmentField, PurposeState};
    use countenance_portal::frame::code_key;
    use countenance_portal::messages;

    use super::*;

    #[test]
    fn an_inspector_reads_words_for_every_head_field_and_state() {
        let states = [
            PurposeState::Declared,
            PurposeState::Assessed,
            PurposeState::Approved,
            PurposeState::Active,
            PurposeState::Ended,
        ];
        let heads = AssessmentHead::ALL.map(|head| format!("head-{}", head.word()));
        let fields = AssessmentField::ALL.map(|field| format!("field-{}", field.word().replace('_', "-")));
        let states = states.map(|state| format!("purpose-{}", state.word()));
        let has = |locale, word: &str| messages::has(locale, &code_key("inspect-word", word));
        for locale in Locale::ALL {
            assert!(!has(locale, "purpose-nothing"));
            for word in heads.iter().chain(&fields).chain(&states) {
                assert!(has(locale, word), "{word}");
            }
        }
    }
}
