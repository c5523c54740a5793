//! The folder, its changes and their order.
//!
//! | step | a crash after it leaves |
//! |---|---|
//! | (a) changed pages durable under new keys | the old state; the new pages open for nobody and are removed at the next start |
//! | (b) new root durable under an anchor that only memory holds | the same |
//! | (c) new anchor durable in the other place | **the new state**; the old anchor is overwritten at the next start |
//! | (d) old anchor overwritten | the new state; older root and pages open for nobody |
//! | (e) older root and pages overwritten and unlinked | the new state, done |

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use countenance_anchor::{AnchorError, AnchorFile, files};
use countenance_base::{Month, PersonId, Rng, SecretKey, rng};
use countenance_grant::{letter_key, open_letter};
use zeroize::Zeroizing;

use crate::page::{self, PersonKey, page_of};
use crate::root::{PageKey, Root, open, seal};

/// Why keys could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error(transparent)]
    Anchor(#[from] AnchorError),
    #[error("keys of persons are held by another process")]
    InUse,
    /// A change was broken off: what holds is decided by opening the folder anew.
    #[error("keys of persons were left in the middle of a change")]
    Stopped,
}

/// Keys of persons. One process at a time.
pub struct Keyring {
    folder: PathBuf,
    anchor: AnchorFile,
    generation: u64,
    root: Root,
    stopped: bool,
    _lock: File,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring(generation {})", self.generation)
    }
}

impl Keyring {
    /// A keyring of nobody.
    pub fn create(folder: &Path, rng: &mut dyn Rng) -> Result<Self, KeyringError> {
        files::private_folder(folder)?;
        let mut made = Self {
            folder: folder.to_owned(),
            anchor: AnchorFile::create(folder, rng)?,
            generation: 0,
            root: Root {
                intake: SecretKey::new(rng::bytes(rng)),
                pages: BTreeMap::new(),
            },
            stopped: false,
            _lock: lock(folder)?,
        };
        made.rewrite(BTreeMap::new(), rng)?;
        Ok(made)
    }

    /// Opens what is there, and finishes a change that a crash broke off.
    pub fn open(folder: &Path, rng: &mut dyn Rng) -> Result<Self, KeyringError> {
        let lock = lock(folder)?;
        let anchor = AnchorFile::open(folder)?;
        let held = anchor.held()?;
        let found = held.iter().find_map(|(generation, key)| {
            let sealed = files::read(&root_path(folder, *generation)).ok()?;
            let root = Root::from_bytes(&open(&SecretKey::new(***key), &root_context(*generation), &sealed)?)?;
            Some((*generation, root))
        });
        let (generation, root) = found.ok_or(AnchorError::Corrupt("no root opens"))?;
        for (other, _) in held.iter().filter(|(other, _)| *other != generation) {
            anchor.forget(*other, rng)?;
        }
        let opened = Self {
            folder: folder.to_owned(),
            anchor,
            generation,
            root,
            stopped: false,
            _lock: lock,
        };
        opened.sweep(rng)?;
        Ok(opened)
    }

    /// Whether a keyring was made in this folder.
    pub fn is_there(folder: &Path) -> bool {
        AnchorFile::path(folder).exists()
    }

    /// The public half of the intake key: what others seal to this keyring.
    pub fn intake(&self) -> Option<[u8; 32]> {
        letter_key(self.root.intake.expose())
    }

    /// Opens what was sealed to [`Keyring::intake`].
    pub fn open_letter(&self, context: &[u8], letter: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open_letter(self.root.intake.expose(), context, letter)
    }

    /// What is held of this person.
    pub fn person(&self, person: PersonId) -> Result<Option<PersonKey>, KeyringError> {
        let keys = self.read(page_of(person))?;
        Ok(keys.into_iter().find(|key| key.person == person))
    }

    /// How many persons have a key here.
    pub fn count(&self) -> Result<usize, KeyringError> {
        self.root.pages.keys().map(|number| Ok(self.read(*number)?.len())).sum()
    }

    /// Everything that is held: for who seals or opens a whole backup.
    pub fn all(&self) -> Result<Vec<PersonKey>, KeyringError> {
        let mut keys = Vec::new();
        for number in self.root.pages.keys() {
            keys.extend(self.read(*number)?);
        }
        Ok(keys)
    }

    /// Grows with every change: of two copies of a keyring the one with the higher number is the newer.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes keys in; a person's older key ends.
    pub fn admit(&mut self, keys: &[PersonKey], rng: &mut dyn Rng) -> Result<(), KeyringError> {
        let mut pages = self.pages_of(keys.iter().map(|key| key.person))?;
        for key in keys {
            let page = pages.entry(page_of(key.person)).or_default();
            page.retain(|held| held.person != key.person);
            page.push(key.clone());
        }
        self.rewrite(pages, rng)
    }

    /// Ends the keys of these persons; how many of them had one. All of them end with one change of the anchor.
    pub fn erase(&mut self, people: &[PersonId], rng: &mut dyn Rng) -> Result<usize, KeyringError> {
        let ended: std::collections::BTreeSet<PersonId> = people.iter().copied().collect();
        let mut pages = self.pages_of(people.iter().copied())?;
        let mut count = 0;
        for page in pages.values_mut() {
            let before = page.len();
            page.retain(|held| !ended.contains(&held.person));
            count += before - page.len();
        }
        if count > 0 {
            self.rewrite(pages, rng)?;
        }
        Ok(count)
    }

