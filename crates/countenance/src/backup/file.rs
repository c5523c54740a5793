//! The file of a backup:
//! `MAGIC | length 4 | head | pieces | SHA-256 of all of it`, a piece being `length 4 | label 16 | rows 4 | sealed`.
//!
//! The head is in the clear and names no person: site, time, tables. The last piece is sealed under the site's key and holds the hash of
//! everything before it, so that nobody without the keys puts another piece in or takes one out; the SHA-256 at the end tells damage
//! before any key is asked for. What shows to who holds the file alone: how many pieces and rows there are under each label.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use countenance_anchor::files;
use countenance_base::{SiteId, Timestamp};
use countenance_grant::{PublicKey, decode_canonical, encode};
use sha2::{Digest, Sha256};

use super::error::BackupError;
use super::seal::{Label, PieceKind, Sealer};

const MAGIC: &[u8; 22] = b"countenance backup v1\n";
const HASH_BYTES: u64 = 32;
/// Label and number of rows.
const FRONT_BYTES: u32 = 16 + 4;
/// Far above a page of rows of ours; what is longer is none.
const PIECE_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// What stands in the clear.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub(crate) struct Head {
    #[n(0)]
    pub(crate) site: SiteId,
    #[n(1)]
    pub(crate) site_key: PublicKey,
    #[n(2)]
    pub(crate) made_at: Timestamp,
    /// The number of the last migration.
    #[n(3)]
    pub(crate) schema: u64,
    /// Random: keys and labels are of this file alone.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(crate) file: [u8; 32],
    #[n(5)]
    pub(crate) tables: Vec<HeadTable>,
}

#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub(crate) struct HeadTable {
    #[n(0)]
    pub(crate) name: String,
    #[n(1)]
    pub(crate) columns: Vec<String>,
}

/// What the last piece says.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub(crate) struct End {
    /// Of everything before this piece.
    #[cbor(n(0), with = "minicbor::bytes")]
    before: [u8; 32],
    /// Which state of the backup keyring the rows are sealed under.
    #[n(1)]
    pub(crate) generation: u64,
}

/// A backup while it is written: under another name until it is whole.
pub(crate) struct Writing {
    out: BufWriter<File>,
    path: PathBuf,
    unfinished: PathBuf,
    hash: Sha256,
    pieces: u64,
}

impl Writing {
    /// # Errors
    /// [`BackupError::Exists`] when there is a file of this name.
    pub(crate) fn begin(path: &Path, head: &Head) -> Result<Self, BackupError> {
        if path.exists() {
            return Err(BackupError::Exists);
        }
        let mut name = path.as_os_str().to_owned();
        name.push(UNFINISHED);
        let unfinished = PathBuf::from(name);
        // One that a crash left there opens for nobody: it has no end.
        if unfinished.exists() {
            std::fs::remove_file(&unfinished)?;
        }
        let mut writing = Self {
            out: BufWriter::new(files::create(&unfinished)?),
            path: path.to_owned(),
            unfinished,
            hash: Sha256::new(),
            pieces: 0,
        };
        let head = encode(head);
        writing.write(MAGIC)?;
        writing.write(&length(head.len())?.to_be_bytes())?;
        writing.write(&head)?;
        Ok(writing)
    }

    pub(crate) fn put(&mut self, owner: &Sealer, rows: u32, plain: &[u8]) -> Result<(), BackupError> {
        self.put_piece(owner, PieceKind::Rows, rows, plain)
    }

    fn put_piece(&mut self, owner: &Sealer, kind: PieceKind, rows: u32, plain: &[u8]) -> Result<(), BackupError> {
        let sealed = owner.seal(kind, self.pieces, rows, plain).ok_or(BackupError::Seal)?;
        let length = length(sealed.len())?
            .checked_add(FRONT_BYTES)
            .filter(|length| *length <= PIECE_BYTES_MAX);
        self.write(&length.ok_or(BackupError::Seal)?.to_be_bytes())?;
        self.write(&owner.label)?;
        self.write(&rows.to_be_bytes())?;
        self.write(&sealed)?;
        self.pieces += 1;
        Ok(())
    }

