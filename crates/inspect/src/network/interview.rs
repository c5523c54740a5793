//! What one device is asked, in which order.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use reqwest::Url;

use super::asking::{Asker, Silence};
use super::discovery::Heard;
use super::faces::{Declared, FaceKind, clean, declared};
use super::question::{Question, Service};
use super::xml::Element;

/// Configurations of one device that are asked about.
const CONFIGURATIONS_MAX: usize = 3;

/// A device that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub address: Ipv4Addr,
    pub port: u16,
    /// What it says of itself; each may be false.
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub firmware: Option<String>,
    pub serial: Option<String>,
    pub name: Option<String>,
    pub macs: Vec<String>,
    pub declared: Vec<Declared>,
    /// Questions that it did not answer, and why.
    pub silent: Vec<(Question, Silence)>,
    /// The gate of the register that it is.
    pub gate: Option<String>,
}

/// What is known of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It declares that it looks at faces and is not in the register.
    Unregistered,
    /// It declares it and is in the register.
    Registered,
    /// It did not answer enough to know.
    Unknown,
    /// It answered, and declares nothing of the kind.
    DeclaresNone,
}

impl Device {
    pub fn verdict(&self) -> Verdict {
        // A service that a device does not have refuses; anything else may hide one. Who made it hides none.
        let hidden = |(question, why): &(Question, Silence)| *why != Silence::Refused && *question != Question::GetDeviceInformation;
        let services = |(question, _): &(Question, Silence)| matches!(question, Question::GetServices | Question::GetCapabilities);
        match (self.declared.is_empty(), &self.gate) {
            (false, None) => Verdict::Unregistered,
            (false, Some(_)) => Verdict::Registered,
            (true, _) if self.silent.iter().any(hidden) || self.silent.iter().filter(|one| services(one)).count() > 1 => Verdict::Unknown,
            (true, _) => Verdict::DeclaresNone,
        }
    }
}

pub(super) struct Interview<'i, 'c> {
    asker: Asker<'c>,
    kinds: &'i [FaceKind],
    device: Device,
    services: BTreeMap<Service, Url>,
}

impl<'i, 'c> Interview<'i, 'c> {
    pub(super) fn new(asker: Asker<'c>, kinds: &'i [FaceKind], address: Ipv4Addr, heard: &Heard) -> Self {
        let device = Device {
            address,
            port: 0,
            manufacturer: None,
            model: None,
            firmware: None,
            serial: None,
            name: heard.scope("name"),
            macs: heard.scope("mac").into_iter().collect(),
            declared: Vec::new(),
            silent: Vec::new(),
            gate: None,
        };
        Self {
            asker,
            kinds,
            device,
            services: BTreeMap::new(),
        }
    }

    /// Asks at the first of these addresses that is the device's own.
    pub(super) async fn hold(mut self, addresses: &[String]) -> Device {
        let mut why = Silence::Elsewhere;
        let mut own = None;
        for address in addresses {
            match self.asker.own(address) {
                Ok(url) => {
                    own = Some(url);
                    break;
                }
                Err(silence) => why = silence,
            }
        }
        let Some(url) = own else {
            self.device.silent.push((Question::GetServices, why));
            return self.device;
        };
        self.device.port = url.port_or_known_default().unwrap_or_default();
        self.services.insert(Service::Device, url);
        self.find_services().await;
        self.about_itself().await;
        if let Some(answer) = self.ask(Question::GetEventProperties, None).await {
            self.declares(Question::GetEventProperties, &answer);
        }
        self.analytics().await;
        self.device.declared.sort();
        self.device
    }

    async fn ask(&mut self, question: Question, configuration: Option<&str>) -> Option<Element> {
        let url = self.services.get(&question.service())?.clone();
        match self.asker.ask(&url, question, configuration).await {
            Ok(answer) => Some(answer),
            Err(silence) => {
                self.silent(question, silence);
                None
            }
        }
    }

