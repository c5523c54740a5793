//! Where word of duties goes: a calendar feed behind a secret address, and messages to an address of the operator's own.

use std::collections::BTreeSet;
use std::time::Duration;

use countenance_base::{rng, to_hex};
use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::due::{day_of, end_of};
use crate::duty::{Deadline, Duty, DutyState};
use crate::{OversightError, store};

const KIND: &str = "duty-feed";
/// An open duty is told of from so long before its last moment (design).
const TOLD_BEFORE: Duration = Duration::from_hours(7 * 24);
const ADDRESS_CHARS_MAX: usize = 300;

/// Makes a new secret for the feed's address; the one before opens nothing any more. Shown once, kept as a keyed hash.
pub async fn renew_feed(tx: &mut Trace, ctx: &mut Ctx<'_>) -> Result<String, StoreError> {
    let code = to_hex(&rng::bytes::<16>(ctx.rng));
    store::feed::set_hash(tx, ctx.pepper.hash_code(KIND, &code)).await?;
    tx.leave(Event::site(RecordKind::Changed, "feed.renewed"));
    Ok(code)
}

pub async fn has_feed(tx: &mut Trace) -> Result<bool, StoreError> {
    Ok(store::feed::hash(tx).await?.is_some())
}

/// Whether the feed opens with this secret. Keyed hashes are compared, so time tells nothing of the secret.
pub async fn opens_feed(tx: &mut Trace, ctx: &Ctx<'_>, code: &str) -> Result<bool, StoreError> {
    let known = store::feed::hash(tx).await?;
    Ok(known.is_some_and(|known| known == ctx.pepper.hash_code(KIND, code)))
}

/// Sets where messages go; an empty address ends them. Only this machine is an address: what leaves it goes through a relay there,
/// which encrypts.
pub async fn set_webhook(tx: &mut Trace, address: &str) -> Result<(), OversightError> {
    let address = address.trim();
    if !address.is_empty() && !is_good(address) {
        return Err(OversightError::Address);
    }
    store::feed::set_webhook(tx, (!address.is_empty()).then_some(address)).await?;
    tx.leave(Event::site(
        RecordKind::Changed,
        if address.is_empty() { "webhook.ended" } else { "webhook.set" },
    ));
    Ok(())
}

fn is_good(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("http://").filter(|(before, _)| before.is_empty()) else {
        return false;
    };
    // Up to path, query or fragment; a name before an `@`, or a `\` that some read as `/`, would hide which machine is meant.
    let machine = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = machine
        .strip_prefix("[::1]")
        .or_else(|| machine.strip_prefix("127.0.0.1"))
        .or_else(|| machine.strip_prefix("localhost"));
    let port = host.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok()));
    port && address.chars().count() <= ADDRESS_CHARS_MAX && address.chars().all(|sign| sign.is_ascii_graphic())
}

pub async fn lookup_webhook(tx: &mut Trace) -> Result<Option<String>, StoreError> {
    store::feed::webhook(tx).await
}

/// What is overdue, or open and soon due, and was not told of today.
pub async fn list_untold(tx: &mut Trace, ctx: &Ctx<'_>) -> Result<Vec<Duty>, StoreError> {
    let zone = &ctx.site.time_zone;
    let Some(today) = day_of(ctx.now, zone) else {
        return Ok(Vec::new());
    };
    let told: BTreeSet<String> = store::feed::told_on(tx, today).await?.into_iter().collect();
    let mut duties = crate::duties(tx, ctx).await?;
    duties.retain(|duty| {
        let last = match duty.due {
            Some(Deadline::Day(due)) => end_of(due.day, zone),
            Some(Deadline::Time(at)) => Some(at),
            None => None,
        };
        let soon = last.is_none_or(|last| last <= ctx.now.plus(TOLD_BEFORE));
        let tell = match duty.state {
            DutyState::Overdue => true,
            DutyState::Open => soon,
            DutyState::Done => false,
        };
        tell && !told.contains(&duty.key())
    });
    Ok(duties)
}

/// Written down before they are sent: at most once a day, whatever becomes of the message. Days before are forgotten.
pub async fn note_told(tx: &mut Trace, ctx: &Ctx<'_>, duties: &[Duty]) -> Result<(), StoreError> {
    let Some(today) = day_of(ctx.now, &ctx.site.time_zone) else {
        return Ok(());
    };
    store::feed::forget_told(tx, today).await?;
    for duty in duties {
        store::feed::note_told(tx, &duty.key(), today).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_an_address() {
        for good in [
            "http://localhost",
            "http://localhost:9000/duties?site=1",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000",
        ] {
            assert!(is_good(good), "{good}");
        }
        for bad in [
            "https://localhost.example.org/",
            "http://example.org/",
            "http://localhost.example.org/",
            "http://localhost@example.org/",
            "http://localhost:80@example.org/",
            "http://127.0.0.1.example.org",
            "http://127.0.0.10/",
            "http://localhost:99999/",
            "http://localhost\\@example.org/",
            "http://local host/",
            "ftp://localhost/",
            "localhost:80",
        ] {
            assert!(!is_good(bad), "{bad}");
        }
        assert!(!is_good(&format!("http://localhost/{}", "a".repeat(300))));
    }
}
