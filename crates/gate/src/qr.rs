//! The door QR: a person's own signature over the time, made on their phone, checked without a network.

use countenance_base::{PersonId, Timestamp};
use countenance_grant::Signature;

use crate::policy::Policy;
use crate::wire::qr_text_to_sign;

/// How far phone and gate clocks may differ, and so how long one QR is good.
const GOOD_S: u64 = 60;
/// One person's QR per gate and minute; more than that is not kept in mind.
const USED_MAX: usize = 512;

pub(crate) const PREFIX: &str = "CQ1:";

/// QRs that were used within the last minutes.
#[derive(Debug, Default)]
pub struct UsedQrs(Vec<(PersonId, i64)>);

/// Reads and checks a door QR.
///
/// # Errors
/// `qr.unknown` (not ours, or not signed by the person's key), `qr.lane_off`, `qr.expired`, `qr.used`.
pub fn check(text: &str, policy: &Policy, used: &mut UsedQrs, now: Timestamp) -> Result<PersonId, &'static str> {
    let (person, seconds, signature) = parse(text).ok_or("qr.unknown")?;
    let member = policy.member(person).ok_or("qr.unknown")?;
    let key = member.qr_key.as_ref().ok_or("qr.lane_off")?;
    key.verify_plain(qr_text_to_sign(person, seconds).as_bytes(), &signature)
        .map_err(|_| "qr.unknown")?;
    if now.seconds().abs_diff(seconds) > GOOD_S {
        return Err("qr.expired");
    }
    used.0.retain(|(_, at)| now.seconds().abs_diff(*at) <= 2 * GOOD_S);
    if used.0.contains(&(person, seconds)) || used.0.len() >= USED_MAX {
        return Err("qr.used");
    }
    used.0.push((person, seconds));
    Ok(person)
}

fn parse(text: &str) -> Option<(PersonId, i64, Signature)> {
    let bytes = crate::base64url::decode(text.strip_prefix(PREFIX)?)?;
    let (person, rest) = bytes.split_first_chunk::<16>()?;
    let (seconds, rest) = rest.split_first_chunk::<8>()?;
    let signature: [u8; 64] = rest.try_into().ok()?;
    Some((PersonId::from_bytes(*person), i64::from_be_bytes(*seconds), Signature(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::testing::{Fixture, at};
    use countenance_grant::SigningKey;

    fn qr(person: PersonId, seconds: i64, key: &SigningKey) -> String {
        let signature = key.sign_plain(qr_text_to_sign(person, seconds).as_bytes());
        let bytes = [person.as_bytes().as_slice(), &seconds.to_be_bytes(), &signature.0].concat();
        format!("{PREFIX}{}", base64url::encode(&bytes))
    }

    #[test]
    fn a_qr_opens_once_within_a_minute_and_only_by_its_own_key() {
        let fixture = Fixture::new();
        let mut used = UsedQrs::default();
        let now = at(0);
        let good = qr(fixture.a, now.seconds(), &fixture.key_a);
        let other_key = SigningKey::from_seed(&[9; 32]);
        assert_eq!(check(&good, &fixture.policy, &mut used, now), Ok(fixture.a));
        assert_eq!(check(&good, &fixture.policy, &mut used, now), Err("qr.used"));
        let table = [
            (qr(fixture.a, now.seconds() - 61, &fixture.key_a), "qr.expired"),
            (qr(fixture.a, now.seconds() + 61, &fixture.key_a), "qr.expired"),
            (qr(fixture.a, now.seconds() + 1, &other_key), "qr.unknown"),
            (qr(fixture.b, now.seconds(), &fixture.key_a), "qr.lane_off"),
            (qr(PersonId::from_bytes([99; 16]), now.seconds(), &fixture.key_a), "qr.unknown"),
            ("CQ1:AAAA".into(), "qr.unknown"),
            ("https://example.org".into(), "qr.unknown"),
        ];
        for (text, code) in table {
            assert_eq!(check(&text, &fixture.policy, &mut used, now), Err(code), "{text}");
        }
    }
}
