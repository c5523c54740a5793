//! Samples of an inspection: the entrance, its sections, the printed path, the desk's page.

use countenance_base::{Locale, Text};
use countenance_portal::inspection::{
    Cell, EnterInspection, InspectionLine, InspectionOverview, InspectionSection, Inspections, PathStep, SampleForm, Table, TwentyMinutes,
};
use countenance_portal::{Place, Problem, Template, messages};

use crate::samples::{Sample, at, frame};

const STEPS: [&str; 10] = [
    "sign",
    "other-way",
    "phone",
    "volunteer",
    "withdraw",
    "proof",
    "seal",
    "sample",
    "certificate",
    "labels",
];

fn hash() -> Cell {
    Cell::Hash("5b".repeat(32))
}

fn section(locale: Locale, section: &'static str, tables: Vec<Table>, sample: Option<SampleForm>) -> String {
    let frame = frame(locale, Place::Inspection);
    InspectionSection {
        frame,
        section,
        tables,
        sample,
    }
    .render()
    .unwrap()
}

fn registers() -> Vec<Table> {
    let gate = |number, standing| {
        let seal = Cell::At(at("2026-11-23T03:30:00Z"));
        vec![
            Cell::Number(number),
            Cell::Number(3),
            Cell::word(standing),
            hash(),
            hash(),
            seal.clone(),
            seal,
        ]
    };
    vec![
        Table {
            key: "doors",
            columns: &["door", "name", "ways", "liveness", "distance", "sign", "saved"],
            rows: vec![vec![
                Cell::Number(3),
                Cell::Both(Text::new("三号门", "Door 3")),
                Cell::Ways(
                    ["qr", "card+pin", "face"]
                        .map(|way| way.split('+').map(str::to_owned).collect())
                        .into(),
                ),
                Cell::word("liveness-challenge"),
                Cell::words("1500 mm"),
                Cell::word("yes"),
                Cell::At(at("2026-11-20T03:30:00Z")),
            ]],
        },
        Table {
            key: "gates",
            columns: &["gate", "door", "standing", "device-key", "pack", "sealed", "seen"],
            rows: vec![gate(3, "gate-demo"), gate(7, "gate-lost")],
        },
    ]
}

fn consents() -> Vec<Table> {
    let row = |number, holds, state: &str| {
        vec![
            Cell::Number(number),
            Cell::Both(Text::new("住户空着手也能进门", "Residents get in with their hands full")),
            Cell::word(state),
            Cell::At(at("2026-11-20T03:30:00Z")),
            Cell::At(at("2027-11-20T03:30:00Z")),
            Cell::Nothing,
            Cell::Holds(holds),
            hash(),
            hash(),
            Cell::words("3/41"),
        ]
    };
    vec![
        Table {
            key: "sampled",
            columns: &[
                "number",
                "purpose",
                "state",
                "signed",
                "until",
                "ended-by",
                "signature",
                "notice",
                "consent-text",
                "enrolled",
            ],
            rows: vec![row(4, true, "consent-enrolled"), row(9, false, "consent-withdrawn")],
        },
        Table {
            key: "sample",
            columns: &["consents", "word", "nonce", "nonce-hash", "list"],
            rows: vec![vec![Cell::Number(41), Cell::words("六五二"), hash(), hash(), hash()]],
        },
    ]
}

fn passages() -> Vec<Table> {
    let lanes = || Cell::Lanes(vec!["card".into(), "pin".into()]);
    let wait = |lanes, [count, half, most]: [Cell; 3]| vec![Cell::words("2026-11"), Cell::Number(3), lanes, count, half, most];
    vec![
        Table {
            key: "refusals",
            columns: &["month", "door", "lanes", "why", "count"],
            rows: vec![vec![
                Cell::words("2026-11"),
                Cell::Number(3),
                lanes(),
                Cell::Why("pin.wrong".into()),
                Cell::Number(12),
            ]],
        },
        Table {
            key: "waits",
            columns: &["month", "door", "lanes", "count", "half", "most"],
            rows: vec![
                wait(lanes(), [Cell::word("wait-unmeasured"), Cell::Nothing, Cell::Nothing]),
                wait(
                    Cell::Lanes(vec!["pin".into()]),
                    [Cell::Number(96), Cell::words("≤ 15 s"), Cell::words("> 90 s")],
                ),
                wait(Cell::Lanes(vec!["face".into()]), [Cell::Few, Cell::Nothing, Cell::Nothing]),
                wait(
                    Cell::Lanes(vec!["qr".into()]),
                    [Cell::word("wait-nobody"), Cell::Nothing, Cell::Nothing],
                ),
            ],
        },
        Table {
            key: "days",
            columns: &["day", "door", "lanes", "opened", "refused"],
            rows: vec![vec![
                Cell::words("2026-11-23"),
                Cell::Number(3),
                lanes(),
                Cell::Number(31),
                Cell::Few,
            ]],
        },
    ]
}

