//! The typed facts that callers fill say the same as the examples.

use std::collections::BTreeSet;

use countenance_base::{Text, Timestamp};
use countenance_grant::Mode;
use countenance_rules::{
    Area, AssessmentFacts, AssessmentHead, ConsentFacts, DoorFacts, ENGINE_ERROR, EnrolFace, FaceFacts, GateFacts, GuardianFacts,
    LawfulBasis, LegalOpinion, MatchFace, NoticeFacts, OtherWayFacts, PersonFacts, Place, PurposeFacts, PurposeToActivate, Request, Ruling,
    Signer, SiteFacts, WayFacts,
};

use crate::rulebook;

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(crate) fn purpose() -> PurposeFacts {
    PurposeFacts {
        text: Text::new("住户免掏门卡进入三号楼", "residents of building 3 enter without a card"),
        necessity: Text::new("许多住户带着孩子。", "Many residents come with children."),
        alternatives: vec!["门卡：容易转借".to_owned(), "  ".to_owned()],
        basis: LawfulBasis::Consent,
        mode: Mode::OneToFew,
        open_search_necessity: None,
        open_search_apart: false,
        template_days: 365,
        passage_days: 30,
        owner: "物业经理".to_owned(),
    }
}

pub(crate) fn assessment() -> AssessmentFacts {
    AssessmentFacts {
        approved: at("2026-10-01T02:00:00Z"),
        heads: AssessmentHead::ALL.into_iter().collect(),
        by_another: true,
        stale: false,
        kept_until: at("2029-10-02T02:00:00Z"),
    }
}

pub(crate) fn notice() -> NoticeFacts {
    let fields: BTreeSet<String> = [
        "handler_name",
        "contact",
        "purpose",
        "method",
        "types",
        "retention",
        "after_retention",
        "necessity",
        "impact",
        "alternatives",
        "rights",
        "withdraw",
        "recipients",
        "off_device",
        "minors",
        "accessible",
        "complaint",
    ]
    .map(str::to_owned)
    .into();
    NoticeFacts {
        version: "face-at-door-1".to_owned(),
        fields,
    }
}

pub(crate) fn door() -> DoorFacts {
    DoorFacts {
        place: Place::Residential,
        area: Area::Entrance,
        camera: true,
        ways: vec![
            WayFacts {
                credentials: 1,
                face: true,
            },
            WayFacts {
                credentials: 1,
                face: false,
            },
        ],
        distance_max_mm: 1500,
        zone_set: true,
        sign: true,
        public_security: false,
        legal_opinion: None,
    }
}

pub(crate) fn face() -> FaceFacts {
    FaceFacts {
        now: at("2026-11-23T04:00:00Z"),
        from: at("2026-11-23T04:00:00Z"),
        until: at("2027-11-20T03:00:00Z"),
        purpose: purpose(),
        purpose_active: true,
        assessment: Some(assessment()),
        notice: notice(),
        consent: Some(ConsentFacts {
            signer: Signer::Person,
            signature_checked: true,
            given: at("2026-11-20T03:00:00Z"),
            until: at("2027-11-20T03:00:00Z"),
            withdrawn: false,
            purposes: 1,
            this_purpose: true,
            this_gate: true,
            this_notice: true,
            bundled: false,
            demanded: false,
            off_device: false,
        }),
        person: PersonFacts {
            under_guardian_age: Some(false),
            under_minor_age: None,
            guardian: None,
        },
        door: door(),
        other_way: Some(OtherWayFacts {
            opens_this_door: true,
            same_hours: true,
            from: at("2026-01-01T00:00:00Z"),
            until: at("2028-01-01T00:00:00Z"),
            free_of_charge: true,
        }),
        leaves_device: false,
        gate: GateFacts::AGENT,
    }
}

pub(crate) fn site() -> SiteFacts {
    SiteFacts {
        stored_persons: 2_400,
        ..SiteFacts::default()
    }
}

pub(crate) fn matching(face: FaceFacts) -> Request {
    Request::MatchFace(MatchFace {
        face,
        lease_hours: 24,
        search_size: 4,
        other_way_worked: Some(at("2026-11-22T21:30:00Z")),
    })
}

fn rule(request: &Request) -> Ruling {
    rulebook().rule(request)
}

