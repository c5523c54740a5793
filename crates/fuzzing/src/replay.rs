//! Running a target over a corpus and its mutations.

use std::any::Any;
use std::panic::catch_unwind;

use countenance_base::to_hex;

use crate::Verdict;
use crate::mutate::{Dice, mutated};

/// How often a target accepted and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub accepted: u32,
    pub refused: u32,
}

/// A property was broken by `input`.
#[derive(Clone, PartialEq, Eq)]
pub struct Fall {
    pub input: Vec<u8>,
    pub said: String,
}

impl std::fmt::Debug for Fall {
    /// The input in hexadecimal: what belongs into the corpus once the fault is mended.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.said, to_hex(&self.input))
    }
}

/// Runs every input of `pool`, then `times` mutations of them that follow from `seed` alone.
///
/// # Errors
/// The first input that made the target panic.
pub fn replay(run: fn(&[u8]) -> Verdict, pool: &[Vec<u8>], times: u32, seed: u64) -> Result<Counts, Fall> {
    let mut counts = Counts::default();
    for input in pool {
        once(run, input, &mut counts)?;
    }
    let mut dice = Dice::new(seed);
    for _ in 0..times {
        once(run, &mutated(pool, &mut dice), &mut counts)?;
    }
    Ok(counts)
}

fn once(run: fn(&[u8]) -> Verdict, input: &[u8], counts: &mut Counts) -> Result<(), Fall> {
    match catch_unwind(|| run(input)) {
        Ok(Verdict::Accepted) => counts.accepted += 1,
        Ok(Verdict::Refused) => counts.refused += 1,
        Err(panic) => {
            return Err(Fall {
                input: input.to_vec(),
                said: said(panic.as_ref()),
            });
        }
    }
    Ok(())
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
        .to_owned()
}
