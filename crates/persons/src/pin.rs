//! What a PIN may be, and how long wrong ones make everyone wait.

use std::time::Duration;

use countenance_base::Timestamp;

const DIGITS_MIN: usize = 6;
/// More than anyone types; bounds the work of hashing.
const DIGITS_MAX: usize = 12;

/// Why digits are not taken as a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPin {
    #[error("a PIN has six to twelve digits")]
    Form,
    #[error("this PIN is among the first that anyone tries")]
    Weak,
}

impl InvalidPin {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "pin.form",
            Self::Weak => "pin.weak",
        }
    }
}

/// Six to twelve digits, neither all the same nor counting up or down.
pub fn check_pin(pin: &str) -> Result<(), InvalidPin> {
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidPin::Form);
    }
    let steps: Vec<i16> = pin
        .as_bytes()
        .iter()
        .zip(pin.as_bytes().iter().skip(1))
        .map(|(a, b)| i16::from(*b) - i16::from(*a))
        .collect();
    let regular = [0, 1, -1].iter().any(|step| steps.iter().all(|taken| taken == step));
    if regular { Err(InvalidPin::Weak) } else { Ok(()) }
}

/// Wrong tries so far, and until when the next is not looked at. Stored, so that a restart forgives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Throttle {
    pub(crate) failures: u32,
    pub(crate) wait_until: Timestamp,
}

impl Throttle {
    /// Wrong tries that cost no wait.
    const FREE: u32 = 5;
    const FIRST_WAIT: Duration = Duration::from_secs(30);
    /// Long enough that a million PINs take a century, short enough that a prankster locks nobody out for the day.
    const WAIT_MAX: Duration = Duration::from_hours(1);

    /// Counts a try before it is judged, so that parallel tries cannot share one count. `Err` carries the end of the wait.
    pub(crate) fn take_try(self, now: Timestamp) -> Result<Self, Timestamp> {
        if now < self.wait_until {
            return Err(self.wait_until);
        }
        let failures = self.failures.saturating_add(1);
        let wait = match failures.checked_sub(Self::FREE) {
            None | Some(0) => Duration::ZERO,
            Some(over) => Self::FIRST_WAIT
                .saturating_mul(1u32.checked_shl(over - 1).unwrap_or(u32::MAX))
                .min(Self::WAIT_MAX),
        };
        Ok(Self {
            failures,
            wait_until: now.plus(wait),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_digits_that_are_not_the_first_guess() {
        for (pin, expected) in [
            ("493027", Ok(())),
            ("112233", Ok(())),
            ("49302", Err(InvalidPin::Form)),
            ("4930271234567", Err(InvalidPin::Form)),
            ("49302a", Err(InvalidPin::Form)),
            ("４９３０２７", Err(InvalidPin::Form)),
            ("000000", Err(InvalidPin::Weak)),
            ("123456", Err(InvalidPin::Weak)),
            ("987654", Err(InvalidPin::Weak)),
        ] {
            assert_eq!(check_pin(pin), expected, "{pin}");
        }
    }

    #[test]
    fn five_tries_are_free_and_then_the_wait_doubles_up_to_an_hour() {
        let mut now = Timestamp::from_seconds(1_000);
        let mut throttle = Throttle::default();
        let mut waits = Vec::new();
        for _ in 0..16 {
            throttle = throttle.take_try(now).unwrap();
            let wait = throttle.wait_until.since(now);
            if !wait.is_zero() {
                assert_eq!(throttle.take_try(now), Err(throttle.wait_until));
            }
            waits.push(wait.as_secs());
            now = throttle.wait_until;
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]);
    }
}
