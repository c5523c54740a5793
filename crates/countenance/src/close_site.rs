//! `countenance close-site`: everything about everybody ends. Asked for twice: the first time says what will end, and the word that the
//! second time has to bring.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use countenance_access::list_gates;
use countenance_base::{SystemRng, to_hex};
use countenance_destruction::{Scope, order_destruction};
use countenance_persons::list_everybody;
use countenance_trace::Reader;
use sha2::{Digest, Sha256};

use crate::data::Home;
use crate::serve::open_site;
use crate::state::AppState;

/// Digits of the word; long enough not to be typed by habit.
const WORD_CHARS: usize = 12;

#[derive(Debug, clap::Args)]
pub(crate) struct CloseArguments {
    #[command(flatten)]
    home: Home,
    /// The word that this command printed without it
    #[arg(long)]
    word: Option<String>,
    /// Demo only: file with the seconds by which the clock is moved
    #[arg(long)]
    sim_clock: Option<PathBuf>,
}

pub(crate) async fn close(arguments: CloseArguments) -> anyhow::Result<()> {
    let state = open_site(&arguments.home, arguments.sim_clock).await?;
    let mut tx = state.trace(Reader::Machine).await?;
    let (people, gates) = (list_everybody(&mut tx).await?.len(), list_gates(&mut tx).await?.len());
    let expected = word(&state, people);
    let mut out = std::io::stdout().lock();
    let Some(word) = arguments.word else {
        writeln!(
            out,
            "{} / {}: {people} people, {gates} gates. Accounts, consents, passages, keys and templates end and cannot be brought back.\nto do it: --word {expected}",
            state.site().name.zh,
            state.site().name.en
        )?;
        return Ok(());
    };
    ensure!(
        word == expected,
        "this is not the word for what is here now\nhint: run it without --word, and read what ends"
    );
    let mut rng = SystemRng;
    let destruction = order_destruction(&mut tx, &mut state.ctx(&mut rng), Scope::Site)
        .await
        .map_err(|error| anyhow::anyhow!("{error} ({})", error.code()))?;
    tx.commit().await.context("nothing was ordered")?;
    writeln!(out, "{destruction}")?;
    drop(out);
    state.db().close().await;
    Ok(())
}

/// Follows from site and number of people: what was read a year ago closes nothing.
fn word(state: &AppState, people: usize) -> String {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(state.site().id.as_bytes())
        .chain_update(people.to_be_bytes())
        .finalize()
        .into();
    to_hex(&hash).chars().take(WORD_CHARS).collect()
}
