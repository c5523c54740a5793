//! One filled example of every page, for tests and for looking at.

use countenance_base::{Locale, Text, Timestamp};
use countenance_portal::desk::{
    AlarmRow, DoorLine, DoorPage, DoorPlace, Doors, Enter, GateView, Happenings, PlaceDraft, PurposeDraft, PurposeState, PurposeView, Way,
    WindowRow,
};
use countenance_portal::parts::{Day, Pager, PassageRow, ReceiptView, Strip};
use countenance_portal::resident::{
    CardHow, Claim, ConsentPage, ConsentState, ConsentView, Consents, DoorQr, EnrolmentCode, FaceConsent, FaceDoor, FaceDoorState,
    FaceRefused, Lane, LaneCard, SetPin, SignIn, Uses, UsesMine, Ways,
};
use countenance_portal::seal::Seal;
use countenance_portal::{
    ErrorPage, Frame, Place, Problem, Refusal, RulebookArticle, RulebookChapter, RulebookInstrument, RulebookNumber, RulebookPage,
    RulebookRule, Template,
};

/// A page's name, and its HTML.
pub(crate) type Sample = (&'static str, String);

pub(crate) const NOW: &str = "2026-11-23T03:32:16Z";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn door() -> Text {
    Text::new("三号门", "Door 3")
}

fn receipt(cause: &str, at_: &str) -> ReceiptView {
    ReceiptView {
        gate: 3,
        door: door(),
        at: at(at_),
        sequence: 41,
        cause: cause.into(),
        seal: Seal::of(&[0x5b; 32], 3),
    }
}

fn passage(at_: &str, lanes: &[&str], opened: bool, reason: &str) -> PassageRow {
    let strip = (lanes == ["face"]).then(|| Strip {
        asked: at(at_).minus(std::time::Duration::from_secs(2)),
        measured: at(at_),
        forgotten: at(at_).plus(std::time::Duration::from_secs(1)),
    });
    PassageRow {
        at: at(at_),
        door: door(),
        lanes: lanes.iter().map(|lane| (*lane).to_owned()).collect(),
        opened,
        reason: reason.into(),
        demo: true,
        strip,
        who: None,
    }
}

fn passages(who: Option<&str>) -> Vec<PassageRow> {
    let mut rows = vec![
        passage("2026-11-23T03:30:00Z", &["face"], true, "passage.recognised"),
        passage("2026-11-23T00:12:40Z", &["face"], false, "face.unknown"),
        passage("2026-11-22T10:05:09Z", &["qr"], true, "passage.qr"),
        passage("2026-11-20T10:05:09Z", &["card", "pin"], false, "pin.wrong"),
    ];
    for row in &mut rows {
        row.who = who.map(str::to_owned);
    }
    rows
}

fn consent(state: ConsentState) -> ConsentView {
    let receipts = match state {
        ConsentState::Signed | ConsentState::NeverEnrolled => vec![],
        ConsentState::Forgotten => vec![
            receipt("enrolled", "2026-11-20T03:31:00Z"),
            receipt("grant.ended", "2026-11-23T03:31:50Z"),
        ],
        ConsentState::Enrolled | ConsentState::Withdrawn | ConsentState::Lost | ConsentState::Expired => {
            vec![receipt("enrolled", "2026-11-23T03:31:00Z")]
        }
    };
    ConsentView {
        id: "0193574c5a1f4c7e8b1d2f3a4b5c6d7e".into(),
        door: door(),
        gates: vec![3],
        state,
        given: at("2026-11-23T03:20:00Z"),
        until: at("2027-11-23T03:20:00Z"),
        ended: (!state.is_live()).then(|| at("2026-11-23T03:31:48Z")),
        attested: false,
        stopped: (state == ConsentState::Enrolled).then(|| at("2026-11-23T03:31:40Z")),
        receipts,
    }
}

const SIGNED: &str = "countenance consent v1\nsite: 0193574c5a1f4c7e8b1d2f3a4b5c6d00\nperson: 0193574c5a1f4c7e8b1d2f3a4b5c6d01\nconsent: 0193574c5a1f4c7e8b1d2f3a4b5c6d7e\nversion: 1\nnotice: 6f1e8a40c1d2b3a495867768594a3b2c1d0e0f1a2b3c4d5e6f708192a3b4c5d6\npurpose: 0193574c5a1f4c7e8b1d2f3a4b5c6d02\nmode: 1:few\ngates: 3\ngiven: 2026-11-23T03:20:00Z\nuntil: 2027-11-23T03:20:00Z\n";

fn cards(qr: bool, doors: &[FaceDoorState]) -> Vec<LaneCard> {
    Lane::FIRST_ORDER
        .into_iter()
        .map(|lane| LaneCard {
            lane,
            on: match lane {
                Lane::Qr => qr,
                Lane::Card => false,
                Lane::Pin => true,
                Lane::Face => doors.iter().any(|state| matches!(state, FaceDoorState::Enrolled(_))),
            },
            doors: if lane == Lane::Face {
                doors
                    .iter()
                    .map(|state| FaceDoor {
                        name: door(),
                        state: *state,
                        href: "/face/3".into(),
                    })
                    .collect()
            } else {
                vec![]
            },
        })
        .collect()
}

fn refusals() -> Vec<Refusal> {
    vec![Refusal {
        rule: "face.alternative".into(),
        text: Text::new("您在这个门还没有别的进门方式。", "You hold no other way in at this door yet."),
        remedy: Text::new(
            "先开通二维码，或到服务台领一张卡，再来决定。",
            "Turn on the QR code or get a card at the desk first, then decide.",
        ),
        article: Text::new(
            "《人脸识别技术应用安全管理办法》第十条",
            "Measures for the Security Management of Facial Recognition, article 10",
        ),
        to_confirm: true,
    }]
}

fn way(lanes: &[&str], offered: bool) -> Way {
    Way {
        lanes: lanes.iter().map(|lane| (*lane).to_owned()).collect(),
        offered,
    }
}

fn gates() -> Vec<GateView> {
    vec![
        GateView {
            number: 3,
            demo: true,
            claimed: true,
            last_contact: Some(at("2026-11-23T03:32:10Z")),
            alarms: vec![],
            pack: Some("a7".repeat(32)),
            program: Some("c3".repeat(32)),
            forked: false,
        },
        GateView {
            number: 4,
            demo: false,
            claimed: true,
            last_contact: Some(at("2026-11-21T03:32:10Z")),
            alarms: vec!["journal.80".into()],
            pack: Some("a7".repeat(32)),
            program: None,
            forked: false,
        },
    ]
}

fn purpose(state: PurposeState) -> PurposeView {
    PurposeView {
        href: "/desk/purposes/7".into(),
        state,
        text: Text::new("住户空着手也能进门", "Residents get in with their hands full"),
        necessity: Text::new(
            "轮椅和婴儿车用户在门前没有空手。",
            "People with wheelchairs and prams have no hand free at the door.",
        ),
        alternatives: vec!["二维码：要腾出手拿手机。".into(), "门卡：要腾出手。".into()],
        template_days: 365,
        passage_days: 30,
        owner: "物业经理".into(),
        mode: "1:few".into(),
        open_search_necessity: None,
        event_ends: (state == PurposeState::Active).then(|| at("2026-12-01T14:00:00Z")),
        approved: matches!(state, PurposeState::Approved | PurposeState::Active).then(|| at("2026-11-20T03:00:00Z")),
        stale: false,
    }
}

fn ways() -> Vec<Way> {
    vec![
        way(&["qr"], true),
        way(&["card"], true),
        way(&["pin"], true),
        way(&["face"], true),
        way(&["card", "pin"], false),
        way(&["qr", "pin"], false),
        way(&["card", "face"], false),
        way(&["face", "pin"], false),
    ]
}

fn door_page(frame: Frame, purpose: Option<PurposeView>, refusals: Vec<Refusal>, gate_code: Option<String>) -> DoorPage {
    let saved = purpose.is_some() && refusals.is_empty();
    DoorPage {
        frame,
        href: "/desk/doors/3".into(),
        name: door(),
        ways: ways(),
        challenge: false,
        place: "business",
        area: "entrance",
        gates: gates(),
        opinion: None,
        purpose,
        draft: PurposeDraft::default(),
        gate_code,
        refusals,
        problem: None,
        saved,
    }
}

/// Every page of the portal in `locale`.
pub(crate) fn all(locale: Locale) -> Vec<Sample> {
    let mut samples = guest(locale);
    samples.extend(resident(locale));
    samples.extend(desk(locale));
    samples.extend(doors(locale));
    samples.extend(crate::endings::all(locale));
    samples.extend(crate::assessments::all(locale));
    samples.extend(crate::oversight::all(locale));
    samples.extend(crate::public::all(locale));
    samples.extend(crate::inspection::all(locale));
    samples.push(("rulebook", rulebook(locale).render().unwrap()));
    samples
}

/// A rulebook with one rule of an article, one of none, and a number to be confirmed.
pub(crate) fn rulebook(locale: Locale) -> RulebookPage {
    let say = |zh: &str, en: &str| Text::new(zh, en).get(locale).to_owned();
    let rule = |id: &str| RulebookRule {
        id: id.into(),
        text: say("人脸不得是唯一的通行方式。", "A face may not be the only way in."),
        remedy: say("为这扇门加上门卡、二维码或者密码。", "Add a card, QR code or PIN to this door."),
        article: say("《某法》第十条", "Some Law, article 10"),
        confidence: say("已核对条文原文", "article text read"),
        to_confirm: false,
        effective: "2021-11-01".into(),
        amended: Some("cn/2025-06-01".into()),
        acts: vec![say("保存门的设置", "save a door's settings")],
        policy: "forbid (principal, action == Action::\"SaveDoor\", resource)\nunless { context has door };".into(),
        reads: vec![("distance_max_mm".into(), "5000".into())],
        against: vec![say("这扇门只有人脸", "the door opens with a face only")],
        permitted: 1,
    };
    let number = RulebookNumber {
        name: "limitation_years".into(),
        value: "3".into(),
        source: say("一般诉讼时效", "general limitation period"),
        confidence: say("待确认", "to be confirmed"),
        to_confirm: true,
        effective: "2021-01-01".into(),
    };
    let article = |number: Option<u32>, rules: Vec<RulebookRule>, numbers: Vec<RulebookNumber>| RulebookArticle {
        number,
        rules,
        also: vec![("door.sign".into(), say("须有提示标识。", "A sign is needed."))],
        numbers,
    };
    let law = RulebookInstrument {
        name: say("《某法》", "Some Law"),
        full: say("《某法》（某机关）", "Some Law (some body)"),
        effective: "2021-11-01".into(),
    };
    RulebookPage {
        frame: frame(locale, Place::Guest),
        title: say("中国大陆 · 2025年6月1日起", "Mainland China · from 1 June 2025"),
        id: "cn/2025-06-01".into(),
        version: "5b".repeat(32),
        approved: Some((say("某律师", "a lawyer"), "2026-11-26".into())),
        chapters: vec![
            RulebookChapter {
                instrument: Some(law),
                articles: vec![article(Some(10), vec![rule("door.not_face_only")], vec![number])],
            },
            RulebookChapter {
                instrument: None,
                articles: vec![article(None, vec![rule("enrol.code_is_short_lived")], vec![])],
            },
        ],
    }
}

pub(crate) fn frame(locale: Locale, place: Place) -> Frame {
    Frame {
        locale,
        place,
        path: "/ways".into(),
        token: "5e".repeat(16),
        now: at(NOW),
        zone: "Asia/Shanghai".into(),
        demo: true,
    }
}

fn guest(locale: Locale) -> Vec<Sample> {
    let frame = |place| frame(locale, place);
    let throttled = Problem {
        code: "pin.throttled".into(),
        wait_s: Some(40),
    };
    vec![
        (
            "sign_in",
            SignIn {
                frame: frame(Place::Guest),
                login: "12-1803-A".into(),
                problem: Some(throttled),
            }
            .render()
            .unwrap(),
        ),
        (
            "claim",
            Claim {
                frame: frame(Place::Guest),
                login: String::new(),
                problem: None,
            }
            .render()
            .unwrap(),
        ),
        (
            "error",
            ErrorPage {
                frame: frame(Place::Guest),
                code: "page.not_found".into(),
                way_out: "/".into(),
            }
            .render()
            .unwrap(),
        ),
        (
            "enter",
            Enter {
                frame: frame(Place::Guest),
                action: "/desk/enter/abc".into(),
                problem: None,
            }
            .render()
            .unwrap(),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "one sample of every page that a resident sees")]
fn resident(locale: Locale) -> Vec<Sample> {
    let frame = |place| frame(locale, place);
    let enrolled = FaceDoorState::Enrolled(at(NOW));
    let ways = |cards| {
        Ways {
            frame: frame(Place::Ways),
            cards,
            problem: None,
        }
        .render()
        .unwrap()
    };
    let page = |state| {
        ConsentPage {
            frame: frame(Place::Consents),
            consent: consent(state),
            text: SIGNED.into(),
            refusals: if state == ConsentState::Enrolled { refusals() } else { vec![] },
        }
        .render()
        .unwrap()
    };
    let face = FaceConsent {
        frame: frame(Place::Ways),
        door: door(),
        alternatives: cards(true, &[]).into_iter().filter(|card| card.lane != Lane::Face).collect(),
        notice:
            "谁在用：样例小区业主委员会。\n\n做什么：在三号门认出您，开门。\n\n怎么做：在门上量一次，马上忘掉照片，只留一份锁住的模板。"
                .into(),
        notice_hash: "6f1e8a40".into(),
        text: SIGNED.into(),
        until: at("2027-11-23T03:20:00Z"),
        fingerprint: "ab".repeat(32),
        action: "/face/3".into(),
        problem: None,
    };
    let code = EnrolmentCode {
        frame: frame(Place::Ways),
        door: door(),
        gate: 3,
        code: "K7MPX4TQ".into(),
        expires: at("2026-11-23T03:41:40Z"),
        fingerprint: "ab".repeat(32),
        consent: "/consents/0193574c5a1f4c7e8b1d2f3a4b5c6d7e".into(),
    };
    vec![
        ("ways_new", ways(cards(false, &[]))),
        ("ways", ways(cards(true, &[FaceDoorState::Undecided]))),
        ("ways_signed", ways(cards(true, &[FaceDoorState::Signed]))),
        ("ways_enrolled", ways(cards(true, &[enrolled]))),
        ("card", CardHow { frame: frame(Place::Ways) }.render().unwrap()),
        (
            "set_pin",
            SetPin {
                frame: frame(Place::Ways),
                problem: Some(Problem::new("pin.weak")),
            }
            .render()
            .unwrap(),
        ),
        (
            "door_qr",
            DoorQr {
                frame: frame(Place::Ways),
                person: "0193574c5a1f4c7e8b1d2f3a4b5c6d01".into(),
                fingerprint: "ab".repeat(32),
            }
            .render()
            .unwrap(),
        ),
        ("face_consent", face.render().unwrap()),
        (
            "face_refused",
            FaceRefused {
                frame: frame(Place::Ways),
                door: door(),
                refusals: refusals(),
            }
            .render()
            .unwrap(),
        ),
        ("enrolment_code", code.render().unwrap()),
        (
            "consents",
            Consents {
                frame: frame(Place::Consents),
                consents: vec![consent(ConsentState::Enrolled), consent(ConsentState::Forgotten)],
            }
            .render()
            .unwrap(),
        ),
        (
            "consents_none",
            Consents {
                frame: frame(Place::Consents),
                consents: vec![],
            }
            .render()
            .unwrap(),
        ),
        ("consent_signed", page(ConsentState::Signed)),
        ("consent_enrolled", page(ConsentState::Enrolled)),
        ("consent_withdrawn", page(ConsentState::Withdrawn)),
        ("consent_forgotten", page(ConsentState::Forgotten)),
        ("consent_lost", page(ConsentState::Lost)),
        ("consent_never_enrolled", page(ConsentState::NeverEnrolled)),
        ("consent_expired", page(ConsentState::Expired)),
        (
            "uses",
            Uses {
                frame: frame(Place::Uses),
                days: Day::group(passages(None), "Asia/Shanghai"),
                pager: Pager::new("/uses", true, Some(at("2026-11-20T10:05:09Z"))),
                retention_days: 30,
            }
            .render()
            .unwrap(),
        ),
        (
            "uses_none",
            Uses {
                frame: frame(Place::Uses),
                days: vec![],
                pager: Pager::default(),
                retention_days: 1,
            }
            .render()
            .unwrap(),
        ),
        (
            "uses_mine",
            UsesMine {
                frame: frame(Place::Uses),
                fingerprint: "5e".repeat(32),
                purposes: vec![("aa".repeat(16), Text::new("住户本人进出三号门", "residents entering by door 3"))],
            }
            .render()
            .unwrap(),
        ),
    ]
}

fn desk(locale: Locale) -> Vec<Sample> {
    let frame = |place| frame(locale, place);
    let doors = Doors {
        frame: frame(Place::Doors),
        doors: vec![
            DoorLine {
                href: "/desk/doors/1".into(),
                name: Text::new("一号门", "Door 1"),
                ways: ways().into_iter().take(3).collect(),
                gates: vec![],
                purpose: None,
            },
            DoorLine {
                href: "/desk/doors/3".into(),
                name: door(),
                ways: ways().into_iter().take(4).collect(),
                gates: gates(),
                purpose: Some(PurposeState::Active),
            },
        ],
    };
    let happenings = Happenings {
        frame: frame(Place::Happenings),
        alarms: vec![AlarmRow {
            gate: 4,
            door: door(),
            code: "journal.forked".into(),
        }],
        days: Day::group(passages(Some("12-1803")), "Asia/Shanghai"),
        windows: vec![WindowRow {
            gate: 3,
            door: door(),
            opened: at("2026-11-23T03:29:58Z"),
            closed: at("2026-11-23T03:30:01Z"),
            frames: 14,
            faces_max: 1,
            embedded: 1,
        }],
        pager: Pager::new("/desk/happenings", false, Some(at("2026-11-20T10:05:09Z"))),
        retention_days: 30,
    };
    vec![
        ("doors", doors.render().unwrap()),
        (
            "doors_none",
            Doors {
                frame: frame(Place::Doors),
                doors: vec![],
            }
            .render()
            .unwrap(),
        ),
        ("happenings", happenings.render().unwrap()),
    ]
}

/// The place of door 3, and that of a new door which was refused.
fn door_place(locale: Locale, known: bool) -> DoorPlace {
    DoorPlace {
        frame: frame(locale, Place::Doors),
        door: known.then(|| (door(), "/desk/doors/3".into())),
        draft: PlaceDraft {
            number: "4".into(),
            zh: "四号门（会所）".into(),
            en: "Door 4 (club)".into(),
            place: "business".into(),
            area: "dorm_room".into(),
            camera: true,
            sign: known,
            public_security: false,
            distance_cm: "150".into(),
            zone: ["20", "5", "80", "95"].map(str::to_owned),
            open_seconds: "3".into(),
        },
        places: vec!["residential", "workplace", "school", "business", "public"],
        areas: vec!["entrance", "lobby", "dorm_room", "other_private"],
        refusals: if known { vec![] } else { refusals() },
        problem: None,
    }
}

/// Door 3 in every state of its purpose.
fn doors(locale: Locale) -> Vec<Sample> {
    let stale = PurposeView {
        stale: true,
        ..purpose(PurposeState::Active)
    };
    let open_search = PurposeView {
        mode: "1:N".into(),
        open_search_necessity: Some("坐轮椅的会员够不到读卡器".into()),
        ..purpose(PurposeState::Declared)
    };
    let code = Some("GATE-4KX7-PM2Q".to_owned());
    let samples = [
        ("door_new", None, vec![], code),
        ("door_declared", Some(purpose(PurposeState::Declared)), vec![], None),
        ("door_assessed", Some(purpose(PurposeState::Assessed)), vec![], None),
        ("door_approved", Some(purpose(PurposeState::Approved)), vec![], None),
        ("door_active", Some(purpose(PurposeState::Active)), vec![], None),
        ("door_stale", Some(stale), vec![], None),
        ("door_ended", Some(purpose(PurposeState::Ended)), vec![], None),
        ("door_refused", Some(purpose(PurposeState::Active)), refusals(), None),
        ("door_open_search", Some(open_search), vec![], None),
    ];
    let render = |(name, purpose, refusals, code)| {
        let page = door_page(frame(locale, Place::Doors), purpose, refusals, code);
        (name, page.render().unwrap())
    };
    let mut samples = samples.map(render).to_vec();
    samples.push(("door_place", door_place(locale, true).render().unwrap()));
    samples.push(("door_place_new", door_place(locale, false).render().unwrap()));
    samples
}
