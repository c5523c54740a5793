//! The server's own leaves, once a second: events become leaves, once a day tags are listed, once a month secrets turn.

use countenance_access::next_place;
use countenance_base::SystemRng;
use countenance_persons::{epoch, write_leaves};
use countenance_trace::{Ink, Reader, WriteError, Writer, tag_lists};
use tokio::sync::Mutex;

use crate::state::AppState;

/// Events in one transaction.
const BATCH: u64 = 256;

/// Does all of it that is due.
pub(crate) async fn write_own_leaves(state: &AppState, writer: &Mutex<Writer>) -> Result<(), WriteError> {
    let mut writer = writer.lock().await;
    write_leaves_of_everything(state, &mut writer).await?;
    list_tags(state, &mut writer).await?;
    // Nothing of an earlier month waits any more.
    writer.turn(state.now().month(), &mut SystemRng)?;
    Ok(())
}

/// No event that was there waits any more.
pub(crate) async fn write_leaves_of_everything(state: &AppState, writer: &mut Writer) -> Result<(), WriteError> {
    while write_some(state, writer).await? {}
    Ok(())
}

/// Whether there was anything to write.
async fn write_some(state: &AppState, writer: &mut Writer) -> Result<bool, WriteError> {
    if writer.waiting(&mut state.db().read().await?, 1).await?.is_empty() {
        return Ok(false);
    }
    let mut tx = state.trace(Reader::Machine).await?;
    let ink = ink(state, epoch(&mut tx).await?);
    let wrote = write_leaves(&mut tx, writer, BATCH, ink, &mut SystemRng).await?;
    tx.commit().await?;
    Ok(wrote)
}

async fn list_tags(state: &AppState, writer: &mut Writer) -> Result<(), WriteError> {
    let mut tx = state.db().read().await?;
    let listed = tag_lists(&mut tx).await?.pop().map(|last| last.made_at.utc_day());
    if listed == Some(state.now().utc_day()) {
        return Ok(());
    }
    let past = next_place(&mut tx).await?;
    drop(tx);
    let mut tx = state.db().write().await?;
    let ink = ink(state, epoch(&mut tx).await?);
    writer.list_tags(&mut tx, past, ink, &mut SystemRng).await?;
    Ok(tx.commit().await?)
}

fn ink(state: &AppState, policy: u64) -> Ink {
    Ink {
        evidence_key: state.site().evidence_key,
        policy,
        demo: state.demo(),
        now: state.now(),
    }
}