    /// Turns every key that is older than `month` forward by `next`; how many were turned. The months before end with it.
    pub fn turn(&mut self, month: Month, next: impl Fn(&PersonKey) -> PersonKey, rng: &mut dyn Rng) -> Result<usize, KeyringError> {
        let mut pages = BTreeMap::new();
        let mut count = 0;
        for number in self.root.pages.keys() {
            let mut keys = self.read(*number)?;
            let old = keys.iter().filter(|key| key.month < month).count();
            if old == 0 {
                continue;
            }
            for key in keys.iter_mut().filter(|key| key.month < month) {
                *key = next(key);
            }
            count += old;
            pages.insert(*number, keys);
        }
        if count > 0 {
            self.rewrite(pages, rng)?;
        }
        Ok(count)
    }

    fn pages_of(&self, people: impl Iterator<Item = PersonId>) -> Result<BTreeMap<u16, Vec<PersonKey>>, KeyringError> {
        let mut pages = BTreeMap::new();
        for number in people.map(page_of) {
            if let std::collections::btree_map::Entry::Vacant(vacant) = pages.entry(number) {
                vacant.insert(self.read(number)?);
            }
        }
        Ok(pages)
    }

    fn read(&self, number: u16) -> Result<Vec<PersonKey>, KeyringError> {
        if self.stopped {
            return Err(KeyringError::Stopped);
        }
        let Some(held) = self.root.pages.get(&number) else {
            return Ok(Vec::new());
        };
        let sealed = files::read(&page_path(&self.folder, number, held.generation))?;
        let plain = open(&held.key, &page_context(number), &sealed);
        let keys = plain.and_then(|plain| page::from_bytes(&plain));
        Ok(keys.ok_or(AnchorError::Corrupt("a page does not open"))?)
    }

    /// Writes these pages, and everything above them, under new keys.
    fn rewrite(&mut self, pages: BTreeMap<u16, Vec<PersonKey>>, rng: &mut dyn Rng) -> Result<(), KeyringError> {
        if self.stopped {
            return Err(KeyringError::Stopped);
        }
        // Until the last step is done nobody can say which state holds.
        self.stopped = true;
        let (old, new) = (self.generation, self.generation + 1);
        let mut root = self.root.clone();
        let mut ended = Vec::new();
        for (number, keys) in pages {
            let key = SecretKey::new(rng::bytes(rng));
            let sealed = seal(&key, &page_context(number), &page::to_bytes(&keys)).ok_or(AnchorError::Corrupt("sealing a page"))?;
            let before = if keys.is_empty() {
                root.pages.remove(&number)
            } else {
                files::write_new(&page_path(&self.folder, number, new), &sealed)?;
                root.pages.insert(number, PageKey { generation: new, key })
            };
            ended.extend(before.map(|before| page_path(&self.folder, number, before.generation)));
        }
        let anchor = SecretKey::new(rng::bytes(rng));
        let sealed = seal(&anchor, &root_context(new), &root.to_bytes()).ok_or(AnchorError::Corrupt("sealing the root"))?;
        files::write_new(&root_path(&self.folder, new), &sealed)?;
        files::sync_folder(&self.folder)?;
        self.anchor.write(new, anchor.expose(), rng)?;
        (self.generation, self.root) = (new, root);
        self.anchor.forget(old, rng)?;
        files::wipe(&root_path(&self.folder, old), rng)?;
        for path in ended {
            files::wipe(&path, rng)?;
        }
        self.stopped = false;
        Ok(())
    }

    /// Removes what a broken change left behind.
    fn sweep(&self, rng: &mut dyn Rng) -> Result<(), KeyringError> {
        for generation in files::numbered(&self.folder, "root.")? {
            if generation != self.generation {
                files::wipe(&root_path(&self.folder, generation), rng)?;
            }
        }
        let mut numbers: Vec<u16> = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(|source| AnchorError::Io {
            what: "read a folder",
            source,
        })? {
            let name = entry
                .map_err(|source| AnchorError::Io {
                    what: "read a folder",
                    source,
                })?
                .file_name();
            numbers.extend(
                name.to_str()
                    .and_then(|name| name.strip_prefix("page-")?.split('.').next()?.parse::<u16>().ok()),
            );
        }
        for number in numbers {
            let held = self.root.pages.get(&number).map(|page| page.generation);
            for generation in files::numbered(&self.folder, &format!("page-{number}."))? {
                if Some(generation) != held {
                    files::wipe(&page_path(&self.folder, number, generation), rng)?;
                }
            }
        }
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, KeyringError> {
    let path = folder.join("lock");
    let file = if path.exists() {
        files::open(&path)?
    } else {
        files::create(&path)?
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(KeyringError::InUse),
        Err(TryLockError::Error(source)) => Err(AnchorError::Io { what: "lock", source }.into()),
    }
}

fn root_path(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("root.{generation}"))
}

fn root_context(generation: u64) -> String {
    format!("countenance/keyring-root/v1/{generation}")
}

fn page_path(folder: &Path, number: u16, generation: u64) -> PathBuf {
    folder.join(format!("page-{number}.{generation}"))
}

fn page_context(number: u16) -> String {
    format!("countenance/keyring-page/v1/{number}")
}
