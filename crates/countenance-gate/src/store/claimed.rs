//! `gate.toml`: what was pinned at claim. Not secret; the key page's seal binds it, so another site key opens no page.

use std::path::{Path, PathBuf};

use countenance_anchor::files;
use countenance_base::{GateId, SiteId, from_hex, to_hex};
use countenance_grant::PublicKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;

/// Which gate this is, and whom it listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedGate {
    pub site: SiteId,
    pub gate: GateId,
    /// Snapshots, grants and answers must be signed by it.
    pub site_key: PublicKey,
    /// Address of the server.
    pub server: String,
    /// Claimed as demo: only such a gate starts simulated parts.
    pub demo: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    site: String,
    gate: u64,
    site_key: String,
    server: String,
    demo: bool,
}

pub(super) fn path(data: &Path) -> PathBuf {
    data.join("gate.toml")
}

/// Reads `gate.toml` with the hash that the key page is bound to.
pub(super) fn read(data: &Path) -> Result<(ClaimedGate, [u8; 32]), StoreError> {
    let bytes = files::read(&path(data))?;
    let claimed = parse(&bytes).ok_or(StoreError::Corrupt("gate.toml"))?;
    Ok((claimed, Sha256::digest(&bytes).into()))
}

fn parse(bytes: &[u8]) -> Option<ClaimedGate> {
    let text: Text = toml::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    Some(ClaimedGate {
        site: text.site.parse().ok()?,
        gate: GateId(text.gate),
        site_key: PublicKey(from_hex(&text.site_key)?),
        server: text.server,
        demo: text.demo,
    })
}

/// The bytes of `gate.toml` and their hash.
pub(super) fn write(claimed: &ClaimedGate) -> Result<(Vec<u8>, [u8; 32]), StoreError> {
    let text = Text {
        site: claimed.site.to_string(),
        gate: claimed.gate.0,
        site_key: to_hex(&claimed.site_key.0),
        server: claimed.server.clone(),
        demo: claimed.demo,
    };
    let bytes = toml::to_string(&text).map_err(|_| StoreError::Corrupt("gate.toml"))?.into_bytes();
    let hash = Sha256::digest(&bytes).into();
    Ok((bytes, hash))
}
