//! What must hold for every door, every person and every minute, tried on generated ones. The predicates here are written in Rust
//! from the mission, not from the rulebook, so that neither can excuse the other.

use std::sync::OnceLock;
use std::time::Duration;

use countenance_base::Timestamp;
use countenance_grant::Mode;
use countenance_rules::{
    AssessmentHead, ConsentFacts, ENGINE_ERROR, EnrolFace, FaceFacts, GuardianFacts, LawfulBasis, MatchFace, Place, PurposeToActivate,
    Request, Rulebook, Ruling, Shelf, Signer, SiteFacts, WayFacts, embedded_files,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::requests::{at, door, face, notice, purpose, site};
use crate::{edit, rulebook, rulebook_of, shelf};

const DAY_S: i64 = 86_400;

/// A moment some days (and seconds, so that no two meet by habit) from the moment of the act.
fn moment() -> impl Strategy<Value = Timestamp> {
    (-500_i64..500, 0_i64..3)
        .prop_map(|(days, seconds)| Timestamp::from_seconds(at("2026-11-23T04:00:00Z").seconds() + days * DAY_S + seconds))
}

/// The lawful value often, so that permits occur; another one otherwise.
fn mostly<T: Clone + std::fmt::Debug + 'static>(lawful: T, other: impl Strategy<Value = T> + 'static) -> BoxedStrategy<T> {
    prop_oneof![30 => Just(lawful), 1 => other].boxed()
}

fn yes() -> BoxedStrategy<bool> {
    mostly(true, any::<bool>())
}

fn no() -> BoxedStrategy<bool> {
    mostly(false, any::<bool>())
}

fn ways() -> BoxedStrategy<Vec<WayFacts>> {
    let way = (1_u8..=3, any::<bool>()).prop_map(|(credentials, face)| WayFacts { credentials, face });
    prop_oneof![1 => Just(door().ways), 2 => prop::collection::vec(way, 0..5)].boxed()
}

/// Fits the mode in most draws.
fn mode_and_size() -> impl Strategy<Value = (Mode, u32)> {
    prop_oneof![
        6 => Just((Mode::OneToOne, 1)),
        6 => (1_u32..25).prop_map(|size| (Mode::OneToFew, size)),
        2 => (1_u32..150).prop_map(|size| (Mode::OneToMany, size)),
        1 => (0_u32..3).prop_map(|size| (Mode::OneToOne, size)),
    ]
}

prop_compose! {
    fn consent()(
        signer in mostly(Signer::Person, prop::sample::select(Signer::ALL.to_vec())),
        given in mostly(at("2026-11-20T03:00:00Z"), moment()),
        until in mostly(at("2027-11-20T03:00:00Z"), moment()),
        (signature_checked, this_purpose, this_gate, this_notice) in (yes(), yes(), yes(), yes()),
        (withdrawn, bundled, demanded, off_device) in (no(), no(), no(), any::<bool>()),
        purposes in mostly(1, 0_u32..4),
    ) -> ConsentFacts {
        ConsentFacts {
            signer, signature_checked, given, until, withdrawn, purposes, this_purpose, this_gate, this_notice, bundled, demanded, off_device,
        }
    }
}

prop_compose! {
    fn person()(
        under_guardian_age in prop_oneof![20 => Just(Some(false)), 6 => Just(Some(true)), 1 => Just(None)],
        under_minor_age in prop::option::of(any::<bool>()),
        guardian in prop::option::weighted(0.7, (prop::bool::weighted(0.8), prop::bool::weighted(0.9)).prop_map(|(verified, special_rules)| GuardianFacts { verified, special_rules })),
    ) -> countenance_rules::PersonFacts {
        countenance_rules::PersonFacts { under_guardian_age, under_minor_age, guardian }
    }
}

