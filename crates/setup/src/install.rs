//! Brings a set of archives into the cache: verify what is there, fetch what is missing, verify again, put in place.

use std::fs;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::cache::{self, failed};
use crate::client::Fetch;
use crate::manifest::{Archive, Manifest, Set};
use crate::unpack::unpack;
use crate::{PACK, PACK_MANIFEST, SetupError};

/// Installs `set` under `cache` for machines of type `machine`. Progress goes to `report`, one line for each thing done.
pub(crate) fn install(cache: &Path, set: Set, machine: &str, fetch: &dyn Fetch, report: &mut dyn Write) -> Result<(), SetupError> {
    let _held = cache::lock(cache)?;
    let manifest = Manifest::read()?;
    let needed: Vec<&Archive> = manifest.needed(set, machine).collect();
    if set == Set::Engine && !needed.iter().any(|archive| archive.machine.is_some()) {
        return Err(SetupError::Machine(machine.to_owned()));
    }
    for archive in needed {
        if !present(cache, archive)? {
            bring(cache, archive, fetch, report)?;
        }
    }
    if set == Set::Engine {
        let path = cache.join("packs").join(PACK).join("manifest.toml");
        if fs::read(&path).ok().as_deref() != Some(PACK_MANIFEST.as_bytes()) {
            cache::place(&path, PACK_MANIFEST.as_bytes())?;
        }
    }
    Ok(())
}

