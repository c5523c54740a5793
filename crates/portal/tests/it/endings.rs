//! Samples of what ends: people, destructions, holds, certificates.

use countenance_base::Locale;
use countenance_portal::desk::{EndingLine, EndingStage, Endings, Erase, HoldLine, Lost, People, PersonLine};
use countenance_portal::resident::CloseAccount;
use countenance_portal::seal::Seal;
use countenance_portal::{CertificatePage, CertificateView, Frame, HeldAt, Place, Problem, Sampled, Template, Witnesses};

use crate::samples::{NOW, Sample, at, frame};

fn person(held: bool, ending: bool) -> PersonLine {
    PersonLine {
        id: "0193574c5a1f4c7e8b1d2f3a4b5c6d01".into(),
        login: "12-1803-A".into(),
        name: "演示住户".into(),
        claimed: !ending,
        held,
        ending,
    }
}

const fn held_at(gate: u64, erased: u64, lost: u64) -> HeldAt {
    HeldAt { gate, erased, lost }
}

fn certificate(independent: bool) -> CertificateView {
    CertificateView {
        site: "示范小区 / Demo estate".into(),
        ordered: at("2026-11-23T03:20:00Z"),
        ended: at("2026-11-23T03:21:00Z"),
        copies: 2,
        lost: 1,
        gates: vec![held_at(3, 1, 0), held_at(7, 0, 1)],
        rows: [("accounts", 1), ("consents", 2), ("passages", 41)]
            .map(|(table, count)| (table.to_owned(), count))
            .to_vec(),
        swept: true,
        hash: "5b".repeat(32),
        text: "countenance/destruction/v1\nsite 0193\n".into(),
        stamped: independent,
        sample: independent.then(|| Sampled {
            auditor: "auditor.example".into(),
            sampled: 2,
            count: 2,
            found: 0,
        }),
        witnessed: Some(Witnesses {
            seen: 4,
            all: 4,
            operator: if independent { 1 } else { 4 },
        }),
    }
}

fn page(frame: Frame, stage: EndingStage, certificate: Option<CertificateView>) -> String {
    let independent = certificate
        .as_ref()
        .and_then(|certificate| certificate.witnessed)
        .is_some_and(|witnesses| witnesses.is_independent());
    CertificatePage {
        frame,
        what: "person".into(),
        stage,
        ordered: at("2026-11-23T03:20:00Z"),
        waiting: if stage == EndingStage::Ordered { vec![3, 7] } else { vec![] },
        href: "/certificates/0193574c5a1f4c7e8b1d2f3a4b5c6d99".into(),
        certificate,
        seal: independent.then(|| Seal::of(&[0x5b; 32], 0)),
    }
    .render()
    .unwrap()
}

fn ending(stage: EndingStage, waiting: Vec<u64>) -> EndingLine {
    EndingLine {
        href: "/certificates/0193574c5a1f4c7e8b1d2f3a4b5c6d99".into(),
        what: "person".into(),
        stage,
        ordered: at("2026-11-23T03:20:00Z"),
        waiting,
        sampled: stage == EndingStage::Certified,
    }
}

fn hold(live: bool) -> HoldLine {
    HoldLine {
        id: "0193574c5a1f4c7e8b1d2f3a4b5c6d77".into(),
        name: "案 2026-114".into(),
        reason: "住户对 11 月 3 日的通行记录有异议。".into(),
        personal: live,
        from: at("2026-11-03T00:00:00Z"),
        to: at("2026-11-04T00:00:00Z"),
        ends: at(NOW),
        live,
    }
}

pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let frame = |place| frame(locale, place);
    let people = |people| {
        People {
            frame: frame(Place::People),
            unit: "12-1803".into(),
            people,
            problem: None,
        }
        .render()
        .unwrap()
    };
    vec![
        (
            "people",
            people(vec![person(false, false), person(true, false), person(false, true)]),
        ),
        ("people_none", people(vec![])),
        (
            "erase",
            Erase {
                frame: frame(Place::People),
                person: person(false, false),
                evidence_days: 1_096,
            }
            .render()
            .unwrap(),
        ),
        (
            "endings",
            Endings {
                frame: frame(Place::Endings),
                endings: vec![
                    ending(EndingStage::Ordered, vec![3, 7]),
                    ending(EndingStage::Destroyed, vec![]),
                    ending(EndingStage::Certified, vec![]),
                ],
                holds: vec![hold(true), hold(false)],
                gates: vec![3, 7],
                problem: Some(Problem::new("hold.span")),
            }
            .render()
            .unwrap(),
        ),
        (
            "lost",
            Lost {
                frame: frame(Place::Endings),
                gate: 7,
                causes: ["stolen", "broken", "destroyed", "unreachable"].map(str::to_owned).to_vec(),
            }
            .render()
            .unwrap(),
        ),
        (
            "close",
            CloseAccount {
                frame: frame(Place::Ways),
                evidence_days: 1_096,
                problem: Some(Problem::new("destruction.held")),
            }
            .render()
            .unwrap(),
        ),
        ("certificate_ordered", page(frame(Place::Guest), EndingStage::Ordered, None)),
        ("certificate_destroyed", page(frame(Place::Guest), EndingStage::Destroyed, None)),
        (
            "certificate",
            page(frame(Place::Guest), EndingStage::Certified, Some(certificate(true))),
        ),
        (
            "certificate_unwitnessed",
            page(frame(Place::Guest), EndingStage::Certified, Some(certificate(false))),
        ),
    ]
}
