//! WS-Discovery: who on the network says that it is there. A probe to each address, and one to all where our own interface lies inside
//! the range; answers from anywhere else are not heard.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::faces::clean;
use super::xml::Element;
use super::{Options, Range};

const TO_ALL: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
/// What devices are asked to be: most cameras answer to the first, recorders and newer ones to the second.
pub(super) const TYPES: [(&str, &str); 2] = [
    ("NetworkVideoTransmitter", "http://www.onvif.org/ver10/network/wsdl"),
    ("Device", "http://www.onvif.org/ver10/device/wsdl"),
];
/// So that a small device, and the network, are not flooded.
const BETWEEN_PROBES: Duration = Duration::from_millis(2);
/// A chatty device is not heard more often.
const ANSWERS_MAX: usize = 8;
const SCOPES_MAX: usize = 32;

/// A device that said that it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Where it says that its device service is, each as it said it.
    pub(super) addresses: Vec<String>,
    /// What it says of itself: `onvif://www.onvif.org/name/…`.
    pub(super) scopes: Vec<String>,
    answers: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub(super) devices: BTreeMap<Ipv4Addr, Heard>,
    /// Whether a probe to all was sent.
    pub(super) to_all: bool,
    /// Probes that the machine itself did not send.
    pub(super) unsent: usize,
}

pub(super) async fn discover(range: Range, options: &Options) -> io::Result<Discovered> {
    let mut discovered = Discovered::default();
    let probes: Vec<String> = (0..)
        .zip(TYPES)
        .map(|(number, types)| probe(&message_id(options, number), types))
        .collect();
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    let own = if options.multicast { own_address(range).await } else { None };
    let all = match own {
        Some(own) => Some(UdpSocket::bind((own, 0)).await?),
        None => None,
    };
    if let Some(socket) = &all {
        let to = SocketAddrV4::new(TO_ALL, options.discovery_port);
        for probe in &probes {
            discovered.to_all |= socket.send_to(probe.as_bytes(), to).await.is_ok();
        }
    }
    for address in range.addresses() {
        for probe in &probes {
            let to = SocketAddrV4::new(address, options.discovery_port);
            discovered.unsent += usize::from(socket.send_to(probe.as_bytes(), to).await.is_err());
        }
        let pause = Instant::now() + BETWEEN_PROBES;
        hear(&socket, pause, range, options, &mut discovered).await;
    }
    let end = Instant::now() + options.limits.discovery;
    hear(&socket, end, range, options, &mut discovered).await;
    if let Some(socket) = &all {
        // What came meanwhile waits in the socket.
        let end = Instant::now() + Duration::from_millis(200);
        hear(socket, end, range, options, &mut discovered).await;
    }
    Ok(discovered)
}

/// Hears answers until `end`.
async fn hear(socket: &UdpSocket, end: Instant, range: Range, options: &Options, discovered: &mut Discovered) {
    let mut buffer = vec![0; 65_536];
    // Looked at each time: a flood is always ready, and never lets the wait end.
    while Instant::now() < end {
        let Ok(received) = timeout_at(end, socket.recv_from(&mut buffer)).await else {
            return;
        };
        let Ok((length, SocketAddr::V4(from))) = received else { continue };
        let address = *from.ip();
        if !range.contains(address) {
            continue;
        }
        let heard = discovered.devices.entry(address).or_default();
        heard.answers += 1;
        if heard.answers > ANSWERS_MAX {
            continue;
        }
        let ids = [message_id(options, 0), message_id(options, 1)];
        if let Some(bytes) = buffer.get(..length) {
            heard.take(bytes, &ids);
        }
    }
}

/// Our address inside the range, if an interface has one. Nothing is sent: a socket only asks which way it would go.
async fn own_address(range: Range) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()?;
    socket.connect((range.addresses().next()?, 9)).await.ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(own) => Some(own).filter(|own| range.contains(*own)),
        IpAddr::V6(_) => None,
    }
}

