//! `countenance verify`: checks a proof on this machine, and says what it shows and what it does not.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use countenance_base::{Locale, Timestamp};
use countenance_gate_core::journal::{Evidence, Leaf, LeafClass};
use countenance_tlog::{Policy, Proof, Witnessed, leaf_hash};

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    /// A `.tlog-proof` file
    proof: PathBuf,
    /// Whom you trust: the site's policy (`/ledger/policy`), obtained once and kept
    #[arg(long)]
    policy: PathBuf,
    #[arg(long, default_value = "zh", value_parser = locale)]
    lang: Locale,
}

fn locale(tag: &str) -> Result<Locale, String> {
    Locale::from_tag(tag).ok_or_else(|| "write `zh` or `en`".to_owned())
}

/// Writes the answer to `out`; false when the proof does not hold.
pub(crate) fn run(arguments: &VerifyArguments, out: &mut dyn Write) -> anyhow::Result<bool> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let policy = Policy::parse(&read(&arguments.policy)?).with_context(|| format!("{} is no policy", arguments.policy.display()))?;
    let say = Words::of(arguments.lang);
    match check(&read(&arguments.proof)?, &policy) {
        Ok(shown) => {
            tell(&shown, &say, out)?;
            Ok(true)
        }
        Err(why) => {
            writeln!(out, "{} {}", say.fails, say.why(why))?;
            Ok(false)
        }
    }
}

/// What a proof shows.
struct Shown {
    leaf: Leaf,
    index: u64,
    size: u64,
    witnessed: Witnessed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Form,
    Entry,
    Policy,
    Path,
}

fn check(file: &str, policy: &Policy) -> Result<Shown, Why> {
    let proof = Proof::parse(file).ok_or(Why::Form)?;
    let evidence = proof.extra.as_deref().and_then(Evidence::from_bytes).ok_or(Why::Entry)?;
    let leaf = evidence.leaf().ok_or(Why::Entry)?;
    let (checkpoint, witnessed) = proof.verify(&leaf_hash(&evidence.leaf.0), policy).map_err(|error| match error {
        countenance_tlog::ProofError::Policy(_) => Why::Policy,
        countenance_tlog::ProofError::Path => Why::Path,
    })?;
    Ok(Shown {
        leaf,
        index: proof.index,
        size: checkpoint.size,
        witnessed,
    })
}

fn tell(shown: &Shown, say: &Words, out: &mut dyn Write) -> std::io::Result<()> {
    let Shown {
        leaf,
        index,
        size,
        witnessed,
    } = shown;
    let time = Timestamp::from_seconds(i64::from(leaf.ten_minutes) * 600);
    writeln!(out, "{}", say.holds)?;
    writeln!(out, "  {}: {}", say.what, say.class(leaf.class))?;
    writeln!(out, "  {}: {} · {} {}", say.gate, leaf.gate, say.entry, leaf.sequence)?;
    writeln!(out, "  {}: {} {}", say.time, time.rfc3339(), say.ten_minutes)?;
    writeln!(out, "  {}: {} / {}", say.place, index, size)?;
    for (name, seconds) in witnessed {
        let seen = Timestamp::from_seconds(i64::try_from(*seconds).unwrap_or(i64::MAX));
        writeln!(out, "  {}: {name}, {}", say.seen, seen.rfc3339())?;
    }
    if witnessed.is_empty() {
        writeln!(out, "  {}", say.unwitnessed)?;
    }
    writeln!(out, "{}", say.not)
}

/// The command's words in one language.
struct Words {
    holds: &'static str,
    fails: &'static str,
    what: &'static str,
    gate: &'static str,
    entry: &'static str,
    time: &'static str,
    ten_minutes: &'static str,
    place: &'static str,
    seen: &'static str,
    unwitnessed: &'static str,
    not: &'static str,
    zh: bool,
}

