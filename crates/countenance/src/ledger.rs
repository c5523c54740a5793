//! The site's ledger at work: leaves of journals are appended, the tree is signed, witnesses are asked, and what enough of them saw is
//! published. Doors never wait for any of this.

mod destroy;
mod neighbours;
mod own_leaves;
mod policy;
mod prove;
mod publish;
mod recover;
mod site_ledger;
mod witnesses;

use std::sync::{Arc, Mutex};

use countenance_tlog::{Note, Witnessed};
use countenance_trace::Writer;
use tokio::sync::watch;

pub(crate) use destroy::{Authority, Destroyer};
pub(crate) use neighbours::{NeighbourEntry, Neighbours};
pub(crate) use own_leaves::write_leaves_of_everything;
pub(crate) use policy::{operator_signer, policy_text};
pub(crate) use prove::prove;
pub(crate) use publish::{Clerk, run};
pub(crate) use recover::catch_up_with;
#[cfg(test)]
pub(crate) use site_ledger::merge;
pub(crate) use site_ledger::{SiteLedger, open, open_signer, open_there, open_writer, with};
pub(crate) use witnesses::Witnesses;

/// What was published last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) size: u64,
    /// The checkpoint with the log's signature and the cosignatures.
    pub(crate) note: Note,
    pub(crate) witnessed: Witnessed,
    /// Of those who cosigned, how many are not run by the site's operator. None of them: the checkpoint counts as unwitnessed.
    pub(crate) independent: usize,
}

/// The ledger as handlers see it.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    pub(crate) ledger: Arc<Mutex<SiteLedger>>,
    /// The server's own leaves, and the keyring that they are made with.
    pub(crate) writer: Arc<tokio::sync::Mutex<Writer>>,
    pub(crate) published: watch::Receiver<Option<Arc<Published>>>,
    /// Log, witnesses and quorum in the words of tlog-policy; [`policy_text`] adds what else a verifier needs.
    pub(crate) policy: String,
    pub(crate) authority: Option<Authority>,
    /// How many witnesses are asked.
    pub(crate) witnesses: usize,
}
