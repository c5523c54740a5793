//! Facts as the record that policies read. Its shape is the rulebook's schema.

use std::collections::BTreeSet;

use countenance_base::Text;
use serde_json::{Map, Value, json};

use crate::{
    AssessmentFacts, ConsentFacts, FaceFacts, GateFacts, NoticeFacts, OtherWayFacts, PersonFacts, PurposeFacts, PurposeToActivate, Request,
    SiteFacts,
};

impl Request {
    /// The facts as policies read them.
    pub fn facts(&self) -> Value {
        Value::Object(self.tree())
    }

    /// The facts as the record that policies read. Times are seconds since 1970-01-01 UTC.
    pub(crate) fn tree(&self) -> Map<String, Value> {
        match self {
            Self::DeclarePurpose(purpose) => Map::from_iter([("purpose".to_owned(), purpose.tree())]),
            Self::ActivatePurpose(facts) => facts.tree(),
            Self::SaveDoor(door) => Map::from_iter([("door".to_owned(), door.tree())]),
            Self::EnrolFace(facts) => {
                let mut tree = facts.face.tree();
                tree.insert("code_minutes".to_owned(), facts.code_minutes.into());
                tree.insert("site".to_owned(), facts.site.tree());
                tree
            }
            Self::MatchFace(facts) => {
                let mut tree = facts.face.tree();
                tree.insert("lease_hours".to_owned(), facts.lease_hours.into());
                tree.insert("search_size".to_owned(), facts.search_size.into());
                insert_some(&mut tree, "other_way_worked", facts.other_way_worked.map(|at| at.seconds().into()));
                tree
            }
        }
    }
}

fn insert_some(tree: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        tree.insert(name.to_owned(), value);
    }
}

fn trimmed(text: &Text) -> Value {
    json!({ "zh": text.zh.trim(), "en": text.en.trim() })
}

impl PurposeFacts {
    fn tree(&self) -> Value {
        let alternatives: BTreeSet<&str> = self
            .alternatives
            .iter()
            .map(|way| way.trim())
            .filter(|way| !way.is_empty())
            .collect();
        json!({
            "text": trimmed(&self.text),
            "necessity": trimmed(&self.necessity),
            "alternatives": alternatives,
            "basis": self.basis.word(),
            "mode": self.mode.text(),
            "open_search_necessity": self.open_search_necessity.as_deref().unwrap_or_default().trim(),
            "open_search_apart": self.open_search_apart,
            "template_days": self.template_days,
            "passage_days": self.passage_days,
            "owner": self.owner.trim(),
        })
    }
}

impl AssessmentFacts {
    fn tree(&self) -> Value {
        let heads: Vec<&str> = self.heads.iter().map(|head| head.word()).collect();
        json!({
            "approved": self.approved.seconds(),
            "heads": heads,
            "by_another": self.by_another,
            "stale": self.stale,
            "kept_until": self.kept_until.seconds(),
        })
    }
}

impl NoticeFacts {
    fn tree(&self) -> Value {
        json!({ "version": self.version, "fields": self.fields })
    }
}

impl ConsentFacts {
    fn tree(&self) -> Value {
        json!({
            "signer": self.signer.word(),
            "signature_checked": self.signature_checked,
            "given": self.given.seconds(),
            "until": self.until.seconds(),
            "withdrawn": self.withdrawn,
            "purposes": self.purposes,
            "this_purpose": self.this_purpose,
            "this_gate": self.this_gate,
            "this_notice": self.this_notice,
            "bundled": self.bundled,
            "demanded": self.demanded,
            "off_device": self.off_device,
        })
    }
}

impl PersonFacts {
    fn tree(self) -> Value {
        let mut tree = Map::new();
        insert_some(&mut tree, "under_guardian_age", self.under_guardian_age.map(Value::Bool));
        insert_some(&mut tree, "under_minor_age", self.under_minor_age.map(Value::Bool));
        insert_some(
            &mut tree,
            "guardian",
            self.guardian
                .map(|guardian| json!({ "verified": guardian.verified, "special_rules": guardian.special_rules })),
        );
        Value::Object(tree)
    }
}

impl OtherWayFacts {
    fn tree(self) -> Value {
        json!({
            "opens_this_door": self.opens_this_door,
            "same_hours": self.same_hours,
            "from": self.from.seconds(),
            "until": self.until.seconds(),
            "free_of_charge": self.free_of_charge,
        })
    }
}

impl PurposeToActivate {
    fn tree(&self) -> Map<String, Value> {
        let mut tree = Map::from_iter([
            ("now".to_owned(), self.now.seconds().into()),
            ("purpose".to_owned(), self.purpose.tree()),
            ("notice".to_owned(), self.notice.tree()),
            ("site".to_owned(), self.site.tree()),
        ]);
        insert_some(&mut tree, "assessment", self.assessment.as_ref().map(AssessmentFacts::tree));
        tree
    }
}

impl GateFacts {
    fn tree(self) -> Value {
        json!({
            "asks_first": self.asks_first,
            "keeps_pictures": self.keeps_pictures,
            "labels_people": self.labels_people,
        })
    }
}

impl SiteFacts {
    fn tree(self) -> Value {
        let mut tree = Map::from_iter([
            ("stored_persons".to_owned(), self.stored_persons.into()),
            ("officer".to_owned(), self.officer.into()),
            ("filing_acknowledged".to_owned(), self.filing_acknowledged.into()),
            ("suppliers_without_contract".to_owned(), self.suppliers_without_contract.into()),
        ]);
        insert_some(&mut tree, "filing_due", self.filing_due.map(|due| due.seconds().into()));
        Value::Object(tree)
    }
}

impl FaceFacts {
    fn tree(&self) -> Map<String, Value> {
        let mut tree = Map::from_iter([
            ("now".to_owned(), self.now.seconds().into()),
            ("from".to_owned(), self.from.seconds().into()),
            ("until".to_owned(), self.until.seconds().into()),
            ("purpose".to_owned(), self.purpose.tree()),
            ("purpose_active".to_owned(), self.purpose_active.into()),
            ("notice".to_owned(), self.notice.tree()),
            ("person".to_owned(), self.person.tree()),
            ("door".to_owned(), self.door.tree()),
            ("leaves_device".to_owned(), self.leaves_device.into()),
            ("gate".to_owned(), self.gate.tree()),
        ]);
        insert_some(&mut tree, "assessment", self.assessment.as_ref().map(AssessmentFacts::tree));
        insert_some(&mut tree, "consent", self.consent.as_ref().map(ConsentFacts::tree));
        insert_some(&mut tree, "other_way", self.other_way.map(OtherWayFacts::tree));
        tree
    }
}
