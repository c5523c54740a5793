use super::*;
use crate::challenge::{Liveness, Pose, Stage};
use crate::testing::{Fixture, PIN, at};
use countenance_base::SeededRng;
use zeroize::Zeroizing;

struct Desk {
    fixture: Fixture,
    machine: Machine,
    rng: SeededRng,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        Self {
            fixture: Fixture::new(),
            machine: Machine::new(GateId(3)),
            rng: SeededRng::new(7),
            now: at(0),
        }
    }

    fn challenged() -> Self {
        let mut desk = Self::new();
        if let Some(face) = &mut desk.fixture.policy.face {
            face.liveness = Liveness::Challenge;
        }
        desk
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        let view = View {
            policy: Some(&self.fixture.policy),
            standing: &self.fixture.standing,
            now: self.now,
        };
        self.machine.handle(input, view, &mut self.rng)
    }

    fn press(&mut self, action: Do) -> Vec<Effect> {
        self.feed(Input::Kiosk(action))
    }

    fn screen(&self) -> Screen {
        self.machine.screen(View {
            policy: Some(&self.fixture.policy),
            standing: &self.fixture.standing,
            now: self.now,
        })
    }

    /// What A's phone shows now.
    fn qr(&self) -> String {
        let (person, seconds) = (self.fixture.a, self.now.seconds());
        let signed = crate::wire::qr_text_to_sign(person, seconds);
        let signature = self.fixture.key_a.sign_plain(signed.as_bytes());
        let bytes = [person.as_bytes().as_slice(), &seconds.to_be_bytes(), &signature.0].concat();
        format!("{}{}", crate::qr::PREFIX, crate::base64url::encode(&bytes))
    }

    fn reach_camera(&mut self, unit: &str) {
        self.press(Do::Begin);
        self.press(Do::Unit(unit.into()));
        self.press(Do::Face);
        self.press(Do::Face);
    }
}

fn opens(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Open { .. })).count()
}

#[test]
fn a_face_is_asked_for_announced_measured_and_forgotten() {
    let mut desk = Desk::new();
    assert_eq!(desk.machine.camera(), Camera::Off);
    desk.press(Do::Begin);
    desk.press(Do::Unit("12-1803".into()));
    assert_eq!(desk.screen().actions, ["qr", "pin", "face", "cancel"]);
    desk.press(Do::Face);
    assert_eq!(desk.screen().key, "prompt.face");
    assert_eq!(desk.machine.camera(), Camera::Off, "the notice comes before the camera");
    desk.press(Do::Face);
    assert_eq!(desk.machine.camera(), Camera::Face);
    assert_eq!(desk.feed(Input::FrameAccepted), vec![]);
    assert_eq!(desk.feed(Input::FrameAccepted), vec![]);
    assert_eq!(desk.feed(Input::FrameAccepted), vec![Effect::Measure { unit: "12-1803".into() }]);
    assert_eq!(desk.machine.camera(), Camera::Off);
    let person = desk.fixture.a;
    let effects = desk.feed(Input::Measured(Measured::Recognised(person)));
    assert_eq!(opens(&effects), 1);
    assert!(effects.contains(&Effect::Forget));
    assert!(matches!(effects.last(), Some(Effect::CloseCamera(_))));
    assert_eq!(desk.screen().outcome, Outcome::Opened);
}

#[test]
fn without_a_consent_in_the_household_the_camera_never_opens() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1804");
    assert_eq!(desk.machine.camera(), Camera::Off);
    assert_eq!(desk.screen().code, "face.no_consent_here");
    let mut desk = Desk::new();
    desk.reach_camera("99-9999");
    assert_eq!(desk.machine.camera(), Camera::Off);
    assert_eq!(desk.screen().code, "face.no_consent_here", "an unknown unit looks the same");
}

#[test]
fn who_withdrew_here_is_not_measured_though_the_snapshot_still_grants_it() {
    let mut desk = Desk::new();
    desk.fixture.standing.enrolled.clear();
    desk.press(Do::Begin);
    desk.press(Do::Unit("12-1803".into()));
    assert_eq!(desk.screen().actions, ["qr", "pin", "cancel"]);
    desk.press(Do::Face);
    assert_eq!(desk.machine.camera(), Camera::Off);
    assert_eq!(desk.screen().code, "face.no_consent_here");
}

