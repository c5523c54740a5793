//! Randomness as a parameter.

use sha2::{Digest, Sha256};

use crate::SecretKey;

/// A source of random bytes.
pub trait Rng: Send {
    fn fill(&mut self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn bytes<const N: usize>(rng: &mut dyn Rng) -> [u8; N] {
    let mut out = [0u8; N];
    rng.fill(&mut out);
    out
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // A key made of predictable bytes is worse than no program: nothing may go on from here.
            std::process::abort();
        }
    }
}

/// A repeatable source for tests and simulations: SHA-256 in counter mode. Never for keys of real people.
#[derive(Debug, Clone)]
pub struct SeededRng {
    seed: u64,
    counter: u64,
}

impl SeededRng {
    pub const fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }
}

impl Rng for SeededRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(self.counter.to_be_bytes());
            self.counter += 1;
            for (byte, random) in chunk.iter_mut().zip(hash.finalize()) {
                *byte = random;
            }
        }
    }
}

/// A source of one's own, drawn from another: SHA-256 in counter mode under 32 bytes of it. As good as the one it was drawn from.
#[derive(Debug)]
pub struct DrawnRng {
    seed: SecretKey,
    counter: u64,
}

impl DrawnRng {
    pub fn from(rng: &mut dyn Rng) -> Self {
        Self {
            seed: SecretKey::new(bytes(rng)),
            counter: 0,
        }
    }
}

impl Rng for DrawnRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let hash = Sha256::new()
                .chain_update(b"countenance/drawn-rng/v1")
                .chain_update(self.seed.expose())
                .chain_update(self.counter.to_be_bytes())
                .finalize();
            self.counter += 1;
            for (byte, random) in chunk.iter_mut().zip(hash) {
                *byte = random;
            }
        }
    }
}

/// Lends a [`Rng`] to libraries that speak `rand_core`.
pub struct LentRng<'a>(pub &'a mut dyn Rng);

impl std::fmt::Debug for LentRng<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LentRng")
    }
}

impl rand_core::TryRng for LentRng<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_le_bytes(bytes(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_le_bytes(bytes(self.0)))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(out);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for LentRng<'_> {}
