//! Packs and runtimes that must be refused.

#[cfg(test)]
mod pack;
#[cfg(test)]
mod runtime;
