//! What `verify` says about an inspector's bundle, in both languages.

use std::io::Write;

use super::words::Words;
use super::{ShownInspection, Trust};

impl Words {
    pub(super) fn inspection(&self, shown: &ShownInspection, trust: &Trust, out: &mut dyn Write) -> std::io::Result<()> {
        let statement = &shown.statement;
        writeln!(
            out,
            "{}",
            self.one(
                "成立：运营方签字的检查文件，一个字没有变；账本里写着两位不同的操作员让检查人员进来。",
                "Holds: an inspection's bundle as the operator signed it, unchanged; the ledger says that two different operators let the inspector in."
            )
        )?;
        writeln!(out, "  {} / {}", statement.name.zh, statement.name.en)?;
        writeln!(out, "  {} · {} · {}", statement.authority, statement.inspector, statement.reason)?;
        writeln!(
            out,
            "  {}: {} → {}; {} {}",
            self.one("时间", "time"),
            statement.from.rfc3339(),
            statement.until.rfc3339(),
            self.one("写于", "written"),
            statement.written.rfc3339()
        )?;
        let names: Vec<&str> = statement.sections.iter().map(|section| section.name.as_str()).collect();
        writeln!(out, "  {}: {}", self.one("各部分", "sections"), names.join(", "))?;
        match &statement.sample {
            Some(sample) => writeln!(
                out,
                "  {}: {} / {}, {} «{}»; {} {}",
                self.one("抽查同意", "consents by sample"),
                shown.picks.len(),
                sample.count,
                self.one("检查人员的词", "the inspector's word"),
                sample.word,
                self.one("有设备登记条目的", "with a gate's entry"),
                shown.enrolled
            )?,
            None => writeln!(out, "  {}", self.one("没有抽查同意。", "No consents were drawn."))?,
        }
        writeln!(
            out,
            "  {}: {}",
            self.one("账本公布到", "ledger published up to"),
            statement.checkpoint.0
        )?;
        self.seen(&shown.witnessed, trust, out)?;
        writeln!(
            out,
            "{}",
            self.one(
                "不能说明：运营方写的是真的；写下之前什么都没有漏掉；登记之外没有别的设备。",
                "Not shown: that what the operator states is true; that nothing was left out before it was written; that no device is there which the registers do not name."
            )
        )
    }
}
