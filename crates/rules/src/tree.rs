//! Facts as the record that policies read. Its shape is the rulebook's schema.

use std::collections::BTreeSet;

use countenance_base::Text;
use serde_json::Value;

use crate::fact::Fact;
use crate::{
    AssessmentFacts, ConsentFacts, DoorFacts, FaceFacts, GateFacts, LegalOpinion, NoticeFacts, OtherWayFacts, PersonFacts, PurposeFacts,
    PurposeToActivate, Request, SiteFacts,
};

/// Fields of a record, in no order that matters.
pub(crate) type Fields = Vec<(&'static str, Fact)>;

impl Request {
    /// The facts as policies read them.
    pub fn facts(&self) -> Value {
        Fact::Record(self.fields()).json()
    }

    /// The facts as the record that policies read.
    pub(crate) fn fields(&self) -> Fields {
        match self {
            Self::DeclarePurpose(purpose) => vec![("purpose", purpose.fact())],
            Self::ActivatePurpose(facts) => facts.fields(),
            Self::SaveDoor(door) => vec![("door", door.fact())],
            Self::EnrolFace(facts) => {
                let mut fields = facts.face.fields();
                fields.push(("code_minutes", facts.code_minutes.into()));
                fields.push(("site", facts.site.fact()));
                fields
            }
            Self::MatchFace(facts) => {
                let mut fields = facts.face.fields();
                fields.push(("lease_hours", facts.lease_hours.into()));
                fields.push(("search_size", facts.search_size.into()));
                push_some(&mut fields, "other_way_worked", facts.other_way_worked);
                fields
            }
        }
    }
}

fn push_some(fields: &mut Fields, name: &'static str, value: Option<impl Into<Fact>>) {
    if let Some(value) = value {
        fields.push((name, value.into()));
    }
}

fn trimmed(text: &Text) -> Fact {
    Fact::Record(vec![("zh", Fact::text(text.zh.trim())), ("en", Fact::text(text.en.trim()))])
}

impl PurposeFacts {
    fn fact(&self) -> Fact {
        let alternatives: BTreeSet<&str> = self
            .alternatives
            .iter()
            .map(|way| way.trim())
            .filter(|way| !way.is_empty())
            .collect();
        Fact::Record(vec![
            ("text", trimmed(&self.text)),
            ("necessity", trimmed(&self.necessity)),
            ("alternatives", Fact::texts(alternatives)),
            ("basis", Fact::text(self.basis.word())),
            ("mode", Fact::text(self.mode.text())),
            (
                "open_search_necessity",
                Fact::text(self.open_search_necessity.as_deref().unwrap_or_default().trim()),
            ),
            ("open_search_apart", self.open_search_apart.into()),
            ("template_days", self.template_days.into()),
            ("passage_days", self.passage_days.into()),
            ("owner", Fact::text(self.owner.trim())),
        ])
    }
}

impl AssessmentFacts {
    fn fact(&self) -> Fact {
        Fact::Record(vec![
            ("approved", self.approved.into()),
            ("heads", Fact::texts(self.heads.iter().map(|head| head.word()))),
            ("by_another", self.by_another.into()),
            ("stale", self.stale.into()),
            ("kept_until", self.kept_until.into()),
        ])
    }
}

impl NoticeFacts {
    fn fact(&self) -> Fact {
        Fact::Record(vec![
            ("version", Fact::text(&self.version)),
            ("fields", Fact::texts(self.fields.iter().map(String::as_str))),
        ])
    }
}

impl ConsentFacts {
    fn fact(&self) -> Fact {
        Fact::Record(vec![
            ("signer", Fact::text(self.signer.word())),
            ("signature_checked", self.signature_checked.into()),
            ("given", self.given.into()),
            ("until", self.until.into()),
            ("withdrawn", self.withdrawn.into()),
            ("purposes", self.purposes.into()),
            ("this_purpose", self.this_purpose.into()),
            ("this_gate", self.this_gate.into()),
            ("this_notice", self.this_notice.into()),
            ("bundled", self.bundled.into()),
            ("demanded", self.demanded.into()),
            ("off_device", self.off_device.into()),
        ])
    }
}

impl PersonFacts {
    fn fact(self) -> Fact {
        let mut fields = Fields::new();
        push_some(&mut fields, "under_guardian_age", self.under_guardian_age);
        push_some(&mut fields, "under_minor_age", self.under_minor_age);
        if let Some(guardian) = self.guardian {
            let guardian = vec![
                ("verified", guardian.verified.into()),
                ("special_rules", guardian.special_rules.into()),
            ];
            fields.push(("guardian", Fact::Record(guardian)));
        }
        Fact::Record(fields)
    }
}

impl OtherWayFacts {
    fn fact(self) -> Fact {
        Fact::Record(vec![
            ("opens_this_door", self.opens_this_door.into()),
            ("same_hours", self.same_hours.into()),
            ("from", self.from.into()),
            ("until", self.until.into()),
            ("free_of_charge", self.free_of_charge.into()),
        ])
    }
}

impl DoorFacts {
    fn fact(&self) -> Fact {
        let sizes = |face: bool| {
            let sizes: BTreeSet<u8> = self.ways.iter().filter(|way| way.face == face).map(|way| way.credentials).collect();
            Fact::Set(sizes.into_iter().map(|size| Fact::Long(size.into())).collect())
        };
        let mut fields = vec![
            ("place", Fact::text(self.place.word())),
            ("area", Fact::text(self.area.word())),
            ("camera", self.camera.into()),
            ("sizes_with_face", sizes(true)),
            ("sizes_without_face", sizes(false)),
            ("distance_max_mm", self.distance_max_mm.into()),
            ("zone_set", self.zone_set.into()),
            ("sign", self.sign.into()),
            ("public_security", self.public_security.into()),
        ];
        if let Some(opinion) = &self.legal_opinion {
            fields.push(("legal_opinion", opinion.fact()));
        }
        Fact::Record(fields)
    }
}

impl LegalOpinion {
    fn fact(&self) -> Fact {
        Fact::Record(vec![
            ("hash", Fact::text(&self.hash)),
            ("author", Fact::text(self.author.trim())),
            ("given", self.given.into()),
        ])
    }
}

impl GateFacts {
    fn fact(self) -> Fact {
        Fact::Record(vec![
            ("asks_first", self.asks_first.into()),
            ("keeps_pictures", self.keeps_pictures.into()),
            ("labels_people", self.labels_people.into()),
        ])
    }
}

impl SiteFacts {
    fn fact(self) -> Fact {
        let mut fields = vec![
            ("stored_persons", self.stored_persons.into()),
            ("officer", self.officer.into()),
            ("filing_acknowledged", self.filing_acknowledged.into()),
            ("suppliers_without_contract", self.suppliers_without_contract.into()),
        ];
        push_some(&mut fields, "filing_due", self.filing_due);
        Fact::Record(fields)
    }
}

impl PurposeToActivate {
    fn fields(&self) -> Fields {
        let mut fields = vec![
            ("now", self.now.into()),
            ("purpose", self.purpose.fact()),
            ("notice", self.notice.fact()),
            ("site", self.site.fact()),
        ];
        if let Some(assessment) = &self.assessment {
            fields.push(("assessment", assessment.fact()));
        }
        fields
    }
}

impl FaceFacts {
    fn fields(&self) -> Fields {
        let mut fields = vec![
            ("now", self.now.into()),
            ("from", self.from.into()),
            ("until", self.until.into()),
            ("purpose", self.purpose.fact()),
            ("purpose_active", self.purpose_active.into()),
            ("notice", self.notice.fact()),
            ("person", self.person.fact()),
            ("door", self.door.fact()),
            ("leaves_device", self.leaves_device.into()),
            ("gate", self.gate.fact()),
        ];
        if let Some(assessment) = &self.assessment {
            fields.push(("assessment", assessment.fact()));
        }
        if let Some(consent) = &self.consent {
            fields.push(("consent", consent.fact()));
        }
        if let Some(other_way) = self.other_way {
            fields.push(("other_way", other_way.fact()));
        }
        fields
    }
}