    /// Seals the end and makes the file durable under its name. Blocks on the disk.
    pub(crate) fn finish(mut self, site: &Sealer, generation: u64) -> Result<(), BackupError> {
        let before = self.hash.clone().finalize().into();
        self.put_piece(site, PieceKind::End, 0, &encode(&End { before, generation }))?;
        let hash = self.hash.clone().finalize();
        self.out.write_all(&hash)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        std::fs::rename(&self.unfinished, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Ok(files::sync_folder(folder.unwrap_or(Path::new(".")))?)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.hash.update(bytes);
        Ok(self.out.write_all(bytes)?)
    }
}

/// Stands after the name of a backup that is not whole yet.
pub(crate) const UNFINISHED: &str = ".part";

fn length(bytes: usize) -> Result<u32, BackupError> {
    u32::try_from(bytes).map_err(|_| BackupError::Seal)
}

/// A whole backup: every byte was read, and none is damaged.
#[derive(Debug)]
pub(crate) struct Backup {
    file: BufReader<File>,
    pub(crate) head: Head,
    /// Where the pieces begin, and how many there are before the end.
    begin: u64,
    pieces: u64,
    /// Hash of everything before the end.
    before: [u8; 32],
    end: Piece,
}

/// A sealed piece.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) number: u64,
    pub(crate) label: Label,
    pub(crate) rows: u32,
    pub(crate) sealed: Vec<u8>,
}

impl Backup {
    /// Reads the whole file once.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] for anything that is not a backup from its first byte to its last.
    pub(crate) fn open(path: &Path) -> Result<Self, BackupError> {
        let file = File::open(path)?;
        let size = file.metadata()?.len().checked_sub(HASH_BYTES).ok_or(BackupError::Damaged)?;
        let mut reading = Reading {
            file: BufReader::new(file),
            at: 0,
            size,
            hash: Sha256::new(),
        };
        let head = reading.head()?;
        let begin = reading.at;
        let mut pieces = 0;
        let mut before = Sha256::new();
        let mut last = None;
        while reading.at < size {
            before = reading.hash.clone();
            last = Some(reading.piece(pieces)?);
            pieces += 1;
        }
        let mut hash = [0; 32];
        reading.file.read_exact(&mut hash)?;
        let found: [u8; 32] = reading.hash.finalize().into();
        let end = last.filter(|_| found == hash).ok_or(BackupError::Damaged)?;
        Ok(Self {
            file: reading.file,
            head,
            begin,
            pieces: end.number,
            before: before.finalize().into(),
            end,
        })
    }

    /// Opens the end: the file is as whoever holds the site's key wrote it.
    pub(crate) fn end(&self, site: &Sealer) -> Result<End, BackupError> {
        let Piece {
            number,
            label,
            rows,
            sealed,
        } = &self.end;
        let plain = site.open(PieceKind::End, *number, *rows, sealed).filter(|_| *label == site.label);
        let end: Option<End> = plain.and_then(|plain| decode_canonical(&plain));
        end.filter(|end| end.before == self.before).ok_or(BackupError::Closed)
    }

    /// Reads the pieces before the end, in order.
    pub(crate) fn pieces(&mut self) -> Result<impl Iterator<Item = Result<Piece, BackupError>>, BackupError> {
        self.file.seek(SeekFrom::Start(self.begin))?;
        let mut reading = Reading {
            file: &mut self.file,
            at: 0,
            size: u64::MAX,
            hash: Sha256::new(),
        };
        Ok((0..self.pieces).map(move |number| reading.piece(number)))
    }
}

struct Reading<R> {
    file: R,
    at: u64,
    /// Where the checksum begins.
    size: u64,
    hash: Sha256,
}

impl<R: Read> Reading<R> {
    fn head(&mut self) -> Result<Head, BackupError> {
        if self.take(MAGIC.len() as u64)? != MAGIC {
            return Err(BackupError::Damaged);
        }
        let length = self.length()?;
        let head = self.take(length.into())?;
        decode_canonical(&head).ok_or(BackupError::Damaged)
    }

    fn piece(&mut self, number: u64) -> Result<Piece, BackupError> {
        let length = self.length()?;
        let bytes = self.take(length.into())?;
        let (label, rest) = bytes.split_first_chunk::<16>().ok_or(BackupError::Damaged)?;
        let (rows, sealed) = rest.split_first_chunk::<4>().ok_or(BackupError::Damaged)?;
        Ok(Piece {
            number,
            label: *label,
            rows: u32::from_be_bytes(*rows),
            sealed: sealed.to_vec(),
        })
    }

