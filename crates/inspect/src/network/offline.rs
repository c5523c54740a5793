//! What bytes from a device come to, without a network: the same steps as an interview's, for those who try hostile bytes.

use std::net::Ipv4Addr;

use super::asking::{Silence, own, read};
use super::discovery::Heard;
use super::faces::{Declared, FaceKind, declared};
use super::interview::{capabilities, configurations_of, said, services};
use super::question::Question;

/// What an interview takes out of one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub declared: Vec<Declared>,
    /// Where it would ask next.
    pub urls: Vec<String>,
    /// What it would ask with next.
    pub configurations: Vec<String>,
    /// What it would show.
    pub said: Vec<String>,
}

/// Reads the answer of the device at `address`.
pub fn taken(address: Ipv4Addr, question: Question, bytes: &[u8], kinds: &[FaceKind]) -> Result<Taken, Silence> {
    let answer = read(bytes, true, question)?;
    let named = services(&answer).chain(capabilities(&answer));
    let urls = named.filter_map(|(_, url)| own(address, url).ok());
    let shown = ["Manufacturer", "Model", "FirmwareVersion", "SerialNumber"];
    Ok(Taken {
        declared: declared(question, &answer, kinds),
        urls: urls.map(String::from).collect(),
        configurations: configurations_of(&answer).collect(),
        said: shown.into_iter().filter_map(|name| said(&answer, name)).collect(),
    })
}

/// Addresses and scopes out of an answer to the probe of this number, when it is one.
pub fn heard(bytes: &[u8], message_id: &str) -> Option<(Vec<String>, Vec<String>)> {
    let mut heard = Heard::default();
    heard.take(bytes, &[message_id.to_owned()]);
    let Heard { addresses, scopes, .. } = heard;
    (!addresses.is_empty() || !scopes.is_empty()).then_some((addresses, scopes))
}
