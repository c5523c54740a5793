//! Writes the good inputs of the corpus anew, when asked to: `FUZZING_WRITE=1 cargo test -p countenance-fuzzing seeds`.

use std::io::Cursor;

use countenance_base::{AttemptId, DoorId, GateId, PersonId, SiteId};
use countenance_fuzzing::corpus::folder;
use countenance_fuzzing::estate::{ESTATE, NOW};
use countenance_fuzzing::targets;
use countenance_gate_core::journal::{Frame, Leaf, LeafClass, write_frame};
use countenance_gate_core::policy::Lane;
use countenance_gate_core::wait::Wait;
use countenance_gate_core::wire::{
    Claim, Claimed, EnrolmentTicket, Frames, FramesAnswer, Head, Note, Passage, Poll, PollAnswer, Redeem, UploadedFrame,
};
use countenance_grant::{SigningKey, encode};
use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use crate::inspections;

fn card() -> RgbImage {
    RgbImage::from_fn(48, 40, |x, y| {
        Rgb([
            u8::try_from(x * 5).unwrap(),
            u8::try_from(y * 6).unwrap(),
            u8::try_from(x ^ y).unwrap(),
        ])
    })
}

fn jpeg(progressive: bool, exif: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 60);
    encoder.set_progressive(progressive);
    if exif {
        encoder
            .add_exif_metadata(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
            .unwrap();
    }
    encoder.encode(card().as_raw(), 48, 40, ColorType::Rgb).unwrap();
    bytes
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    card().write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Width, then pixels: two to a module, four modules of quiet around.
fn qr_picture(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).unwrap();
    let modules = code.width() + 8;
    let dark = |x: usize, y: usize| {
        let inside = (4..modules - 4).contains(&x) && (4..modules - 4).contains(&y);
        inside && code[(x - 4, y - 4)] == qrcode::Color::Dark
    };
    let side = modules * 2;
    let pixels = (0..side).flat_map(|y| (0..side).map(move |x| (x / 2, y / 2)));
    let pixels = pixels.map(|(x, y)| if dark(x, y) { 20 } else { 235 });
    [u8::try_from(side).unwrap()].into_iter().chain(pixels).collect()
}

fn frame() -> Frame {
    Frame {
        leaf: Leaf {
            class: LeafClass::Passage,
            flags: Leaf::FLAG_DEMO,
            gate: GateId(3),
            sequence: 41,
            ten_minutes: NOW.ten_minutes(),
            policy: 7,
            previous: [1; 32],
            commitment: [2; 32],
            tag: [3; 32],
        },
        record: vec![9; 60],
        transit: 5,
        note: vec![8; 30],
    }
}

fn wire() -> Vec<Vec<u8>> {
    let head = Head { size: 42, hash: [4; 32] };
    let passage = Passage {
        attempt: AttemptId::from_bytes([1; 16]),
        at: NOW,
        door: DoorId::from_bytes([3; 16]),
        lanes: vec![Lane::Card, Lane::Pin],
        person: Some(PersonId::from_bytes([7; 16])),
        opened: true,
        reason: "passage.pin".into(),
        demo: false,
        waited: Some(Wait::of(std::time::Duration::from_secs(12))),
    };
    let uploaded = UploadedFrame {
        leaf: frame().raw_leaf(),
        record: vec![9; 40],
        note: Some(Note::Passage(passage.clone())),
    };
    let key = SigningKey::from_seed(&[3; 32]).public();
    let claim = Claim {
        code: "ABCD2345".into(),
        device_key: key,
        pack: [5; 32],
        demo: true,
    };
    let claimed = Claimed {
        site: SiteId::from_bytes([1; 16]),
        gate: GateId(3),
        site_key: key,
    };
    let poll = Poll {
        epoch: 41,
        head,
        wait_s: 25,
        alarms: vec!["journal.80".into()],
        seal: None,
        pack: None,
        program: Some([6; 32]),
    };
    let answer = PollAnswer {
        snapshot: None,
        acknowledged: 42,
        forked: false,
        now: NOW,
    };
    let taken = FramesAnswer {
        acknowledged: 43,
        forked: false,
    };
    let bodies = [
        encode(&claim),
        encode(&claimed),
        encode(&poll),
        encode(&answer),
        encode(&Frames { frames: vec![uploaded] }),
        encode(&taken),
        encode(&Redeem { code: "ABCD2345".into() }),
        encode(&Note::Passage(passage)),
    ];
    (0..).zip(bodies).map(|(kind, body)| [vec![kind], body].concat()).collect()
}

fn messages() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"do":"begin"}"#,
        r#"{"do":"unit","value":"12-1803"}"#,
        r#"{"do":"pin","value":"258036"}"#,
        r#"{"do":"text","value":"CE1:hA"}"#,
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn good(target: &str) -> Vec<Vec<u8>> {
    let ticket = EnrolmentTicket {
        code: "ABCD2345".into(),
        key_fingerprint: [1; 32],
        ratchet: [2; 32],
        month: 24_322,
    };
    match target {
        "camera_answer" => inspections::answers(),
        "consent" => vec![ESTATE.enrol_grant.consent.text.clone().into_bytes()],
        "door_qr" => vec![ESTATE.door_qr.clone().into_bytes()],
        "export" => inspections::exports(),
        "grant" => vec![ESTATE.redeemed.clone()],
        "grant_signed_anew" => vec![encode(&ESTATE.enrol_grant)],
        "journal_frame" => vec![write_frame(&frame()), write_frame(&frame())[8..].to_vec()],
        "kiosk_message" => messages(),
        "letter" => vec![ESTATE.letter.clone()],
        "nv21" => vec![[vec![33, 32], (0..=255).cycle().take(33 * 32 + 34 * 16).collect()].concat()],
        "pack_manifest" => vec![include_bytes!("../../../../packs/mobilefacenet-2024/manifest.toml").to_vec()],
        "picture" => vec![jpeg(false, false), jpeg(true, false), jpeg(false, true), png()],
        "policy" => vec![encode(&ESTATE.policy)],
        "probe_answer" => vec![inspections::probe_answer()],
        "qr_in_picture" => vec![qr_picture("CQ1:AAAA"), qr_picture("12")],
        "snapshot" => vec![ESTATE.snapshot.clone()],
        "ticket" => vec![ticket.to_text().into_bytes()],
        "wire" => wire(),
        "workbook" => inspections::workbooks(),
        other => panic!("no good input for {other}"),
    }
}

#[test]
fn every_target_has_good_inputs() {
    for target in targets::ALL {
        let inputs = good(target.name);
        assert!(!inputs.is_empty());
        for (number, bytes) in inputs.iter().enumerate() {
            assert_eq!(
                (target.run)(bytes),
                countenance_fuzzing::Verdict::Accepted,
                "{} {number}",
                target.name
            );
            if std::env::var_os("FUZZING_WRITE").is_some() {
                std::fs::create_dir_all(folder(target.name)).unwrap();
                std::fs::write(folder(target.name).join(format!("good-{number}")), bytes).unwrap();
            }
        }
    }
}
