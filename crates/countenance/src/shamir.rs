//! Splitting a secret into three shares of which any two give it back and one says nothing (Shamir 1979, over GF(256), byte by byte).

use countenance_base::{Rng, Secret, SecretKey, rng};

/// Shares made; two of them open.
pub(crate) const SHARES: u8 = 3;

/// One share: its number (from 1) and 32 bytes.
pub(crate) struct Share {
    pub(crate) number: u8,
    pub(crate) bytes: SecretKey,
}

/// Splits `secret`: for each byte s a random line s + a·x, of which share x holds one point.
pub(crate) fn split(secret: &SecretKey, rng: &mut dyn Rng) -> Vec<Share> {
    let slope = Secret::new(rng::bytes::<32>(rng));
    (1..=SHARES)
        .map(|number| {
            let mut bytes = [0u8; 32];
            for (byte, (s, a)) in bytes.iter_mut().zip(secret.expose().iter().zip(slope.expose())) {
                *byte = s ^ multiply(*a, number);
            }
            Share {
                number,
                bytes: SecretKey::new(bytes),
            }
        })
        .collect()
}

/// The secret, from two different shares; `None` for the same share twice or the number 0.
pub(crate) fn combine(one: &Share, other: &Share) -> Option<SecretKey> {
    if one.number == other.number || one.number == 0 || other.number == 0 {
        return None;
    }
    // Lagrange at 0 over two points: s = y₁·x₂/(x₁+x₂) + y₂·x₁/(x₁+x₂); addition is xor.
    let divisor = invert(one.number ^ other.number);
    let (weight_one, weight_other) = (multiply(other.number, divisor), multiply(one.number, divisor));
    let mut secret = [0u8; 32];
    for (byte, (y1, y2)) in secret.iter_mut().zip(one.bytes.expose().iter().zip(other.bytes.expose())) {
        *byte = multiply(*y1, weight_one) ^ multiply(*y2, weight_other);
    }
    Some(SecretKey::new(secret))
}

/// Product in GF(256) with the polynomial of AES (FIPS 197, 4.2), without branches on the factors.
const fn multiply(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product) = (a, b, 0u8);
    let mut round = 0;
    while round < 8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1b & (a >> 7).wrapping_neg());
        b >>= 1;
        round += 1;
    }
    product
}

/// a²⁵⁴, which is 1/a for a ≠ 0.
const fn invert(a: u8) -> u8 {
    let (mut power, mut product) = (a, 1u8);
    let mut round = 0;
    while round < 7 {
        power = multiply(power, power);
        product = multiply(product, power);
        round += 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;

    #[test]
    fn multiplication_is_that_of_aes() {
        // FIPS 197, 4.2 and 4.2.1.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
        for a in 1..=255 {
            assert_eq!(multiply(a, invert(a)), 1, "{a}");
        }
    }

    #[test]
    fn any_two_shares_open_and_one_says_nothing() {
        let mut rng = SeededRng::new(7);
        let secret = SecretKey::new(rng::bytes(&mut rng));
        let shares = split(&secret, &mut rng);
        for one in &shares {
            assert_ne!(one.bytes.expose(), secret.expose());
            for other in &shares {
                let opened = combine(one, other);
                if one.number == other.number {
                    assert!(opened.is_none());
                } else {
                    assert_eq!(opened.unwrap().expose(), secret.expose());
                }
            }
        }
        // With one share in hand every value of a byte stays possible: for each there is one line through that point.
        let held = &shares[0];
        let possible: std::collections::BTreeSet<u8> = (0..=255)
            .map(|slope| held.bytes.expose()[0] ^ multiply(slope, held.number))
            .collect();
        assert_eq!(possible.len(), 256);
    }
}
