//! The browser's derivations against the gate's own code: one file, checked from both sides.
//! The other side: `node --test crates/portal/static/test`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countenance_base::{GateId, Month, PersonId, SecretKey, to_hex};
use countenance_gate_core::journal::Ratchet;
use countenance_gate_core::wire::{EnrolmentTicket, qr_text_to_sign};
use countenance_grant::SigningKey;

const SECRET: [u8; 32] = [0x42; 32];
const SEED: [u8; 32] = [0x17; 32];
const MADE_IN: u32 = 24_321;
const MONTH: u32 = 24_323;
const SECONDS: i64 = 1_795_404_736;

#[test]
fn the_browser_and_the_gate_agree_on_every_byte() {
    let secret = SecretKey::new(SECRET);
    let start = Ratchet::start(&secret, GateId(3), Month(MADE_IN));
    let turned = start.turned_to(Month(MONTH));
    let key = SigningKey::from_seed(&SEED);
    let ticket = EnrolmentTicket {
        code: "K7MPX4TQ".into(),
        key_fingerprint: key.public().fingerprint(),
        ratchet: *turned.key().expose(),
        month: MONTH,
    };
    let person = PersonId::from_bytes([0xc4; 16]);
    let signature = key.sign_plain(qr_text_to_sign(person, SECONDS).as_bytes());
    let door = [person.as_bytes().as_slice(), &SECONDS.to_be_bytes(), &signature.0].concat();
    let vector = format!(
        r#"{{
  "secret": "{}",
  "record_key": "{}",
  "gate": "3",
  "made_in": {MADE_IN},
  "month": {MONTH},
  "ratchet_start": "{}",
  "ratchet": "{}",
  "code": "K7MPX4TQ",
  "fingerprint": "{}",
  "ticket": "CE1:{}",
  "digits": "{}",
  "signing_seed": "{}",
  "person": "{person}",
  "seconds": {SECONDS},
  "door_ticket": "CQ1:{}"
}}
"#,
        to_hex(&SECRET),
        to_hex(&record_key()),
        to_hex(start.key().expose()),
        to_hex(turned.key().expose()),
        to_hex(&ticket.key_fingerprint),
        BASE64_URL_SAFE_NO_PAD.encode(minicbor::to_vec(&ticket).unwrap()),
        ticket.digits(),
        to_hex(&SEED),
        BASE64_URL_SAFE_NO_PAD.encode(door),
    );
    assert_eq!(include_str!("../../static/test/vector.json"), vector);
}

/// X25519 of HKDF(S, "countenance/record-key/v1").
fn record_key() -> [u8; 32] {
    let mut seed = [0; 32];
    hkdf::Hkdf::<sha2::Sha256>::new(None, &SECRET)
        .expand(b"countenance/record-key/v1", &mut seed)
        .unwrap();
    countenance_grant::letter_key(&seed).unwrap()
}
