//! Every page in both languages, and every word that code or a template asks for.

#[cfg(test)]
mod assessments;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod inspection;
#[cfg(test)]
mod oversight;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod proof_vectors;
#[cfg(test)]
mod public;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod vector;
#[cfg(test)]
mod words;
