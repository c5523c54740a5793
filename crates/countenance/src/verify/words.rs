//! What `verify` says, in both languages.

use std::io::Write;

use countenance_base::{Locale, Timestamp};
use countenance_gate_core::journal::{LeafClass, Record, RecordKind};
use countenance_gate_core::wire::Promise;
use countenance_tlog::Witnessed;

use super::{Shown, ShownCertificate, ShownFork, ShownLeaf, Trust, Why};

pub(super) struct Words {
    zh: bool,
}

pub(super) fn tell(shown: &Shown, trust: &Trust, locale: Locale, out: &mut dyn Write) -> std::io::Result<()> {
    let say = Words { zh: locale == Locale::Zh };
    match shown {
        Shown::Leaf(leaf) => say.leaf(leaf, trust, out),
        Shown::Certificate(certificate) => say.certificate(certificate, trust, out),
        Shown::Inspection(inspection) => say.inspection(inspection, trust, out),
        Shown::Fork(fork) => say.fork(fork, out),
        Shown::Receipt(promise) => say.receipt(promise, out),
    }
}

pub(super) fn fail(why: Why, locale: Locale, out: &mut dyn Write) -> std::io::Result<()> {
    let say = Words { zh: locale == Locale::Zh };
    writeln!(out, "{} {}", say.one("不成立：", "Does not hold:"), say.why(why))?;
    writeln!(
        out,
        "{}",
        say.one(
            "留好这个文件，不要改它，交给审计人或者监管部门。",
            "Keep this file as it is, and hand it to an auditor or to the authority."
        )
    )
}

impl Words {
    pub(super) const fn one(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.zh { zh } else { en }
    }

    fn leaf(&self, shown: &ShownLeaf, trust: &Trust, out: &mut dyn Write) -> std::io::Result<()> {
        let ShownLeaf {
            leaf,
            record,
            index,
            size,
            witnessed,
        } = shown;
        writeln!(
            out,
            "{}",
            self.one(
                "成立：这条记录在账本里，改不了而不被发现。",
                "Holds: this entry is in the ledger and cannot be changed unnoticed."
            )
        )?;
        writeln!(out, "  {}: {}", self.one("事情", "what"), self.class(leaf.class))?;
        if leaf.gate.0 == 0 {
            writeln!(out, "  {}", self.one("由服务器写下", "written by the server"))?;
        } else {
            writeln!(
                out,
                "  {}: {} · {} {}",
                self.one("设备", "gate"),
                leaf.gate,
                self.one("日志第几条", "journal entry"),
                leaf.sequence
            )?;
        }
        let time = Timestamp::from_seconds(i64::from(leaf.ten_minutes) * 600);
        writeln!(
            out,
            "  {}: {} {}",
            self.one("时间", "time"),
            time.rfc3339(),
            self.one("起的十分钟内", "and ten minutes on")
        )?;
        if let Some(record) = record {
            self.record(record, out)?;
        }
        writeln!(out, "  {}: {index} / {size}", self.one("账本里的位置", "place in the ledger"))?;
        self.seen(witnessed, trust, out)?;
        let not = if record.is_some() {
            self.one("不能说明：没有别的记录。", "Not shown: that there is no other entry.")
        } else {
            self.one(
                "不能说明：没有别的记录；这条记录是关于谁的（那要本人打开）。",
                "Not shown: that there is no other entry; whom this one is about (only that person can open it).",
            )
        };
        writeln!(out, "{not}")
    }

    fn record(&self, record: &Record, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(
            out,
            "  {}: {} · {}",
            self.one("写下的内容", "what was written"),
            self.kind(record.kind),
            record.reason
        )?;
        writeln!(out, "  {}: {}", self.one("准确时间", "exact time"), record.at.rfc3339())
    }