#[test]
fn a_door_with_a_challenge_measures_only_after_the_asked_turn_and_back() {
    let mut desk = Desk::challenged();
    desk.reach_camera("12-1803");
    for _ in 0..3 {
        assert_eq!(desk.feed(Input::FrameAccepted), vec![]);
    }
    assert_eq!(desk.machine.stage(), Some(Stage::Front), "no question before its time");
    desk.now = at(2);
    assert_eq!(desk.feed(Input::FrameFollowed(Pose::Front)), vec![]);
    let Some(Stage::Turn(side)) = desk.machine.stage() else {
        panic!("the question is there");
    };
    assert!(desk.screen().key.starts_with("turn."));
    assert_eq!(desk.feed(Input::FrameFollowed(Pose::Between)), vec![]);
    assert_eq!(desk.feed(Input::FrameFollowed(Pose::Turned(side))), vec![]);
    assert_eq!(desk.screen().key, "turn.back");
    assert_eq!(desk.feed(Input::FrameAccepted), vec![Effect::Measure { unit: "12-1803".into() }]);
}

#[test]
fn at_a_door_with_a_challenge_a_still_is_never_measured() {
    let mut desk = Desk::challenged();
    desk.reach_camera("12-1803");
    let mut effects = vec![];
    for frame in 0..240 {
        desk.now = at(frame / 8);
        effects.extend(desk.feed(Input::FrameAccepted));
        effects.extend(desk.feed(Input::Tick));
    }
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Measure { .. })),
        "{effects:?}"
    );
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Refuse { passage } if passage.reason == "face.not_turned"))
    );
}

#[test]
fn who_is_lost_from_view_at_a_door_with_a_challenge_begins_again() {
    let mut desk = Desk::challenged();
    desk.reach_camera("12-1803");
    desk.feed(Input::FrameAccepted);
    desk.feed(Input::FrameRefused("face.not_followed"));
    assert_eq!(desk.machine.camera(), Camera::Off);
    assert_eq!(desk.screen().code, "face.not_followed");
}

#[test]
fn only_recognition_opens() {
    for (measured, code) in [
        (Measured::Unknown, "face.unknown"),
        (Measured::Ambiguous, "face.ambiguous"),
        (Measured::NotLive, "face.not_live"),
        (Measured::Refused("grant.refused".into()), "grant.refused"),
    ] {
        let mut desk = Desk::new();
        desk.reach_camera("12-1803");
        for _ in 0..3 {
            desk.feed(Input::FrameAccepted);
        }
        let effects = desk.feed(Input::Measured(measured));
        assert_eq!(opens(&effects), 0);
        assert!(matches!(effects.first(), Some(Effect::Refuse { passage }) if passage.reason == code && passage.person.is_none()));
        assert_eq!(desk.screen().code, code);
        assert_eq!(
            desk.screen().actions,
            ["begin", "qr", "receipt"],
            "the other lanes stay one touch away"
        );
    }
}

#[test]
fn a_row_of_bad_frames_ends_with_their_reason_and_nothing_is_measured() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    for _ in 0..11 {
        assert_eq!(desk.feed(Input::FrameRefused("face.two")), vec![]);
    }
    assert_eq!(desk.feed(Input::FrameRefused("face.two")), vec![], "a moment is left to step right");
    desk.now = at(3);
    let last = desk.feed(Input::FrameRefused("face.two"));
    assert!(
        matches!(last.as_slice(), [Effect::CloseCamera(_), Effect::Refuse { passage }, Effect::Forget] if passage.reason == "face.two")
    );
    assert_eq!(desk.machine.camera(), Camera::Off);
}

#[test]
fn nobody_in_view_yet_is_waited_for() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    for second in 0..14 {
        desk.now = at(second);
        for _ in 0..8 {
            assert_eq!(desk.feed(Input::FrameRefused("face.none")), vec![]);
        }
    }
    desk.feed(Input::FrameAccepted);
    desk.feed(Input::FrameAccepted);
    assert!(matches!(desk.feed(Input::FrameAccepted).as_slice(), [Effect::Measure { .. }]));
}

#[test]
fn inputs_that_do_not_fit_open_nothing() {
    let mut desk = Desk::new();
    let person = desk.fixture.a;
    for input in [
        Input::Measured(Measured::Recognised(person)),
        Input::PinChecked(Some(person)),
        Input::FrameAccepted,
        Input::Sealed(Ok(())),
        Input::Erased(Ok(())),
        Input::Redeemed(Ok(())),
        Input::Kiosk(Do::Yes),
        Input::Kiosk(Do::Face),
        Input::Kiosk(Do::Pin(Zeroizing::new(PIN.into()))),
    ] {
        assert_eq!(desk.feed(input.clone()), vec![], "{input:?}");
        assert_eq!(desk.machine.camera(), Camera::Off);
    }
}

