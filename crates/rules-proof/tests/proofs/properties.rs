//! What must never be permitted.

use std::time::Instant;

use countenance_rules::Act;
use serde_json::Value;

use crate::lawful::{changed, lawful, permits, pinned, rules_about};
use crate::rulebook;
use crate::solver::{Prover, only, say, schema, schema_text, strict, with_room, without};

/// A bad thing in words, what is true of every request without it, and the rules that see to that.
struct Property {
    never: &'static str,
    acts: &'static [Act],
    good: &'static str,
    /// The permit with these rules alone permits nothing bad; every further rule is a forbid and can only permit less.
    rests_on: &'static [&'static str],
    /// The whole rulebook without any of these sets of rules permits something bad.
    broken: &'static [&'static [&'static str]],
    /// Facts by which such a request differs from a lawful one.
    differs_in: &'static [&'static str],
    /// What a counterexample should look like, for whoever reads it.
    natural: &'static str,
}

const FACE: &[Act] = &[Act::EnrolFace, Act::MatchFace];
const ASSESSED: &[Act] = &[Act::ActivatePurpose, Act::EnrolFace, Act::MatchFace];
const DOOR: &[Act] = &[Act::SaveDoor, Act::EnrolFace, Act::MatchFace];

const PROPERTIES: [Property; 13] = [
    Property {
        never: "a door that only a face opens",
        acts: DOOR,
        good: "context has door.sizes_without_face && !context.door.sizes_without_face.isEmpty()",
        rests_on: &["door.not_face_only"],
        broken: &[&["door.not_face_only", "door.same_strength_without_face"]],
        differs_in: &["door.sizes_with_face", "door.sizes_without_face"],
        natural: "context has door.sizes_with_face && [1, 2].containsAll(context.door.sizes_with_face) && context.door.sizes_with_face.contains(1) &&
            context has door.sizes_without_face && [1, 2].containsAll(context.door.sizes_without_face)",
    },
    Property {
        never: "a way without a face that asks for more than the way with one",
        acts: DOOR,
        good: "context has door.sizes_with_face && context has door.sizes_without_face &&
            context.door.sizes_without_face.containsAll(context.door.sizes_with_face)",
        rests_on: &["door.not_face_only", "door.same_strength_without_face"],
        broken: &[&["door.same_strength_without_face"]],
        differs_in: &["door.sizes_with_face", "door.sizes_without_face"],
        natural: "context has door.sizes_with_face && [1, 2].containsAll(context.door.sizes_with_face) && context.door.sizes_with_face.contains(1) &&
            context has door.sizes_without_face && [1, 2].containsAll(context.door.sizes_without_face)",
    },
    Property {
        never: "a face of somebody who cannot pass this door without it, in all these hours, for all this time, for nothing",
        acts: FACE,
        good: "context has other_way.opens_this_door && context.other_way.opens_this_door &&
            context has other_way.same_hours && context.other_way.same_hours &&
            context has other_way.free_of_charge && context.other_way.free_of_charge &&
            context has from && context has until && context has other_way.from && context has other_way.until &&
            context.other_way.from <= context.from && context.other_way.until >= context.until",
        rests_on: &[
            "other_way.held",
            "other_way.same_hours",
            "other_way.same_term",
            "other_way.free_of_charge",
        ],
        broken: &[
            &["other_way.held"],
            &["other_way.same_hours"],
            &["other_way.same_term"],
            &["other_way.free_of_charge"],
        ],
        differs_in: &["other_way"],
        natural: "if context has other_way.from && context has other_way.until then context.other_way.from >= 1600000000 && context.other_way.until <= 1900000000 else true",
    },
    Property {
        never: "a face of a child, or of somebody whose age is unknown, without the guardian's own signature and special rules",
        acts: FACE,
        good: "context has person.under_guardian_age && (!context.person.under_guardian_age ||
            (context has consent.signer && context.consent.signer == \"guardian\" &&
             context has consent.signature_checked && context.consent.signature_checked &&
             context has person.guardian.verified && context.person.guardian.verified &&
             context has person.guardian.special_rules && context.person.guardian.special_rules))",
        rests_on: &[
            "minor.age_known",
            "minor.guardian_signs",
            "minor.special_rules",
            "consent.signature_checked",
        ],
        broken: &[
            &["minor.age_known"],
            &["minor.guardian_signs"],
            &["minor.special_rules"],
            &["consent.signature_checked"],
        ],
        differs_in: &["person", "consent.signer", "consent.signature_checked"],
        natural: "true",
    },
    Property {
        never: "a purpose that is not active, or rests on anything but consent",
        acts: FACE,
        good: "context has purpose_active && context.purpose_active && context has purpose.basis && context.purpose.basis == \"consent\"",
        rests_on: &["purpose.active", "purpose.rests_on_consent"],
        broken: &[&["purpose.active"], &["purpose.rests_on_consent"]],
        differs_in: &["purpose_active", "purpose.basis"],
        natural: "true",
    },
    Property {
        never: "a purpose without an assessment that another person approved, that is whole, kept, not stale and not too old",
        acts: ASSESSED,
        good: "context has now && context has assessment.approved && context.assessment.approved <= context.now &&
            context.now - context.assessment.approved <= context.parameters.assessment_max_days * 86400 &&
            context has assessment.by_another && context.assessment.by_another &&
            context has assessment.stale && !context.assessment.stale &&
            context has assessment.heads && context.assessment.heads.containsAll(context.parameters.assessment_heads) &&
            context has assessment.kept_until &&
            context.assessment.kept_until - context.assessment.approved >= context.parameters.assessment_keep_days * 86400",
        rests_on: &[
            "assessment.approved",
            "assessment.all_heads",
            "assessment.second_person",
            "assessment.not_stale",
            "assessment.not_expired",
            "assessment.kept",
        ],
        broken: &[
            &["assessment.approved"],
            &["assessment.not_expired"],
            &["assessment.not_stale"],
            &["assessment.all_heads"],
        ],
        differs_in: &["assessment"],
        natural: "if context has assessment.approved && context has assessment.kept_until then context.assessment.approved >= 1500000000 && context.assessment.kept_until <= 2000000000 else true",
    },
    Property {
        never: "a face without a yes of the person that has begun and lasts at least as long as the permission",
        acts: FACE,
        good: "context has now && context has until && context has consent.given && context has consent.until &&
            context.consent.given <= context.now && context.now < context.consent.until && context.until <= context.consent.until",
        rests_on: &["consent.given", "consent.not_expired"],
        broken: &[&["consent.given"], &["consent.not_expired"]],
        differs_in: &["consent"],
        natural: "if context has consent.given && context has consent.until then context.consent.given >= 1700000000 && context.consent.until <= 1900000000 else true",
    },
    Property {
        never: "a face on a yes that was withdrawn, bundled or demanded",
        acts: FACE,
        good: "context has consent.withdrawn && !context.consent.withdrawn &&
            context has consent.bundled && !context.consent.bundled &&
            context has consent.demanded && !context.consent.demanded",
        rests_on: &["consent.given", "consent.not_bundled", "consent.not_demanded", "consent.not_withdrawn"],
        broken: &[&["consent.not_withdrawn"], &["consent.not_bundled"]],
        differs_in: &["consent.withdrawn", "consent.bundled", "consent.demanded"],
        natural: "true",
    },
    Property {
        never: "a face on a yes to several purposes, or to another purpose, gate or notice",
        acts: FACE,
        good: "context has consent.purposes && context.consent.purposes == 1 &&
            context has consent.this_purpose && context.consent.this_purpose &&
            context has consent.this_gate && context.consent.this_gate &&
            context has consent.this_notice && context.consent.this_notice",
        rests_on: &["consent.given", "consent.one_purpose", "consent.this_purpose", "consent.this_gate", "consent.this_notice"],
        broken: &[&["consent.one_purpose"], &["consent.this_gate"], &["consent.this_notice"]],
        differs_in: &["consent.purposes", "consent.this_purpose", "consent.this_gate", "consent.this_notice"],
        natural: "true",
    },
    Property {
        never: "a camera or a face lane in a private space",
        acts: DOOR,
        good: "context has door.area && context has door.camera && context has door.sizes_with_face &&
            (!context.parameters.private_areas.contains(context.door.area) ||
             (!context.door.camera && context.door.sizes_with_face.isEmpty()))",
        rests_on: &["door.no_camera_in_private_area", "door.no_face_in_private_area"],
        broken: &[&["door.no_camera_in_private_area"], &["door.no_face_in_private_area"]],
        differs_in: &["door.area", "door.camera", "door.sizes_with_face"],
        natural: "true",
    },
    Property {
        never: "a face that leaves the device without the person's separate yes to that",
        acts: FACE,
        good: "context has leaves_device &&
            (!context.leaves_device || (context has consent.off_device && context.consent.off_device))",
        rests_on: &["consent.given", "face.stays_in_device"],
        broken: &[&["face.stays_in_device"]],
        differs_in: &["leaves_device", "consent.off_device"],
        natural: "true",
    },
    Property {
        never: "an open search at a place open to customers or everyone without a lawyer's opinion with hash, author and date",
        acts: FACE,
        good: "context has door.place && context has purpose.mode &&
            ([\"residential\", \"workplace\", \"school\"].contains(context.door.place) || context.purpose.mode != \"1:N\" ||
             (context has door.legal_opinion.hash && context.door.legal_opinion.hash != \"\" &&
              context has door.legal_opinion.author && context.door.legal_opinion.author != \"\" &&
              context has now && context has door.legal_opinion.given && context.door.legal_opinion.given <= context.now))",
        rests_on: &["place.open_search_opinion"],
        broken: &[&["place.open_search_opinion"]],
        differs_in: &[
            "door.place",
            "door.public_security",
            "door.legal_opinion",
            "purpose.mode",
            "purpose.open_search_apart",
            "purpose.open_search_necessity",
        ],
        natural: "true",
    },
    Property {
        never: "a new face at a site that must be filed and is not in time",
        acts: &[Act::EnrolFace],
        good: "context has site.stored_persons && context.parameters has filing_threshold_persons &&
            (context.site.stored_persons < context.parameters.filing_threshold_persons ||
             (context has site.filing_acknowledged && context.site.filing_acknowledged) ||
             (context has now && context has site.filing_due && context.now <= context.site.filing_due))",
        rests_on: &["site.filed"],
        broken: &[&["site.filed"]],
        differs_in: &["site"],
        natural: "true",
    },
];

