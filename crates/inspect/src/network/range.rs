//! Which addresses may be asked: one named private range, and not a large one.

use std::net::Ipv4Addr;

/// No network that one inspector walks through is larger.
const PREFIX_MIN: u32 = 22;
/// RFC 1918, and loopback.
const PRIVATE: [(Ipv4Addr, u32); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
];

/// Addresses of one private range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    first: u32,
    last: u32,
    prefix: u32,
}

/// Why a range is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeRefused {
    #[error("this is no range of IPv4 addresses")]
    Form,
    #[error("this range is not private")]
    NotPrivate,
    #[error("this range is too large")]
    TooLarge,
}

impl RangeRefused {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "network.form",
            Self::NotPrivate => "network.not_private",
            Self::TooLarge => "network.too_large",
        }
    }
}

impl Range {
    /// `192.168.1.0/24`, or one address. Any address of the range may stand before the slash.
    pub fn parse(text: &str) -> Result<Self, RangeRefused> {
        let (address, prefix) = text.trim().split_once('/').unwrap_or((text.trim(), "32"));
        let address: Ipv4Addr = address.parse().map_err(|_| RangeRefused::Form)?;
        let prefix: u32 = prefix.parse().map_err(|_| RangeRefused::Form)?;
        let mask = mask(prefix).ok_or(RangeRefused::Form)?;
        let (first, last) = (u32::from(address) & mask, u32::from(address) | !mask);
        // A range that only begins in a private one is not private.
        let within = |(network, length): &(Ipv4Addr, u32)| {
            let outer = self::mask(*length).unwrap_or(u32::MAX);
            prefix >= *length && first & outer == u32::from(*network)
        };
        if !PRIVATE.iter().any(within) {
            return Err(RangeRefused::NotPrivate);
        }
        if prefix < PREFIX_MIN {
            return Err(RangeRefused::TooLarge);
        }
        Ok(Self { first, last, prefix })
    }

    pub fn contains(self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&u32::from(address))
    }

    /// Every address that a device can have: not the range's own and not the one for everybody.
    pub fn addresses(self) -> impl Iterator<Item = Ipv4Addr> {
        let ends = u32::from(self.prefix < 31);
        (self.first + ends..=self.last - ends).map(Ipv4Addr::from)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", Ipv4Addr::from(self.first), self.prefix)
    }
}

fn mask(prefix: u32) -> Option<u32> {
    match prefix {
        0 => Some(0),
        1..=32 => Some(u32::MAX << (32 - prefix)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_range_is_walked_without_its_ends() {
        let range = Range::parse("192.168.7.9/29").unwrap();
        assert_eq!(range.to_string(), "192.168.7.8/29");
        let addresses: Vec<String> = range.addresses().map(|address| address.to_string()).collect();
        assert_eq!(addresses.first().map(String::as_str), Some("192.168.7.9"));
        assert_eq!((addresses.len(), addresses.last().map(String::as_str)), (6, Some("192.168.7.14")));
        assert!(range.contains(Ipv4Addr::new(192, 168, 7, 15)) && !range.contains(Ipv4Addr::new(192, 168, 7, 16)));
        for (text, count) in [("127.0.0.1", 1), ("10.1.2.0/31", 2), ("172.31.252.0/22", 1022)] {
            assert_eq!(Range::parse(text).unwrap().addresses().count(), count, "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, refused) in [
            ("8.8.8.0/24", RangeRefused::NotPrivate),
            ("172.32.0.0/24", RangeRefused::NotPrivate),
            ("192.0.0.0/2", RangeRefused::NotPrivate),
            ("0.0.0.0/0", RangeRefused::NotPrivate),
            ("169.254.1.0/24", RangeRefused::NotPrivate),
            ("100.64.0.1", RangeRefused::NotPrivate),
            ("10.0.0.0/21", RangeRefused::TooLarge),
            ("192.168.0.0/16", RangeRefused::TooLarge),
            ("192.168.0.0/33", RangeRefused::Form),
            ("fe80::1/64", RangeRefused::Form),
            ("camera.local", RangeRefused::Form),
            ("", RangeRefused::Form),
        ] {
            assert_eq!(Range::parse(text), Err(refused), "{text}");
        }
    }
}
