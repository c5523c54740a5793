//! `countenance open-evidence`: two of three holders of shares open sealed records, or what stays of erased people. That it was done, why,
//! and about whom, is in the ledger's queue before the first word is shown.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countenance_access::sealed_frame;
use countenance_base::{GateId, PersonId, SecretKey, Timestamp, from_hex, to_hex};
use countenance_gate_core::journal::{Leaf, Record, RecordKind, open_record, read_opened};
use countenance_grant::letter_key;
use countenance_persons::{KeptConsent, list_evidence, lookup_person, open_evidence};
use countenance_trace::{Event, Reader, Trace};
use serde_json::{Value, json};

use crate::data::Home;
use crate::serve::open_site;
use crate::shamir::{Share, combine};
use crate::state::AppState;

/// Longer reasons belong into a file of the case.
const REASON_CHARS: usize = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct EvidenceArguments {
    #[command(flatten)]
    home: Home,
    /// A share's file; two different ones
    #[arg(long = "share", required = true, num_args = 1)]
    shares: Vec<PathBuf>,
    /// Why, and on whose order: it stands in the ledger's record of this opening, which the person can read
    #[arg(long)]
    reason: String,
    /// Sealed records, as `gate:entry`; 0 is the server's own journal
    #[arg(long = "entry", value_parser = entry, value_name = "GATE:ENTRY")]
    entries: Vec<(GateId, u64)>,
    /// What stays of an erased person, by the letter's number; `--list-letters` prints them
    #[arg(long = "letter")]
    letters: Vec<String>,
    /// Print the numbers of all letters, without opening one
    #[arg(long)]
    list_letters: bool,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

fn entry(text: &str) -> Result<(GateId, u64), String> {
    let parts = text
        .split_once(':')
        .and_then(|(gate, entry)| Some((gate.parse().ok()?, entry.parse().ok()?)));
    let (gate, entry) = parts.ok_or("write `GATE:ENTRY`, as 3:41")?;
    Ok((GateId(gate), entry))
}

pub(crate) async fn open(arguments: EvidenceArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home, arguments.sim_clock.clone()).await?;
    let opened = open_all(&state, &arguments).await?;
    let mut out = std::io::stdout().lock();
    for value in opened {
        writeln!(out, "{value}")?;
    }
    state.db().close().await;
    Ok(())
}

/// What was opened. It is written down when this returns, and not shown before.
async fn open_all(state: &AppState, arguments: &EvidenceArguments) -> anyhow::Result<Vec<Value>> {
    let reason = arguments.reason.trim();
    ensure!(
        !reason.is_empty() && reason.chars().count() <= REASON_CHARS,
        "say why, in at most {REASON_CHARS} characters"
    );
    let secret = secret(state, &arguments.shares)?;
    // The opening's own leaf tells of the look.
    let mut tx = state.trace(Reader::Machine).await?;
    let mut opened = Vec::new();
    if arguments.list_letters {
        let letters = list_evidence(&mut tx).await?;
        opened.extend(letters.iter().map(|(number, _)| json!({ "letter": to_hex(number) })));
    }
    for (gate, sequence) in &arguments.entries {
        opened.push(open_entry(&mut tx, &secret, *gate, *sequence, reason).await?);
    }
    for number in &arguments.letters {
        opened.push(open_letter(&mut tx, &secret, number, reason).await?);
    }
    tx.commit()
        .await
        .context("the opening could not be written down, so nothing is shown")?;
    Ok(opened)
}

/// The evidence key, for as long as this command runs.
fn secret(state: &AppState, files: &[PathBuf]) -> anyhow::Result<SecretKey> {
    let [one, other] = files else {
        bail!("two shares open, and three exist: give --share twice");
    };
    let secret = combine(&read_share(one)?, &read_share(other)?).context("these are the same share twice")?;
    ensure!(
        letter_key(secret.expose()) == Some(state.site().evidence_key),
        "these shares do not open this site's evidence (evidence.shares)\nhint: shares of one site, unchanged since its first start"
    );
    Ok(secret)
}

