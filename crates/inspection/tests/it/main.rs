//! The entrance on a real database: who may let somebody in, for how long, and what is drawn.

#[cfg(test)]
mod entrance;
