//! Packs, runtimes and pictures that must be refused, and pictures that must be read rightly.

#[cfg(test)]
mod counted;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod makers;
#[cfg(test)]
mod pack;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod runtime;
