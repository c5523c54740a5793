//! Everything that people read: the resident's portal and the operator's desk.
//!
//! A handler reads its form, calls one use case and answers with a page or a redirect; nothing is decided here.
//! INVARIANT: what changes something is a POST whose body passed [`form::ProtectedForm`].

mod audit;
mod certificate;
mod cookie;
mod desk;
mod error;
mod feed;
mod form;
mod frame;
mod gates;
mod headers;
mod inspection;
mod language;
mod ledger;
mod lists;
mod number;
mod reader;
mod refusals;
mod reply;
mod resident;
mod session;
mod statics;
mod suppliers;
#[cfg(test)]
mod tests;
mod verify;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::state::AppState;
pub(crate) use certificate::href as certificate_href;
pub(crate) use desk::due::key_name;
use error::PageError;

/// More than any form here fills; what is longer is refused unread.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// The portal, the desk and their static files.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(resident_routes())
        .merge(desk_routes())
        .merge(oversight_routes())
        .merge(inspection_routes())
        .route("/", get(language::home))
        .route("/language/{word}", get(language::switch))
        .route("/static/{version}/{*name}", get(statics::serve))
        .route("/verify", get(verify::show))
        .route("/certificates/{id}", get(certificate::show))
        .route("/certificates/{id}/file", get(certificate::file))
        .route("/audit/promise", post(audit::promise))
        .route("/audit/samples/{destruction}", post(audit::sample))
        .route("/ledger/counts", get(audit::counts))
        .route("/ledger/rows", get(audit::rows))
        .route("/ledger/seals", get(audit::seals))
        .route("/ledger/checkpoint", get(ledger::checkpoint))
        .route("/ledger/policy", get(ledger::policy))
        .route("/ledger/tile/{*path}", get(ledger::tile))
        .route("/ledger/proof/{gate}/{sequence}", get(ledger::proof))
        .route("/receipts/{gate}/{sequence}/{leaf}", get(ledger::receipt_proof))
        .route("/ledger/tags", get(lists::tags))
        .route("/ledger/tags/{number}", get(lists::tag_rows))
        .route("/ledger/records/{bundle}", get(lists::records))
        .route("/ledger/writers", get(lists::writers))
        .route("/gates/{gate}", get(gates::show))
        .route("/gates.json", get(gates::list))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(headers::add))
}

fn resident_routes() -> Router<AppState> {
    use resident::{account, consents, face, uses, uses_mine, ways};
    Router::new()
        .route("/sign-in", get(account::show_sign_in).post(account::post_sign_in))
        .route("/claim", get(account::show_claim).post(account::post_claim))
        .route("/sign-out", post(account::post_sign_out))
        .route("/account/close", get(account::show_close).post(account::post_close))
        .route("/ways", get(ways::show))
        .route("/ways/card", get(ways::show_card))
        .route("/ways/pin", get(ways::show_pin).post(ways::post_pin))
        .route("/ways/qr", get(ways::show_qr))
        .route("/ways/qr/on", post(ways::post_qr_on))
        .route("/ways/{lane}/off", post(ways::post_off))
        .route("/face/{door}", post(face::post_begin))
        .route("/face/{door}/{consent}", get(face::show).post(face::post_sign))
        .route("/uses", get(uses::show))
        .route("/uses/mine", get(uses_mine::show))
        .route("/consents", get(consents::show_all))
        .route("/consents/{consent}", get(consents::show))
        .route("/consents/{consent}/state", get(consents::show_state))
        .route("/consents/{consent}/code", post(face::post_code))
        .route("/consents/{consent}/withdraw", post(consents::post_withdraw))
}