fn present(cache: &Path, archive: &Archive) -> Result<bool, SetupError> {
    for take in &archive.take {
        let path = cache.join(&take.to);
        match cache::hash(&path)? {
            Some(hash) if hash == take.sha256 => {}
            None => return Ok(false),
            Some(_) => {
                cache::move_aside(&path, cache)?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn bring(cache: &Path, archive: &Archive, fetch: &dyn Fetch, report: &mut dyn Write) -> Result<(), SetupError> {
    let megabytes = archive.bytes.div_ceil(1_000_000);
    say(
        report,
        &format!(
            "fetching {} ({} {}, {megabytes} MB)",
            archive.name, archive.package, archive.version
        ),
    );
    say(report, &format!("  licence: {}", archive.licence));
    say(report, &format!("  origin: {}", archive.origin));
    let incoming = cache.join("incoming");
    fs::create_dir_all(&incoming).map_err(failed(&incoming))?;
    let path = incoming.join(&archive.file);
    fetch.fetch(archive, &incoming)?;
    match cache::hash(&path)? {
        Some(hash) if hash == archive.sha256 => {}
        Some(_) => {
            let aside = cache::move_aside(&path, cache)?;
            return Err(SetupError::Hash {
                file: archive.file.clone(),
                aside,
            });
        }
        None => {
            return Err(SetupError::Archive {
                archive: archive.package.clone(),
                file: archive.file.clone(),
                reason: "the client reported success and left no such file".to_owned(),
            });
        }
    }
    for take in &archive.take {
        let content = unpack(&path, archive.client, take).map_err(|reason| SetupError::Archive {
            archive: archive.file.clone(),
            file: take.from.clone(),
            reason,
        })?;
        if cache::hex(&Sha256::digest(&content)) != take.sha256 {
            let aside = cache::move_aside(&path, cache)?;
            return Err(SetupError::Hash {
                file: take.from.clone(),
                aside,
            });
        }
        cache::place(&cache.join(&take.to), &content)?;
    }
    // What was needed is in place and verified; the archive also holds models that must not lie around.
    fs::remove_file(&path).map_err(failed(&path))?;
    say(report, &format!("  verified, {} file(s) in place", archive.take.len()));
    Ok(())
}

pub(crate) fn say(report: &mut dyn Write, line: &str) {
    // Progress that nobody can read is no reason to stop.
    writeln!(report, "{line}").ok();
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::PathBuf;

    use super::*;

    /// Writes `content` where the archive should be, and counts.
    struct Fake {
        content: Option<&'static [u8]>,
        calls: Cell<u32>,
    }

    impl Fetch for Fake {
        fn fetch(&self, archive: &Archive, directory: &Path) -> Result<(), SetupError> {
            self.calls.set(self.calls.get() + 1);
            match self.content {
                Some(content) => fs::write(directory.join(&archive.file), content).map_err(failed(directory)),
                None => Err(SetupError::ClientMissing {
                    program: "npm",
                    package: archive.package.clone(),
                }),
            }
        }
    }

    fn empty_cache() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn models() -> Archive {
        Manifest::read().unwrap().archive.remove(0)
    }

    #[test]
    fn an_archive_with_another_hash_is_moved_aside_and_nothing_is_unpacked() {
        let cache = empty_cache();
        let fake = Fake {
            content: Some(b"not the models"),
            calls: Cell::new(0),
        };
        let error = install(cache.path(), Set::Engine, "x86_64", &fake, &mut Vec::new()).unwrap_err();
        let SetupError::Hash { aside, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(error.code(), "setup.hash");
        assert_eq!(fs::read(aside).unwrap(), b"not the models");
        assert!(!cache.path().join("packs").exists());
        assert!(!cache.path().join("incoming").join(models().file).exists());
    }

    #[test]
    fn a_file_altered_in_the_cache_is_moved_aside_and_fetched_again() {
        let cache = empty_cache();
        let path = cache.path().join(&models().take[0].to);
        cache::place(&path, b"altered").unwrap();
        let fake = Fake {
            content: None,
            calls: Cell::new(0),
        };
        let error = install(cache.path(), Set::Engine, "x86_64", &fake, &mut Vec::new()).unwrap_err();
        assert_eq!((error.code(), fake.calls.get()), ("setup.client_missing", 1));
        assert!(!path.exists());
        assert_eq!(fs::read(cache.path().join("refused/fr_detect.onnx")).unwrap(), b"altered");
    }

    #[test]
    fn what_lies_in_the_cache_verified_is_not_fetched_again() {
        // A small archive of our own: the real ones need the network.
        let cache = empty_cache();
        let mut archive = models();
        archive.take = vec![crate::manifest::Take {
            from: "a".to_owned(),
            to: "somewhere/a".to_owned(),
            bytes: 5,
            sha256: cache::hex(&Sha256::digest(b"hello")),
        }];
        let packed = tar_gz("a", b"hello");
        archive.sha256 = cache::hex(&Sha256::digest(&packed));
        let fake = Fake {
            content: Some(packed.leak()),
            calls: Cell::new(0),
        };
        let mut said = Vec::new();
        assert!(!present(cache.path(), &archive).unwrap());
        bring(cache.path(), &archive, &fake, &mut said).unwrap();
        assert!(present(cache.path(), &archive).unwrap());
        assert_eq!(fake.calls.get(), 1);
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("41 MB") || said.contains("42 MB"), "{said}");
        assert!(said.contains("licence: MIT, as declared, not verified"), "{said}");
        // The archive itself does not stay: it holds more than what may be used.
        assert_eq!(fs::read_dir(cache.path().join("incoming")).unwrap().count(), 0);
    }

    #[test]
    fn a_machine_without_a_pinned_runtime_is_told_so() {
        let fake = Fake {
            content: None,
            calls: Cell::new(0),
        };
        let error = install(empty_cache().path(), Set::Engine, "s390x", &fake, &mut Vec::new()).unwrap_err();
        assert_eq!((error.code(), fake.calls.get()), ("setup.machine", 0));
    }

    #[test]
    fn an_entry_longer_than_pinned_is_refused() {
        let cache = empty_cache();
        let path: PathBuf = cache.path().join("a.tgz");
        fs::write(&path, tar_gz("a", &[7; 100])).unwrap();
        let mut take = models().take.remove(0);
        take.from = "a".to_owned();
        take.bytes = 100;
        assert_eq!(unpack(&path, crate::manifest::Client::Npm, &take).unwrap().len(), 100);
        take.bytes = 99;
        assert!(unpack(&path, crate::manifest::Client::Npm, &take).is_err());
    }

    fn tar_gz(name: &str, content: &[u8]) -> Vec<u8> {
        let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, name, content).unwrap();
        archive.into_inner().unwrap().finish().unwrap()
    }
}
