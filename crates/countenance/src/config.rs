//! What an operator writes down before first start: whose site this is. One TOML file; unknown keys are errors.

use std::path::Path;

use anyhow::{Context as _, ensure};
use countenance_base::Text;
use serde::Deserialize;

/// The site as notices name it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteConfig {
    pub(crate) name: Words,
    /// The personal information processor: full name.
    pub(crate) operator: Words,
    /// Address, telephone or mail of the operator.
    pub(crate) contact: Words,
    /// Where complaints go.
    pub(crate) complaints: Words,
    /// IANA name.
    pub(crate) time_zone: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    zh: String,
    en: String,
}

impl Words {
    fn new(zh: &str, en: &str) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    pub(crate) fn text(&self) -> Text {
        Text::new(self.zh.as_str(), self.en.as_str())
    }
}

impl SiteConfig {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("in `{}`", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let config: Self = toml::from_str(text)?;
        for (key, words) in [
            ("name", &config.name),
            ("operator", &config.operator),
            ("contact", &config.contact),
            ("complaints", &config.complaints),
        ] {
            ensure!(
                !words.zh.trim().is_empty() && !words.en.trim().is_empty(),
                "`{key}` needs a text in `zh` and `en`"
            );
        }
        // Of two zones only a known one gives this instant its own time of day.
        let known = config.time_zone == "UTC"
            || countenance_base::Timestamp(0).civil_time(&config.time_zone) != countenance_base::Timestamp(0).civil_time("UTC");
        ensure!(known, "`time_zone` is not a known IANA name, e.g. `Asia/Shanghai`");
        Ok(config)
    }

    /// The estate of the demo.
    pub(crate) fn demo() -> Self {
        Self {
            name: Words::new("清和园（演示）", "Qinghe Gardens (demo)"),
            operator: Words::new("清和园物业服务有限公司（演示）", "Qinghe Gardens Property Services Ltd (demo)"),
            contact: Words::new(
                "清和园一号楼一层服务台，电话 010-0000-0000",
                "service desk, ground floor of building 1, telephone 010-0000-0000",
            ),
            complaints: Words::new("服务台意见簿；12377 网信举报", "book at the service desk; telephone 12377"),
            time_zone: "Asia/Shanghai".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_needs_every_word_and_nothing_else() {
        let good = "time_zone = \"Asia/Shanghai\"\n[name]\nzh = \"园\"\nen = \"garden\"\n[operator]\nzh = \"物\"\nen = \"op\"\n[contact]\nzh = \"电\"\nen = \"tel\"\n[complaints]\nzh = \"诉\"\nen = \"desk\"\n";
        assert_eq!(SiteConfig::parse(good).unwrap().name.text(), Text::new("园", "garden"));
        for bad in [
            good.replace("garden", " "),
            good.replace("Asia/Shanghai", "Asia/Nowhere"),
            good.replace("[contact]", "[kontact]"),
            format!("colour = 1\n{good}"),
        ] {
            assert!(SiteConfig::parse(&bad).is_err(), "{bad}");
        }
    }
}
