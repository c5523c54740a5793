//! `countenance verify`: checks a proof, a certificate, a fork or a receipt on this machine, and says what it shows and what it does not.

mod certificate;
mod fork;
mod proof;
mod receipt;
mod trust;
mod words;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use countenance_base::Locale;

pub(crate) use certificate::ShownCertificate;
pub(crate) use fork::{Fork, ShownFork};
pub(crate) use proof::ShownLeaf;
pub(crate) use receipt::check as check_receipt;
pub(crate) use trust::Trust;

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    /// A `.tlog-proof`, a certificate of destruction, a fork's proof, or the text of a gate's receipt
    file: PathBuf,
    /// Whom you trust: the site's policy (`/ledger/policy`), obtained once and kept
    #[arg(long)]
    policy: PathBuf,
    #[arg(long, default_value = "zh", value_parser = locale)]
    lang: Locale,
}

fn locale(tag: &str) -> Result<Locale, String> {
    Locale::from_tag(tag).ok_or_else(|| "write `zh` or `en`".to_owned())
}

/// What a file shows.
#[derive(Debug)]
pub(crate) enum Shown {
    Leaf(Box<ShownLeaf>),
    Certificate(Box<ShownCertificate>),
    Fork(ShownFork),
    Receipt(countenance_gate_core::wire::Promise),
}

/// Why a file shows nothing: the step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Form,
    Entry,
    Policy,
    Path,
    Record,
    NoOperator,
    Signature,
    Copies,
    Ending,
    NoGate,
    Leaf,
    Order,
    Sample,
    OneHistory,
}

/// Reads what kind of file it is from its beginning, and checks it.
pub(crate) fn check(file: &str, trust: &Trust) -> Result<Shown, Why> {
    if file.starts_with('{') {
        let form: serde_json::Value = serde_json::from_str(file).map_err(|_| Why::Form)?;
        return match form.get("form").and_then(serde_json::Value::as_str) {
            Some(fork::FORM) => fork::check(file, trust).map(Shown::Fork),
            _ => certificate::check(file, trust).map(|shown| Shown::Certificate(Box::new(shown))),
        };
    }
    if receipt::find(file).is_some() {
        return receipt::check(file, trust).map(Shown::Receipt);
    }
    proof::check(file, trust).map(|shown| Shown::Leaf(Box::new(shown)))
}

/// Writes the answer to `out`; false when it does not hold.
pub(crate) fn run(arguments: &VerifyArguments, out: &mut dyn Write) -> anyhow::Result<bool> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let trust = Trust::parse(&read(&arguments.policy)?).with_context(|| format!("{} is no policy", arguments.policy.display()))?;
    match check(&read(&arguments.file)?, &trust) {
        Ok(shown) => {
            words::tell(&shown, &trust, arguments.lang, out)?;
            Ok(true)
        }
        Err(why) => {
            words::fail(why, arguments.lang, out)?;
            Ok(false)
        }
    }
}
