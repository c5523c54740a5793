//! The data folder: keys, pepper, database. Made once at first start, refused when it is half there.
//!
//! `site.key` signs snapshots, grants and answers · `pepper` binds PINs and codes to this machine · `countenance.db` ·
//! `evidence-shares/` three files to hand to three holders and remove. The private evidence key is never written.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use countenance_base::{Rng, SecretKey, SiteId, Timestamp, from_hex, rng, to_hex};
use countenance_grant::{SigningKey, letter_key};
use countenance_persons::{Pepper, Site, found_site, lookup_site};
use countenance_storage::Db;

use crate::config::SiteConfig;
use crate::shamir::{SHARES, combine, split};

const SITE_KEY: &str = "site.key";
const PEPPER: &str = "pepper";
const DATABASE: &str = "countenance.db";
const SHARES_FOLDER: &str = "evidence-shares";

/// An opened data folder.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) db: Db,
    pub(crate) site: Site,
    pub(crate) site_key: SigningKey,
    pub(crate) pepper: Pepper,
}

impl Data {
    /// Whether `folder` holds a site, or what is left of one.
    pub(crate) fn exists(folder: &Path) -> bool {
        [SITE_KEY, PEPPER, DATABASE].iter().any(|name| folder.join(name).exists())
    }

    /// Opens the site that is there.
    pub(crate) async fn open(folder: &Path) -> anyhow::Result<Self> {
        let site_key = SigningKey::from_seed(read_secret(&folder.join(SITE_KEY))?.expose());
        let pepper = Pepper::from_root(&read_secret(&folder.join(PEPPER))?);
        let path = folder.join(DATABASE);
        let db = Db::open(&path, false)
            .await
            .with_context(|| format!("opening `{}`", path.display()))?;
        let mut tx = db.read().await?;
        let site = lookup_site(&mut tx).await?;
        drop(tx);
        let Some(site) = site else {
            bail!(
                "first start in `{}` did not finish\nhint: remove this folder and start again; nothing was lost",
                folder.display()
            );
        };
        ensure!(
            site.public_key == site_key.public(),
            "`{SITE_KEY}` is not the key that this database was made with"
        );
        Ok(Self {
            db,
            site,
            site_key,
            pepper,
        })
    }

    /// Makes keys, shares and database. The database's row comes last: a folder without it is a first start that did not finish.
    pub(crate) async fn found(folder: &Path, config: &SiteConfig, now: Timestamp, rng: &mut dyn Rng) -> anyhow::Result<Self> {
        ensure!(!Self::exists(folder), "`{}` holds a site already", folder.display());
        make_folder(folder)?;
        let site_key = SigningKey::generate(rng);
        write_secret(&folder.join(SITE_KEY), &to_hex(site_key.seed().as_slice()))?;
        let root = SecretKey::new(rng::bytes(rng));
        write_secret(&folder.join(PEPPER), &to_hex(root.expose()))?;
        let evidence_key = make_evidence_key(&folder.join(SHARES_FOLDER), rng)?;
        let site = Site {
            id: SiteId::new(now, rng),
            name: config.name.text(),
            operator: config.operator.text(),
            contact: config.contact.text(),
            complaints: config.complaints.text(),
            time_zone: config.time_zone.clone(),
            public_key: site_key.public(),
            evidence_key,
        };
        let path = folder.join(DATABASE);
        // Made by us with a mode of ours: SQLite keeps it for its log beside it.
        write_secret(&path, "")?;
        let db = Db::open(&path, false)
            .await
            .with_context(|| format!("making `{}`", path.display()))?;
        let mut tx = db.write().await?;
        found_site(&mut tx, now, &site).await?;
        tx.commit().await?;
        Ok(Self {
            db,
            site,
            site_key,
            pepper: Pepper::from_root(&root),
        })
    }

    pub(crate) fn shares(folder: &Path) -> PathBuf {
        folder.join(SHARES_FOLDER)
    }
}

/// Writes three shares and gives the public half. The private half lives in this function only.
fn make_evidence_key(folder: &Path, rng: &mut dyn Rng) -> anyhow::Result<[u8; 32]> {
    let secret = SecretKey::new(rng::bytes(rng));
    let shares = split(&secret, rng);
    // Shares that do not open would be noticed years later, in court: every pair is tried now.
    for one in &shares {
        for other in shares.iter().filter(|other| other.number != one.number) {
            let opened = combine(one, other).is_some_and(|opened| opened.expose() == secret.expose());
            ensure!(opened, "evidence shares do not open");
        }
    }
    make_folder(folder)?;
    for share in &shares {
        let text = format!(
            "countenance evidence share {} of {SHARES}, any two open\n{:02x}{}",
            share.number,
            share.number,
            to_hex(share.bytes.expose())
        );
        write_secret(&folder.join(format!("share-{}.txt", share.number)), &text)?;
    }
    letter_key(secret.expose()).context("evidence key could not be made")
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("making `{}`", folder.display()))
}

fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("writing `{}`", path.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(context)?;
    if !text.is_empty() {
        writeln!(file, "{text}").with_context(context)?;
    }
    file.sync_all().with_context(context)
}

fn read_secret(path: &Path) -> anyhow::Result<SecretKey> {
    let text = zeroize::Zeroizing::new(fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?);
    from_hex(text.trim())
        .map(SecretKey::new)
        .with_context(|| format!("`{}` does not hold 64 hexadecimal digits", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countenance_base::SeededRng;
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn a_site_is_founded_once_and_half_a_site_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site");
        let config = SiteConfig::demo();
        let made = Data::found(&path, &config, Timestamp(1), &mut SeededRng::new(1)).await.unwrap();
        made.db.close().await;
        assert!(Data::found(&path, &config, Timestamp(2), &mut SeededRng::new(2)).await.is_err());
        let opened = Data::open(&path).await.unwrap();
        assert_eq!(opened.site, made.site);
        for file in [
            SITE_KEY,
            PEPPER,
            DATABASE,
            "evidence-shares/share-1.txt",
            "evidence-shares/share-3.txt",
        ] {
            assert_eq!(fs::metadata(path.join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
        }
        fs::remove_file(path.join(DATABASE)).unwrap();
        assert!(Data::open(&path).await.is_err());
        assert!(
            Data::found(&path, &config, Timestamp(3), &mut SeededRng::new(3)).await.is_err(),
            "keys are never overwritten"
        );
    }
}