/// The rulebook's own numbers and times of the years 1970 to 9999: beyond them a sum could overflow, the policy would err, and the
/// engine refuses on any error (a test of `countenance-rules`).
fn in_range(numbers: &Value) -> String {
    let times = ["now", "assessment.approved", "assessment.kept_until"];
    let time = |path: &str| format!("(if context has {path} then context.{path} >= 0 && context.{path} <= 253402300800 else true)");
    let number = |name: &str| format!("context.parameters.{name} == {}", numbers[name]);
    let numbers = ["assessment_max_days", "assessment_keep_days"].into_iter().map(number);
    times.into_iter().map(time).chain(numbers).collect::<Vec<_>>().join(" && ")
}

/// True for the requests that must not be permitted. Only where something is computed does the range matter.
fn bad(property: &Property, numbers: &Value) -> String {
    if property.good.contains('*') {
        format!("{} && !({})", in_range(numbers), property.good)
    } else {
        format!("!({})", property.good)
    }
}

#[test]
fn nothing_that_must_never_be_is_permitted() {
    with_room(nothing_bad());
}

async fn nothing_bad() {
    let rulebook = rulebook();
    let numbers = rulebook.judged_parameters();
    let mut prover = Prover::new(schema(&schema_text()));
    let mut count = 0;
    for property in &PROPERTIES {
        for act in property.acts {
            let set = only(rulebook.policy_set(*act).unwrap(), property.rests_on);
            let begun = Instant::now();
            let found = prover.permitted_although(&set, *act, &bad(property, &numbers)).await;
            assert!(
                found.is_none(),
                "{}: {} is permitted:\n{}",
                act.word(),
                property.never,
                found.unwrap()
            );
            say(&format!(
                "proved for every {}: never {} ({:.0?})",
                act.word(),
                property.never,
                begun.elapsed()
            ));
            count += 1;
        }
    }
    assert_eq!(count, 29);
}