    pub(super) fn seen(&self, witnessed: &Witnessed, trust: &Trust, out: &mut dyn Write) -> std::io::Result<()> {
        for (name, seconds) in witnessed {
            let at = Timestamp::from_seconds(i64::try_from(*seconds).unwrap_or(i64::MAX));
            writeln!(
                out,
                "  {}: {name}, {} {}",
                self.one("见证", "seen by"),
                at.rfc3339(),
                trust.run_by(name)
            )?;
        }
        let seen = trust.seen(witnessed);
        let counts = if self.zh {
            format!("{} 位见证人中 {} 位看过，其中 {} 位由运营方运行", seen.all, seen.who, seen.operator)
        } else {
            format!(
                "{} of {} witnesses saw it, {} of them run by the operator",
                seen.who, seen.all, seen.operator
            )
        };
        writeln!(out, "  {counts}")?;
        if !seen.is_independent() {
            writeln!(
                out,
                "  {}",
                self.one(
                    "没有独立的见证人看过：算作没有见证。",
                    "No independent witness saw it: it counts as unwitnessed."
                )
            )?;
        }
        Ok(())
    }

    fn certificate(&self, shown: &ShownCertificate, trust: &Trust, out: &mut dyn Write) -> std::io::Result<()> {
        let certificate = &shown.certificate;
        writeln!(
            out,
            "{}",
            self.one(
                "成立：运营方签字的销毁证书，每个副本都有保管处的签字或者丢失声明，并在账本里。",
                "Holds: a certificate of destruction signed by the operator; of every copy its holder signed that it ended, or was declared lost; and it is in the ledger."
            )
        )?;
        writeln!(out, "  {} / {}", certificate.name.zh, certificate.name.en)?;
        writeln!(out, "  {}: {}", self.one("对象", "of"), certificate.what.word())?;
        writeln!(
            out,
            "  {}: {} → {}",
            self.one("时间", "time"),
            certificate.ordered.rfc3339(),
            certificate.ended.rfc3339()
        )?;
        writeln!(
            out,
            "  {}: {} ({} {}), {} {}",
            self.one("副本", "copies"),
            certificate.copies.0,
            self.one("文件里有", "in this file"),
            shown.here,
            self.one("丢失", "lost"),
            certificate.lost
        )?;
        for line in certificate.holders.iter().chain(&certificate.rows).chain(&certificate.sweep) {
            writeln!(out, "  · {line}")?;
        }
        self.seen(&shown.witnessed, trust, out)?;
        match &shown.sample {
            Some((sample, auditor)) => writeln!(
                out,
                "  {}: {auditor}, {} / {}, {} {}",
                self.one("审计人抽查", "sampled by"),
                sample.copies.len(),
                sample.count,
                self.one("找到", "found"),
                sample.found()
            )?,
            None => writeln!(out, "  {}", self.one("没有审计人抽查。", "No auditor has looked for a sample."))?,
        }
        let stamp = if shown.stamped {
            self.one(
                "带有外部时间戳；用 openssl ts -verify 核对。",
                "An outside time stamp is with it; check it with openssl ts -verify.",
            )
        } else {
            self.one("没有外部时间戳。", "No outside time stamp.")
        };
        writeln!(out, "  {stamp}")?;
        writeln!(
            out,
            "{}",
            self.one(
                "不能说明：列出的保管处之外没有副本；结束之前没有人读过；磁盘没有留下旧块。",
                "Not shown: that no copy exists outside the holders named; that nobody read one before; that a disk kept no older blocks."
            )
        )
    }

    fn fork(&self, shown: &ShownFork, out: &mut dyn Write) -> std::io::Result<()> {
        let (first, second) = shown.sizes;
        writeln!(
            out,
            "{}",
            self.one(
                "成立：这个账本签过两份互相矛盾的历史。",
                "Holds: this ledger signed two histories that contradict each other."
            )
        )?;
        writeln!(out, "  {} · {first} ≠ {second}", shown.origin)?;
        writeln!(
            out,
            "{}",
            self.one(
                "把它交给监管部门和见证人：从此不要再信这个账本。",
                "Hand it to the authority and to the witnesses: do not believe this ledger any more."
            )
        )
    }