fn read_share(path: &Path) -> anyhow::Result<Share> {
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?);
    let share = text.lines().nth(1).and_then(|line| {
        let bytes = zeroize::Zeroizing::new(from_hex::<33>(line.trim())?);
        let (number, bytes) = bytes.split_first()?;
        Some(Share {
            number: *number,
            bytes: SecretKey::new(bytes.try_into().ok()?),
        })
    });
    share.with_context(|| format!("`{}` holds no share", path.display()))
}

async fn open_entry(tx: &mut Trace, secret: &SecretKey, gate: GateId, sequence: u64, reason: &str) -> anyhow::Result<Value> {
    let frame = sealed_frame(tx, gate, sequence).await?;
    let (leaf, sealed) = frame.with_context(|| format!("gate {gate} has no entry {sequence} here"))?;
    let leaf = Leaf::from_bytes(&leaf.0).context("the entry is damaged")?;
    let record = open_record(secret.expose(), gate, sequence, &leaf.commitment, &sealed);
    // What is for everybody was never sealed.
    let record = record.or_else(|| read_opened(&sealed, &leaf.commitment));
    let record =
        record.with_context(|| format!("entry {gate}:{sequence} does not open, or is not what its leaf commits to (evidence.differs)"))?;
    let words = format!("{reason} · entry {gate}:{sequence}");
    leave(tx, record.person, words).await?;
    Ok(shown(gate, sequence, &record))
}

/// About the person when they are still registered; whoever was erased has no key that could tie it.
async fn leave(tx: &mut Trace, person: Option<PersonId>, words: String) -> anyhow::Result<()> {
    let registered = match person {
        Some(person) => lookup_person(tx, person).await?.map(|person| person.id),
        None => None,
    };
    tx.leave(Event {
        person: registered,
        ..Event::site(RecordKind::EvidenceOpened, words)
    });
    Ok(())
}

async fn open_letter(tx: &mut Trace, secret: &SecretKey, number: &str, reason: &str) -> anyhow::Result<Value> {
    let letters = list_evidence(tx).await?;
    let found = letters.iter().find(|(known, _)| to_hex(known) == number);
    let (_, sealed) = found.with_context(|| format!("there is no letter `{number}`\nhint: --list-letters"))?;
    let kept = open_evidence(secret.expose(), sealed).context("the letter does not open (evidence.differs)")?;
    leave(tx, None, format!("{reason} · letter {number}")).await?;
    Ok(json!({ "letter": number, "consents": kept.iter().map(consent).collect::<Vec<_>>() }))
}

fn consent(kept: &KeptConsent) -> Value {
    json!({
        "consent": kept.consent.to_string(),
        "text": kept.text,
        "signature": kept.signature.map(|signature| to_hex(&signature)),
        "key": kept.key.map(|key| to_hex(&key)),
        "ended": kept.ended_at.map(Timestamp::rfc3339),
        "receipts": kept.receipts.iter().map(|receipt| STANDARD.encode(&receipt.0)).collect::<Vec<_>>(),
    })
}

fn shown(gate: GateId, sequence: u64, record: &Record) -> Value {
    json!({
        "gate": gate.0,
        "entry": sequence,
        "what": record.kind.word(),
        "at": record.at.rfc3339(),
        "person": record.person.map(|id| id.to_string()),
        "purpose": record.purpose.map(|id| id.to_string()),
        "consent": record.consent.map(|id| id.to_string()),
        "operator": record.actor.map(|id| id.to_string()),
        "reason": record.reason,
    })
}

#[cfg(test)]
mod tests {
    use countenance_base::SystemRng;
    use countenance_persons::{ImportHousehold, NewPerson, end_rows_of_person, import_household};
    use countenance_trace::Writer;

    use super::*;
    use crate::testing::TestSite;

    fn arguments(home: &Home, shares: [u8; 2], entries: Vec<(GateId, u64)>) -> EvidenceArguments {
        EvidenceArguments {
            home: home.clone(),
            shares: shares
                .iter()
                .map(|number| home.shares().join(format!("share-{number}.txt")))
                .collect(),
            reason: "case 12".into(),
            entries,
            letters: Vec::new(),
            list_letters: false,
            sim_clock: None,
        }
    }

