//! `countenance verify`: checks a proof, a certificate, an inspection's bundle, a fork or a receipt on this machine, and says what it shows and what it does not.

mod certificate;
mod fork;
mod inspection;
mod proof;
mod receipt;
mod trust;
mod words;
mod words_inspection;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use countenance_base::Locale;

pub(crate) use certificate::ShownCertificate;
pub(crate) use fork::{Fork, ShownFork};
pub(crate) use inspection::ShownInspection;
pub(crate) use proof::ShownLeaf;
pub(crate) use receipt::check as check_receipt;
pub(crate) use trust::Trust;

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    /// A `.tlog-proof`, a certificate of destruction, an inspection's bundle, a fork's proof, or the text of a gate's receipt
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
    Inspection(Box<ShownInspection>),
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
    Section,
    TwoOperators,
    Sample,
    Found,
    OneHistory,
}

/// Reads what kind of file it is from its beginning, and checks it.
pub(crate) fn check(file: &str, trust: &Trust) -> Result<Shown, Why> {
    if file.starts_with('{') {
        let form: serde_json::Value = serde_json::from_str(file).map_err(|_| Why::Form)?;
        return match form.get("form").and_then(serde_json::Value::as_str) {
            Some(fork::FORM) => fork::check(file, trust).map(Shown::Fork),
            Some(inspection::FORM) => inspection::check(file, trust).map(|shown| Shown::Inspection(Box::new(shown))),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The same files that the verify page is tested with, read by this second reader.
    #[test]
    fn the_verify_page_s_vectors_hold_here_too() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../../portal/static/test/proof-vectors.json")).unwrap();
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let trust = Trust::parse(&text(&vectors["policy"])).unwrap();
        let shown = |value: &serde_json::Value| check(&text(value), &trust);
        for proof in ["opened", "closed", "open_record"] {
            assert!(matches!(shown(&vectors["proof"][proof]), Ok(Shown::Leaf(_))), "{proof}");
        }
        assert!(matches!(shown(&vectors["promise"]), Ok(Shown::Receipt(_))));
        for (certificate, here) in [("whole", 3), ("mine", 1)] {
            let Ok(Shown::Certificate(shown)) = shown(&vectors["certificate"][certificate]) else {
                panic!("{certificate}: {:?}", shown(&vectors["certificate"][certificate]));
            };
            assert_eq!((shown.here, shown.sample.is_some()), (here, here == 3));
        }
        for fork in ["same_size", "between"] {
            assert!(matches!(shown(&vectors["fork"][fork]), Ok(Shown::Fork(_))), "{fork}");
        }
        let mut altered = vectors["certificate"]["whole"].clone();
        altered["copies"][0] = altered["copies"][1].clone();
        assert!(shown(&altered).is_err());
    }
}
