//! What an inspection finds, what it does not, and what it never says.

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod camera;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod labels;
#[cfg(test)]
mod list;
#[cfg(test)]
mod network;
