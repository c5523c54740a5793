//! Samples of what stands at a door for everybody.

use countenance_base::{Locale, Text};
use countenance_portal::desk::{Sign, SignSheet, StopAsk, StopLine, Stops, Way};
use countenance_portal::qr::QrDrawing;
use countenance_portal::seal::Seal;
use countenance_portal::{FaceLane, Frame, GatePage, Opinion, Place, Problem, PublicPurpose, Template};

use crate::samples::{NOW, Sample, at, frame};

fn way(lanes: &[&str]) -> Way {
    Way {
        lanes: lanes.iter().map(|lane| (*lane).to_owned()).collect(),
        offered: true,
    }
}

pub(crate) fn gate(locale: Locale, lane: FaceLane) -> GatePage {
    let claimed = lane != FaceLane::Unclaimed;
    GatePage {
        frame: Frame {
            path: "/gates/3".into(),
            token: String::new(),
            ..frame(locale, Place::Public)
        },
        number: 3,
        door: Text::new("三号门", "Door 3"),
        demo: true,
        site: Text::new("清和园（演示）", "Qinghe Gardens (demo)"),
        operator: Text::new("清和园物业服务有限公司（演示）", "Qinghe Gardens Property Services Ltd (demo)"),
        contact: Text::new("一号楼一层服务台", "service desk, ground floor of building 1"),
        complaints: Text::new("服务台意见簿；12377 网信举报", "book at the service desk; telephone 12377"),
        officer: None,
        purpose: (lane != FaceLane::None && claimed).then(|| PublicPurpose {
            text: Text::new("住户空着手也能进三号门", "Residents get through door 3 with their hands full"),
            necessity: Text::new("轮椅和婴儿车用户在门前没有空手", "People with prams have no hand free"),
            mode: "few".into(),
            template_days: 365,
        }),
        zone: [200, 50, 800, 950],
        distance_max_mm: 1_500,
        ways: vec![way(&["qr"]), way(&["card", "pin"])],
        passage_days: 30,
        window_days: 30,
        seal: claimed.then(|| (Seal::of(&[0x5b; 32], 3), at("2026-11-23T03:31:00Z"))),
        device: claimed.then(|| ("KAGUMI".into(), "5b".repeat(32))),
        host: "qinghe.example".into(),
        software: "Countenance 0.1.0".into(),
        pack: claimed.then(|| "a7".repeat(32)),
        program: (lane == FaceLane::Open).then(|| "c3".repeat(32)),
        opinion: (lane == FaceLane::Open).then(|| Opinion {
            hash: "9f86d081".repeat(8),
            author: "某律师事务所".into(),
            given: "2026-03-01".into(),
        }),
        open_place: true,
        rulebook: "cn/2025-06-01".into(),
        rulebook_day: "2025-06-01".into(),
        rulebook_version: "c1".repeat(32),
        drafts: vec!["cn/draft-2023-08-08".into()],
        lane,
    }
}

const ADDRESS: &str = "https://qinghe.example/gates/3";

fn sign(locale: Locale, word: Option<&str>) -> Sign {
    let page = gate(locale, FaceLane::Open);
    Sign {
        frame: frame(locale, Place::Doors),
        back: "/desk/doors/3".into(),
        door: page.door,
        operator: page.operator,
        contact: page.contact,
        purpose: page.purpose.map(|purpose| purpose.text),
        ways: page.ways,
        host: page.host,
        sheets: vec![SignSheet {
            number: 3,
            word: word.map(str::to_owned),
            address: "qinghe.example/gates/3".into(),
            qr: QrDrawing::of(ADDRESS),
        }],
    }
}

fn stops(locale: Locale) -> Stops {
    Stops {
        frame: frame(locale, Place::Doors),
        stops: vec![StopLine {
            id: "0193574c5a1f4c7e8b1d2f3a4b5c6d01".into(),
            what: "person".into(),
            name: Text::new("12-1803-A", "12-1803-A"),
            since: at("2026-11-23T03:31:00Z"),
        }],
        purposes: vec![(
            "/desk/stop/purpose/0193574c5a1f4c7e8b1d2f3a4b5c6d02".into(),
            Text::new("住户空着手也能进三号门", "Residents get through door 3 with their hands full"),
        )],
        site: true,
        problem: None,
    }
}