#[test]
fn twenty_wrong_pins_are_slowed_down_at_the_kiosk() {
    let mut desk = Desk::new();
    let mut checked = 0;
    for _ in 0..20 {
        desk.press(Do::Begin);
        desk.press(Do::Unit("12-1803".into()));
        desk.press(Do::PinLane);
        let effects = desk.press(Do::Pin(Zeroizing::new("000000".into())));
        if matches!(effects.as_slice(), [Effect::CheckPin { .. }]) {
            checked += 1;
            desk.feed(Input::PinChecked(None));
        }
        desk.press(Do::Cancel);
    }
    assert_eq!(checked, 5);
}

#[test]
fn enrolment_needs_a_ticket_a_grant_and_the_digits() {
    let mut desk = Desk::new();
    let ticket = EnrolmentTicket {
        code: "ABCD2345".into(),
        key_fingerprint: [1; 32],
        ratchet: [2; 32],
        month: 24_322,
    };
    desk.press(Do::Enrol);
    assert_eq!(desk.machine.camera(), Camera::Code);
    let text = ticket.to_text();
    let effects = desk.feed(Input::CodeSeen(text));
    assert!(matches!(effects.as_slice(), [Effect::CloseCamera(_), Effect::Redeem(seen)] if *seen == ticket));
    desk.feed(Input::Redeemed(Ok(())));
    assert_eq!(desk.screen().key, "digits.confirm");
    assert_eq!(desk.machine.camera(), Camera::Off);
    desk.press(Do::Yes);
    assert_eq!(desk.machine.camera(), Camera::Face);
    for _ in 0..2 {
        desk.feed(Input::FrameAccepted);
    }
    assert_eq!(desk.feed(Input::FrameAccepted), vec![Effect::Seal]);
    desk.feed(Input::Sealed(Ok(())));
    assert_eq!(desk.screen().key, "enrol.done");
}

#[test]
fn a_late_answer_does_not_end_what_the_next_person_began() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    let person = desk.fixture.b;
    for late in [
        Input::Redeemed(Ok(())),
        Input::PinChecked(Some(person)),
        Input::Sealed(Ok(())),
        Input::Measured(Measured::Unknown),
    ] {
        assert_eq!(desk.feed(late), vec![]);
        assert_eq!(desk.machine.camera(), Camera::Face);
    }
}

#[test]
fn withdrawing_works_when_every_lane_is_closed() {
    let mut desk = Desk::new();
    desk.fixture.standing.journal = crate::standing::JournalRoom::ErasuresOnly;
    desk.fixture.standing.last_contact = at(-100 * 86_400);
    desk.press(Do::Withdraw);
    desk.press(Do::Unit("12-1803".into()));
    desk.press(Do::Pin(Zeroizing::new(PIN.into())));
    let person = desk.fixture.a;
    desk.feed(Input::PinChecked(Some(person)));
    assert_eq!(desk.press(Do::Yes), vec![Effect::Erase { person }]);
    assert_eq!(desk.screen().outcome, Outcome::Waiting, "effective before the screen changes");
    desk.feed(Input::Erased(Ok(())));
    assert_eq!(desk.screen().key, "withdraw.done");
}

#[test]
fn a_question_without_an_answer_goes_back_to_the_beginning() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    desk.now = at(60);
    let effects = desk.feed(Input::Tick);
    assert!(matches!(effects.first(), Some(Effect::CloseCamera(_))));
    assert_eq!(desk.screen().code, "face.timeout");
    desk.now = at(120);
    desk.feed(Input::Tick);
    assert_eq!(desk.screen().key, "idle");
}

fn windows(effects: &[Effect]) -> Vec<u32> {
    effects
        .iter()
        .filter_map(|effect| {
            if let Effect::CloseCamera(window) = effect {
                Some(window.frames)
            } else {
                None
            }
        })
        .collect()
}

#[test]
fn a_window_counts_the_frames_that_were_taken() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    desk.feed(Input::FrameRefused("face.none"));
    for _ in 0..3 {
        desk.feed(Input::FrameAccepted);
    }
    assert_eq!(windows(&desk.feed(Input::Measured(Measured::Unknown))), [4]);
}

