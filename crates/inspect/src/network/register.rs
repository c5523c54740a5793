//! The register of gates that the operator keeps: who stands in it is not marked.

use std::net::Ipv4Addr;

use serde::Deserialize;

/// Gates by what is known of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register(Vec<Gate>);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gate {
    name: String,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    mac: Option<String>,
    #[serde(default)]
    serial: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    gate: Vec<Gate>,
}

/// Why a register cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRefused {
    #[error("the register cannot be read: {0}")]
    Form(String),
    #[error("`{0}` has neither host nor MAC nor serial number, so that no device could be it")]
    Nothing(String),
    #[error("`{0}`: its host is no IPv4 address")]
    Host(String),
    #[error("`{0}`: its MAC is no MAC")]
    Mac(String),
}

impl RegisterRefused {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "register.form",
            Self::Nothing(_) => "register.nothing",
            Self::Host(_) => "register.host",
            Self::Mac(_) => "register.mac",
        }
    }
}

impl Register {
    /// TOML with `[[gate]]`, or the same as JSON.
    pub fn read(text: &str) -> Result<Self, RegisterRefused> {
        let written: Written = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| RegisterRefused::Form(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| RegisterRefused::Form(error.to_string()))?
        };
        for gate in &written.gate {
            let (name, host, mac) = (gate.name.clone(), &gate.host, &gate.mac);
            if host.is_none() && mac.is_none() && gate.serial.as_deref().is_none_or(|serial| serial.trim().is_empty()) {
                return Err(RegisterRefused::Nothing(name));
            }
            if host.as_deref().is_some_and(|host| host.parse::<Ipv4Addr>().is_err()) {
                return Err(RegisterRefused::Host(name));
            }
            if mac.as_deref().is_some_and(|mac| hexadecimal(mac).is_none()) {
                return Err(RegisterRefused::Mac(name));
            }
        }
        Ok(Self(written.gate))
    }

    /// The gate's name. What a device says of itself may be said by another; an inspector compares the plate.
    pub fn lookup(&self, address: Ipv4Addr, macs: &[String], serial: Option<&str>) -> Option<&str> {
        let is = |gate: &&Gate| {
            let host = gate.host.as_deref().is_some_and(|host| host.parse() == Ok(address));
            let own = gate.mac.as_deref().and_then(hexadecimal);
            let mac = own.is_some_and(|own| macs.iter().any(|mac| hexadecimal(mac).as_ref() == Some(&own)));
            let known = gate.serial.as_deref().map(str::trim).filter(|serial| !serial.is_empty());
            host || mac || known.is_some_and(|known| serial.is_some_and(|serial| serial.trim().eq_ignore_ascii_case(known)))
        };
        self.0.iter().find(is).map(|gate| gate.name.as_str())
    }
}

/// Twelve digits, however they are set apart.
pub(super) fn hexadecimal(mac: &str) -> Option<String> {
    let digits: String = mac.chars().filter(|char| !matches!(char, ':' | '-' | '.' | ' ')).collect();
    let good = digits.len() == 12 && digits.chars().all(|char| char.is_ascii_hexdigit());
    good.then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_found_by_any_of_the_three() {
        let register = Register::read(
            "[[gate]]\nname = \"door 3\"\nhost = \"10.0.0.3\"\n[[gate]]\nname = \"door 4\"\nmac = \"AA-BB-CC-00-11-22\"\nserial = \"S4\"\n",
        )
        .unwrap();
        let other = Ipv4Addr::new(10, 0, 0, 9);
        assert_eq!(register.lookup(Ipv4Addr::new(10, 0, 0, 3), &[], None), Some("door 3"));
        assert_eq!(register.lookup(other, &["aa:bb:cc:00:11:22".into()], None), Some("door 4"));
        assert_eq!(register.lookup(other, &[], Some(" s4")), Some("door 4"));
        assert_eq!(register.lookup(other, &["aa:bb:cc:00:11:23".into()], Some("S5")), None);
        let json = Register::read(r#"{"gate": [{"name": "door 3", "host": "10.0.0.3"}]}"#).unwrap();
        assert_eq!(json.lookup(Ipv4Addr::new(10, 0, 0, 3), &[], None), Some("door 3"));
    }

    #[test]
    fn a_register_that_could_hide_a_device_is_refused() {
        for (text, code) in [
            ("[[gate]]\nname = \"x\"\n", "register.nothing"),
            ("[[gate]]\nname = \"x\"\nserial = \" \"\n", "register.nothing"),
            ("[[gate]]\nname = \"x\"\nhost = \"10.0.0.0/8\"\n", "register.host"),
            ("[[gate]]\nname = \"x\"\nmac = \"\"\n", "register.mac"),
            ("[[gate]]\nname = \"x\"\nmacs = \"\"\n", "register.form"),
            ("{", "register.form"),
        ] {
            assert_eq!(Register::read(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