fn changes() -> Vec<Table> {
    let row = |code: &str, detail: &str| {
        let by = Cell::words("3a1b9c02");
        vec![
            Cell::At(at("2026-11-23T03:30:00Z")),
            Cell::Change(code.into()),
            Cell::words(detail),
            by,
            Cell::Number(57),
        ]
    };
    vec![Table {
        key: "changes",
        columns: &["at", "change", "detail", "by", "place"],
        rows: vec![
            row("door.saved", "3"),
            row("inspection.granted", "0193574c5a1f4c7e8b1d2f3a4b5c6d77"),
        ],
    }]
}

fn line(state: &str, own: bool) -> InspectionLine {
    InspectionLine {
        id: "0193574c5a1f4c7e8b1d2f3a4b5c6d77".into(),
        authority: "区网信办".into(),
        inspector: "王某".into(),
        reason: "2026 年第 114 号".into(),
        from: at("2026-11-23T03:30:00Z"),
        until: at("2026-11-25T03:30:00Z"),
        state: state.into(),
        own,
    }
}

fn desk(locale: Locale, link: Option<&str>, problem: Option<&str>) -> String {
    Inspections {
        frame: frame(locale, Place::Inspections),
        inspections: vec![
            line("asked", true),
            line("asked", false),
            line("granted", true),
            line("ended", true),
            line("over", false),
        ],
        days_max: 7,
        link: link.map(str::to_owned),
        problem: problem.map(Problem::new),
    }
    .render()
    .unwrap()
}

pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let form = |problem: Option<&str>| SampleForm {
        id: "0193574c5a1f4c7e8b1d2f3a4b5c6d78".into(),
        nonce_hash: "4e".repeat(32),
        list_hash: "6d".repeat(32),
        count: 41,
        problem: problem.map(Problem::new),
    };
    let filings = Table {
        key: "filings",
        columns: &["at"],
        rows: Vec::new(),
    };
    let enter = EnterInspection {
        frame: frame(locale, Place::Guest),
        action: "/inspection/enter/00".into(),
        problem: Some(Problem::new("inspection.link")),
    };
    let overview = InspectionOverview {
        frame: frame(locale, Place::Inspection),
        authority: "区网信办".into(),
        inspector: "王某".into(),
        reason: "2026 年第 114 号".into(),
        from: at("2026-11-23T03:30:00Z"),
        until: at("2026-11-25T03:30:00Z"),
    };
    let step = |(minute, key): (u32, &'static str)| PathStep {
        key,
        minute: 2 * minute,
        articles: vec![(Text::new("《某法》第十条", "Some Law, article 10"), minute == 0)],
    };
    let path = TwentyMinutes {
        frame: frame(locale, Place::Guest),
        site: Text::new("示范小区", "Demo estate"),
        complaints: Text::new("区网信办", "the district's office"),
        rulebook: "cn/2025-06-01".into(),
        steps: (0..).zip(STEPS).map(step).collect(),
    };
    vec![
        ("enter_inspection", enter.render().unwrap()),
        ("overview", overview.render().unwrap()),
        ("section", section(locale, "registers", registers(), None)),
        ("section_consents", section(locale, "consents", consents(), Some(form(None)))),
        (
            "section_consents_word",
            section(locale, "consents", Vec::new(), Some(form(Some("sample.word")))),
        ),
        ("section_passages", section(locale, "passages", passages(), None)),
        ("section_changes", section(locale, "changes", changes(), None)),
        ("section_filings", section(locale, "filings", vec![filings], None)),
        ("path", path.render().unwrap()),
        ("inspections", desk(locale, None, Some("inspection.same_operator"))),
        (
            "inspections_link",
            desk(locale, Some("estate.example/inspection/enter/5b5b5b5b"), None),
        ),
    ]
}

/// Steps of the path have all their words: what a reader does, sees, and what it means when not.
#[test]
fn every_step_of_the_path_has_its_words() {
    for locale in Locale::ALL {
        for step in STEPS {
            for part in ["do", "see", "else"] {
                assert!(messages::has(locale, &format!("path-{part}-{step}")), "{part} {step}");
            }
        }
    }
}

/// An inspector's pages have no form that posts; the only one asks, and its answer is a page to read.
#[test]
fn an_inspector_s_pages_post_nothing() {
    let mut forms = 0;
    for (name, html) in all(Locale::En) {
        if name.starts_with("section") || name == "overview" {
            assert!(!html.contains("method=\"post\""), "{name}");
            forms += html.matches("<form method=\"get\"").count();
        }
    }
    assert_eq!(forms, 2);
}
