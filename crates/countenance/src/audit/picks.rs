//! Which copies are looked for, with the entries that made and ended them: out of the published ledger,
//! which goes on from the root in the certificate.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use countenance_destruction::{Bundle, Copy, picks};
use countenance_gate_core::audit::{Pick, Picks};
use countenance_gate_core::journal::RawLeaf;
use countenance_tlog::{Hash, Tile, consistency, consistency_holds, inclusion, inclusion_root, leaf_hash};

use super::Certified;
use super::folder::Nonce;
use crate::source::Source;

/// Copies in one question: an address has an end.
const AT_ONCE: usize = 256;

pub(super) async fn make(certified: &Certified, nonce: &Nonce, most: u64, source: &Source) -> anyhow::Result<Picks> {
    let mut ledger = Ledger::of(certified, source).await?;
    let indexes = picks(&nonce.seed, certified.certificate.copies.0, most);
    let mut made = Vec::new();
    for chosen in indexes.chunks(AT_ONCE) {
        let file = source.certificate(certified.certificate.destruction, chosen).await?;
        let bundle = certified.check(&file)?;
        for (index, line) in placed(chosen, &bundle)? {
            let copy = Copy::parse(line).with_context(|| format!("copy {index} cannot be read"))?;
            let enrolled = match copy.enrolled {
                Some(place) => Some(ledger.leaf(place).await?),
                None => None,
            };
            made.push(Pick {
                index,
                gate: copy.gate,
                enrolled,
                ended: ledger.leaf(copy.ended).await?,
            });
        }
    }
    Ok(Picks {
        certificate: certified.hash,
        picks: made,
    })
}

/// Each line with its number: those that were asked for, or, in a file of all copies, each by its place.
fn placed<'a>(chosen: &[u64], bundle: &'a Bundle) -> anyhow::Result<Vec<(u64, &'a String)>> {
    let numbers: Vec<u64> = match &bundle.mine {
        Some(mine) => mine.iter().map(|mine| mine.index).collect(),
        None => (0..bundle.copies.len() as u64).collect(),
    };
    ensure!(numbers == chosen, "the server gave other copies than were asked for");
    Ok(numbers.into_iter().zip(&bundle.copies).collect())
}

/// The ledger as it is published now, which goes on from what the copies were read out of.
struct Ledger<'a> {
    tree: (u64, Hash),
    source: &'a Source,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

impl<'a> Ledger<'a> {
    /// # Errors
    /// The published checkpoint does not meet the policy, or is another history than that of the certificate.
    async fn of(certified: &Certified, source: &'a Source) -> anyhow::Result<Self> {
        let note = source.checkpoint().await?;
        let (checkpoint, _) = certified
            .trust
            .policy
            .open(&note)
            .context("the published checkpoint does not meet the policy")?;
        let mut ledger = Self {
            tree: (checkpoint.size, checkpoint.root),
            source,
            tiles: BTreeMap::new(),
        };
        let (old, root) = certified.certificate.registry;
        let path = ledger.ask(|mut read| consistency(old, checkpoint.size, &mut read)).await?;
        ensure!(
            consistency_holds(old, &root, checkpoint.size, &checkpoint.root, &path),
            "the published ledger does not go on from the certificate's root (audit.root)"
        );
        Ok(ledger)
    }

    /// # Errors
    /// The entry that the server gives does not lead to the published root.
    async fn leaf(&mut self, place: u64) -> anyhow::Result<RawLeaf> {
        let (size, root) = self.tree;
        let entry = self.source.entry(place, size).await?;
        let path = self.ask(|mut read| inclusion(place, size, &mut read)).await?;
        ensure!(
            inclusion_root(&leaf_hash(&entry), place, size, &path) == Some(root),
            "entry {place} does not lead to the published root (audit.root)"
        );
        entry
            .try_into()
            .map(RawLeaf)
            .map_err(|_| anyhow::anyhow!("entry {place} is no leaf of ours"))
    }

    /// Asks for tiles until the way is complete.
    async fn ask(&mut self, way: impl Fn(&mut dyn FnMut(u32, u64) -> Option<Hash>) -> Option<Vec<Hash>>) -> anyhow::Result<Vec<Hash>> {
        let size = self.tree.0;
        loop {
            let mut missing = None;
            let path = way(&mut |level, at| {
                let (tile, within, at) = Tile::holding(level, at, size)?;
                let bytes = self.tiles.get(&tile);
                missing = missing.or_else(|| bytes.is_none().then_some(tile));
                Tile::hash(bytes?, within, at)
            });
            match (path, missing) {
                (Some(path), _) => return Ok(path),
                (None, Some(tile)) => {
                    let bytes = self.source.tile(&tile).await?;
                    self.tiles.insert(tile, bytes);
                }
                (None, None) => anyhow::bail!("a tile of the ledger cannot be read"),
            }
        }
    }
}
