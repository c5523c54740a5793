//! Samples of the impact assessment: empty, waiting for oneself and for another, stale, and on paper.

use countenance_base::{Locale, Text};
use countenance_portal::desk::{
    ApprovalView, AssessmentPage, AssessmentPrint, AssessmentText, AssessmentVersion, PurposeState, SystemFact, WaitingVersion,
};
use countenance_portal::{Place, Problem, Template};

use crate::samples::{Sample, at, frame};

const HREF: &str = "/desk/doors/3/purposes/0193574c5a1f4c7e8b1d2f3a4b5c6d01/assessment";

fn texts(words: &[&str], text: &str) -> Vec<AssessmentText> {
    let text_of = |word: &&str| AssessmentText {
        word: (*word).to_owned(),
        text: text.to_owned(),
    };
    words.iter().map(text_of).collect()
}

fn heads(text: &str) -> Vec<AssessmentText> {
    texts(&["necessity", "impact", "risk", "safeguards"], text)
}

fn fields(text: &str) -> Vec<AssessmentText> {
    let words = [
        "flow",
        "groups",
        "other_lanes",
        "accuracy",
        "storage",
        "suppliers",
        "public_place",
        "incidents",
        "residual",
        "next_review",
    ];
    texts(&words, text)
}

fn system() -> Vec<SystemFact> {
    let facts = [
        ("place", "residential"),
        ("mode", "1:few"),
        ("ways", "qr, card+pin, face"),
        ("liveness", "challenge"),
        ("distance", "1200 mm"),
        ("gates", "1"),
        ("templates", "812"),
        ("template_days", "365"),
        ("passage_days", "30"),
        ("rulebook", "cn/2026-01-01"),
        ("pack", "7be0a1c52d8f4e9930b6aa17c9d0fe4417be0a1c52d8f4e9930b6aa17c9d0fe4"),
        ("threshold", "mobilefacenet-2024 · 0.57"),
        ("accuracy", "FMR 0.0093 % · FNMR 12.0 %"),
        ("presentation", "APCER 0/2 · BPCER 0/1"),
        ("unmeasured", "–"),
        ("used", "card+pin 1840 + 12"),
        ("waits", "card+pin unmeasured"),
        ("waits", "qr 1204 5 10"),
        ("waits", "pin 96 15 >90"),
        ("waits", "face few"),
        ("waits", "remote nobody"),
        ("waited", "face 1.4 s"),
    ];
    let fact = |(word, value): (&str, &str)| SystemFact {
        word: word.to_owned(),
        value: value.to_owned(),
    };
    facts.map(fact).to_vec()
}

fn version(number: u32, approved: bool, stale: bool) -> AssessmentVersion {
    AssessmentVersion {
        href: format!("{HREF}/{number}"),
        number,
        written_by: "前台 / desk".into(),
        written_at: at("2026-11-19T03:00:00Z"),
        approval: approved.then(|| ApprovalView {
            by: "安全负责人 / safety".into(),
            at: at("2026-11-20T03:00:00Z"),
            kept_until: at("2029-11-19T03:00:00Z"),
        }),
        stale,
        hash: "5b".repeat(32),
    }
}

fn page(locale: Locale, standing: PurposeState, versions: Vec<AssessmentVersion>, own: Option<bool>) -> AssessmentPage {
    AssessmentPage {
        frame: frame(locale, Place::Doors),
        href: HREF.into(),
        door_href: "/desk/doors/3".into(),
        door: Text::new("三号门", "Door 3"),
        purpose: Text::new("住户空着手也能进门", "Residents get in with their hands full"),
        standing,
        heads: heads("轮椅和婴儿车用户在门前没有空手。"),
        fields: fields(""),
        system: system(),
        stale: versions.iter().any(|version| version.stale && version.approval.is_some()),
        waiting: own.map(|own| WaitingVersion {
            number: 2,
            href: format!("{HREF}/2/approve"),
            own,
        }),
        versions,
        problem: None,
        saved: false,
    }
}

pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let refused = AssessmentPage {
        problem: Some(Problem::new("assessment.heads")),
        ..page(locale, PurposeState::Assessed, vec![version(1, false, false)], Some(false))
    };
    let print = AssessmentPrint {
        frame: frame(locale, Place::Doors),
        back: HREF.into(),
        door: Text::new("三号门", "Door 3"),
        purpose: Text::new("住户空着手也能进门", "Residents get in with their hands full"),
        heads: heads("轮椅和婴儿车用户在门前没有空手。\n门卡要腾出手。"),
        fields: fields("摄像头到门禁设备，不到别处。"),
        system: system(),
        version: version(1, true, false),
    };
    vec![
        (
            "assessment_new",
            page(locale, PurposeState::Declared, vec![], None).render().unwrap(),
        ),
        (
            "assessment_own",
            page(locale, PurposeState::Assessed, vec![version(2, false, true)], Some(true))
                .render()
                .unwrap(),
        ),
        (
            "assessment_stale",
            page(
                locale,
                PurposeState::Active,
                vec![version(2, false, false), version(1, true, true)],
                Some(false),
            )
            .render()
            .unwrap(),
        ),
        (
            "assessment_ended",
            page(locale, PurposeState::Ended, vec![version(1, true, false)], None)
                .render()
                .unwrap(),
        ),
        ("assessment_refused", refused.render().unwrap()),
        ("assessment_print", print.render().unwrap()),
    ]
}
