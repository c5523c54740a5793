//! Destructions on a real database: ordered, answered, ended, certified.

#[cfg(test)]
#[path = "../../../access/tests/it/world.rs"]
#[expect(dead_code, reason = "the estate of another crate's tests, of which less is needed here")]
mod world;

#[cfg(test)]
mod attacker;
#[cfg(test)]
mod cloned;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod estate;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod town;
#[cfg(test)]
mod unlinkable;
