//! Replays every target's corpus and its mutations, on the stable toolchain.

#[cfg(test)]
mod finds;
#[cfg(test)]
mod inspections;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod seeds;
