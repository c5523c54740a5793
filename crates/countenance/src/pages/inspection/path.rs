//! What to check in twenty minutes: for everybody, without signing in, without a script, and on paper.

use axum::extract::State;
use axum::response::Response;
use countenance_base::Text;
use countenance_portal::inspection::{PathStep, TwentyMinutes};

use crate::pages::reply;
use crate::pages::session::Guest;
use crate::state::AppState;

/// Each step with the minute from which on it is due, and the rules of today's rulebook that it looks for.
const STEPS: [(&str, u32, &[&str]); 10] = [
    ("sign", 0, &["door.sign"]),
    ("other-way", 2, &["door.not_face_only", "other_way.working"]),
    ("phone", 4, &[]),
    ("volunteer", 6, &["consent.given", "door.zone"]),
    ("withdraw", 8, &["consent.not_withdrawn"]),
    ("proof", 11, &[]),
    ("seal", 13, &[]),
    ("sample", 14, &["consent.signed_by_person", "consent.this_notice"]),
    ("certificate", 17, &["face.stays_in_device"]),
    ("labels", 19, &["gate.no_labels"]),
];

pub(crate) async fn show(guest: Guest, State(state): State<AppState>) -> Response {
    let rulebook = state.rulebook();
    let step = |(key, minute, rules): (&'static str, u32, &[&str])| PathStep {
        key,
        minute,
        articles: rules.iter().filter_map(|rule| rulebook.policy(rule)).map(article).collect(),
    };
    reply::page(&TwentyMinutes {
        frame: guest.frame.clone(),
        site: state.site().name.clone(),
        complaints: state.site().complaints.clone(),
        rulebook: rulebook.id().to_owned(),
        steps: STEPS.map(step).to_vec(),
    })
}

fn article(rule: &countenance_rules::PolicyText) -> (Text, bool) {
    (rule.article.clone(), rule.confidence.to_be_confirmed())
}
