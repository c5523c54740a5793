//! Duties as vectors, and every use case on a real database.

#[cfg(test)]
#[path = "../../../access/tests/it/world.rs"]
#[expect(dead_code, reason = "the estate of another crate's tests, of which less is needed here")]
mod world;

#[cfg(test)]
mod filing;
#[cfg(test)]
mod police;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod vectors;
