//! Altering bytes, the same way for the same seed.

use countenance_base::{Rng as _, SeededRng};

/// Longer inputs are cut: what is looked for is shape, not size.
const BYTES_MAX: usize = 16 << 10;
/// Values at which parsers err.
const EDGES: [u8; 12] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, b'\n', b' ', b'"', b'-', b'0', b'}'];

/// Random numbers in small portions.
pub(crate) struct Dice {
    rng: SeededRng,
    block: [u8; 32],
    at: usize,
}

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self {
            rng: SeededRng::new(seed),
            block: [0; 32],
            at: 32,
        }
    }

    fn byte(&mut self) -> u8 {
        if self.at >= self.block.len() {
            self.rng.fill(&mut self.block);
            self.at = 0;
        }
        let byte = self.block.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    /// Below `end`; zero when that is zero.
    fn below(&mut self, end: usize) -> usize {
        let wide = u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()]);
        usize::try_from(wide).unwrap_or(0).checked_rem(end).unwrap_or(0)
    }

    fn pick<'a>(&mut self, pool: &'a [Vec<u8>]) -> &'a [u8] {
        let at = self.below(pool.len());
        pool.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// A range inside `length`, mostly short.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let begin = self.below(length + 1);
        let most = if self.byte() < 200 { 8 } else { length };
        let end = begin + self.below(most.min(length - begin) + 1);
        begin..end
    }
}

/// One input out of `pool`, altered one to four times.
pub(crate) fn mutated(pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(pool).to_vec();
    for _ in 0..=dice.below(4) {
        alter(&mut bytes, pool, dice);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn alter(bytes: &mut Vec<u8>, pool: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let range = dice.range(bytes.len());
    let (random, edge, kind) = (dice.byte(), dice.below(EDGES.len()), dice.below(10));
    let edge = EDGES.get(edge).copied().unwrap_or_default();
    match (kind, bytes.get_mut(at)) {
        (0 | 1, Some(byte)) => *byte ^= 1 << (random % 8),
        (2, Some(byte)) => *byte = random,
        (3, Some(byte)) => *byte = edge,
        (4, Some(byte)) => *byte = byte.wrapping_add(if random < 128 { 1 } else { u8::MAX }),
        (5, _) => bytes.truncate(at),
        (6, _) => drop(bytes.drain(range)),
        (7, _) => {
            let copy = bytes.get(range).unwrap_or_default().to_vec();
            drop(bytes.splice(at..at, copy));
        }
        (8, _) => drop(bytes.splice(at..at, [edge, random])),
        _ => {
            let other = dice.pick(pool);
            let part = other.get(dice.range(other.len())).unwrap_or_default().to_vec();
            drop(bytes.splice(range, part));
        }
    }
}
