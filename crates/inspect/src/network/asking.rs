//! One question over HTTP: bounded in time and bytes, no redirect, no proxy, no credentials, and only to the device itself.

use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use super::question::Question;
use super::xml::{Element, NoTree};

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nobody takes the connection, or it breaks off.
    NoConnection,
    TimedOut,
    /// The answer is larger than is read.
    TooLong,
    NotXml,
    /// XML that defines entities, or is nested deeper or has more elements than any answer needs.
    HostileXml,
    /// It sends to another place; that was not followed.
    Redirected,
    /// Its service stands at another address; that was not asked.
    Elsewhere,
    /// Only over TLS, which this program does not speak here.
    Secure,
    /// Only with a password; none was tried.
    Password,
    /// A SOAP fault or an HTTP error.
    Refused,
    /// The device was asked as often as one may be.
    Enough,
}

impl Silence {
    /// Whether the device is there and does not say: then nothing is known.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoConnection => "device.no_connection",
            Self::TimedOut => "device.timed_out",
            Self::TooLong => "device.too_long",
            Self::NotXml => "device.not_xml",
            Self::HostileXml => "device.hostile_xml",
            Self::Redirected => "device.redirected",
            Self::Elsewhere => "device.elsewhere",
            Self::Secure => "device.secure",
            Self::Password => "device.password",
            Self::Refused => "device.refused",
            Self::Enough => "device.enough",
        }
    }
}

pub(super) fn client(limits: &Limits) -> reqwest::Result<Client> {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(1)
        .connect_timeout(limits.request)
        .timeout(limits.request)
        .build()
}

/// Asks one device; counts.
#[derive(Debug)]
pub(super) struct Asker<'c> {
    client: &'c Client,
    address: Ipv4Addr,
    left: usize,
    end: Instant,
    answer_bytes: usize,
}

impl<'c> Asker<'c> {
    pub(super) fn new(client: &'c Client, address: Ipv4Addr, limits: &Limits) -> Self {
        Self {
            client,
            address,
            left: limits.requests,
            end: Instant::now() + limits.device,
            answer_bytes: limits.answer_bytes,
        }
    }

    /// The address of a service, when it is this device's own.
    pub(super) fn own(&self, url: &str) -> Result<Url, Silence> {
        own(self.address, url)
    }

    pub(super) async fn ask(&mut self, url: &Url, question: Question, configuration: Option<&str>) -> Result<Element, Silence> {
        self.left = self.left.checked_sub(1).ok_or(Silence::Enough)?;
        let asked = self.exchange(url, question, configuration);
        match timeout_at(self.end, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(Silence::TimedOut),
        }
    }

    async fn exchange(&self, url: &Url, question: Question, configuration: Option<&str>) -> Result<Element, Silence> {
        let request = self
            .client
            .post(url.clone())
            .header(CONTENT_TYPE, question.content_type())
            .body(question.message(configuration));
        let mut response = request.send().await.map_err(|error| silence(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Silence::Redirected);
        }
        if matches!(status.as_u16(), 401 | 403) {
            return Err(Silence::Password);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| silence(&error))? {
            if bytes.len() + chunk.len() > self.answer_bytes {
                return Err(Silence::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        read(&bytes, status.is_success(), question)
    }
}

/// A service's address, when it is at this one.
pub(super) fn own(address: Ipv4Addr, url: &str) -> Result<Url, Silence> {
    let url = Url::parse(url.trim()).map_err(|_| Silence::Elsewhere)?;
    let host = url.host_str().and_then(|host| host.parse::<Ipv4Addr>().ok());
    if host != Some(address) || !url.username().is_empty() || url.password().is_some() {
        return Err(Silence::Elsewhere);
    }
    match url.scheme() {
        "http" => Ok(url),
        "https" => Err(Silence::Secure),
        _ => Err(Silence::Elsewhere),
    }
}

fn silence(error: &reqwest::Error) -> Silence {
    if error.is_timeout() {
        Silence::TimedOut
    } else {
        Silence::NoConnection
    }
}

/// The element that answers the question. Faults come with success, too.
pub(super) fn read(bytes: &[u8], success: bool, question: Question) -> Result<Element, Silence> {
    let envelope = match Element::read(bytes) {
        Ok(envelope) => envelope,
        Err(NoTree::NotXml) if success => return Err(Silence::NotXml),
        Err(NoTree::NotXml) => return Err(Silence::Refused),
        Err(NoTree::DocumentType | NoTree::TooDeep | NoTree::TooMany) => return Err(Silence::HostileXml),
    };
    let Some(mut body) = envelope.children.into_iter().find(|child| child.name == "Body") else {
        return Err(Silence::NotXml);
    };
    let wanted = format!("{}Response", question.name());
    if let Some(at) = body.children.iter().position(|child| child.name == wanted) {
        return Ok(body.children.swap_remove(at));
    }
    let closed = ["NotAuthorized", "FailedAuthentication", "InvalidSecurity"];
    let asks = |element: &&Element| closed.iter().any(|word| element.text.contains(word));
    let password = body.all().into_iter().any(|element| asks(&element));
    Err(if password { Silence::Password } else { Silence::Refused })
}

impl Limits {
    /// How long everything may take in the worst case is bounded apart from what each device takes.
    pub(super) fn total_end(&self) -> Instant {
        Instant::now() + self.total
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(4),
            device: Duration::from_secs(20),
            total: Duration::from_mins(10),
            discovery: Duration::from_secs(3),
            concurrency: 8,
            answer_bytes: 1024 * 1024,
            requests: 24,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_device_itself_is_asked() {
        let client = client(&Limits::default()).unwrap();
        let asker = Asker::new(&client, Ipv4Addr::new(10, 0, 0, 3), &Limits::default());
        assert!(asker.own("http://10.0.0.3:8080/onvif/analytics").is_ok());
        for (url, why) in [
            ("http://10.0.0.4/onvif", Silence::Elsewhere),
            ("http://camera.example/onvif", Silence::Elsewhere),
            ("http://a:b@10.0.0.3/onvif", Silence::Elsewhere),
            ("file:///etc/passwd", Silence::Elsewhere),
            ("https://10.0.0.3/onvif", Silence::Secure),
            ("/onvif", Silence::Elsewhere),
        ] {
            assert_eq!(asker.own(url), Err(why), "{url}");
        }
    }

    #[test]
    fn faults_are_told_apart() {
        let fault = |code: &str| format!("<E><Body><Fault><Code><Subcode><Value>{code}</Value></Subcode></Code></Fault></Body></E>");
        let read = |text: &str| read(text.as_bytes(), true, Question::GetRules).map(|element| element.name);
        assert_eq!(read(&fault("ter:NotAuthorized")), Err(Silence::Password));
        assert_eq!(read(&fault("ter:ActionNotSupported")), Err(Silence::Refused));
        assert_eq!(read("<E><Body><GetRulesResponse/></Body></E>"), Ok("GetRulesResponse".into()));
        assert_eq!(read("<E/>"), Err(Silence::NotXml));
        assert_eq!(read("<!DOCTYPE a><a/>"), Err(Silence::HostileXml));
    }
}