    fn silent(&mut self, question: Question, silence: Silence) {
        if !self.device.silent.contains(&(question, silence)) {
            self.device.silent.push((question, silence));
        }
    }

    fn declares(&mut self, question: Question, answer: &Element) {
        for one in declared(question, answer, self.kinds) {
            if !self.device.declared.contains(&one) {
                self.device.declared.push(one);
            }
        }
    }

    /// By the newer question, and by the older one where the newer names no analytics.
    async fn find_services(&mut self) {
        if let Some(answer) = self.ask(Question::GetServices, None).await {
            for (service, url) in services(&answer) {
                self.stands_at(service, url, Question::GetServices);
            }
        }
        if self.services.contains_key(&Service::Analytics) && self.services.contains_key(&Service::Events) {
            return;
        }
        if let Some(answer) = self.ask(Question::GetCapabilities, None).await {
            for (service, url) in capabilities(&answer) {
                self.stands_at(service, url, Question::GetCapabilities);
            }
        }
    }

    fn stands_at(&mut self, service: Service, url: &str, question: Question) {
        if self.services.contains_key(&service) {
            return;
        }
        match self.asker.own(url) {
            Ok(url) => {
                self.services.insert(service, url);
            }
            Err(silence) => self.silent(question, silence),
        }
    }

    async fn about_itself(&mut self) {
        if let Some(answer) = self.ask(Question::GetDeviceInformation, None).await {
            self.device.manufacturer = said(&answer, "Manufacturer");
            self.device.model = said(&answer, "Model");
            self.device.firmware = said(&answer, "FirmwareVersion");
            self.device.serial = said(&answer, "SerialNumber");
        }
    }

    async fn analytics(&mut self) {
        if !self.services.contains_key(&Service::Analytics) {
            return;
        }
        let mut configurations: Vec<String> = Vec::new();
        for question in [Question::GetVideoAnalyticsConfigurations, Question::GetAnalyticsConfigurations] {
            if let Some(answer) = self.ask(question, None).await {
                configurations.extend(configurations_of(&answer));
            }
        }
        configurations.sort();
        configurations.dedup();
        configurations.truncate(CONFIGURATIONS_MAX);
        if let Some(answer) = self.ask(Question::GetSupportedMetadata, None).await {
            self.declares(Question::GetSupportedMetadata, &answer);
        }
        // A device that names none may still answer to the empty name.
        let configurations = if configurations.is_empty() {
            vec![String::new()]
        } else {
            configurations
        };
        for configuration in &configurations {
            for question in Question::OF_A_CONFIGURATION {
                if let Some(answer) = self.ask(question, Some(configuration)).await {
                    self.declares(question, &answer);
                }
            }
        }
    }
}

/// Services that this program knows, with the address of each, out of an answer to `GetServices`.
pub(super) fn services(answer: &Element) -> impl Iterator<Item = (Service, &str)> {
    let named = answer.children.iter().filter(|child| child.name == "Service");
    named.filter_map(|service| {
        let namespace = service.text_at(&["Namespace"])?;
        let known = Service::ALL.into_iter().find(|known| known.namespace() == namespace)?;
        Some((known, service.text_at(&["XAddr"])?))
    })
}

/// The same out of an answer to `GetCapabilities`.
pub(super) fn capabilities(answer: &Element) -> impl Iterator<Item = (Service, &str)> {
    let all = Service::ALL.into_iter();
    all.filter_map(|service| Some((service, answer.text_at(&["Capabilities", service.capability()?, "XAddr"])?)))
}

pub(super) fn configurations_of(answer: &Element) -> impl Iterator<Item = String> {
    answer
        .children
        .iter()
        .filter_map(|child| child.attribute("token"))
        .map(str::to_owned)
}

/// What a device says of itself, as it may be shown.
pub(super) fn said(answer: &Element, name: &str) -> Option<String> {
    answer.text_at(&[name]).map(clean).filter(|text| !text.is_empty())
}