    fn receipt(&self, promise: &Promise, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(
            out,
            "{}",
            self.one(
                "签字成立：设备承诺这条记录会进账本。还不是证明。",
                "The signature holds: the gate promised that this entry is in the ledger by then. Not yet a proof."
            )
        )?;
        writeln!(
            out,
            "  {} {} · {} {}",
            self.one("设备", "gate"),
            promise.gate,
            self.one("日志第几条", "journal entry"),
            promise.sequence
        )?;
        writeln!(out, "  {} → {}", promise.at.rfc3339(), promise.until.rfc3339())
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

    const fn kind(&self, kind: RecordKind) -> &'static str {
        match kind {
            RecordKind::Opened => self.one("门开了", "the door opened"),
            RecordKind::Refused => self.one("门没有开", "the door did not open"),
            RecordKind::Padding => self.one("填充，什么都没发生", "filling, nothing happened"),
            RecordKind::Boot
            | RecordKind::PolicyTaken
            | RecordKind::Searched
            | RecordKind::Enrolled
            | RecordKind::Erased
            | RecordKind::Copied
            | RecordKind::CameraWindow
            | RecordKind::Consented
            | RecordKind::Withdrawn
            | RecordKind::Looked
            | RecordKind::Exported
            | RecordKind::Changed
            | RecordKind::EvidenceOpened
            | RecordKind::ForeignCheckpoint
            | RecordKind::TagList
            | RecordKind::DestructionPlanned
            | RecordKind::DestructionCertified
            | RecordKind::NoncePromised
            | RecordKind::HolderLost => self.class(kind.class()),
        }
    }

    const fn why(&self, why: Why) -> &'static str {
        match why {
            Why::Form => self.one(
                "这不是我们认识的文件，或者被改过。",
                "this is no file that we know, or it was changed.",
            ),
            Why::Entry => self.one("文件里的记录读不出来。", "the entry in the file cannot be read."),
            Why::Policy => self.one(
                "检查点不是这个账本签的，或者见证人不够。",
                "the checkpoint is not signed by this ledger, or too few witnesses saw it.",
            ),
            Why::Path => self.one(
                "这条记录到不了检查点的根。",
                "the entry does not lead to the root of the checkpoint.",
            ),
            Why::Record => self.one(
                "打开的内容不是这条记录承诺的内容。",
                "what was opened is not what the entry commits to.",
            ),
            Why::NoOperator => self.one("策略文件里没有运营方的密钥。", "the policy does not name the operator's key."),
            Why::Signature => self.one(
                "签名不成立，或者签名人不在策略文件里。",
                "the signature does not hold, or its signer is not in the policy.",
            ),
            Why::Copies => self.one(
                "副本清单和证书里的总数、根对不上。",
                "the copies do not fit their number and root in the certificate.",
            ),
            Why::Ending => self.one(
                "设备对某个副本的结束声明不成立。",
                "what a gate signed about the end of a copy does not hold.",
            ),
            Why::NoGate => self.one("策略文件里没有这台设备的密钥。", "the policy does not name a gate's key."),
            Why::Leaf => self.one(
                "账本里的条目说的不是这份文件。",
                "the entry in the ledger does not speak of this file.",
            ),
            Why::Order => self.one(
                "先后顺序不对：证书提到了它之后的条目。",
                "the order is wrong: the certificate names what came after it.",
            ),
            Why::Section => self.one("有一部分不是签字时的那一份。", "a section is not the one that was signed."),
            Why::TwoOperators => self.one(
                "让检查人员进来的不是两位不同的操作员。",
                "it was not two different operators who let the inspector in.",
            ),
            Why::Sample => self.one(
                "抽查记录不成立，或者不是预先承诺的那个随机数。",
                "the sample does not hold, or is not by the nonce that was promised.",
            ),
            Why::Found => self.one("审计人找到了本该没有的东西。", "an auditor found something that ought to be gone."),
            Why::OneHistory => self.one("这两个检查点不矛盾。", "these two checkpoints do not contradict each other."),
        }
    }
}
