//! `countenance verify-page`: the verify page as a file to keep, with a policy in it.

use std::path::PathBuf;

use anyhow::Context as _;
use countenance_portal::verify_page;
use countenance_tlog::Policy;

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyPageArguments {
    /// Whom a reader of the page trusts: a site's policy (`/ledger/policy`)
    #[arg(long)]
    policy: PathBuf,
    /// Where to write the page
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(arguments: &VerifyPageArguments) -> anyhow::Result<()> {
    let VerifyPageArguments { policy, out } = arguments;
    let text = std::fs::read_to_string(policy).with_context(|| format!("cannot read {}", policy.display()))?;
    Policy::parse(&text).with_context(|| format!("{} is no policy", policy.display()))?;
    std::fs::write(out, verify_page(&text)).with_context(|| format!("cannot write {}", out.display()))
}
