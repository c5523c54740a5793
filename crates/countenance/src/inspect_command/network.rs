//! `countenance inspect network`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use countenance_base::{Locale, SystemRng, rng};
use countenance_inspect::network::{Options, Range, Register, ask, face_kinds, plan, record, refusal, tell};

use super::locale;

/// Which network, and what is known of it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Network {
    /// A private range, 192.168.1.0/24, of at most 1024 addresses (/22)
    range: String,
    /// The register of gates: TOML with `[[gate]]` (name, and host, mac or serial), or the same as JSON
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Send nothing to the multicast address, only to each address
    #[arg(long)]
    no_multicast: bool,
    /// Ask addresses that do not answer at this port, too; may be given again
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,
    /// Only say what would be sent
    #[arg(long)]
    dry_run: bool,
    #[arg(long, default_value = "zh", value_parser = locale)]
    lang: Locale,
    /// Write the answer as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// For tests: where devices listen for probes
    #[arg(long, default_value_t = 3702, hide = true)]
    discovery_port: u16,
}

impl Network {
    pub(super) async fn run(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let range = Range::parse(&self.range).map_err(|refused| anyhow!(refusal(refused, self.lang)))?;
        let register = self.register()?;
        let kinds = face_kinds().context("the list of words that this program was built with cannot be read")?;
        let options = Options {
            multicast: !self.no_multicast,
            discovery_port: self.discovery_port,
            ports: self.ports.clone(),
            message_id: rng::bytes(&mut SystemRng),
            ..Options::default()
        };
        write!(out, "{}", plan(range, &options, self.lang))?;
        out.flush()?;
        if self.dry_run {
            return Ok(true);
        }
        let asked = ask(range, &options, &register, &kinds)
            .await
            .context("the network cannot be asked")?;
        if let Some(json) = &self.json {
            let text = serde_json::to_string_pretty(&record(&asked, &kinds))?;
            std::fs::write(json, text + "\n").with_context(|| format!("cannot write {}", json.display()))?;
        }
        write!(out, "{}", tell(&asked, &kinds, self.lang))?;
        Ok(!asked.found())
    }

    fn register(&self) -> anyhow::Result<Register> {
        let Some(file) = &self.register else {
            return Ok(Register::default());
        };
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Register::read(&text).with_context(|| format!("{} is no register", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(range: &str) -> Network {
        Network {
            range: range.to_owned(),
            register: None,
            no_multicast: true,
            ports: Vec::new(),
            dry_run: true,
            lang: Locale::En,
            json: None,
            discovery_port: 3702,
        }
    }

    async fn said(network: &Network) -> anyhow::Result<(String, bool)> {
        let mut out = Vec::new();
        let nothing_found = network.run(&mut out).await?;
        Ok((String::from_utf8(out)?, nothing_found))
    }

    #[tokio::test]
    async fn a_dry_run_says_what_would_be_sent_and_sends_nothing() {
        let (text, nothing_found) = said(&network("10.1.2.3/24")).await.unwrap();
        assert!(
            nothing_found && text.contains("10.1.2.0/24") && text.contains("GetSupportedAnalyticsModules"),
            "{text}"
        );
        assert!(!text.contains("What this cannot see"), "nothing was asked: {text}");
    }

    #[tokio::test]
    async fn a_public_range_and_a_useless_register_are_refused() {
        let refused = said(&network("203.0.113.0/24")).await.unwrap_err().to_string();
        assert!(
            refused.contains("[network.not_private]") && refused.contains("Go there"),
            "{refused}"
        );
        let folder = tempfile::tempdir().unwrap();
        let register = folder.path().join("register.toml");
        std::fs::write(&register, "[[gate]]\nname = \"door 3\"\n").unwrap();
        let network = Network {
            register: Some(register),
            ..network("127.0.0.1")
        };
        let refused = format!("{:#}", said(&network).await.unwrap_err());
        assert!(refused.contains("`door 3` has neither host"), "{refused}");
    }
}