fn ask(locale: Locale, word: Option<&str>) -> StopAsk {
    StopAsk {
        frame: frame(locale, Place::Doors),
        href: "/desk/stop/purpose/0193574c5a1f4c7e8b1d2f3a4b5c6d02".into(),
        what: "purpose".into(),
        name: Text::new("住户空着手也能进三号门", "Residents get through door 3 with their hands full"),
        doors: vec![Text::new("三号门", "Door 3")],
        word: word.map(str::to_owned),
        problem: word.map(|_| Problem::new("stop.word")),
    }
}

pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let page = |lane| gate(locale, lane).render().unwrap();
    vec![
        ("gate", page(FaceLane::Open)),
        ("gate_dead", page(FaceLane::OtherWayDead(Some(at("2026-11-20T03:31:00Z"))))),
        ("gate_never", page(FaceLane::OtherWayDead(None))),
        ("gate_forked", page(FaceLane::Forked(at(NOW)))),
        ("gate_lost", page(FaceLane::Lost(at("2026-11-20T03:31:00Z")))),
        ("gate_stopped", page(FaceLane::Stopped(at(NOW)))),
        ("gate_stale", page(FaceLane::Stale)),
        ("gate_none", page(FaceLane::None)),
        ("gate_unclaimed", page(FaceLane::Unclaimed)),
        ("sign", sign(locale, Some("KAGUMI")).render().unwrap()),
        ("stops", stops(locale).render().unwrap()),
        ("stop", ask(locale, None).render().unwrap()),
        ("stop_sure", ask(locale, Some("3")).render().unwrap()),
        ("sign_unclaimed", sign(locale, None).render().unwrap()),
    ]
}

#[test]
fn a_gate_s_page_asks_for_nothing_and_keeps_nothing() {
    for locale in Locale::ALL {
        for (name, html) in all(locale).into_iter().filter(|(name, _)| name.starts_with("gate")) {
            for asking in ["<form", "<input", "<script", "/language/", "\"/sign-in"] {
                assert!(!html.contains(asking), "{name}: {asking}");
            }
            assert!(html.contains("/gates/3?language="), "{name}: the language is in its address");
        }
    }
}

#[test]
fn the_drawing_shows_the_zone_in_the_picture() {
    let page = gate(Locale::En, FaceLane::Open);
    assert_eq!(page.zone_box(), [200, 37, 600, 675]);
    assert_eq!(page.metres(), "1.5");
    let html = page.render().unwrap();
    assert!(html.contains("x=\"200\" y=\"37\" width=\"600\" height=\"675\""), "{html}");
}

/// What a phone reads from the code as it is drawn on the page.
fn read(html: &str) -> String {
    const MODULE: usize = 6;
    let path = html.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
    let size: usize = html
        .split("viewBox=\"0 0 ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let dark: std::collections::BTreeSet<(usize, usize)> = path
        .split('M')
        .filter_map(|module| module.split_once('h')?.0.split_once(' '))
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    let shade = |x: usize, y: usize| if dark.contains(&(x / MODULE, y / MODULE)) { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(size * MODULE, size * MODULE, shade);
    let grids = picture.detect_grids();
    grids[0].decode().unwrap().1
}

#[test]
fn the_code_on_a_sign_leads_to_the_gate_s_page_and_both_languages_are_on_it() {
    for locale in Locale::ALL {
        let html = sign(locale, Some("KAGUMI")).render().unwrap();
        assert_eq!(read(&html), ADDRESS);
        for said in [
            "先问，再看",
            "It asks first",
            "KAGUMI",
            "qinghe.example",
            "清和园物业",
            "Property Services",
            "门卡",
            "Card",
        ] {
            assert!(html.contains(said), "{said}");
        }
        assert!(!html.contains("<script"), "it prints without a script");
    }
    let without = sign(Locale::En, None).render().unwrap();
    assert!(without.contains("Do not hang this sheet up") && !without.contains("class=\"word\""));
}