impl Words {
    const fn of(locale: Locale) -> Self {
        match locale {
            Locale::Zh => Self {
                holds: "成立：这条记录在账本里，改不了而不被发现。",
                fails: "不成立：",
                what: "事情",
                gate: "设备",
                entry: "日志第几条",
                time: "时间",
                ten_minutes: "起的十分钟内",
                place: "账本里的位置",
                seen: "见证",
                unwitnessed: "没有见证人看过。",
                not: "不能说明：没有别的记录；这条记录是关于谁的（那要本人打开）。",
                zh: true,
            },
            Locale::En => Self {
                holds: "Holds: this entry is in the ledger and cannot be changed unnoticed.",
                fails: "Does not hold:",
                what: "what",
                gate: "gate",
                entry: "journal entry",
                time: "time",
                ten_minutes: "and ten minutes on",
                place: "place in the ledger",
                seen: "seen by",
                unwitnessed: "No witness has seen it.",
                not: "Not shown: that there is no other entry; whom this one is about (only that person can open it).",
                zh: false,
            },
        }
    }

    const fn class(&self, class: LeafClass) -> &'static str {
        match (class, self.zh) {
            (LeafClass::Boot, true) => "设备启动",
            (LeafClass::Boot, false) => "the gate started",
            (LeafClass::Policy, true) => "设备收到新策略",
            (LeafClass::Policy, false) => "the gate took a new policy",
            (LeafClass::Passage, true) => "开门或者拒绝",
            (LeafClass::Passage, false) => "the door opened, or refused",
            (LeafClass::Search, true) => "读取一个人的模板来比对",
            (LeafClass::Search, false) => "a template was read to be compared",
            (LeafClass::Enrol, true) => "登记模板",
            (LeafClass::Enrol, false) => "a template was enrolled",
            (LeafClass::Erase, true) => "抹掉模板",
            (LeafClass::Erase, false) => "a template was erased",
            (LeafClass::Copy, true) => "复制模板",
            (LeafClass::Copy, false) => "a template was copied",
            (LeafClass::Window, true) => "镜头打开的时段",
            (LeafClass::Window, false) => "the camera was open",
            (LeafClass::Consent, true) => "本人同意",
            (LeafClass::Consent, false) => "a person consented",
            (LeafClass::Withdraw, true) => "同意结束",
            (LeafClass::Withdraw, false) => "a consent ended",
            (LeafClass::Look, true) => "运营方查看了某人的信息",
            (LeafClass::Look, false) => "an operator looked at what is about a person",
            (LeafClass::Export, true) => "导出",
            (LeafClass::Export, false) => "something about a person was given out",
            (LeafClass::Change, true) => "密钥或者策略有变",
            (LeafClass::Change, false) => "a key or a policy changed",
            (LeafClass::Opening, true) => "打开了封存的证据",
            (LeafClass::Opening, false) => "sealed evidence was opened",
            (LeafClass::Foreign, true) => "另一处账本的检查点",
            (LeafClass::Foreign, false) => "a checkpoint of another site's ledger",
            (LeafClass::Tags, true) => "标签清单",
            (LeafClass::Tags, false) => "a list of tags",
            (LeafClass::Plan, true) => "销毁计划",
            (LeafClass::Plan, false) => "a destruction was planned",
            (LeafClass::Certificate, true) => "销毁证书",
            (LeafClass::Certificate, false) => "a destruction was certified",
            (LeafClass::Nonce, true) => "审计人预先承诺的随机数",
            (LeafClass::Nonce, false) => "an auditor's nonce was promised",
            (LeafClass::Lost, true) => "一处持有者丢失",
            (LeafClass::Lost, false) => "somebody who held copies was lost",
        }
    }

    const fn why(&self, why: Why) -> &'static str {
        match (why, self.zh) {
            (Why::Form, true) => "这不是证明文件，或者被改过。",
            (Why::Form, false) => "this is no proof file, or it was changed.",
            (Why::Entry, true) => "文件里的记录读不出来。",
            (Why::Entry, false) => "the entry in the file cannot be read.",
            (Why::Policy, true) => "检查点不是这个账本签的，或者见证人不够。",
            (Why::Policy, false) => "the checkpoint is not signed by this ledger, or too few witnesses saw it.",
            (Why::Path, true) => "这条记录到不了检查点的根。",
            (Why::Path, false) => "the entry does not lead to the root of the checkpoint.",
        }
    }
}