/// `number` distinguishes the probes of one inspection.
fn message_id(options: &Options, number: u8) -> String {
    let mut bytes = options.message_id;
    bytes[15] = bytes[15].wrapping_add(number);
    let hex = countenance_base::to_hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default().to_owned());
    format!("urn:uuid:{}", parts.join("-"))
}

fn probe(message_id: &str, (name, namespace): (&str, &str)) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\">\
         <s:Header><a:MessageID>{message_id}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\
         <a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>\
         <s:Body><d:Probe><d:Types xmlns:t=\"{namespace}\">t:{name}</d:Types></d:Probe></s:Body></s:Envelope>"
    )
}

impl Heard {
    /// An answer to one of our probes; anything else is not one.
    pub(super) fn take(&mut self, bytes: &[u8], ids: &[String]) {
        let Ok(answer) = Element::read(bytes) else { return };
        if !answer
            .text_at(&["Header", "RelatesTo"])
            .is_some_and(|id| ids.iter().any(|own| own == id))
        {
            return;
        }
        let Some(matches) = answer.at(&["Body", "ProbeMatches"]) else {
            return;
        };
        for found in matches.children.iter().filter(|child| child.name == "ProbeMatch") {
            let words = |name: &str| found.text_at(&[name]).unwrap_or_default().split_whitespace();
            for address in words("XAddrs").take(SCOPES_MAX) {
                if !self.addresses.iter().any(|known| known == address) && self.addresses.len() < SCOPES_MAX {
                    self.addresses.push(address.to_owned());
                }
            }
            for scope in words("Scopes").take(SCOPES_MAX) {
                let scope = clean(scope);
                if !self.scopes.contains(&scope) && self.scopes.len() < SCOPES_MAX {
                    self.scopes.push(scope);
                }
            }
        }
    }

    /// What follows `onvif://www.onvif.org/NAME/` in a scope.
    pub(super) fn scope(&self, name: &str) -> Option<String> {
        let value = |scope: &String| {
            let rest = scope.strip_prefix("onvif://www.onvif.org/")?;
            let (key, value) = rest.split_once('/')?;
            key.eq_ignore_ascii_case(name).then(|| value.replace("%20", " "))
        };
        self.scopes.iter().find_map(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(relates: &str) -> String {
        format!(
            "<E><Header><RelatesTo>{relates}</RelatesTo></Header><Body><ProbeMatches><ProbeMatch><XAddrs>http://10.0.0.3/onvif/device_service \
             http://[fe80::1]/onvif</XAddrs><Scopes>onvif://www.onvif.org/name/Door%203 onvif://www.onvif.org/MAC/aa:bb:cc:00:11:22</Scopes>\
             </ProbeMatch></ProbeMatches></Body></E>"
        )
    }

    #[test]
    fn an_answer_to_our_probe_is_taken_and_another_is_not() {
        let mut heard = Heard::default();
        heard.take(answer("urn:uuid:2").as_bytes(), &["urn:uuid:1".into()]);
        heard.take(b"garbage", &["urn:uuid:1".into()]);
        assert_eq!(heard, Heard::default());
        for _ in 0..2 {
            heard.take(answer("urn:uuid:1").as_bytes(), &["urn:uuid:1".into()]);
        }
        assert_eq!(heard.addresses.len(), 2);
        assert_eq!(heard.scope("name").as_deref(), Some("Door 3"));
        assert_eq!(heard.scope("mac").as_deref(), Some("aa:bb:cc:00:11:22"));
        assert_eq!(heard.scope("hardware"), None);
    }

    #[test]
    fn a_probe_is_xml_and_each_has_its_own_number() {
        let options = Options::default();
        let ids = [message_id(&options, 0), message_id(&options, 1)];
        assert!(ids[0] != ids[1] && ids[0].len() == "urn:uuid:".len() + 36);
        for (id, types) in ids.iter().zip(TYPES) {
            let read = Element::read(probe(id, types).as_bytes()).unwrap();
            assert_eq!(read.text_at(&["Header", "MessageID"]), Some(id.as_str()));
            assert_eq!(read.text_at(&["Body", "Probe", "Types"]), Some(format!("t:{}", types.0).as_str()));
        }
    }
}
