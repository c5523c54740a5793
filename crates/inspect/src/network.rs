//! Which cameras on a named private network declare that they look at faces, and which of them the register does not know.
//!
//! Only questions that read, without credentials, each bounded; what a device does not declare is not seen, and the answer says so.

mod asking;
mod discovery;
mod faces;
mod interview;
mod neighbours;
mod offline;
mod question;
mod range;
mod record;
mod register;
mod words;
mod xml;

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::timeout_at;

pub use asking::Silence;
pub use faces::{Declared, FaceKind, face_kinds};
pub use interview::{Device, Verdict};
pub use offline::{Taken, heard, taken};
pub use question::Question;
pub use range::{Range, RangeRefused};
pub use record::{FORM, record};
pub use register::{Register, RegisterRefused};
pub use words::{plan, refusal, tell};

use asking::Asker;
use discovery::Heard;
use interview::Interview;

/// How long, how much, how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// One question, from connecting to the last byte.
    pub request: Duration,
    /// All questions to one device.
    pub device: Duration,
    /// Everything after the probes.
    pub total: Duration,
    /// How long answers to the probes are waited for.
    pub discovery: Duration,
    /// Devices that are asked at a time.
    pub concurrency: usize,
    pub answer_bytes: usize,
    /// Questions to one device.
    pub requests: usize,
}

/// How to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether to probe all at once, too, on an interface inside the range.
    pub multicast: bool,
    pub discovery_port: u16,
    /// Ports at which each address is asked even when it does not answer to a probe.
    pub ports: Vec<u16>,
    /// Random: answers to other people's probes are not ours.
    pub message_id: [u8; 16],
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            multicast: true,
            discovery_port: 3702,
            ports: Vec::new(),
            message_id: [0; 16],
            limits: Limits::default(),
        }
    }
}

/// What came of one inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub range: String,
    /// Addresses that were asked.
    pub addresses: usize,
    /// Whether a probe to all was sent.
    pub to_all: bool,
    /// Probes that this machine could not send.
    pub unsent: usize,
    /// Devices for which no time was left.
    pub left_out: Vec<Ipv4Addr>,
    /// By verdict, then by address.
    pub devices: Vec<Device>,
}

impl Asked {
    /// Whether a device declares face analytics and is not in the register.
    pub fn found(&self) -> bool {
        self.devices.iter().any(|device| device.verdict() == Verdict::Unregistered)
    }
}

/// Asks every address of the range, and each device that is there.
pub async fn ask(range: Range, options: &Options, register: &Register, kinds: &[FaceKind]) -> io::Result<Asked> {
    let discovered = discovery::discover(range, options).await?;
    let end = options.limits.total_end();
    let client = asking::client(&options.limits).map_err(io::Error::other)?;
    let wanted = doors(range, options, &discovered.devices);
    let all: Vec<Ipv4Addr> = wanted.iter().map(|(address, _)| *address).collect();
    let interviews = stream::iter(wanted)
        .map(|(address, urls)| {
            let heard = discovered.devices.get(&address).cloned().unwrap_or_default();
            let asker = Asker::new(&client, address, &options.limits);
            async move { Interview::new(asker, kinds, address, &heard).hold(&urls).await }
        })
        .buffer_unordered(options.limits.concurrency);
    let mut interviews = std::pin::pin!(interviews);
    let mut devices = Vec::new();
    while let Ok(Some(device)) = timeout_at(end, interviews.next()).await {
        devices.push(device);
    }
    let answered: Vec<Ipv4Addr> = devices.iter().map(|device| device.address).collect();
    let macs = neighbours::known();
    // Whoever neither answered a probe nor takes a connection is not there.
    devices.retain(|device| discovered.devices.contains_key(&device.address) || is_there(device));
    for device in &mut devices {
        device.macs.extend(macs.get(&device.address).cloned());
        device.gate = register
            .lookup(device.address, &device.macs, device.serial.as_deref())
            .map(str::to_owned);
    }
    devices.sort_by_key(|device| (device.verdict(), device.address, device.port));
    Ok(Asked {
        range: range.to_string(),
        addresses: range.addresses().count(),
        to_all: discovered.to_all,
        unsent: discovered.unsent,
        left_out: all.into_iter().filter(|address| !answered.contains(address)).collect(),
        devices,
    })
}

/// Whom to ask and where: whoever answered, at the addresses that it gave; and every address at the ports that were named.
fn doors(range: Range, options: &Options, heard: &BTreeMap<Ipv4Addr, Heard>) -> Vec<(Ipv4Addr, Vec<String>)> {
    let given = |(address, heard): (&Ipv4Addr, &Heard)| match heard.addresses.as_slice() {
        // It answered with what is no answer: it is asked where ONVIF has its service.
        [] => (*address, vec![format!("http://{address}/onvif/device_service")]),
        given => (*address, given.to_vec()),
    };
    let mut doors: Vec<(Ipv4Addr, Vec<String>)> = heard.iter().map(given).collect();
    for port in &options.ports {
        let silent = range.addresses().filter(|address| !heard.contains_key(address));
        doors.extend(silent.map(|address| (address, vec![format!("http://{address}:{port}/onvif/device_service")])));
    }
    doors
}

/// Something at a port that was named answered as ONVIF does.
fn is_there(device: &Device) -> bool {
    let refused = |why: &Silence| match why {
        Silence::NoConnection | Silence::TimedOut | Silence::NotXml | Silence::Redirected | Silence::Elsewhere | Silence::Secure => false,
        Silence::TooLong | Silence::HostileXml | Silence::Password | Silence::Refused | Silence::Enough => true,
    };
    let first = device.silent.iter().find(|(question, _)| *question == Question::GetServices);
    first.is_none_or(|(_, why)| refused(why))
}
