//! Whether a rinse overwrites what the runtime kept of a face. A binary of its own, with one test: it reads this process's memory, and
//! other tests at the same time would write there.
#![cfg(target_os = "linux")]

#[cfg(test)]
mod memory;