    async fn open(site: &TestSite, arguments: &EvidenceArguments) -> anyhow::Result<Vec<Value>> {
        open_all(&site.state, arguments).await
    }

    /// A registered person with one entry of the server's own about them.
    async fn planted(site: &TestSite) -> (PersonId, Writer) {
        let mut rng = SystemRng;
        let mut tx = site.state.trace(Reader::Machine).await.unwrap();
        let household = ImportHousehold {
            unit: "1-101".into(),
            people: vec![NewPerson {
                display_name: "A".into(),
                under_guardian_age: false,
            }],
        };
        let people = import_household(&mut tx, &mut site.state.ctx(&mut rng), household).await.unwrap();
        tx.leave(Event::about(people[0].id, RecordKind::Exported, "receipt"));
        tx.commit().await.unwrap();
        let mut writer = site.writer();
        site.write_leaves(&mut writer).await;
        (people[0].id, writer)
    }

    #[tokio::test]
    async fn any_two_shares_open_an_entry_and_the_opening_is_an_entry_about_the_person() {
        let site = TestSite::found().await;
        let (person, mut writer) = planted(&site).await;
        let opened = open(&site, &arguments(&site.home, [3, 1], vec![(GateId::SERVER, 0)]))
            .await
            .unwrap();
        assert_eq!(opened[0]["person"], person.to_string());
        assert_eq!((&opened[0]["what"], &opened[0]["reason"]), (&json!("export"), &json!("receipt")));
        site.write_leaves(&mut writer).await;
        let told = open(&site, &arguments(&site.home, [1, 2], vec![(GateId::SERVER, 1)]))
            .await
            .unwrap();
        assert_eq!(told[0]["what"], "opening");
        assert_eq!(told[0]["person"], person.to_string());
        assert_eq!(told[0]["reason"], "case 12 · entry 0:0");
    }

    #[tokio::test]
    async fn of_an_erased_person_the_opening_names_nobody_again() {
        let site = TestSite::found().await;
        let (person, mut writer) = planted(&site).await;
        let mut rng = SystemRng;
        let mut tx = site.state.trace(Reader::Machine).await.unwrap();
        end_rows_of_person(&mut tx, &mut site.state.ctx(&mut rng), person).await.unwrap();
        tx.commit().await.unwrap();
        // Nobody consented, so nothing was kept, and a number is not found.
        let mut asked = arguments(&site.home, [2, 3], vec![(GateId::SERVER, 0)]);
        asked.list_letters = true;
        assert_eq!(open(&site, &asked).await.unwrap().len(), 1, "the entry, and no letter");
        asked.letters = vec!["00".into()];
        assert!(open(&site, &asked).await.is_err());
        site.write_leaves(&mut writer).await;
        let told = open(&site, &arguments(&site.home, [1, 2], vec![(GateId::SERVER, 1)]))
            .await
            .unwrap();
        assert_eq!(told[0]["person"], Value::Null);
    }

    #[tokio::test]
    async fn one_share_a_strange_share_and_an_entry_that_is_not_there_open_nothing() {
        let (site, other) = (TestSite::found().await, TestSite::found().await);
        let _planted = planted(&site).await;
        let entry = vec![(GateId::SERVER, 0)];
        let mut one = arguments(&site.home, [1, 2], entry.clone());
        one.shares.truncate(1);
        let mut strange = arguments(&site.home, [1, 2], entry.clone());
        strange.shares[1] = other.home.shares().join("share-2.txt");
        let mut silent = arguments(&site.home, [1, 2], entry.clone());
        silent.reason = " ".into();
        let twice = arguments(&site.home, [1, 1], entry.clone());
        let nowhere = arguments(&site.home, [1, 2], vec![(GateId(7), 0)]);
        for bad in [one, strange, silent, twice, nowhere] {
            assert!(open(&site, &bad).await.is_err(), "{bad:?}");
        }
        assert!(open(&site, &arguments(&site.home, [1, 2], entry)).await.is_ok());
        let second = arguments(&site.home, [1, 2], vec![(GateId::SERVER, 1)]);
        assert!(open(&site, &second).await.is_err(), "refusals left no leaf to write");
    }
}
