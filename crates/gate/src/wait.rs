//! How long somebody stood before the kiosk, from the first touch to the opening: a step, never a time, so that no wait tells one
//! person from another.

use std::time::Duration;

use crate::policy::Lane;

/// Upper ends of the steps in seconds (design). What took longer than the last is of a step of its own.
pub const STEPS_S: [u16; 8] = [5, 10, 15, 20, 30, 45, 60, 90];

/// A step: how many of [`STEPS_S`] the wait exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct Wait(#[n(0)] u8);

impl Wait {
    pub fn of(waited: Duration) -> Self {
        let exceeded = STEPS_S.iter().filter(|step| waited > Duration::from_secs(u64::from(**step)));
        Self(u8::try_from(exceeded.count()).unwrap_or(u8::MAX))
    }

    /// Below or at the length of [`STEPS_S`], whatever a gate said.
    pub fn step(self) -> usize {
        usize::from(self.0).min(STEPS_S.len())
    }
}

/// Whether the kiosk sees when somebody of this lane begins. No card is read and nobody opens from afar at this gate yet.
pub const fn is_measured(lane: Lane) -> bool {
    match lane {
        Lane::Qr | Lane::Pin | Lane::Face => true,
        Lane::Card | Lane::Remote => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_of_the_first_step_that_it_does_not_exceed() {
        let step = |millis| Wait::of(Duration::from_millis(millis)).step();
        assert_eq!([0, 5_000, 5_001, 10_000, 90_000, 90_001].map(step), [0, 0, 1, 1, 7, 8]);
        assert_eq!(Wait::of(Duration::MAX).step(), STEPS_S.len());
        assert_eq!(Wait(200).step(), STEPS_S.len(), "what a gate said beyond is the last");
        assert!(STEPS_S.is_sorted());
    }
}
