//! How people know a gate's device: by its key, as a fingerprint and as a word.

use countenance_base::spoken_word;
use countenance_grant::PublicKey;
use sha2::{Digest, Sha256};

/// SHA-256 of the device's public key.
pub fn device_fingerprint(key: &PublicKey) -> [u8; 32] {
    Sha256::digest(key.0).into()
}

/// Six letters. Server and gate each compute them from the same key, so that sign, page and screen can be compared: a device that does
/// not hold the key of the register cannot sign for this gate, though it can copy a word.
pub fn device_word(key: &PublicKey) -> String {
    spoken_word(&device_fingerprint(key))
}

/// What the kiosk shows of the device and its site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceName {
    pub word: String,
    /// Host, and port where it has one, of the site's address.
    pub host: String,
}

/// `site.example:4000` of `https://site.example:4000/`.
pub fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_one_word_and_a_site_one_host() {
        let key = PublicKey([7; 32]);
        assert_eq!(device_word(&key), spoken_word(&device_fingerprint(&key)));
        assert_ne!(device_word(&key), device_word(&PublicKey([8; 32])));
        for (address, host) in [
            ("https://site.example/", "site.example"),
            ("http://localhost:4000", "localhost:4000"),
            ("site.example/gates", "site.example"),
            ("", ""),
        ] {
            assert_eq!(host_of(address), host);
        }
    }
}
