//! What the auditor keeps: the key that signs samples, and nonces by their hash.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countenance_base::{SystemRng, from_hex, rng, to_hex};
use countenance_destruction::{promise_of, seed};
use countenance_tlog::{KEY_LOG, NoteKey, NoteSigner};

use super::{Certified, read};
use crate::data::{make_folder, write_secret};

const KEY: &str = "auditor.key";

pub(super) struct Folder {
    path: PathBuf,
    signer: NoteSigner,
}

/// A nonce that was promised, and where the sample begins with it.
pub(super) struct Nonce {
    pub(super) bytes: [u8; 32],
    pub(super) promised: u64,
    pub(super) seed: [u8; 32],
}

impl Folder {
    /// # Errors
    /// There is a key already, or the name cannot stand under a note.
    pub(super) fn create(path: &Path, name: &str) -> anyhow::Result<Self> {
        let seed = rng::bytes::<32>(&mut SystemRng);
        NoteSigner::new(name, KEY_LOG, &seed).with_context(|| format!("`{name}` cannot stand under a sample"))?;
        make_folder(path)?;
        write_secret(&path.join(KEY), &format!("{name} {}", to_hex(&seed)))?;
        Self::open(path)
    }

    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = path.join(KEY);
        let text = zeroize::Zeroizing::new(
            read(&file).context("there is no auditor's key\nhint: countenance audit destruction key --folder FOLDER --name NAME")?,
        );
        let signer = text.trim().split_once(' ').and_then(|(name, seed)| {
            let seed = zeroize::Zeroizing::new(from_hex::<32>(seed)?);
            NoteSigner::new(name, KEY_LOG, &seed)
        });
        Ok(Self {
            path: path.to_owned(),
            signer: signer.with_context(|| format!("`{}` holds no key", file.display()))?,
        })
    }

    pub(super) const fn signer(&self) -> &NoteSigner {
        &self.signer
    }

    pub(super) fn public(&self) -> &NoteKey {
        self.signer.public()
    }

    /// A new nonce, kept before anybody hears its hash, which is returned.
    pub(super) fn make_nonce(&self) -> anyhow::Result<String> {
        let nonce = rng::bytes::<32>(&mut SystemRng);
        let hash = to_hex(&promise_of(&nonce));
        write_secret(&self.nonce_path(&hash), &to_hex(&nonce))?;
        Ok(hash)
    }

    /// The nonce that serves this certificate.
    pub(super) fn nonce(&self, certified: &Certified) -> anyhow::Result<Nonce> {
        let promise = certified.certificate.promise;
        let (promised, hash) =
            promise.context("nobody promised a nonce before this destruction was ordered: a sample of it could be steered")?;
        let path = self.nonce_path(&to_hex(&hash));
        let nonce = from_hex(read(&path).context("another auditor's nonce serves this destruction")?.trim());
        let nonce = nonce.filter(|nonce| promise_of(nonce) == hash);
        let nonce = nonce.with_context(|| format!("`{}` does not hold the nonce", path.display()))?;
        Ok(Nonce {
            bytes: nonce,
            promised,
            seed: seed(&nonce, &certified.certificate.copies.1),
        })
    }

    fn nonce_path(&self, hash: &str) -> PathBuf {
        self.path.join(format!("nonce-{hash}"))
    }
}