    fn length(&mut self) -> Result<u32, BackupError> {
        let bytes = self.take(4)?;
        let length = bytes.try_into().map(u32::from_be_bytes);
        length.ok().filter(|length| *length <= PIECE_BYTES_MAX).ok_or(BackupError::Damaged)
    }

    fn take(&mut self, count: u64) -> Result<Vec<u8>, BackupError> {
        if self.size - self.at < count {
            return Err(BackupError::Damaged);
        }
        let mut bytes = vec![0; usize::try_from(count).map_err(|_| BackupError::Damaged)?];
        self.file.read_exact(&mut bytes)?;
        self.at += count;
        self.hash.update(&bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use countenance_base::SecretKey;
    use countenance_storage::schema_number;

    use super::*;

    fn head() -> Head {
        Head {
            site: SiteId::from_bytes([1; 16]),
            site_key: PublicKey([2; 32]),
            made_at: Timestamp(3),
            schema: schema_number(),
            file: [4; 32],
            tables: vec![HeadTable {
                name: "doors".into(),
                columns: vec!["id".into()],
            }],
        }
    }

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&SecretKey::new([key; 32]), &head().file)
    }

    fn write(path: &Path) {
        let mut writing = Writing::begin(path, &head()).unwrap();
        writing.put(&sealer(1), 2, b"of one").unwrap();
        writing.put(&sealer(2), 1, b"of another").unwrap();
        writing.finish(&sealer(9), 7).unwrap();
    }

    #[test]
    fn a_backup_is_read_as_it_was_written_each_piece_by_whom_it_is_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path);
        assert!(matches!(Writing::begin(&path, &head()), Err(BackupError::Exists)));
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let mut backup = Backup::open(&path).unwrap();
        assert_eq!((&backup.head, backup.end(&sealer(9)).unwrap().generation), (&head(), 7));
        assert!(matches!(backup.end(&sealer(1)), Err(BackupError::Closed)));
        let pieces: Vec<Piece> = backup.pieces().unwrap().collect::<Result<_, _>>().unwrap();
        let opened = |key: u8, piece: &Piece| {
            let opened = sealer(key).open(PieceKind::Rows, piece.number, piece.rows, &piece.sealed);
            opened.map(|plain| plain.to_vec())
        };
        assert_eq!(pieces.len(), 2);
        assert_eq!(opened(1, &pieces[0]).unwrap(), b"of one");
        assert_eq!(opened(2, &pieces[1]).unwrap(), b"of another");
        assert_eq!((opened(2, &pieces[0]), opened(1, &pieces[1])), (None, None));
        assert_ne!(
            pieces[0].label,
            Sealer::new(&SecretKey::new([1; 32]), &[5; 32]).label,
            "in another file it is another"
        );
    }

    #[test]
    fn every_flipped_bit_every_cut_and_whatever_is_put_in_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bad) = (folder.path().join("file"), folder.path().join("bad"));
        write(&path);
        let good = std::fs::read(&path).unwrap();
        let refused = |bytes: &[u8]| {
            std::fs::write(&bad, bytes).unwrap();
            matches!(Backup::open(&bad), Err(BackupError::Damaged))
        };
        assert!(!refused(&good));
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 1;
            assert!(refused(&flipped), "byte {at}");
            assert!(refused(&good[..at]), "cut at {at}");
        }
        assert!(refused(&[good.as_slice(), &[0]].concat()));
        // Somebody without the keys takes a piece out and makes the checksum anew.
        let piece = 4 + 16 + 4 + b"of one".len() + 16;
        let begin = MAGIC.len() + 4 + encode(&head()).len();
        let body = [&good[..begin], &good[begin + piece..good.len() - 32]].concat();
        let forged = [body.as_slice(), &Sha256::digest(&body)].concat();
        assert!(!refused(&forged), "it is a whole file");
        assert!(
            matches!(Backup::open(&bad).unwrap().end(&sealer(9)), Err(BackupError::Closed)),
            "and not ours"
        );
    }
}
