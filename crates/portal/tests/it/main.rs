//! Every page in both languages, and every word that code or a template asks for.

mod pages;
mod samples;
mod vector;
mod words;