#[test]
fn a_lawful_request_of_each_act_is_permitted() {
    for request in [
        Request::DeclarePurpose(purpose()),
        Request::ActivatePurpose(PurposeToActivate {
            now: at("2026-11-23T04:00:00Z"),
            purpose: purpose(),
            assessment: Some(assessment()),
            notice: notice(),
            site: site(),
        }),
        Request::SaveDoor(door()),
        Request::EnrolFace(EnrolFace {
            face: face(),
            site: site(),
            code_minutes: 10,
        }),
        matching(face()),
    ] {
        let ruling = rule(&request);
        assert_eq!((ruling.permitted, &ruling.findings), (true, &Vec::new()), "{:?}", request.act());
        assert_eq!(ruling.rulebook, rulebook().id());
        assert_eq!(ruling.policies.len(), 1);
    }
}

#[test]
fn what_a_caller_does_not_know_is_refused_by_name() {
    type Edit = fn(&mut FaceFacts);
    let cases: [(Edit, &[&str]); 9] = [
        (|face| face.consent = None, &["consent.given"]),
        (|face| face.assessment = None, &["assessment.approved"]),
        (|face| face.other_way = None, &["other_way.held"]),
        (|face| face.person.under_guardian_age = None, &["minor.age_known"]),
        (
            |face| face.person.under_guardian_age = Some(true),
            &["minor.guardian_signs", "minor.special_rules"],
        ),
        (
            |face| {
                face.person.under_guardian_age = Some(true);
                face.person.guardian = Some(GuardianFacts {
                    verified: true,
                    special_rules: true,
                });
            },
            &["minor.guardian_signs"],
        ),
        (
            |face| face.purpose.alternatives = vec![" ".to_owned()],
            &["purpose.alternatives_weighed"],
        ),
        (|face| face.purpose.mode = Mode::OneToMany, &["purpose.open_search"]),
        (|face| face.door.ways.retain(|way| way.face), &["door.not_face_only"]),
    ];
    for (edit, expected) in cases {
        let mut face = face();
        edit(&mut face);
        let ruling = rule(&matching(face));
        assert!(!ruling.permitted);
        assert_eq!(ruling.policies, expected);
        assert_eq!(
            ruling.findings.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>(),
            expected
        );
    }
}

/// A shop with a ticket and a face at its door, and what the rulebook says about it.
#[test]
fn a_place_open_to_customers_takes_a_face_beside_a_ticket_or_on_a_lawyers_opinion() {
    let pair = |face: bool| WayFacts { credentials: 2, face };
    let opinion = LegalOpinion {
        hash: "ab".repeat(32),
        author: "某律师事务所".to_owned(),
        given: at("2026-11-01T00:00:00Z"),
    };
    let at_shop = |mode: Mode, legal_opinion: Option<LegalOpinion>, public_security: bool| {
        let mut face = face();
        face.door.place = Place::Business;
        face.door.ways = vec![pair(true), pair(false)];
        face.door.legal_opinion = legal_opinion;
        face.door.public_security = public_security;
        face.purpose.mode = mode;
        face.purpose.open_search_necessity = Some("乘轮椅的会员够不到读卡器".to_owned());
        face.purpose.open_search_apart = true;
        rule(&Request::EnrolFace(EnrolFace {
            face,
            site: site(),
            code_minutes: 10,
        }))
        .policies
    };
    let permitted = ["permit.enrol_face"];
    assert_eq!(at_shop(Mode::OneToOne, None, false), permitted);
    assert_eq!(at_shop(Mode::OneToFew, None, false), ["place.shown_first"]);
    assert_eq!(at_shop(Mode::OneToFew, None, true), permitted);
    assert_eq!(at_shop(Mode::OneToMany, None, false), ["place.open_search_opinion"]);
    assert_eq!(at_shop(Mode::OneToMany, None, true), ["place.open_search_opinion"]);
    assert_eq!(at_shop(Mode::OneToMany, Some(opinion.clone()), false), permitted);
    let unsigned = LegalOpinion {
        author: "  ".to_owned(),
        ..opinion
    };
    assert_eq!(at_shop(Mode::OneToMany, Some(unsigned), true), ["place.open_search_opinion"]);
}

