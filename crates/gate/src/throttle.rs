//! Slows down guessing of PINs: five free tries for each unit, then waits that double.

use std::collections::BTreeMap;
use std::time::Duration;

use countenance_base::Timestamp;

const FREE_TRIES: u32 = 5;
const FIRST_WAIT_S: u64 = 30;
const LONGEST_WAIT_S: u64 = 3600;
/// Units remembered; beyond it every further unit waits, so that flooding does not buy tries.
const UNITS_MAX: usize = 4096;

/// Wrong tries by unit.
#[derive(Debug, Default)]
pub struct Throttle {
    wrong: BTreeMap<String, (u32, Timestamp)>,
}

impl Throttle {
    /// Whether `unit` may try now.
    ///
    /// # Errors
    /// The time to wait.
    pub fn check(&self, unit: &str, now: Timestamp) -> Result<(), Duration> {
        let Some((count, last)) = self.wrong.get(unit) else {
            return if self.wrong.len() < UNITS_MAX {
                Ok(())
            } else {
                Err(Duration::from_secs(FIRST_WAIT_S))
            };
        };
        let until = last.plus(wait(*count));
        if now < *last || now < until {
            Err(until.since(now))
        } else {
            Ok(())
        }
    }

    pub fn wrong(&mut self, unit: &str, now: Timestamp) {
        let entry = self.wrong.entry(unit.to_owned()).or_insert((0, now));
        *entry = (entry.0.saturating_add(1), now);
    }

    pub fn right(&mut self, unit: &str) {
        self.wrong.remove(unit);
    }
}

fn wait(count: u32) -> Duration {
    match count.checked_sub(FREE_TRIES) {
        None => Duration::ZERO,
        Some(over) => Duration::from_secs((FIRST_WAIT_S << over.min(10)).min(LONGEST_WAIT_S)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn twenty_wrong_pins_take_hours() {
        let mut throttle = Throttle::default();
        let mut now = at(0);
        let mut tries = 0;
        while tries < 20 {
            match throttle.check("12-1803", now) {
                Ok(()) => {
                    throttle.wrong("12-1803", now);
                    tries += 1;
                }
                Err(wait) => now = now.plus(wait),
            }
        }
        assert!(now.since(at(0)) >= Duration::from_hours(8));
        assert!(throttle.check("12-1804", now).is_ok());
        throttle.right("12-1803");
        assert!(throttle.check("12-1803", now).is_ok());
    }
}