#[test]
fn a_window_is_closed_also_when_measuring_ends_otherwise() {
    for ending in [Input::Kiosk(Do::Cancel), Input::Failed("internal".into()), Input::Tick] {
        let mut desk = Desk::new();
        desk.reach_camera("12-1803");
        for _ in 0..3 {
            desk.feed(Input::FrameAccepted);
        }
        desk.now = at(60);
        assert_eq!(windows(&desk.feed(ending.clone())), [3], "{ending:?}");
    }
}

#[test]
fn a_policy_that_goes_closes_the_camera() {
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    desk.feed(Input::FrameAccepted);
    let view = View {
        policy: None,
        standing: &desk.fixture.standing,
        now: desk.now,
    };
    let effects = desk.machine.handle(Input::Kiosk(Do::Begin), view, &mut desk.rng);
    assert_eq!(windows(&effects), [1]);
    assert!(effects.contains(&Effect::Forget));
}

#[test]
fn who_shows_a_qr_first_can_key_the_pin_that_is_asked_with_it() {
    let mut desk = Desk::new();
    desk.fixture.policy.door.ways = vec![vec![Lane::Qr, Lane::Pin]];
    let text = desk.qr();
    desk.press(Do::Qr);
    desk.feed(Input::CodeSeen(text));
    assert_eq!(desk.screen().actions, ["pin", "cancel"]);
    desk.press(Do::PinLane);
    let effects = desk.press(Do::Pin(Zeroizing::new(PIN.into())));
    assert!(matches!(effects.as_slice(), [Effect::CheckPin { unit, .. }] if unit == "12-1803"));
    let person = desk.fixture.a;
    assert_eq!(opens(&desk.feed(Input::PinChecked(Some(person)))), 1);
}

#[test]
fn a_receipt_is_given_for_what_has_just_happened_and_for_nothing_else() {
    let mut desk = Desk::new();
    assert!(desk.press(Do::Receipt).is_empty(), "nothing has happened");
    desk.press(Do::Begin);
    assert!(desk.press(Do::Receipt).is_empty(), "nothing has ended");
    desk.press(Do::Unit("12-1803".into()));
    desk.press(Do::PinLane);
    desk.press(Do::Pin(Zeroizing::new(PIN.into())));
    let person = desk.fixture.a;
    assert_eq!(opens(&desk.feed(Input::PinChecked(Some(person)))), 1);
    assert_eq!(desk.screen().actions, ["receipt"]);
    assert_eq!(desk.press(Do::Receipt), [Effect::Promise]);
    desk.feed(Input::Promised(Ok("CR1:AAAA".into())));
    let screen = desk.screen();
    assert_eq!((screen.key.as_str(), screen.args["receipt"].zh.as_str()), ("receipt", "CR1:AAAA"));
    assert!(desk.press(Do::Receipt).is_empty(), "one receipt is shown already");
    desk.press(Do::Cancel);
    desk.feed(Input::Promised(Ok("CR1:AAAA".into())));
    assert_eq!(desk.screen().key, "idle", "an answer that nobody waits for shows nothing");
}

fn of(seconds: u64) -> Wait {
    Wait::of(Duration::from_secs(seconds))
}

fn decided(effects: &[Effect]) -> &Passage {
    let decided = effects.iter().find_map(|effect| {
        if let Effect::Open { passage, .. } | Effect::Refuse { passage } = effect {
            Some(passage)
        } else {
            None
        }
    });
    decided.unwrap()
}

#[test]
fn every_way_waits_from_the_first_touch_to_the_opening() {
    let mut desk = Desk::new();
    let person = desk.fixture.a;
    for (checked, waited) in [(Some(person), Some(of(12))), (None, None)] {
        desk.now = at(100);
        desk.press(Do::Begin);
        desk.press(Do::Unit("12-1803".into()));
        desk.now = at(105);
        desk.press(Do::PinLane);
        desk.press(Do::Pin(Zeroizing::new(PIN.into())));
        desk.now = at(112);
        assert_eq!(decided(&desk.feed(Input::PinChecked(checked))).waited, waited, "a refusal has none");
    }
    let mut desk = Desk::new();
    desk.reach_camera("12-1803");
    desk.now = at(7);
    for _ in 0..3 {
        desk.feed(Input::FrameAccepted);
    }
    let effects = desk.feed(Input::Measured(Measured::Recognised(person)));
    assert_eq!(decided(&effects).waited, Some(of(7)));
    // The next attempt begins anew, at the touch of its own way.
    desk.now = at(60);
    desk.press(Do::Qr);
    desk.now = at(64);
    let text = desk.qr();
    let effects = desk.feed(Input::CodeSeen(text));
    assert_eq!(decided(&effects).waited, Some(of(4)));
}
