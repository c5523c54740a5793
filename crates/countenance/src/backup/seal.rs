//! How rows are sealed in one backup: for each owner a key and a label of this file alone, both out of the owner's key. So nobody who
//! lacks the keys can say that two pieces in two files are of the same person, and whoever is erased has no label any more either.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use countenance_base::SecretKey;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Stands before a sealed piece and says, to who holds the key, whose it is.
pub(crate) type Label = [u8; 16];

/// What a piece is, so that one is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    Rows,
    End,
}

impl PieceKind {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Rows => b"countenance/backup-rows/v1",
            Self::End => b"countenance/backup-end/v1",
        }
    }
}

/// Seals and opens the pieces of one owner in one file.
pub(crate) struct Sealer {
    pub(crate) label: Label,
    cipher: Aes256GcmSiv,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// `file` is random and stands in the file's head.
    pub(crate) fn new(key: &SecretKey, file: &[u8; 32]) -> Self {
        let derived = Hkdf::<Sha256>::new(Some(file), key.expose());
        let (mut label, mut seal) = ([0; 16], Zeroizing::new([0; 32]));
        // 48 bytes are within HKDF's limit of 255 blocks.
        let expanded = derived
            .expand(b"countenance/backup-label/v1", &mut label)
            .and_then(|()| derived.expand(b"countenance/backup-key/v1", seal.as_mut_slice()));
        debug_assert!(expanded.is_ok(), "HKDF gives 48 bytes");
        Self {
            label,
            cipher: Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*seal)),
        }
    }

    /// Seals piece `number`, in which there are `rows` rows.
    pub(crate) fn seal(&self, kind: PieceKind, number: u64, rows: u32, plain: &[u8]) -> Option<Vec<u8>> {
        let aad = aad(kind, rows);
        self.cipher.encrypt(&nonce(number), Payload { msg: plain, aad: &aad }).ok()
    }

    pub(crate) fn open(&self, kind: PieceKind, number: u64, rows: u32, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let aad = aad(kind, rows);
        let opened = self.cipher.decrypt(&nonce(number), Payload { msg: sealed, aad: &aad });
        opened.ok().map(Zeroizing::new)
    }
}

fn aad(kind: PieceKind, rows: u32) -> Vec<u8> {
    [kind.word(), &rows.to_be_bytes()].concat()
}

/// The key is of one file, in which each number stands once.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    for (byte, value) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *byte = value;
    }
    Nonce::from(nonce)
}
