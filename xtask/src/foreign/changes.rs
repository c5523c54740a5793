//! Copies of an export with one bit of one file changed, at places where nobody may overlook it.
//!
//! Left out is what nobody can tell, or what says nothing: the number of a policy's group (the policy is what the reader trusts), the
//! extra line of a proof (no signature covers it), line ends (a matter of spelling, in the corpus), and of a time stamp the version
//! numbers and the repeated names of algorithms, which no signature covers either.

use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a changed file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Policy,
    OlderCheckpoint,
    Checkpoint,
    Bundle,
    /// Of this level.
    Tile(u32),
    Proof,
    Entry,
    StampedData,
    Token,
    Certificate,
}

impl Kind {
    pub(super) fn name(self) -> String {
        match self {
            Self::Policy => "policy".to_owned(),
            Self::OlderCheckpoint => "older checkpoint".to_owned(),
            Self::Checkpoint => "checkpoint".to_owned(),
            Self::Bundle => "bundle of entries".to_owned(),
            Self::Tile(level) => format!("tile of level {level}"),
            Self::Proof => "proof".to_owned(),
            Self::Entry => "entry beside a proof".to_owned(),
            Self::StampedData => "stamped data".to_owned(),
            Self::Token => "time-stamp token".to_owned(),
            Self::Certificate => "stamper's root certificate".to_owned(),
        }
    }

    pub(super) const fn is_of_stamp(self) -> bool {
        matches!(self, Self::StampedData | Self::Token | Self::Certificate)
    }

    /// Whether a check of one proof reads it.
    pub(super) const fn is_of_proof(self) -> bool {
        matches!(self, Self::Policy | Self::Proof | Self::Entry)
    }
}

/// One bit of one file.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) kind: Kind,
    /// From the export's folder.
    pub(super) file: PathBuf,
    at: usize,
}

impl Change {
    pub(super) fn says(&self) -> String {
        format!("{}, byte {}", self.file.display(), self.at)
    }

    /// The proof that is read to find it: its own, or the first.
    pub(super) fn proof(&self, proofs: &[String]) -> Option<String> {
        let own = self.file.file_stem().and_then(|stem| stem.to_str());
        let own = proofs.iter().find(|proof| self.kind != Kind::Policy && Some(proof.as_str()) == own);
        own.or(proofs.first()).cloned()
    }

    /// Makes `to` look like `folder` with this change: links to everything else.
    pub(super) fn make(&self, folder: &Path, to: &Path) -> anyhow::Result<()> {
        let mut bytes = std::fs::read(folder.join(&self.file))?;
        *bytes.get_mut(self.at).with_context(|| format!("no byte: {}", self.says()))? ^= 1;
        let names: Vec<Component<'_>> = self.file.components().collect();
        mirror(folder, to, &names, &bytes)
    }
}

