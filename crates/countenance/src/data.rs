//! The data folder: keys, pepper, and the database unless that is elsewhere. Made once at first start, refused when it is half there.
//!
//! `site.key` signs snapshots, grants and answers · `pepper` binds PINs and codes to this site · `countenance.db` ·
//! `keyring/` the server's own monthly secrets about persons, under an anchor · `backup-keys/` what opens backups, likewise ·
//! `evidence-shares/` three files to hand to three holders and remove. The private evidence key is never written.
//! A second server of the site is given the same folder, or a copy of `site.key` and `pepper`, and the same database.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail, ensure};
use countenance_base::{Rng, SecretKey, SiteId, Timestamp, from_hex, rng, to_hex};
use countenance_grant::{SigningKey, letter_key};
use countenance_keyring::Keyring;
use countenance_persons::{Pepper, Site, found_site, lookup_site};
use countenance_storage::{Db, DbUrl, StoreError};

use crate::config::SiteConfig;
use crate::shamir::{SHARES, combine, split};

const SITE_KEY: &str = "site.key";
const PEPPER: &str = "pepper";
/// What is kept apart from every backup, with the keyrings.
pub(crate) const KEY_FILES: [&str; 2] = [SITE_KEY, PEPPER];
const DATABASE: &str = "countenance.db";
const KEYRING: &str = "keyring";
const BACKUP_KEYS: &str = "backup-keys";
const SHARES_FOLDER: &str = "evidence-shares";

/// Where a site lives.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Home {
    /// Folder for keys and database; made at first start
    #[arg(long)]
    data: PathBuf,
    /// Another database: `sqlite:PATH` or `postgres://user@host/name`; several servers may share the latter
    #[arg(long, value_name = "URL")]
    database: Option<DbUrl>,
}

impl Home {
    /// A folder inside the test's, and the server's database when the tests have one.
    #[cfg(test)]
    pub(crate) fn of(place: &countenance_testdb::Place) -> Self {
        Self {
            data: place.folder().join("site"),
            database: place.is_postgres().then(|| place.url().clone()),
        }
    }

    /// The same folder with the database of another place.
    #[cfg(test)]
    pub(crate) fn with_database_of(&self, place: &countenance_testdb::Place) -> Self {
        Self {
            data: self.data.clone(),
            database: Some(place.url().clone()),
        }
    }

    /// Whether the folder holds a site, or what is left of one.
    pub(crate) fn is_taken(&self) -> bool {
        let file = matches!(self.url(), DbUrl::Sqlite(path) if path.exists());
        file || [SITE_KEY, PEPPER].iter().any(|name| self.data.join(name).exists())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.data
    }

    pub(crate) fn shares(&self) -> PathBuf {
        self.data.join(SHARES_FOLDER)
    }

    /// Keys of persons that the server itself holds. Only the server that keeps the ledger has them.
    pub(crate) fn keyring(&self) -> PathBuf {
        self.data.join(KEYRING)
    }

    /// One key for each person, under which their rows are sealed in backups; beside the keyring, and ended with it.
    pub(crate) fn backup_keys(&self) -> PathBuf {
        self.data.join(BACKUP_KEYS)
    }

    fn url(&self) -> DbUrl {
        self.database.clone().unwrap_or_else(|| DbUrl::Sqlite(self.data.join(DATABASE)))
    }

    /// Opens the database as it is.
    async fn open_database(&self) -> anyhow::Result<Db> {
        let url = self.url();
        Db::open(&url, false).await.map_err(|error| self.explain(&url, error))
    }

    /// An empty database, or the one that is there. A file is made by us with a mode of ours: `SQLite` keeps it for its log beside it.
    pub(crate) async fn make_database(&self) -> anyhow::Result<Db> {
        if let DbUrl::Sqlite(path) = self.url()
            && !path.exists()
        {
            write_secret(&path, "")?;
        }
        self.open_database().await
    }

    /// The site's key and its pepper.
    pub(crate) fn read_keys(&self) -> anyhow::Result<(SigningKey, Pepper)> {
        let site_key = SigningKey::from_seed(read_secret(&self.data.join(SITE_KEY))?.expose());
        let pepper = Pepper::from_root(&read_secret(&self.data.join(PEPPER))?);
        Ok((site_key, pepper))
    }

    fn explain(&self, url: &DbUrl, error: StoreError) -> anyhow::Error {
        let (code, way_out) = (error.code(), error.way_out());
        let elsewhere = self
            .database
            .is_none()
            .then_some("if this site's database is elsewhere, name it with --database");
        let hint = way_out.or(elsewhere).map_or(String::new(), |hint| format!("\nhint: {hint}"));
        anyhow!("opening `{url}`: {:#} ({code}){hint}", anyhow::Error::from(error))
    }
}

/// An opened data folder.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) db: Db,
    pub(crate) site: Site,
    pub(crate) site_key: SigningKey,
    pub(crate) pepper: Pepper,
}

impl Data {
    /// Opens the site that is there.
    pub(crate) async fn open(home: &Home) -> anyhow::Result<Self> {
        let folder = home.folder();
        let (site_key, pepper) = home.read_keys()?;
        let db = home.open_database().await?;
        let Some(site) = site_of(&db).await? else {
            bail!(
                "`{}` holds keys and `{}` no site (database.empty)\nhint: name this site's database; one that was lost comes back with `countenance restore`. Only when the very first start did not finish, remove the folder and start again: nothing was lost",
                folder.display(),
                home.url()
            );
        };
        ensure!(
            site.public_key == site_key.public(),
            "`{}` belongs to another site than `{SITE_KEY}` in `{}` (database.other_site)\nhint: use the folder and the database that were made together",
            home.url(),
            folder.display()
        );
        Ok(Self {
            db,
            site,
            site_key,
            pepper,
        })
    }