prop_compose! {
    fn assessment()(
        approved in mostly(at("2026-10-01T02:00:00Z"), moment()),
        (by_another, stale) in (yes(), no()),
        missing in mostly(None, prop::sample::select(AssessmentHead::ALL.map(Some).to_vec())),
        kept_days in mostly(1_200_i64, 0_i64..1_200),
    ) -> countenance_rules::AssessmentFacts {
        countenance_rules::AssessmentFacts {
            approved,
            heads: AssessmentHead::ALL.into_iter().filter(|head| Some(*head) != missing).collect(),
            by_another,
            stale,
            kept_until: Timestamp::from_seconds(approved.seconds() + kept_days * DAY_S),
        }
    }
}

prop_compose! {
    fn other_way()(
        (opens_this_door, same_hours, free_of_charge) in (yes(), yes(), yes()),
        from in mostly(at("2026-01-01T00:00:00Z"), moment()),
        until in mostly(at("2028-01-01T00:00:00Z"), moment()),
    ) -> countenance_rules::OtherWayFacts {
        countenance_rules::OtherWayFacts { opens_this_door, same_hours, from, until, free_of_charge }
    }
}

prop_compose! {
    /// A person before a door, and how many one claim compares with.
    fn anyone()(
        (consent, person, assessment, other_way) in (consent(), person(), assessment(), other_way()),
        (has_consent, has_assessment, has_other_way) in (yes(), yes(), yes()),
        (ways, place, sign, zone_set) in (ways(), prop::sample::select(Place::ALL.to_vec()), yes(), yes()),
        (mode, size) in mode_and_size(),
        (active, leaves_device, public_security) in (yes(), no(), no()),
        basis in mostly(LawfulBasis::Consent, prop::sample::select(LawfulBasis::ALL.to_vec())),
        until in mostly(at("2027-11-20T03:00:00Z"), moment()),
        as_guardian in prop::bool::weighted(0.8),
        field in mostly(None, prop::sample::select(notice().fields.into_iter().map(Some).collect::<Vec<_>>())),
    ) -> (FaceFacts, u32) {
        let mut facts = face();
        facts.until = until;
        facts.purpose = purpose();
        facts.purpose.mode = mode;
        facts.purpose.basis = basis;
        facts.purpose.open_search_apart = mode == Mode::OneToMany;
        facts.purpose.open_search_necessity = (mode == Mode::OneToMany).then(|| "够不到读卡器".to_owned());
        facts.purpose_active = active;
        facts.assessment = has_assessment.then_some(assessment);
        facts.consent = has_consent.then_some(consent);
        // A child signs through the guardian in most draws, or nothing would ever be permitted for one.
        if let (Some(true), Some(consent)) = (person.under_guardian_age, &mut facts.consent)
            && consent.signer == Signer::Person
            && as_guardian
        {
            consent.signer = Signer::Guardian;
        }
        facts.person = person;
        facts.other_way = has_other_way.then_some(other_way);
        facts.leaves_device = leaves_device;
        facts.notice.fields.retain(|known| Some(known) != field.as_ref());
        facts.door.place = place;
        facts.door.ways = ways;
        facts.door.sign = sign;
        facts.door.zone_set = zone_set;
        facts.door.public_security = public_security;
        (facts, size)
    }
}

/// Both acts on a person's face.
fn both(facts: &FaceFacts, size: u32) -> [Request; 2] {
    [
        Request::EnrolFace(EnrolFace {
            face: facts.clone(),
            site: site(),
            code_minutes: 10,
        }),
        Request::MatchFace(MatchFace {
            face: facts.clone(),
            lease_hours: 24,
            search_size: size,
            other_way_worked: Some(at("2026-11-22T21:30:00Z")),
        }),
    ]
}

/// Nobody's face is the only way in: for every way with a face one of the same length without, and the person holds one that works
/// in the very minute, free of charge.
fn another_way_at(facts: &FaceFacts, minute: Timestamp) -> bool {
    let ways = &facts.door.ways;
    let has = |face: bool, credentials: u8| ways.iter().any(|way| way.face == face && way.credentials == credentials);
    let equal = ways.iter().filter(|way| way.face).all(|way| has(false, way.credentials));
    let held = facts
        .other_way
        .is_some_and(|way| way.opens_this_door && way.same_hours && way.free_of_charge && way.from <= minute && minute <= way.until);
    ways.iter().any(|way| !way.face) && equal && held
}

