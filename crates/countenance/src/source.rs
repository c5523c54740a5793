//! What a server tells who holds a pass, and what witnesses say. Everything is judged elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countenance_base::{DestructionId, GateId, Timestamp, from_hex};
use countenance_grant::{Envelope, decode_canonical};
use countenance_tlog::{Entries, Note, TILE_WIDTH, Tile, entries_path, tile_path};
use countenance_trace::TagList;
use serde_json::Value;

/// A server that keeps a monitor waiting longer is not answering.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Source {
    server: String,
    pass: String,
    http: reqwest::Client,
}

impl Source {
    pub(crate) fn new(server: &str, pass: &str) -> anyhow::Result<Self> {
        Ok(Self {
            server: server.trim_end_matches('/').to_owned(),
            pass: pass.to_owned(),
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
        })
    }

    async fn get(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let url = format!("{}{path}", self.server);
        let answer = self.http.get(&url).bearer_auth(&self.pass).send().await?;
        ensure!(answer.status().is_success(), "`{url}` answers {}", answer.status());
        Ok(answer.bytes().await?.to_vec())
    }

    async fn json(&self, path: &str) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.get(path).await?).with_context(|| format!("`{path}` is not JSON"))
    }

    /// Hands something over; what the server says against it is the error.
    pub(crate) async fn post(&self, path: &str, body: String) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.server);
        let answer = self.http.post(&url).bearer_auth(&self.pass).body(body).send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "`{url}` answers {status}: {}", answer.text().await?.trim());
        Ok(())
    }

    /// A certificate's file with these copies and their paths.
    pub(crate) async fn certificate(&self, id: DestructionId, copies: &[u64]) -> anyhow::Result<String> {
        let copies: Vec<String> = copies.iter().map(u64::to_string).collect();
        let file = self.get(&format!("/certificates/{id}/file?copies={}", copies.join(","))).await?;
        String::from_utf8(file).context("a certificate is no text")
    }

    pub(crate) async fn tile(&self, tile: &Tile) -> anyhow::Result<Vec<u8>> {
        self.get(&format!("/ledger/{}", tile_path(tile))).await
    }

    pub(crate) async fn checkpoint(&self) -> anyhow::Result<Note> {
        let text = String::from_utf8(self.get("/ledger/checkpoint").await?)?;
        Note::parse(&text).context("the checkpoint is no signed note")
    }

    /// Entries `first..past`, by the bundles of a tree of `past` entries.
    pub(crate) async fn entries(&self, first: u64, past: u64) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut entries = Vec::new();
        let mut next = first;
        while next < past {
            let index = next / TILE_WIDTH;
            let width = Tile::width(0, index, past).context("a bundle beyond the tree")?;
            let bundle = self.get(&format!("/ledger/{}", entries_path(index, width))).await?;
            let bundle = Entries::from_bytes(&bundle).context("a bundle cannot be read")?;
            ensure!(bundle.0.len() as u64 == width, "bundle {index} has {} entries", bundle.0.len());
            let skip = usize::try_from(next - index * TILE_WIDTH)?;
            entries.extend(bundle.0.into_iter().skip(skip));
            next = index * TILE_WIDTH + width;
        }
        Ok(entries)
    }

    /// One entry of a tree of `size` entries.
    pub(crate) async fn entry(&self, place: u64, size: u64) -> anyhow::Result<Vec<u8>> {
        ensure!(place < size, "entry {place} is not in the ledger");
        let width = Tile::width(0, place / TILE_WIDTH, size).context("a bundle beyond the tree")?;
        let bundle = self.get(&format!("/ledger/{}", entries_path(place / TILE_WIDTH, width))).await?;
        let bundle = Entries::from_bytes(&bundle).context("a bundle cannot be read")?;
        let at = usize::try_from(place % TILE_WIDTH)?;
        bundle.0.into_iter().nth(at).context("the entry is missing")
    }

    /// Gate, whether it was declared lost, and what it signed.
    pub(crate) async fn seals(&self) -> anyhow::Result<Vec<(GateId, bool, Envelope)>> {
        let seals = self.json("/ledger/seals").await?;
        let read = |seal: &Value| {
            let bytes = STANDARD.decode(seal.get("seal")?.as_str()?).ok()?;
            Some((
                GateId(seal.get("gate")?.as_u64()?),
                seal.get("lost")?.as_bool()?,
                decode_canonical(&bytes)?,
            ))
        };
        seals
            .as_array()
            .into_iter()
            .flatten()
            .map(|seal| read(seal).context("a seal cannot be read"))
            .collect()
    }

    pub(crate) async fn tag_lists(&self) -> anyhow::Result<Vec<TagList>> {
        let lists = self.json("/ledger/tags").await?;
        let read = |list: &Value| {
            Some(TagList {
                number: list.get("number")?.as_u64()?,
                first: list.get("first")?.as_u64()?,
                past: list.get("past")?.as_u64()?,
                sha256: from_hex(list.get("sha256")?.as_str()?)?,
                sequence: list.get("sequence")?.as_u64()?,
                made_at: Timestamp(list.get("made_at")?.as_i64()?),
            })
        };
        lists
            .as_array()
            .into_iter()
            .flatten()
            .map(|list| read(list).context("a list cannot be read"))
            .collect()
    }

    pub(crate) async fn tags(&self, number: u64) -> anyhow::Result<Vec<u8>> {
        self.get(&format!("/ledger/tags/{number}")).await
    }

    /// Frames by writer, rows by table.
    pub(crate) async fn rows(&self) -> anyhow::Result<(BTreeMap<u64, u64>, BTreeMap<String, u64>)> {
        let all = self.json("/ledger/rows").await?;
        let frame = |frame: &Value| Some((frame.get("writer")?.as_u64()?, frame.get("frames")?.as_u64()?));
        let frames = all
            .get("frames")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(frame)
            .collect();
        let rows = all.get("rows").and_then(Value::as_object).into_iter().flatten();
        Ok((
            frames,
            rows.filter_map(|(table, count)| Some((table.clone(), count.as_u64()?))).collect(),
        ))
    }

    /// The checkpoint that a witness cosigned last; without a pass, since it is somebody else's server.
    pub(crate) async fn witness(&self, url: &str, origin: &str) -> anyhow::Result<Option<Note>> {
        let answer = self
            .http
            .get(format!("{}/{origin}/checkpoint", url.trim_end_matches('/')))
            .send()
            .await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let text = answer.error_for_status()?.text().await?;
        Note::parse(&text)
            .map(Some)
            .context("a witness answers with what is no signed note")
    }
}
