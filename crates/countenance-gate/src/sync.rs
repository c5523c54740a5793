//! The line to the server: a long poll, uploads, redemptions. The door does not depend on any of it.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use countenance_base::Clock;
use countenance_gate_core::wire::{Frames, FramesAnswer, PATH_FRAMES, PATH_POLL, PATH_REDEEM, PollAnswer, Redeem, Redeemed};
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::{debug, warn};

use crate::event::{Event, Order};
use crate::server_client::{ServerClient, ServerFailed};

/// Between tries when the server does not answer; a gate of 2,400 households must not hammer a server that is starting.
const PAUSE: Duration = Duration::from_secs(2);

/// Runs until the keeper is gone.
pub async fn run(client: Arc<ServerClient>, events: SyncSender<Event>, mut orders: mpsc::Receiver<Order>, clock: Arc<dyn Clock>) {
    let wake = Arc::new(Notify::new());
    let poll = tokio::spawn(poll_loop(
        Arc::clone(&client),
        events.clone(),
        Arc::clone(&clock),
        Arc::clone(&wake),
    ));
    let upload = tokio::spawn(upload_loop(Arc::clone(&client), events.clone(), Arc::clone(&wake)));
    while let Some(order) = orders.recv().await {
        match order {
            Order::Upload => wake.notify_one(),
            Order::Redeem(code) => {
                let (client, events) = (Arc::clone(&client), events.clone());
                tokio::spawn(async move {
                    let result = redeem(&client, code).await;
                    // Waits for room: an answer that is lost would leave the person before a waiting screen.
                    tokio::task::block_in_place(|| events.send(Event::Redeemed(result))).ok();
                });
            }
        }
    }
    poll.abort();
    upload.abort();
}

async fn redeem(client: &ServerClient, code: String) -> Result<countenance_grant::Envelope, String> {
    match client.post::<_, Redeemed>(PATH_REDEEM, &Redeem { code }).await {
        Ok(Redeemed::Granted(envelope)) => Ok(envelope),
        Ok(Redeemed::Refused(code)) => Err(code),
        Err(ServerFailed::Unreachable(_)) => Err("code.offline".into()),
        Err(error) => {
            warn!(%error, "redeeming an enrolment code failed");
            Err("server.unreachable".into())
        }
    }
}

async fn poll_loop(client: Arc<ServerClient>, events: SyncSender<Event>, clock: Arc<dyn Clock>, wake: Arc<Notify>) {
    loop {
        let Some(poll) = ask(&events, Event::AskPoll).await else { return };
        match client.post::<_, PollAnswer>(PATH_POLL, &poll).await {
            Ok(answer) => {
                let contact = Event::Contact {
                    at: clock.now(),
                    snapshot: answer.snapshot,
                    acknowledged: answer.acknowledged,
                    forked: answer.forked,
                };
                if events.send(contact).is_err() {
                    return;
                }
                // Whatever was written while the line was down goes out now.
                wake.notify_one();
            }
            Err(error) => {
                debug!(%error, "poll failed");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn upload_loop(client: Arc<ServerClient>, events: SyncSender<Event>, wake: Arc<Notify>) {
    loop {
        wake.notified().await;
        loop {
            let Some(frames) = ask(&events, Event::AskFrames).await else {
                return;
            };
            if frames.is_empty() {
                break;
            }
            match client.post::<_, FramesAnswer>(PATH_FRAMES, &Frames { frames }).await {
                Ok(answer) => {
                    if events
                        .send(Event::Uploaded {
                            acknowledged: answer.acknowledged,
                            forked: answer.forked,
                        })
                        .is_err()
                    {
                        return;
                    }
                    if answer.forked {
                        break;
                    }
                }
                // Another server may answer while the poll still waits at its own.
                Err(error @ ServerFailed::Unreachable(_)) => {
                    debug!(%error, "upload failed");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    // The frames stay in the journal; the next poll that succeeds wakes this loop.
                    debug!(%error, "upload failed");
                    break;
                }
            }
        }
    }
}

async fn ask<T>(events: &SyncSender<Event>, event: impl FnOnce(oneshot::Sender<T>) -> Event) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    // A full queue means frames are coming in faster than they are judged: try again shortly, the door comes first.
    let mut event = event(reply);
    loop {
        match events.try_send(event) {
            Ok(()) => return answer.await.ok(),
            Err(std::sync::mpsc::TrySendError::Full(back)) => {
                event = back;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return None,
        }
    }
}
