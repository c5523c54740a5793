//! What reaches the keeper, and what it asks of the network.

use countenance_base::Timestamp;
use countenance_gate_core::machine::Do;
use countenance_gate_core::wire::{Poll, UploadedFrame};
use countenance_grant::Envelope;
use tokio::sync::oneshot;

use crate::status::Status;

/// Everything that can happen to a gate, in one queue: the keeper is one thread and needs no locks.
#[derive(Debug)]
pub enum Event {
    Kiosk(Do),
    /// One JPEG from the kiosk's camera.
    Frame(zeroize::Zeroizing<Vec<u8>>),
    /// The server answered a poll.
    Contact {
        at: Timestamp,
        snapshot: Option<Envelope>,
        acknowledged: u64,
        forked: bool,
    },
    /// The server took frames.
    Uploaded {
        acknowledged: u64,
        forked: bool,
    },
    /// The server answered a redemption, or a code why not.
    Redeemed(Result<Envelope, String>),
    AskPoll(oneshot::Sender<Poll>),
    AskFrames(oneshot::Sender<Vec<UploadedFrame>>),
    AskStatus(oneshot::Sender<Status>),
    Stop,
}

/// What the keeper asks of the sync task.
#[derive(Debug)]
pub enum Order {
    Redeem(String),
    /// There is something to upload.
    Upload,
}
