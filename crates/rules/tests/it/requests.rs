//! The typed facts that callers fill say the same as the examples.

use std::collections::BTreeSet;

use countenance_base::{Text, Timestamp};
use countenance_grant::Mode;
use countenance_rules::{
    Area, AssessmentFacts, AssessmentHead, ConsentFacts, DoorFacts, EnrolFace, FaceFacts, GuardianFacts, LawfulBasis, MatchFace,
    NoticeFacts, OtherWayFacts, PersonFacts, Place, PurposeFacts, PurposeToActivate, Request, Ruling, Signer, WayFacts,
};

use crate::rulebook;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn purpose() -> PurposeFacts {
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

fn assessment() -> AssessmentFacts {
    AssessmentFacts {
        approved: at("2026-10-01T02:00:00Z"),
        heads: AssessmentHead::ALL.into_iter().collect(),
        by_another: true,
        stale: false,
        kept_until: at("2029-10-02T02:00:00Z"),
    }
}

fn notice() -> NoticeFacts {
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

fn door() -> DoorFacts {
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
    }
}

fn face() -> FaceFacts {
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
    }
}

fn matching(face: FaceFacts) -> Request {
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
        }),
        Request::SaveDoor(door()),
        Request::EnrolFace(EnrolFace {
            face: face(),
            code_minutes: 10,
        }),
        matching(face()),
    ] {
        let ruling = rule(&request);
        assert_eq!((ruling.permitted, &ruling.findings), (true, &Vec::new()), "{:?}", request.act());
        assert_eq!(ruling.rulebook, "cn/2025-06-01");
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

#[test]
fn a_ruling_shows_no_facts() {
    let mut face = face();
    face.purpose.owner = "a name that must not travel".to_owned();
    face.consent = None;
    assert!(!format!("{:?}", rule(&matching(face))).contains("must not travel"));
}
