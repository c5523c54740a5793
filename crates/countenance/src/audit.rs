//! `countenance audit destruction`: an auditor samples what a certificate says was destroyed.
//!
//! | step | where | what |
//! |---|---|---|
//! | `key` | auditor | makes the key that signs samples; the operator gives a pass for it |
//! | `promise` | auditor | sends the hash of a nonce, **before** the destruction is ordered |
//! | `picks` | auditor | from nonce and certificate: which copies, with their entries out of the ledger |
//! | `countenance-gate audit` | each gate, standing still | looks for them |
//! | `search` | the server's machine, standing still | looks for them |
//! | `report` | auditor | signs what was found, and hands it in |

mod folder;
mod picks;
mod report;
mod search;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use countenance_destruction::{Bundle, Certificate};
use countenance_tlog::Note;

use crate::data::Home;
use crate::verify::{Shown, Trust, check};
use folder::Folder;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum AuditCommand {
    /// Look for what was destroyed, in a sample that neither side can steer
    #[command(subcommand)]
    Destruction(DestructionCommand),
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum DestructionCommand {
    /// Make the key that signs samples, and print its public half
    Key {
        /// The auditor's own folder: key and nonces
        #[arg(long)]
        folder: PathBuf,
        /// Who audits, as it will stand under samples: no space, no plus sign
        #[arg(long)]
        name: String,
    },
    /// Promise a nonce for the next destruction that is ordered
    Promise {
        #[command(flatten)]
        site: SiteArguments,
    },
    /// Print which copies are looked for
    Picks {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        certificate: CertificateArguments,
    },
    /// On the server's machine, while the server stands still: look for picked copies there
    Search {
        #[command(flatten)]
        home: Home,
        /// The certificate's file
        #[arg(long)]
        certificate: PathBuf,
        /// What `picks` printed
        #[arg(long)]
        picks: PathBuf,
    },
    /// Sign what was found, and hand it in
    Report {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        certificate: CertificateArguments,
        /// What gates and server found (one file each)
        #[arg(required = true)]
        searches: Vec<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct SiteArguments {
    /// The auditor's own folder: key and nonces
    #[arg(long)]
    folder: PathBuf,
    /// Address of the site's server
    #[arg(long)]
    server: String,
    /// File that holds the auditor's pass
    #[arg(long)]
    pass: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CertificateArguments {
    /// The certificate's file
    #[arg(long)]
    certificate: PathBuf,
    /// The site's policy, obtained once and kept
    #[arg(long)]
    policy: PathBuf,
    /// Copies that are looked for at most: 459 show a residue of one in a hundred with 99 % chance, 4,603 one in a thousand
    #[arg(long, default_value_t = 459)]
    most: u64,
}

/// False when something was found that ought to be gone.
pub(crate) async fn run(command: AuditCommand) -> anyhow::Result<bool> {
    let AuditCommand::Destruction(command) = command;
    match command {
        DestructionCommand::Key { folder, name } => print(&format!("{}\n", Folder::create(&folder, &name)?.public())),
        DestructionCommand::Promise { site } => {
            let folder = Folder::open(&site.folder)?;
            let hash = folder.make_nonce()?;
            site.source()?.post("/audit/promise", hash).await?;
        }
        DestructionCommand::Picks { site, certificate } => {
            let certified = Certified::read(&certificate)?;
            let nonce = Folder::open(&site.folder)?.nonce(&certified)?;
            let picks = picks::make(&certified, &nonce, certificate.most, &site.source()?).await?;
            print(&picks.to_text());
        }
        DestructionCommand::Search { home, certificate, picks } => {
            let (_, certificate) = read_certificate(&certificate)?;
            print(&search::search(&home, &certificate, &picks).await?.to_text());
        }
        DestructionCommand::Report {
            site,
            certificate,
            searches,
        } => return report::report(&site, &certificate, &searches).await,
    }
    Ok(true)
}

#[expect(clippy::print_stdout, reason = "this command's output")]
fn print(text: &str) {
    print!("{text}");
}

impl SiteArguments {
    fn source(&self) -> anyhow::Result<crate::source::Source> {
        crate::source::Source::new(&self.server, read(&self.pass)?.trim())
    }
}

/// A certificate that holds.
struct Certified {
    certificate: Certificate,
    /// SHA-256 of its text.
    hash: [u8; 32],
    trust: Trust,
}

impl Certified {
    fn read(arguments: &CertificateArguments) -> anyhow::Result<Self> {
        let policy = read(&arguments.policy)?;
        let trust = Trust::parse(&policy).with_context(|| format!("`{}` is no policy", arguments.policy.display()))?;
        let (bundle, certificate) = read_certificate(&arguments.certificate)?;
        let text = bundle.text().context("the certificate has no text")?;
        let certified = Self {
            hash: Certificate::hash(&text),
            trust,
            certificate,
        };
        certified.check(&read(&arguments.certificate)?)?;
        Ok(certified)
    }

    /// That a file carries this certificate, and that it holds with the copies that are in it.
    fn check(&self, file: &str) -> anyhow::Result<Bundle> {
        match check(file, &self.trust) {
            Ok(Shown::Certificate(shown)) if shown.certificate == self.certificate => Ok(serde_json::from_str(file)?),
            Ok(_) => bail!("this is another certificate, or none"),
            Err(why) => bail!("the certificate does not hold ({why:?})\nhint: `countenance verify` says more"),
        }
    }
}

/// Whether it holds is not asked.
fn read_certificate(path: &Path) -> anyhow::Result<(Bundle, Certificate)> {
    let bundle: Bundle = serde_json::from_str(&read(path)?).with_context(|| format!("`{}` is no certificate", path.display()))?;
    let text = Note::parse(&bundle.note).ok().map(|note| note.text().to_owned());
    let certificate = text.and_then(|text| Certificate::parse(&text));
    let certificate = certificate.with_context(|| format!("`{}` is no certificate", path.display()))?;
    Ok((bundle, certificate))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))
}
