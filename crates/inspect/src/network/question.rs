//! Everything that is ever sent: two probes and a few questions of ONVIF that only read, without a name and without a password.

/// INVARIANT: each begins with `Get`; nothing that writes can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Question {
    GetServices,
    GetCapabilities,
    GetDeviceInformation,
    GetEventProperties,
    GetVideoAnalyticsConfigurations,
    GetAnalyticsConfigurations,
    GetSupportedAnalyticsModules,
    GetAnalyticsModules,
    GetSupportedRules,
    GetRules,
    GetSupportedMetadata,
}

/// A service of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    Device,
    Media,
    Media2,
    Analytics,
    Events,
}

impl Service {
    pub(super) const ALL: [Self; 5] = [Self::Device, Self::Media, Self::Media2, Self::Analytics, Self::Events];

    pub(super) const fn namespace(self) -> &'static str {
        match self {
            Self::Device => "http://www.onvif.org/ver10/device/wsdl",
            Self::Media => "http://www.onvif.org/ver10/media/wsdl",
            Self::Media2 => "http://www.onvif.org/ver20/media/wsdl",
            Self::Analytics => "http://www.onvif.org/ver20/analytics/wsdl",
            Self::Events => "http://www.onvif.org/ver10/events/wsdl",
        }
    }

    /// The element of `GetCapabilities` that holds its address.
    pub(super) const fn capability(self) -> Option<&'static str> {
        match self {
            Self::Device => Some("Device"),
            Self::Media => Some("Media"),
            Self::Analytics => Some("Analytics"),
            Self::Events => Some("Events"),
            Self::Media2 => None,
        }
    }
}

impl Question {
    pub const ALL: [Self; 11] = [
        Self::GetServices,
        Self::GetCapabilities,
        Self::GetDeviceInformation,
        Self::GetEventProperties,
        Self::GetVideoAnalyticsConfigurations,
        Self::GetAnalyticsConfigurations,
        Self::GetSupportedAnalyticsModules,
        Self::GetAnalyticsModules,
        Self::GetSupportedRules,
        Self::GetRules,
        Self::GetSupportedMetadata,
    ];

    /// As ONVIF names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetServices => "GetServices",
            Self::GetCapabilities => "GetCapabilities",
            Self::GetDeviceInformation => "GetDeviceInformation",
            Self::GetEventProperties => "GetEventProperties",
            Self::GetVideoAnalyticsConfigurations => "GetVideoAnalyticsConfigurations",
            Self::GetAnalyticsConfigurations => "GetAnalyticsConfigurations",
            Self::GetSupportedAnalyticsModules => "GetSupportedAnalyticsModules",
            Self::GetAnalyticsModules => "GetAnalyticsModules",
            Self::GetSupportedRules => "GetSupportedRules",
            Self::GetRules => "GetRules",
            Self::GetSupportedMetadata => "GetSupportedMetadata",
        }
    }

    pub(super) const fn service(self) -> Service {
        match self {
            Self::GetServices | Self::GetCapabilities | Self::GetDeviceInformation => Service::Device,
            Self::GetEventProperties => Service::Events,
            Self::GetVideoAnalyticsConfigurations => Service::Media,
            Self::GetAnalyticsConfigurations => Service::Media2,
            Self::GetSupportedAnalyticsModules
            | Self::GetAnalyticsModules
            | Self::GetSupportedRules
            | Self::GetRules
            | Self::GetSupportedMetadata => Service::Analytics,
        }
    }

    /// Asked of each analytics configuration of a device.
    pub(super) const OF_A_CONFIGURATION: [Self; 4] = [
        Self::GetSupportedAnalyticsModules,
        Self::GetAnalyticsModules,
        Self::GetSupportedRules,
        Self::GetRules,
    ];

    /// The whole message; `configuration` is a token that the device itself gave.
    pub fn message(self, configuration: Option<&str>) -> String {
        let (name, namespace) = (self.name(), self.service().namespace());
        let inside = match (self, configuration) {
            (Self::GetServices, _) => "<q:IncludeCapability>false</q:IncludeCapability>".to_owned(),
            (Self::GetCapabilities, _) => "<q:Category>All</q:Category>".to_owned(),
            (_, Some(token)) => format!("<q:ConfigurationToken>{}</q:ConfigurationToken>", quick_xml::escape::escape(token)),
            (_, None) => String::new(),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:q=\"{namespace}\"><s:Body><q:{name}>{inside}</q:{name}></s:Body></s:Envelope>"
        )
    }

    pub(super) fn content_type(self) -> String {
        let (name, namespace) = (self.name(), self.service().namespace());
        let separator = if namespace.ends_with("/events/wsdl") {
            "/EventPortType/"
        } else {
            "/"
        };
        let end = if separator.len() > 1 { "Request" } else { "" };
        format!("application/soap+xml; charset=utf-8; action=\"{namespace}{separator}{name}{end}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::Element;
    use super::*;

    #[test]
    fn nothing_that_writes_can_be_said() {
        for question in Question::ALL {
            let message = Element::read(question.message(Some("a<b")).as_bytes()).unwrap();
            let body = message.child("Body").unwrap();
            assert_eq!(body.children.len(), 1);
            assert!(body.children[0].name.starts_with("Get") && body.children[0].name == question.name());
            assert!(message.child("Header").is_none(), "no name and no password");
        }
        let asked = Question::GetRules.message(Some("a<b"));
        assert_eq!(
            Element::read(asked.as_bytes())
                .unwrap()
                .text_at(&["Body", "GetRules", "ConfigurationToken"]),
            Some("a<b")
        );
    }
}
