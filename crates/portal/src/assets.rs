//! Static files, part of the program. Their address carries a hash over all of them, so they may be cached for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file as it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal => $content_type:expr),+ $(,)?) => {
        &[$(Asset { name: $name, content_type: $content_type, bytes: include_bytes!(concat!("../static/", $name)) }),+]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: &[Asset] = assets! {
    "countenance.css" => "text/css; charset=utf-8",
    "mark.svg" => "image/svg+xml",
    "bytes.js" => SCRIPT,
    "derive.js" => SCRIPT,
    "keys.js" => SCRIPT,
    "qr.js" => SCRIPT,
    "portal.js" => SCRIPT,
    "letter.js" => SCRIPT,
    "proof-file.js" => SCRIPT,
    "tag-lists.js" => SCRIPT,
    "timeline.js" => SCRIPT,
    "uses-mine.js" => SCRIPT,
    "verify-forms.js" => SCRIPT,
    "verify-note.js" => SCRIPT,
    "verify-policy.js" => SCRIPT,
    "verify-proof.js" => SCRIPT,
    "verify-record.js" => SCRIPT,
    "verify-steps.js" => SCRIPT,
    "verify-tree.js" => SCRIPT,
    "verify-words-steps.js" => SCRIPT,
    "verify-words.js" => SCRIPT,
    "vendor/qrcode-generator-2.0.4.mjs" => SCRIPT,
};

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = ASSETS
        .iter()
        .fold(Sha256::new(), |hash, asset| hash.chain_update(asset.name).chain_update(asset.bytes))
        .finalize();
    countenance_base::to_hex(&hash).chars().take(12).collect()
});

/// `/static/<version>/<name>`; modules reach each other by relative addresses under the same version.
pub fn path(name: &str) -> String {
    format!("/static/{}/{name}", *VERSION)
}

/// The style sheet, for a page that stands alone.
pub(crate) fn style() -> &'static str {
    include_str!("../static/countenance.css")
}

/// The file of this version and name.
pub fn asset(version: &str, name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name).filter(|_| version == *VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_finds_those_that_it_imports() {
        let mut imports = 0;
        for asset in ASSETS
            .iter()
            .filter(|asset| asset.content_type == SCRIPT && !asset.name.starts_with("vendor/"))
        {
            let text = std::str::from_utf8(asset.bytes).unwrap();
            for name in text.split(" from \"./").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(ASSETS.iter().any(|other| other.name == name), "{} imports {name}", asset.name);
                imports += 1;
            }
        }
        assert!(imports > 10, "the scan finds nothing");
    }

    #[test]
    fn only_this_version_is_served() {
        let path = path("countenance.css");
        let (version, name) = path.strip_prefix("/static/").unwrap().split_once('/').unwrap();
        assert!(asset(version, name).is_some());
        assert!(asset(version, "../Cargo.toml").is_none());
        assert!(asset("000000000000", name).is_none());
    }
}