fn mirror(from: &Path, to: &Path, names: &[Component<'_>], bytes: &[u8]) -> anyhow::Result<()> {
    let Some((first, rest)) = names.split_first() else {
        return Ok(std::fs::write(to, bytes)?);
    };
    std::fs::create_dir(to)?;
    for item in std::fs::read_dir(from)? {
        let item = item?;
        let name = item.file_name();
        if name == first.as_os_str() {
            mirror(&item.path(), &to.join(name), rest, bytes)?;
        } else {
            symlink(item.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// The names of an export's proofs, without endings.
pub(super) fn proofs(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = files(&folder.join("proofs"))?
        .iter()
        .filter(|path| crate::tidy::is(&path.display().to_string(), "tlog-proof"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    ensure!(!names.is_empty(), "the export has no proofs");
    Ok(names)
}

/// Every change that is tried on an export.
pub(super) fn planned(folder: &Path) -> anyhow::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut add = |kind, file: &Path, places: Vec<usize>| {
        let file = file.strip_prefix(folder).unwrap_or(file).to_owned();
        changes.extend(places.into_iter().map(|at| Change {
            kind,
            file: file.clone(),
            at,
        }));
    };
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    for (kind, name) in [
        (Kind::Policy, "policy"),
        (Kind::OlderCheckpoint, "older-checkpoint"),
        (Kind::Checkpoint, "checkpoint"),
    ] {
        let path = folder.join(name);
        let text = read(&path)?;
        add(kind, &path, if kind == Kind::Policy { of_policy(&text) } else { of_lines(&text) });
    }
    for item in std::fs::read_dir(folder.join("tile"))? {
        let path = item?.path();
        let level = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        for file in some(&files(&path)?) {
            let length = read(&file)?.len();
            add(level.map_or(Kind::Bundle, Kind::Tile), &file, vec![0, 1, length / 2, length - 1]);
        }
    }
    for name in proofs(folder)? {
        let path = folder.join("proofs").join(&name);
        let (proof, entry) = (path.with_extension("tlog-proof"), path.with_extension("entry"));
        add(Kind::Proof, &proof, of_lines(&read(&proof)?));
        let length = read(&entry)?.len();
        add(Kind::Entry, &entry, vec![0, length / 2, length - 1]);
    }
    let stamp = folder.join("stamp");
    let data = read(&stamp.join("data"))?.len();
    add(Kind::StampedData, &stamp.join("data"), vec![0, data / 2, data - 1]);
    add(Kind::Token, &stamp.join("token.tsr"), of_token(&read(&stamp.join("token.tsr"))?)?);
    add(
        Kind::Certificate,
        &stamp.join("ca.pem"),
        of_certificate(&read(&stamp.join("ca.pem"))?)?,
    );
    changes.sort_by_key(|change| change.kind);
    Ok(changes)
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The first, the middle one and the last, which is the partial one.
fn some(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut chosen: Vec<PathBuf> = [0, files.len() / 2, files.len().saturating_sub(1)]
        .iter()
        .filter_map(|at| files.get(*at).cloned())
        .collect();
    chosen.dedup();
    chosen
}

/// Begin and length of each line that is not empty.
fn lines(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut begin = 0;
    let mut found = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        if !line.is_empty() {
            found.push((begin, line));
        }
        begin += line.len() + 1;
    }
    found
}

/// The word, the last letter of the key or of a name, and the middle of a key.
fn of_policy(text: &[u8]) -> Vec<usize> {
    let said = lines(text).into_iter().filter(|(_, line)| !line.starts_with(b"#"));
    said.flat_map(|(begin, line)| {
        let mut places = vec![begin, begin + line.len() - 1];
        if line.starts_with(b"log ") || line.starts_with(b"witness ") {
            places.push(begin + line.len() - 20);
        }
        places
    })
    .collect()
}

/// The middle of each line; of a signature line also dash, name, key's number, and the signature's begin and end.
fn of_lines(text: &[u8]) -> Vec<usize> {
    let said = lines(text).into_iter().filter(|(_, line)| !line.starts_with(b"extra "));
    said.flat_map(|(begin, line)| {
        let space = line.iter().rposition(|byte| *byte == b' ').unwrap_or(0);
        if line.starts_with("— ".as_bytes()) {
            [1, 6, space + 2, space + 9, usize::midpoint(space, line.len()), line.len() - 6]
                .map(|at| begin + at)
                .to_vec()
        } else if line.starts_with(b"index ") {
            vec![begin + line.len() - 1]
        } else {
            vec![begin + line.len() / 2]
        }
    })
    .collect()
}

/// Imprint and time of what is stamped, the stamper's key and certificate, and the two signatures.
fn of_token(token: &[u8]) -> anyhow::Result<Vec<usize>> {
    let imprint = after(token, &[0x04, 0x20], 1).context("no imprint")?;
    let time = after(token, &[0x18, 0x0f], 1).context("no time")?;
    let key = after(token, &[0x03, 0x42, 0x00, 0x04], 1).context("no key")?;
    let digest = after(token, &[0x04, 0x20], 2).context("no digest")?;
    let certificate = after(token, &[0x04, 0x20], 3).context("no hash of the certificate")?;
    let end = token.len();
    // The certificate's own signature stands between its key and the signed attributes.
    let signed = key + (digest - key) / 2;
    Ok(vec![
        imprint,
        imprint + 31,
        time + 3,
        time + 13,
        key + 5,
        key + 60,
        signed,
        digest,
        digest + 31,
        certificate,
        certificate + 31,
        end - 40,
        end - 1,
    ])
}

/// The key, and the name by which the stamper's certificate finds it.
fn of_certificate(pem: &[u8]) -> anyhow::Result<Vec<usize>> {
    let begin = pem.iter().position(|byte| *byte == b'\n').context("no PEM")? + 1;
    let body: Vec<u8> = pem
        .get(begin..)
        .unwrap_or_default()
        .iter()
        .copied()
        .take_while(|byte| *byte != b'-')
        .collect();
    let encoded: Vec<u8> = body.iter().copied().filter(|byte| *byte != b'\n').collect();
    let der = STANDARD.decode(encoded)?;
    let key = after(&der, &[0x03, 0x42, 0x00, 0x04], 1).context("no key")?;
    let subject = after(&der, b"throw-away", 2).context("no subject")?;
    let width = body.iter().position(|byte| *byte == b'\n').unwrap_or(64);
    // Six bits a letter, `width` letters a line.
    let letter = |at: usize| begin + at * 4 / 3 / width * (width + 1) + at * 4 / 3 % width;
    Ok([key + 3, key + 30, key + 60, subject - 5].map(letter).to_vec())
}

/// Where the bytes after the `number`th `mark` begin.
fn after(bytes: &[u8], mark: &[u8], number: usize) -> Option<usize> {
    let found = bytes.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark);
    found.map(|(at, _)| at + mark.len()).nth(number.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_changes_one_bit_of_one_file_and_links_the_rest() {
        let base = std::env::temp_dir().join(format!("xtask-changes-{}", std::process::id()));
        let (from, to) = (base.join("from"), base.join("to"));
        std::fs::create_dir_all(from.join("tile/0")).unwrap();
        std::fs::write(from.join("tile/0/000"), [4, 4]).unwrap();
        std::fs::write(from.join("tile/0/001"), [5]).unwrap();
        std::fs::write(from.join("policy"), "p").unwrap();
        let change = Change {
            kind: Kind::Tile(0),
            file: PathBuf::from("tile/0/000"),
            at: 1,
        };
        change.make(&from, &to).unwrap();
        assert_eq!(std::fs::read(to.join("tile/0/000")).unwrap(), [4, 5]);
        assert_eq!(std::fs::read(to.join("tile/0/001")).unwrap(), [5]);
        assert_eq!(std::fs::read(to.join("policy")).unwrap(), b"p");
        assert_eq!(std::fs::read(from.join("tile/0/000")).unwrap(), [4, 4]);
        std::fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn places_in_a_note_are_in_every_line() {
        let note = "origin\n12\nroot\n\n— name AAAABBBBCCCCDDDD\n";
        let places = of_lines(note.as_bytes());
        assert_eq!(&places[..3], [3, 8, 12]);
        assert!(places[3..].iter().all(|at| (16..note.len() - 1).contains(at)), "{places:?}");
        assert_eq!(after(b"xabxab", b"ab", 2), Some(6));
        assert_eq!(after(b"xab", b"ab", 2), None);
    }
}
