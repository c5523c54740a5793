//! One decision of the full rulebook, as the server asks for it: typed facts in, a ruling with its reasons out.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use countenance_base::{Text, Timestamp};
use countenance_grant::Mode;
use countenance_rules::{
    Area, AssessmentFacts, AssessmentHead, ConsentFacts, DoorFacts, EnrolFace, FaceFacts, GateFacts, LawfulBasis, MatchFace, NoticeFacts,
    OtherWayFacts, PersonFacts, Place, PurposeFacts, PurposeToActivate, Request, Rulebook, Signer, SiteFacts, WayFacts, embedded_shelf,
};

use crate::report::{machine, table};
use crate::stats::{median, percentile};

const ROUNDS: usize = 20_000;
const DAY: Duration = Duration::from_hours(24);

pub(crate) fn measure() -> anyhow::Result<String> {
    let begun = Instant::now();
    let shelf = embedded_shelf()?;
    let loaded = begun.elapsed().as_secs_f64() * 1e3;
    let rulebook = shelf.rulebooks().last().context("no rulebook")?;
    let draft = shelf.drafts().first().context("no draft")?;
    let strict = rulebook.tightened(draft)?;
    let fields: BTreeSet<String> = fields(rulebook);
    let mut withdrawn = face(&fields);
    if let Some(consent) = &mut withdrawn.consent {
        consent.withdrawn = true;
    }
    withdrawn.other_way = None;
    let beside = row(
        "compare a face, with the draft of 2023 beside the law: permitted",
        &strict,
        &matching(face(&fields)),
        true,
    )?;
    let rows = [
        row("compare a face: permitted", rulebook, &matching(face(&fields)), true)?,
        row("compare a face: refused for two reasons", rulebook, &matching(withdrawn), false)?,
        row("enrol a face: permitted", rulebook, &enrolling(face(&fields)), true)?,
        row("activate a purpose: permitted", rulebook, &activating(&fields), true)?,
        row("save a door: permitted", rulebook, &Request::SaveDoor(door()), true)?,
    ];
    let slowest = rows.iter().map(|(p50, _)| *p50).fold(0.0, f64::max);
    let held = if slowest <= 100.0 { "held" } else { "**missed**" };
    let rows: Vec<Vec<String>> = rows.into_iter().chain([beside]).map(|(_, cells)| cells).collect();
    Ok(format!(
        "## Rulebook\n{}; one thread, one core; rulebook {} with {} rules; facts in Rust types to a ruling with its reasons, {ROUNDS} times each.\n\n{}\n\
         To hold: one decision p50 ≤ 100 µs: {held} (the slowest act: {slowest:.0} µs). All {} rulebooks and the draft are read, checked and compiled in {loaded:.0} ms, once.\n",
        machine(),
        rulebook.id(),
        rulebook.policies().len(),
        table(&["decision", "p50 µs", "p99 µs"], &rows),
        shelf.rulebooks().len(),
    ))
}

/// The median in microseconds, and the table's cells. A decision that is not the expected one would measure something else.
fn row(what: &str, rulebook: &Rulebook, request: &Request, permitted: bool) -> anyhow::Result<(f64, Vec<String>)> {
    let ruling = rulebook.rule(request);
    ensure!(ruling.permitted == permitted, "{what}: {:?}", ruling.policies);
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let at = Instant::now();
        black_box(rulebook.rule(black_box(request)));
        times.push(at.elapsed().as_secs_f64() * 1e6);
    }
    let p50 = median(&times);
    Ok((
        p50,
        vec![what.to_owned(), format!("{p50:.1}"), format!("{:.1}", percentile(&times, 0.99))],
    ))
}

/// Every field that the rulebook's own notice fills.
fn fields(rulebook: &Rulebook) -> BTreeSet<String> {
    let words = Text::new("样", "sample");
    let values = countenance_rules::NoticeValues {
        site: words.clone(),
        operator: words.clone(),
        contact: words.clone(),
        complaints: words.clone(),
        doors: words.clone(),
        purpose: words.clone(),
        necessity: words.clone(),
        mode: Mode::OneToFew,
        other_ways: words,
        consent_days: 365,
        passage_days: 30,
    };
    let newest = rulebook.notices().last().and_then(|version| rulebook.notice(version, &values).ok());
    newest.map(|notice| notice.fields).unwrap_or_default()
}

fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_000_000)
}

fn days_ago(days: u32) -> Timestamp {
    now().minus(DAY * days)
}

fn in_days(days: u32) -> Timestamp {
    now().plus(DAY * days)
}

fn purpose() -> PurposeFacts {
    PurposeFacts {
        text: Text::new("住户免掏门卡进入三号楼", "residents of building 3 enter without a card"),
        necessity: Text::new("许多住户带着孩子。", "Many residents come with children."),
        alternatives: vec!["门卡：容易转借".to_owned(), "二维码：没有手机的住户不能用".to_owned()],
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
        approved: days_ago(50),
        heads: AssessmentHead::ALL.into_iter().collect(),
        by_another: true,
        stale: false,
        kept_until: in_days(1_096),
    }
}

fn door() -> DoorFacts {
    let way = |face: bool| WayFacts { credentials: 1, face };
    DoorFacts {
        place: Place::Residential,
        area: Area::Entrance,
        camera: true,
        ways: vec![way(true), way(false), way(false)],
        distance_max_mm: 1_500,
        zone_set: true,
        sign: true,
        public_security: false,
        legal_opinion: None,
    }
}

fn notice(fields: &BTreeSet<String>) -> NoticeFacts {
    NoticeFacts {
        version: "face-at-door-1".to_owned(),
        fields: fields.clone(),
    }
}

fn face(fields: &BTreeSet<String>) -> FaceFacts {
    FaceFacts {
        now: now(),
        from: now(),
        until: in_days(300),
        purpose: purpose(),
        purpose_active: true,
        assessment: Some(assessment()),
        notice: notice(fields),
        consent: Some(ConsentFacts {
            signer: Signer::Person,
            signature_checked: true,
            given: days_ago(3),
            until: in_days(300),
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
            ..PersonFacts::default()
        },
        door: door(),
        other_way: Some(OtherWayFacts {
            opens_this_door: true,
            same_hours: true,
            from: days_ago(300),
            until: in_days(400),
            free_of_charge: true,
        }),
        leaves_device: false,
        gate: GateFacts::AGENT,
    }
}

fn site() -> SiteFacts {
    SiteFacts {
        stored_persons: 2_400,
        ..SiteFacts::default()
    }
}

fn matching(face: FaceFacts) -> Request {
    Request::MatchFace(MatchFace {
        face,
        lease_hours: 24,
        search_size: 4,
        other_way_worked: Some(days_ago(1)),
    })
}

fn enrolling(face: FaceFacts) -> Request {
    Request::EnrolFace(EnrolFace {
        face,
        site: site(),
        code_minutes: 10,
    })
}

fn activating(fields: &BTreeSet<String>) -> Request {
    Request::ActivatePurpose(PurposeToActivate {
        now: now(),
        purpose: purpose(),
        assessment: Some(assessment()),
        notice: notice(fields),
        site: site(),
    })
}
