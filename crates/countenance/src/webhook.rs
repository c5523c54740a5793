//! Word of what fell due, to the address that the desk set: one JSON, signed with the site's key, at most once a day for each duty.
//!
//! The message is written down as told before it is sent, so that no failure makes it a second one. It names nobody: duties are
//! told by kind, number and day.
//!
//! A receiver checks `countenance-signature`: Ed25519 by the site's key over `countenance/webhook/v1`, a line feed, the time of
//! `countenance-time`, a line feed, and the body. `countenance-key` names the key as the desk's page does.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countenance_base::{SystemRng, Timestamp};
use countenance_grant::SigningKey;
use countenance_oversight::{Deadline, Duty, list_untold, lookup_webhook, note_told};
use countenance_storage::StoreError;
use countenance_trace::Reader;
use serde::Serialize;

use crate::pages::key_name;
use crate::state::AppState;

const DOMAIN: &str = "countenance/webhook/v1";
/// A receiver that does not answer in this time is asked again, and then left.
const PATIENCE: Duration = Duration::from_secs(5);
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Message {
    form: &'static str,
    site: String,
    duties: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    key: String,
    kind: &'static str,
    state: &'static str,
    since: String,
    /// The last day, or the last moment in RFC 3339; none for what is due at once.
    due: Option<String>,
    /// False when a year without a calendar was counted.
    complete: bool,
}

fn told(duty: &Duty) -> Told {
    let (due, complete) = match duty.due {
        Some(Deadline::Day(due)) => (Some(due.day.to_string()), due.complete),
        Some(Deadline::Time(at)) => (Some(at.rfc3339()), true),
        None => (None, true),
    };
    Told {
        key: duty.key(),
        kind: duty.kind.word(),
        state: duty.state.word(),
        since: duty.since.to_string(),
        due,
        complete,
    }
}

/// What is signed.
fn signed_bytes(time: &str, body: &str) -> Vec<u8> {
    format!("{DOMAIN}\n{time}\n{body}").into_bytes()
}

fn signature(key: &SigningKey, at: Timestamp, body: &str) -> String {
    BASE64_STANDARD.encode(key.sign_plain(&signed_bytes(&at.rfc3339(), body)).0)
}

/// Tells what was not told today. A receiver that does not take it is a line in the log; the page says the same as the message.
pub(crate) async fn tell(state: &AppState) -> Result<(), StoreError> {
    let mut rng = SystemRng;
    let ctx = state.ctx(&mut rng);
    let mut tx = state.trace(Reader::Machine).await?;
    let Some(address) = lookup_webhook(&mut tx).await? else {
        return Ok(());
    };
    let duties = list_untold(&mut tx, &ctx).await?;
    if duties.is_empty() {
        return Ok(());
    }
    note_told(&mut tx, &ctx, &duties).await?;
    tx.commit().await?;
    let message = Message {
        form: DOMAIN,
        site: state.site().id.to_string(),
        duties: duties.iter().map(told).collect(),
    };
    let body = serde_json::to_string(&message).unwrap_or_default();
    if let Err(error) = send(state, &address, &body, PAUSE).await {
        tracing::warn!(duties = duties.len(), "nobody took the message about duties: {error:#}");
    }
    Ok(())
}

async fn send(state: &AppState, address: &str, body: &str, pause: Duration) -> anyhow::Result<()> {
    // No redirect: it could lead off this machine.
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()?;
    let mut tries = 0;
    loop {
        tries += 1;
        let at = state.now();
        let request = http
            .post(address)
            .header("content-type", "application/json")
            .header("countenance-key", key_name(state))
            .header("countenance-time", at.rfc3339())
            .header("countenance-signature", signature(state.site_key(), at, body));
        let failed = match request.body(body.to_owned()).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => anyhow::anyhow!("it answered {}", answer.status()),
            Err(error) => error.into(),
        };
        if tries == TRIES {
            return Err(failed);
        }
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use countenance_grant::Signature;
    use countenance_oversight::{put_handler_site, set_webhook};
    use countenance_rules::Day;

    use super::*;
    use crate::testing::TestSite;

    type Taken = Arc<Mutex<Vec<(HeaderMap, String)>>>;

    /// A receiver that refuses the first `refused` messages.
    async fn receiver(refused: usize) -> (String, Taken) {
        let taken = Taken::default();
        let kept = taken.clone();
        let app = Router::new().route(
            "/duties",
            post(move |headers: HeaderMap, body: String| async move {
                let mut kept = kept.lock().unwrap();
                kept.push((headers, body));
                if kept.len() <= refused {
                    StatusCode::INTERNAL_SERVER_ERROR
                } else {
                    StatusCode::OK
                }
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/duties", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (address, taken)
    }

    /// Reached so long ago that filing is overdue on the machine's own day.
    async fn overdue(site: &TestSite, address: &str) {
        let threshold = site.state.rulebook().parameters().filing_threshold_persons.unwrap();
        let mut rng = SystemRng;
        let mut tx = site.state.trace(Reader::Machine).await.unwrap();
        let on = Day::parse(&site.state.now().civil_day(&site.state.site().time_zone)).unwrap();
        put_handler_site(&mut tx, &site.state.ctx(&mut rng), "Riverside", threshold, on, "group data office")
            .await
            .unwrap();
        set_webhook(&mut tx, address).await.unwrap();
        tx.commit().await.unwrap();
        site.ahead(90 * 86_400);
    }

    #[tokio::test]
    async fn what_is_overdue_is_told_once_a_day_signed_and_without_a_name() {
        let site = TestSite::found().await;
        let (address, taken) = receiver(0).await;
        tell(&site.state).await.unwrap();
        overdue(&site, &address).await;
        tell(&site.state).await.unwrap();
        tell(&site.state).await.unwrap();
        {
            let taken = taken.lock().unwrap();
            let [(headers, body)] = taken.as_slice() else {
                panic!("{} messages", taken.len())
            };
            let duties: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(duties["duties"][0]["kind"], "filing");
            assert_eq!(duties["duties"][0]["state"], "overdue");
            assert!(!body.contains("Riverside") && !body.contains("group"));
            let public = site.state.site_key().public();
            let given = headers["countenance-signature"].to_str().unwrap();
            let bytes: [u8; 64] = BASE64_STANDARD.decode(given).unwrap().try_into().unwrap();
            let time = headers["countenance-time"].to_str().unwrap();
            assert_eq!(headers["countenance-key"], key_name(&site.state).as_str());
            public.verify_plain(&signed_bytes(time, body), &Signature(bytes)).unwrap();
            for (time, body) in [("2026-01-01T00:00:00Z", body.clone()), (time, body.replace("overdue", "open"))] {
                assert!(public.verify_plain(&signed_bytes(time, &body), &Signature(bytes)).is_err());
            }
        }
        site.ahead(91 * 86_400);
        tell(&site.state).await.unwrap();
        assert_eq!(taken.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_receiver_that_refuses_is_asked_again_and_then_left() {
        let site = TestSite::found().await;
        for (refused, tries, taken_at_last) in [(1, 2, true), (9, 3, false)] {
            let (address, taken) = receiver(refused).await;
            let sent = send(&site.state, &address, "{}", Duration::ZERO).await;
            assert_eq!(sent.is_ok(), taken_at_last);
            assert_eq!(taken.lock().unwrap().len(), tries);
        }
    }
}
