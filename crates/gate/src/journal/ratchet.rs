//! A writer's monthly secret about one person: tags and openings come from it, and it only turns forward.

use countenance_base::{GateId, Month, SecretKey, Timestamp};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::leaf::Leaf;

/// W of one month for one person and one writer. W₀ = HKDF(S, writer); next month's W = HKDF(W, "next").
#[derive(Debug, Clone)]
pub struct Ratchet {
    month: Month,
    key: SecretKey,
}

impl Ratchet {
    pub const fn new(month: Month, key: SecretKey) -> Self {
        Self { month, key }
    }

    pub const fn month(&self) -> Month {
        self.month
    }

    /// For the sealed key page only.
    pub const fn key(&self) -> &SecretKey {
        &self.key
    }

    /// W of `writer` in the month in which S was made; the person's side of the chain.
    pub fn start(secret: &SecretKey, writer: GateId, month: Month) -> Self {
        let info = [b"countenance/ratchet/v1".as_slice(), &writer.0.to_be_bytes()].concat();
        Self {
            month,
            key: derive(secret, &info),
        }
    }

    /// Turns forward to the month of `now`. A clock that stands before this ratchet's month leaves it where it is:
    /// the past cannot be derived, and the face lane is closed by the time floor anyway.
    #[must_use]
    pub fn turned_to(&self, month: Month) -> Self {
        let mut turned = self.clone();
        while turned.month < month {
            turned = Self {
                month: Month(turned.month.0 + 1),
                key: derive(&turned.key, b"next"),
            };
        }
        turned
    }

    /// The tag of this person's `count`-th leaf at this gate on the day of `now`.
    pub fn tag(&self, now: Timestamp, gate: GateId, count: u32) -> [u8; 32] {
        let key = derive(&self.key, b"tag");
        let message = [now.utc_day().to_be_bytes().as_slice(), &gate.0.to_be_bytes(), &count.to_be_bytes()].concat();
        hmac(key.expose(), &[&message])
    }

    /// Whether `leaf` is about this person: its tag is one of the first `most` of that day. Nobody can say so of a leaf of a month that is
    /// over for this ratchet.
    pub fn ties(&self, leaf: &Leaf, most: u32) -> bool {
        let time = Timestamp::from_seconds(i64::from(leaf.ten_minutes) * 600);
        if time.month() < self.month {
            return false;
        }
        let turned = self.turned_to(time.month());
        (0..most).any(|count| turned.tag(time, leaf.gate, count) == leaf.tag)
    }

    /// The 32 bytes that open the commitment of leaf `sequence`.
    pub fn opening(&self, gate: GateId, sequence: u64) -> SecretKey {
        let info = [b"open".as_slice(), &gate.0.to_be_bytes(), &sequence.to_be_bytes()].concat();
        derive(&self.key, &info)
    }
}

fn derive(key: &SecretKey, info: &[u8]) -> SecretKey {
    let mut out = [0u8; 32];
    // 32 bytes are always within HKDF's limit of 255 blocks.
    let expanded = Hkdf::<Sha256>::new(None, key.expose()).expand(info, &mut out);
    debug_assert!(expanded.is_ok(), "HKDF gives 32 bytes");
    SecretKey::new(out)
}

pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_linked_forward_only_and_tags_differ() {
        let secret = SecretKey::new([9; 32]);
        let january = Ratchet::start(&secret, GateId(3), Month(24_300));
        let march = january.turned_to(Month(24_302));
        assert_eq!(
            march.key().expose(),
            january.turned_to(Month(24_301)).turned_to(Month(24_302)).key().expose()
        );
        assert_ne!(march.key().expose(), january.key().expose());
        assert_eq!(march.turned_to(Month(24_300)).month(), Month(24_302));
        let now = Timestamp::from_seconds(1_700_000_000);
        assert_ne!(march.tag(now, GateId(3), 0), march.tag(now, GateId(3), 1));
        assert_ne!(march.tag(now, GateId(3), 0), march.tag(now, GateId(4), 0));
    }

    #[test]
    fn a_leaf_is_tied_from_its_own_month_on_and_not_from_a_later_one() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let month = now.month();
        let held = Ratchet::start(&SecretKey::new([9; 32]), GateId(3), Month(month.0 - 2));
        let leaf = Leaf {
            class: crate::journal::LeafClass::Search,
            flags: 0,
            gate: GateId(3),
            sequence: 5,
            ten_minutes: Leaf::time(now),
            policy: 1,
            previous: [0; 32],
            commitment: [0; 32],
            tag: held.turned_to(month).tag(now, GateId(3), 4),
        };
        assert!(held.ties(&leaf, 5) && held.turned_to(month).ties(&leaf, 5));
        assert!(!held.ties(&leaf, 4), "the fifth of its day");
        assert!(!held.turned_to(Month(month.0 + 1)).ties(&leaf, 99), "that month is over");
        assert!(
            !Ratchet::start(&SecretKey::new([8; 32]), GateId(3), month).ties(&leaf, 99),
            "another person"
        );
    }
}
