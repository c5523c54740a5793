//! What the real models and the gate's own rules say of every clip. Prints the numbers with `--nocapture`.

#[cfg(test)]
mod seen;
#[cfg(test)]
mod turned;