/// A child's face only with the guardian's own signature, checked, under special rules; and an unknown age counts as a child's.
fn guarded(facts: &FaceFacts) -> bool {
    match facts.person.under_guardian_age {
        None => false,
        Some(false) => true,
        Some(true) => {
            let signed = facts
                .consent
                .as_ref()
                .is_some_and(|consent| consent.signer == Signer::Guardian && consent.signature_checked);
            signed
                && facts
                    .person
                    .guardian
                    .is_some_and(|guardian| guardian.verified && guardian.special_rules)
        }
    }
}

/// A purpose that is active and was assessed, not too long ago, by two people, and for which the person's yes stands.
fn grounded(facts: &FaceFacts, rulebook: &Rulebook) -> bool {
    let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
    let parameters = rulebook.parameters();
    let assessed = facts.assessment.as_ref().is_some_and(|assessment| {
        assessment.approved <= facts.now
            && facts.now.since(assessment.approved) <= days(parameters.assessment_max_days)
            && assessment.by_another
            && !assessment.stale
            && assessment.heads.len() == AssessmentHead::ALL.len()
            && assessment.kept_until.since(assessment.approved) >= days(parameters.assessment_keep_days)
    });
    let agreed = facts.consent.as_ref().is_some_and(|consent| {
        consent.given <= facts.now
            && facts.now < consent.until
            && facts.until <= consent.until
            && consent.until.since(consent.given) <= days(parameters.consent_max_days)
            && !consent.withdrawn
            && !consent.bundled
            && !consent.demanded
            && consent.signature_checked
            && (consent.purposes, consent.this_purpose, consent.this_gate, consent.this_notice) == (1, true, true, true)
            && (consent.off_device || !facts.leaves_device)
    });
    facts.purpose_active && facts.purpose.basis == LawfulBasis::Consent && assessed && agreed
}

/// At a shop or a station: no open search without an opinion, and one to one unless public security is on file.
fn in_its_place(facts: &FaceFacts) -> bool {
    let private = matches!(facts.door.place, Place::Residential | Place::Workplace | Place::School);
    private
        || match facts.purpose.mode {
            Mode::OneToOne => facts.door.public_security || facts.door.ways.iter().all(|way| !way.face || way.credentials > 1),
            Mode::OneToFew => facts.door.public_security,
            Mode::OneToMany => facts.door.legal_opinion.is_some(),
        }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn no_grant_without_another_way_a_guardian_and_a_ground((facts, size) in anyone(), minutes in prop::collection::vec(0_i64..525_600, 4)) {
        let rulebook = rulebook();
        for request in both(&facts, size) {
            let ruling = rulebook.rule(&request);
            prop_assert!(!ruling.refused_by(ENGINE_ERROR));
            if !ruling.permitted {
                prop_assert!(!ruling.findings.is_empty());
                continue;
            }
            let span = facts.until.seconds() - facts.from.seconds();
            for minute in &minutes {
                let moment = Timestamp::from_seconds(facts.from.seconds() + (minute * 60).min(span.max(0)));
                prop_assert!(another_way_at(&facts, moment));
            }
            prop_assert!(guarded(&facts));
            prop_assert!(grounded(&facts, &rulebook));
            prop_assert!(in_its_place(&facts));
        }
    }

    /// What stands beside the law only refuses more, and refuses for the law's reasons too.
    #[test]
    fn the_draft_only_refuses_more((facts, size) in anyone()) {
        let (law, strict) = (rulebook(), strict());
        for request in both(&facts, size) {
            let (before, after) = (law.rule(&request), strict.rule(&request));
            prop_assert!(before.permitted || !after.permitted);
            prop_assert!(before.findings.iter().all(|finding| after.refused_by(&finding.id)));
        }
    }

    #[test]
    fn no_door_is_saved_that_only_a_face_opens(ways in ways(), place in prop::sample::select(Place::ALL.to_vec()), public_security in no()) {
        let facts = countenance_rules::DoorFacts { ways, place, public_security, ..door() };
        let ruling = rulebook().rule(&Request::SaveDoor(facts.clone()));
        let sizes = |face: bool| -> std::collections::BTreeSet<u8> {
            facts.ways.iter().filter(|way| way.face == face).map(|way| way.credentials).collect()
        };
        let (with, without) = (sizes(true), sizes(false));
        let equal = !without.is_empty() && with.is_subset(&without);
        prop_assert!(!ruling.permitted || equal);
        if matches!(place, Place::Residential | Place::Workplace | Place::School) {
            prop_assert_eq!(ruling.permitted, equal);
        }
    }
}