#[test]
fn a_pupil_enrols_with_a_guardian() {
    let at_school = |under_minor_age: Option<bool>, guardian: Option<bool>| {
        let mut face = face();
        face.door.place = Place::School;
        face.person.under_minor_age = under_minor_age;
        face.person.guardian = guardian.map(|verified| GuardianFacts {
            verified,
            special_rules: false,
        });
        rule(&matching(face)).policies
    };
    assert_eq!(at_school(Some(true), Some(true)), ["permit.match_face"]);
    assert_eq!(at_school(Some(false), None), ["permit.match_face"]);
    for refused in [
        at_school(Some(true), None),
        at_school(Some(true), Some(false)),
        at_school(None, Some(true)),
    ] {
        assert_eq!(refused, ["minor.school_guardian"]);
    }
}

#[test]
fn a_site_that_grows_needs_a_filing_and_an_officer() {
    let enrol = |site: SiteFacts| {
        let face = face();
        let code_minutes = 10;
        rule(&Request::EnrolFace(EnrolFace { face, site, code_minutes })).policies
    };
    let parameters = rulebook().parameters().clone();
    let threshold = parameters.filing_threshold_persons.unwrap();
    let site = |stored_persons| SiteFacts {
        stored_persons,
        ..SiteFacts::default()
    };
    assert_eq!(enrol(site(threshold - 1)), ["permit.enrol_face"]);
    assert_eq!(enrol(site(threshold)), ["site.filed"]);
    let due = |due: &str| SiteFacts {
        filing_due: Some(at(due)),
        ..site(threshold)
    };
    assert_eq!(enrol(due("2026-11-23T04:00:00Z")), ["permit.enrol_face"]);
    assert_eq!(enrol(due("2026-11-23T03:59:59Z")), ["site.filed"]);
    let large = SiteFacts {
        filing_acknowledged: true,
        ..site(parameters.officer_threshold_persons.unwrap())
    };
    assert_eq!(enrol(large), ["site.officer"]);
    assert_eq!(enrol(SiteFacts { officer: true, ..large }), ["permit.enrol_face"]);
    assert_eq!(
        enrol(SiteFacts {
            suppliers_without_contract: 2,
            ..site(1)
        }),
        ["site.suppliers_bound"]
    );
}

/// Facts out of Rust types are not checked against the schema each time; this is the check.
#[test]
fn typed_facts_fit_the_schema() {
    let mut full = face();
    full.person.under_guardian_age = Some(true);
    full.person.under_minor_age = Some(true);
    full.person.guardian = Some(GuardianFacts {
        verified: true,
        special_rules: true,
    });
    full.door.legal_opinion = Some(LegalOpinion {
        hash: String::new(),
        author: String::new(),
        given: at("2026-11-01T00:00:00Z"),
    });
    let site = SiteFacts {
        filing_due: Some(at("2026-11-01T00:00:00Z")),
        ..site()
    };
    let mut bare = face();
    (bare.assessment, bare.consent, bare.other_way) = (None, None, None);
    for request in [
        Request::DeclarePurpose(purpose()),
        Request::ActivatePurpose(PurposeToActivate {
            now: at("2026-11-23T04:00:00Z"),
            purpose: purpose(),
            assessment: None,
            notice: notice(),
            site,
        }),
        Request::SaveDoor(full.door.clone()),
        Request::EnrolFace(EnrolFace {
            face: full.clone(),
            site,
            code_minutes: 10,
        }),
        matching(full),
        matching(bare),
    ] {
        let checked = rulebook().rule_json(request.act(), &request.facts());
        assert_eq!(rule(&request), checked);
        assert!(!checked.refused_by(ENGINE_ERROR), "{:?}", request.act());
    }
    let site = rulebook().rule_json(
        countenance_rules::Act::SaveDoor,
        &serde_json::json!({ "door": { "colour": "green" } }),
    );
    assert_eq!(site.policies, [ENGINE_ERROR]);
}

#[test]
fn a_ruling_shows_no_facts() {
    let mut face = face();
    face.purpose.owner = "a name that must not travel".to_owned();
    face.consent = None;
    assert!(!format!("{:?}", rule(&matching(face))).contains("must not travel"));
}
