//! Telling waiting requests that something changed.

use tokio::sync::watch;

/// Numbers only grow; another server's may arrive after a higher one of ours.
pub(crate) fn raise(announcements: &watch::Sender<u64>, number: u64) {
    announcements.send_if_modified(|last| {
        let higher = number > *last;
        *last = number.max(*last);
        higher
    });
}

/// Wakes everybody without a number: what they wait for may have happened unheard.
pub(crate) fn look_again(announcements: &watch::Sender<u64>) {
    announcements.send_modify(|_| {});
}
