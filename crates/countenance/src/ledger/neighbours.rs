//! Sites record each other's checkpoints: once a day the newest one of each neighbour becomes an open entry of this ledger, as the
//! neighbour's log signed it. Who later finds another history there has the proof in somebody else's ledger.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use countenance_gate_core::journal::{LeafClass, RecordKind};
use countenance_tlog::{Checkpoint, Note, NoteKey};
use countenance_trace::{Event, Reader, open_leaves};
use serde::Deserialize;
use tokio::time::Instant;

use crate::state::AppState;

/// A neighbour that does not answer in this time is asked again later.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between rounds; a checkpoint is recorded once a day all the same.
const PAUSE: Duration = Duration::from_mins(1);
/// A checkpoint with many cosignatures is about two kilobytes.
const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Another site, as `witnesses.toml` names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeighbourEntry {
    /// The key of its ledger (`countenance ledger-key`).
    pub(crate) key: String,
    /// Address of its server.
    pub(crate) url: String,
}

/// What is done about neighbours.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    list: Vec<(NoteKey, String)>,
    http: reqwest::Client,
    asked: Option<Instant>,
}

impl Neighbours {
    /// Entries whose key is none are left out; [`super::Witnesses::read`] refuses them.
    pub(crate) fn new(entries: &[NeighbourEntry]) -> Self {
        Self {
            list: entries
                .iter()
                .filter_map(|entry| Some((NoteKey::parse(&entry.key)?, entry.url.clone())))
                .collect(),
            ..Self::default()
        }
    }

    /// Records what is new today. What fails is tried again in the next round, and nothing else waits for it.
    pub(crate) async fn look(&mut self, state: &AppState) {
        if self.list.is_empty() || self.asked.is_some_and(|asked| asked.elapsed() < PAUSE) {
            return;
        }
        self.asked = Some(Instant::now());
        for (key, url) in &self.list {
            if let Err(error) = self.record(state, key, url).await {
                tracing::warn!(neighbour = key.name(), "its checkpoint could not be recorded: {error:#}");
            }
        }
    }

    async fn record(&self, state: &AppState, key: &NoteKey, url: &str) -> anyhow::Result<()> {
        let before = newest(state, key).await?;
        let today = state.now().utc_day();
        if before.as_ref().is_some_and(|(_, day)| *day == today) {
            return Ok(());
        }
        let (note, checkpoint) = self.fetch(key, url).await?;
        if let Some((before, _)) = &before {
            let shrunk = checkpoint.size < before.size;
            let differs = checkpoint.size == before.size && checkpoint.root != before.root;
            if shrunk || differs {
                tracing::error!(
                    neighbour = key.name(),
                    "it shows another history than it did; both stand in this ledger now (neighbour.fork)"
                );
            }
        }
        let mut tx = state.trace(Reader::Machine).await?;
        tx.leave(Event::site(RecordKind::ForeignCheckpoint, note));
        Ok(tx.commit().await?)
    }

    /// The newest checkpoint, as text with its log's signature alone: cosignatures are of no use to who trusts other witnesses.
    async fn fetch(&self, key: &NoteKey, url: &str) -> anyhow::Result<(String, Checkpoint)> {
        let url = format!("{}/ledger/checkpoint", url.trim_end_matches('/'));
        let answer = self.http.get(url).timeout(PATIENCE).send().await?.error_for_status()?;
        let text = answer.text().await?;
        ensure!(text.len() <= NOTE_BYTES_MAX, "it is too long");
        let note = Note::parse(&text).ok().context("it is no signed note")?;
        let checkpoint = Checkpoint::open(&note, key).map_err(|error| anyhow::anyhow!("{error}"))?;
        let signed = note.signatures().iter().find(|line| {
            let alone = Note::new(note.text().to_owned(), vec![(*line).clone()]);
            alone.verify(key).is_ok()
        });
        let signed = signed.context("the log's signature is not there")?;
        Ok((Note::new(note.text().to_owned(), vec![signed.clone()]).to_string(), checkpoint))
    }
}

/// The checkpoint of this log that was recorded last, and the UTC day of that.
async fn newest(state: &AppState, key: &NoteKey) -> anyhow::Result<Option<(Checkpoint, u32)>> {
    let leaves = open_leaves(&mut *state.read(Reader::Machine).await?, LeafClass::Foreign).await?;
    Ok(leaves.into_iter().find_map(|leaf| {
        let note = Note::parse(&leaf.record.reason).ok()?;
        Some((Checkpoint::open(&note, key).ok()?, leaf.record.at.utc_day()))
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countenance_tlog::{KEY_LOG, NoteSigner};
    use countenance_trace::OpenLeaf;

    use super::*;
    use crate::serve::{app, keep_ledger};
    use crate::testing::TestSite;

    /// A neighbour that serves and publishes: its ledger's key and address.
    async fn neighbour(site: &TestSite) -> NeighbourEntry {
        let clerk = keep_ledger(&site.state, &site.home, None, None).await.unwrap();
        assert!(clerk.is_some());
        let mut tx = site.state.trace(Reader::Machine).await.unwrap();
        tx.leave(Event::site(RecordKind::Changed, "test"));
        tx.commit().await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = app(site.state.clone());
        tokio::spawn(async move { axum::serve(listener, served).await });
        let published = async {
            while reqwest::get(format!("{url}/ledger/checkpoint")).await.unwrap().status() != 200 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), published).await.unwrap();
        let key = site.state.ledger().unwrap().ledger.lock().unwrap().key().to_string();
        NeighbourEntry { key, url }
    }

    async fn look(site: &TestSite, neighbour: &NeighbourEntry) -> Vec<OpenLeaf> {
        let mut writer = site.writer();
        Neighbours::new(std::slice::from_ref(neighbour)).look(&site.state).await;
        site.write_leaves(&mut writer).await;
        open_leaves(&mut site.state.read(Reader::Machine).await.unwrap(), LeafClass::Foreign)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_neighbours_checkpoint_is_recorded_once_a_day_as_its_log_signed_it() {
        let (there, here) = (TestSite::found().await, TestSite::found().await);
        let entry = neighbour(&there).await;
        let stranger = NeighbourEntry {
            key: NoteSigner::new("another.example", KEY_LOG, &[7; 32]).unwrap().public().to_string(),
            ..entry.clone()
        };
        assert!(look(&here, &stranger).await.is_empty(), "signed by somebody else");
        let recorded = look(&here, &entry).await;
        let note = Note::parse(&recorded[0].record.reason).unwrap();
        let checkpoint = Checkpoint::open(&note, &NoteKey::parse(&entry.key).unwrap()).unwrap();
        assert_eq!((recorded.len(), note.signatures().len()), (1, 1));
        assert!(checkpoint.size > 0);
        assert_eq!(look(&here, &entry).await.len(), 1, "the same day");
        here.ahead(86_400);
        assert_eq!(look(&here, &entry).await.len(), 2);
    }
}