fn desk_routes() -> Router<AppState> {
    use desk::{assessment, door, endings, enter, happenings, people, place, purpose};
    Router::new()
        .route("/desk", get(door::show_all))
        .route("/desk/enter/{code}", get(enter::show).post(enter::post))
        .route("/desk/sign-out", post(enter::post_sign_out))
        .route("/desk/happenings", get(happenings::show))
        .route("/desk/people", get(people::show))
        .route("/desk/people/{person}/erase", get(people::show_erase).post(people::post_erase))
        .route("/desk/endings", get(endings::show))
        .route("/desk/holds", post(endings::post_hold))
        .route("/desk/holds/{hold}/end", post(endings::post_hold_end))
        .route("/desk/gates/{gate}/lost", get(endings::show_lost).post(endings::post_lost))
        .route("/desk/doors", post(place::post_new))
        .route("/desk/doors/new", get(place::show_new))
        .route("/desk/doors/{door}", get(door::show))
        .route("/desk/doors/{door}/place", get(place::show).post(place::post))
        .route("/desk/doors/{door}/ways", post(door::post_ways))
        .route("/desk/doors/{door}/gate-code", post(door::post_gate_code))
        .route("/desk/doors/{door}/purpose", post(purpose::post_declare))
        .route(
            "/desk/doors/{door}/purposes/{purpose}/assessment",
            get(assessment::show).post(assessment::post_write),
        )
        .route(
            "/desk/doors/{door}/purposes/{purpose}/assessment/{version}",
            get(assessment::show_version),
        )
        .route(
            "/desk/doors/{door}/purposes/{purpose}/assessment/{version}/approve",
            post(assessment::post_approve),
        )
        .route("/desk/doors/{door}/purposes/{purpose}/activate", post(purpose::post_activate))
        .route("/desk/doors/{door}/purposes/{purpose}/end", post(purpose::post_end))
        .route("/desk/doors/{door}/sign", get(desk::sign::show))
        .route("/desk/doors/{door}/opinion", post(desk::opinion::post))
        .route("/desk/doors/{door}/opinion/end", post(desk::opinion::post_end))
        .route("/desk/stop", get(desk::stop::show_all))
        .route("/desk/stop/site", get(desk::stop::show_site).post(desk::stop::post_site))
        .route("/desk/stop/{what}/{id}", get(desk::stop::show).post(desk::stop::post))
        .route("/desk/stops/{stop}/lift", post(desk::stop::post_lift))
}

fn oversight_routes() -> Router<AppState> {
    use desk::{due, filing, incidents, officer, suppliers as desk_suppliers};
    Router::new()
        .route("/suppliers", get(suppliers::show))
        .route("/feed/{name}", get(feed::show))
        .route("/desk/due", get(due::show))
        .route("/desk/due/done", post(due::post_done))
        .route("/desk/due/video", post(due::post_video))
        .route("/desk/due/feed", post(due::post_feed))
        .route("/desk/due/webhook", post(due::post_webhook))
        .route("/desk/filing", get(filing::show))
        .route("/desk/filing/pack", get(filing::show_pack))
        .route("/desk/filing/pack.json", get(filing::show_json))
        .route("/desk/filing/make", post(filing::post_make))
        .route("/desk/filing/{number}/acknowledge", post(filing::post_acknowledge))
        .route("/desk/filing/sites", post(filing::post_site))
        .route("/desk/filing/sites/{number}/end", post(filing::post_site_end))
        .route("/desk/incidents", get(incidents::show).post(incidents::post_open))
        .route("/desk/incidents/{number}/{act}", post(incidents::post_act))
        .route("/desk/officer", get(officer::show).post(officer::post_appoint))
        .route("/desk/officer/report", post(officer::post_report))
        .route("/desk/officer/end", post(officer::post_end))
        .route("/desk/suppliers", get(desk_suppliers::show).post(desk_suppliers::post_add))
        .route("/desk/suppliers/{number}/contract", post(desk_suppliers::post_contract))
        .route("/desk/suppliers/{number}/end", post(desk_suppliers::post_end))
}

fn inspection_routes() -> Router<AppState> {
    use desk::inspections;
    use inspection::{enter, path};
    Router::new()
        .route("/twenty-minutes", get(path::show))
        .route("/desk/inspections", get(inspections::show).post(inspections::post_ask))
        .route("/desk/inspections/{inspection}/grant", post(inspections::post_grant))
        .route("/desk/inspections/{inspection}/end", post(inspections::post_end))
        .route("/inspection", get(inspection::overview))
        .route("/inspection/enter/{code}", get(enter::show).post(enter::post))
        .route("/inspection/bundle", get(inspection::bundle))
        .route("/inspection/{section}", get(inspection::show))
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let frame = frame::of(&request, &state);
    PageError::not_found(frame).into_response()
}