    /// Makes keys, shares and database. The database's row comes last: a folder without it is a first start that did not finish.
    pub(crate) async fn found(home: &Home, config: &SiteConfig, now: Timestamp, rng: &mut dyn Rng) -> anyhow::Result<Self> {
        let folder = home.folder();
        ensure!(!home.is_taken(), "`{}` holds a site already", folder.display());
        check_empty(home).await?;
        make_folder(folder)?;
        let site_key = SigningKey::generate(rng);
        write_secret(&folder.join(SITE_KEY), &to_hex(site_key.seed().as_slice()))?;
        let root = SecretKey::new(rng::bytes(rng));
        write_secret(&folder.join(PEPPER), &to_hex(root.expose()))?;
        let evidence_key = make_evidence_key(&folder.join(SHARES_FOLDER), rng)?;
        let keyring = Keyring::create(&home.keyring(), rng).context("making the keyring")?;
        Keyring::create(&home.backup_keys(), rng).context("making the keys of backups")?;
        let site = Site {
            id: SiteId::new(now, rng),
            name: config.name.text(),
            operator: config.operator.text(),
            contact: config.contact.text(),
            complaints: config.complaints.text(),
            time_zone: config.time_zone.clone(),
            public_key: site_key.public(),
            evidence_key,
            intake_key: keyring.intake(),
        };
        drop(keyring);
        let db = home.make_database().await?;
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
}

async fn site_of(db: &Db) -> anyhow::Result<Option<Site>> {
    Ok(lookup_site(&mut db.read().await?).await?)
}

/// Keys are made only for a database that can be reached and belongs to nobody.
async fn check_empty(home: &Home) -> anyhow::Result<()> {
    let DbUrl::Postgres(_) = home.url() else { return Ok(()) };
    let db = home.open_database().await?;
    let taken = site_of(&db).await?.is_some();
    db.close().await;
    ensure!(
        !taken,
        "`{}` belongs to a site whose keys `{}` does not hold (database.taken)\nhint: give this server the same folder, or copy `{SITE_KEY}` and `{PEPPER}` of that site's folder into it",
        home.url(),
        home.folder().display()
    );
    Ok(())
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

pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("making `{}`", folder.display()))
}

/// A new file that only its owner reads, durable when this returns.
pub(crate) fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
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
    use countenance_testdb::Place;
    use std::os::unix::fs::PermissionsExt as _;

    async fn refused(home: &Home) -> String {
        Data::open(home).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_site_is_founded_once_and_half_a_site_is_refused() {
        let place = Place::empty().await;
        let home = Home::of(&place);
        let config = SiteConfig::demo();
        let made = Data::found(&home, &config, Timestamp(1), &mut SeededRng::new(1)).await.unwrap();
        made.db.close().await;
        assert!(Data::found(&home, &config, Timestamp(2), &mut SeededRng::new(2)).await.is_err());
        let opened = Data::open(&home).await.unwrap();
        assert_eq!(opened.site, made.site);
        opened.db.close().await;
        let mut files = vec![SITE_KEY, PEPPER, "evidence-shares/share-1.txt", "evidence-shares/share-3.txt"];
        if !place.is_postgres() {
            files.push(DATABASE);
        }
        for file in files {
            let bits = fs::metadata(home.folder().join(file)).unwrap().permissions().mode();
            assert_eq!(bits & 0o777, 0o600, "{file}");
        }
        fs::remove_file(home.folder().join(PEPPER)).unwrap();
        assert!(Data::open(&home).await.is_err());
        assert!(
            Data::found(&home, &config, Timestamp(3), &mut SeededRng::new(3)).await.is_err(),
            "keys are never overwritten"
        );
    }

    #[tokio::test]
    async fn keys_and_database_that_do_not_belong_together_are_refused() {
        let (place, config) = (Place::empty().await, SiteConfig::demo());
        let home = Home::of(&place);
        let url = match home.url() {
            // A file outside every data folder, as somebody may choose to have it.
            DbUrl::Sqlite(_) => DbUrl::Sqlite(place.folder().join("elsewhere.db")),
            url @ DbUrl::Postgres(_) => url,
        };
        let at = |folder: &str, database: Option<&DbUrl>| Home {
            data: place.folder().join(folder),
            database: database.cloned(),
        };
        let first = at("first", Some(&url));
        let made = Data::found(&first, &config, Timestamp(1), &mut SeededRng::new(1)).await.unwrap();
        let taken = Data::found(&at("second", Some(&url)), &config, Timestamp(2), &mut SeededRng::new(2)).await;
        let taken = taken.unwrap_err().to_string();
        assert!(
            taken.contains("database.taken") || taken.contains("holds a site already"),
            "{taken}"
        );
        assert!(!place.folder().join("second").exists(), "no keys are made for another's database");
        assert!(refused(&at("first", None)).await.contains("--database"));
        let own = at("third", None);
        Data::found(&own, &config, Timestamp(3), &mut SeededRng::new(3)).await.unwrap();
        assert!(refused(&at("third", Some(&url))).await.contains("database.other_site"));
        // A second server: a copy of the two secrets, and the same database.
        fs::create_dir(place.folder().join("copy")).unwrap();
        for file in [SITE_KEY, PEPPER] {
            fs::copy(first.folder().join(file), place.folder().join("copy").join(file)).unwrap();
        }
        let copy = Data::open(&at("copy", Some(&url))).await.unwrap();
        assert_eq!(copy.site, made.site);
    }
}