fn strict() -> Rulebook {
    static STRICT: OnceLock<Rulebook> = OnceLock::new();
    let tighten = || rulebook().tightened(shelf().draft("draft-2023-08-08").unwrap()).unwrap();
    STRICT.get_or_init(tighten).clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// A fact that its caller does not know never helps: whatever is refused stays refused without any one of its facts, and a
    /// permitted act loses its permit by a rule that asks for the very fact, unless no rule of the act needs it.
    #[test]
    fn leaving_a_fact_out_never_permits((facts, size) in anyone()) {
        let rulebook = strict();
        for request in both(&facts, size) {
            let whole = request.facts();
            let before = rulebook.rule(&request);
            for path in paths(&whole, "") {
                let ruling = rulebook.rule_json(request.act(), &without(&whole, &path));
                prop_assert!(before.permitted || !ruling.permitted, "{} without {path}", request.act().word());
                if before.permitted && !ruling.permitted {
                    prop_assert!(asks_for(&rulebook, &ruling, &path), "{path}: {:?}", ruling.policies);
                }
                prop_assert!(!ruling.permitted || NOT_ALWAYS_NEEDED.contains(&path.as_str()), "{path} was not needed");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The quick way, which typed facts take, and the whole policies, checked against the schema, give one answer on every day.
    #[test]
    fn the_quick_way_answers_as_the_whole_policies((facts, size) in anyone(), day in 0_usize..11) {
        let rulebook = shelf().rulebooks().get(day).cloned().unwrap_or_else(strict);
        let [enrol, matching] = both(&facts, size);
        let activate = Request::ActivatePurpose(PurposeToActivate {
            now: facts.now,
            purpose: facts.purpose.clone(),
            assessment: facts.assessment.clone(),
            notice: facts.notice.clone(),
            site: site(),
        });
        let others = [Request::DeclarePurpose(facts.purpose.clone()), Request::SaveDoor(facts.door.clone()), activate];
        for request in [enrol, matching].iter().chain(&others) {
            prop_assert_eq!(rulebook.rule(request), rulebook.rule_json(request.act(), &request.facts()));
        }
    }
}

/// Facts that only some acts, ages, places or sizes of a site need; leaving one out elsewhere changes nothing.
const NOT_ALWAYS_NEEDED: [&str; 10] = [
    "person.under_minor_age",
    "person.guardian",
    "person.guardian.verified",
    "person.guardian.special_rules",
    "site.filing_due",
    "door.legal_opinion",
    "door.legal_opinion.hash",
    "door.legal_opinion.author",
    "door.legal_opinion.given",
    "consent.off_device",
];

fn paths(facts: &serde_json::Value, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in facts.as_object().unwrap() {
        let path = format!("{prefix}{name}");
        if value.is_object() {
            found.extend(paths(value, &format!("{path}.")));
        }
        found.push(path);
    }
    found
}

fn without(facts: &serde_json::Value, path: &str) -> serde_json::Value {
    let mut facts = facts.clone();
    let (inside, name) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if inside.is_empty() {
        String::new()
    } else {
        format!("/{}", inside.replace('.', "/"))
    };
    facts.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    facts
}

fn asks_for(rulebook: &Rulebook, ruling: &Ruling, path: &str) -> bool {
    let rules = ruling.findings.iter().filter_map(|finding| rulebook.policy(&finding.id));
    rules.into_iter().any(|rule| crate::examples::asks_for(&rule.source, path))
}

/// Whether some of `draws` is a hit; stops at the first.
fn hit_within(draws: usize, mut hit: impl FnMut(&FaceFacts, u32) -> bool) -> bool {
    let mut runner = TestRunner::deterministic();
    (0..draws).any(|_| {
        let (facts, size) = anyone().new_tree(&mut runner).unwrap().current();
        hit(&facts, size)
    })
}

/// How many of `draws` are hits.
fn hits(draws: usize, mut hit: impl FnMut(&FaceFacts, u32) -> bool) -> usize {
    let mut runner = TestRunner::deterministic();
    let mut next = || anyone().new_tree(&mut runner).unwrap().current();
    (0..draws).map(|_| next()).filter(|(facts, size)| hit(facts, *size)).count()
}

#[test]
fn the_generator_draws_what_is_permitted_and_every_way_of_being_wrong() {
    let rulebook = rulebook();
    let any_permitted = |facts: &FaceFacts, size: u32| both(facts, size).iter().any(|request| rulebook.rule(request).permitted);
    let permitted = hits(400, any_permitted);
    assert!(permitted > 40, "only {permitted} of 400 are permitted");
    let child = hit_within(2_000, |facts, size| {
        facts.person.under_guardian_age == Some(true) && any_permitted(facts, size)
    });
    assert!(child, "no child is ever permitted");
    let minute = at("2026-12-24T00:00:00Z");
    assert!(hits(400, |facts, _| !another_way_at(facts, minute)) > 40);
    assert!(hits(400, |facts, _| !guarded(facts)) > 20);
    assert!(hits(400, |facts, _| !grounded(facts, &rulebook)) > 40);
    assert!(hits(400, |facts, _| !in_its_place(facts)) > 20);
}

/// Says that facts which were permitted should not have been.
type Broken = fn(&FaceFacts, &Rulebook) -> bool;

/// Rulebooks with one rule taken away: the same predicates, on the same draws, must catch each.
#[test]
fn a_rulebook_with_a_hole_is_caught() {
    let hole = |rule: &str| -> Rulebook {
        let path = "cn/2026-01-01/rulebook.toml";
        let mut ended = vec![format!("\"{rule}\"")];
        let cases = rulebook()
            .cases()
            .iter()
            .filter(|case| case.refused_by.contains(rule))
            .map(|case| format!("\"{}\"", case.name))
            .collect::<Vec<_>>();
        ended.extend(cases);
        let files = edit(
            embedded_files(),
            path,
            "title_zh",
            &format!("ended = [{}]\ntitle_zh", ended.join(", ")),
        );
        Shelf::read(&files)
            .unwrap_or_else(|error| panic!("{error}"))
            .rulebooks()
            .last()
            .unwrap()
            .clone()
    };
    let cases: [(&str, Broken); 6] = [
        ("other_way.held", |facts, _| !another_way_at(facts, facts.from)),
        ("other_way.same_term", |facts, _| !another_way_at(facts, facts.until)),
        ("minor.guardian_signs", |facts, _| !guarded(facts)),
        ("minor.age_known", |facts, _| !guarded(facts)),
        ("purpose.active", |facts, rulebook| !grounded(facts, rulebook)),
        ("place.open_search_opinion", |facts, _| !in_its_place(facts)),
    ];
    for (rule, broken) in cases {
        let holed = hole(rule);
        assert!(holed.policy(rule).is_none());
        let caught = hit_within(3_000, |facts, size| {
            broken(facts, &holed) && both(facts, size).iter().any(|request| holed.rule(request).permitted)
        });
        assert!(caught, "nothing drawn shows that `{rule}` is missing");
    }
}

/// Before the duty to assess began, the same predicates did not hold yet: they are about today's law.
#[test]
fn the_first_rulebook_knew_less() {
    let first = rulebook_of("2021-08-01");
    let early = hit_within(600, |facts, size| {
        !grounded(facts, first) && both(facts, size).iter().any(|request| first.rule(request).permitted)
    });
    assert!(early);
    let large = SiteFacts {
        stored_persons: u32::MAX,
        ..site()
    };
    let request = Request::EnrolFace(EnrolFace {
        face: face(),
        site: large,
        code_minutes: 10,
    });
    assert!(first.rule(&request).permitted && !rulebook().rule(&request).permitted);
}