/// The same questions to the whole rulebook with a hole.
#[test]
fn a_rulebook_with_a_hole_is_found_out_with_a_request_that_gets_through() {
    with_room(holes());
}

async fn holes() {
    let rulebook = rulebook();
    let schema = schema(&schema_text());
    let mut prover = Prover::new(schema.clone());
    for property in &PROPERTIES {
        let act = *property.acts.first().unwrap();
        let (whole, lawful) = (rulebook.policy_set(act).unwrap(), lawful(&rulebook, act));
        let related = rules_about(&rulebook, whole, property.differs_in);
        let pins = pinned(&rulebook, &lawful, &related, property.differs_in);
        for rules in property.broken {
            // Asked of the rules about the facts in question; tried on the whole rulebook, all else being lawful.
            let begun = Instant::now();
            let holed = without(&only(whole, &related), rules);
            let bad = format!("{pins} && ({}) && {}", property.natural, bad(property, &lawful["parameters"]));
            let found = prover.permitted_although(&holed, act, &bad).await;
            let found = found.unwrap_or_else(|| panic!("without {rules:?} the solver still finds no {}", property.never));
            let (request, told) = changed(&lawful, &found, property.differs_in, act, &schema);
            assert!(
                permits(&without(whole, rules), &request),
                "Cedar does not permit what was found without {rules:?}: {told}"
            );
            assert!(
                !permits(whole, &request),
                "the whole rulebook permits what was found without {rules:?}: {told}"
            );
            say(&format!(
                "without {}: {} gets through: lawful, but {told} ({:.0?})",
                rules.join(", "),
                property.never,
                begun.elapsed()
            ));
        }
    }
}

#[test]
fn the_draft_beside_the_law_permits_nothing_more() {
    with_room(draft());
}

async fn draft() {
    let (law, strict) = (rulebook(), strict());
    let mut prover = Prover::new(schema(&schema_text()));
    for act in Act::ALL {
        let (law, strict) = (law.policy_set(act).unwrap(), strict.policy_set(act).unwrap());
        assert!(prover.permitted_only_by(strict, law, act).await.is_none(), "{}", act.word());
    }
    // It does refuse more, so the question can be answered with a request.
    let (law, strict) = (law.policy_set(Act::SaveDoor).unwrap(), strict.policy_set(Act::SaveDoor).unwrap());
    let found = prover.permitted_only_by(law, strict, Act::SaveDoor).await.unwrap();
    assert!(permits(law, &found.request) && !permits(strict, &found.request));
}
