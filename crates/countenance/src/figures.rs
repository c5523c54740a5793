//! What was measured with the model packs that are known, by the hash of their manifest (`packs/figures.toml`).

use countenance_base::to_hex;
use serde::Deserialize;

const FIGURES: &str = include_str!("../../../packs/figures.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figures {
    pack: Vec<PackFigures>,
}

/// Figures of one pack, in the letters and signs of ISO/IEC 19795 and 30107.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackFigures {
    /// SHA-256 of the manifest.
    manifest: String,
    pub(crate) name: String,
    /// From which similarity on two pictures are taken for one person.
    pub(crate) threshold: f64,
    pub(crate) accuracy: String,
    pub(crate) presentation: String,
}

/// What was measured with this pack; none for one that nobody measured.
pub(crate) fn figures(pack: &[u8; 32]) -> Option<PackFigures> {
    let figures: Figures = toml::from_str(FIGURES).ok()?;
    let wanted = to_hex(pack);
    figures.pack.into_iter().find(|pack| pack.manifest == wanted)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_pack_that_is_shipped_has_figures_of_its_own_threshold() {
        let manifest = include_bytes!("../../../packs/mobilefacenet-2024/manifest.toml");
        let figures = figures(&Sha256::digest(manifest).into()).unwrap();
        let manifest: toml::Table = toml::from_str(std::str::from_utf8(manifest).unwrap()).unwrap();
        let threshold = manifest.get("thresholds").unwrap().get("match_threshold").unwrap();
        assert_eq!(threshold.as_float(), Some(figures.threshold));
        assert_eq!(manifest.get("name").unwrap().as_str(), Some(figures.name.as_str()));
    }

    #[test]
    fn a_pack_that_nobody_measured_has_none() {
        assert_eq!(figures(&[9; 32]), None);
    }
}
