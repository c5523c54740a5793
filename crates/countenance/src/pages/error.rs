//! Answers that are not the wanted page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countenance_access::{DeclareLostError, GateCodeError, HoldError, OpinionError, SaveDoorError, StopError};
use countenance_destruction::OrderError;
use countenance_inspection::InspectionError;
use countenance_oversight::OversightError;
use countenance_persons::{ConsentError, FollowLinkError, PurposeError, TurnOnError};
use countenance_portal::{ErrorPage, Frame};
use countenance_storage::StoreError;

use super::reply;

/// Why a handler has no page to give: a stable code, or the database.
#[derive(Debug)]
pub(crate) enum Trouble {
    Code(&'static str),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

macro_rules! troubles {
    ($($error:ident),+ $(,)?) => {$(
        impl From<$error> for Trouble {
            fn from(error: $error) -> Self {
                let code = error.code();
                if let $error::Store(error) = error { Self::Store(error) } else { Self::Code(code) }
            }
        }
    )+};
}

troubles!(
    ConsentError,
    DeclareLostError,
    FollowLinkError,
    GateCodeError,
    HoldError,
    OpinionError,
    InspectionError,
    OrderError,
    OversightError,
    PurposeError,
    SaveDoorError,
    StopError,
    TurnOnError
);

/// A page that says what went wrong, with its status.
#[derive(Debug)]
pub(crate) struct PageError {
    status: StatusCode,
    code: &'static str,
    way_out: String,
    frame: Box<Frame>,
}

impl PageError {
    /// A stable code with the status that fits it.
    pub(crate) fn new(frame: Frame, code: &'static str) -> Self {
        let way_out = frame.home().to_owned();
        Self {
            status: status_of(code),
            code,
            way_out,
            frame: Box::new(frame),
        }
    }

    /// The same with another way out.
    #[must_use]
    pub(crate) fn to(mut self, way_out: &str) -> Self {
        way_out.clone_into(&mut self.way_out);
        self
    }

    /// The page for `trouble`.
    pub(crate) fn of(frame: Frame, trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Code(code) => Self::new(frame, code),
            Trouble::Store(error) => Self::store(frame, error),
        }
    }

    pub(crate) fn form(frame: Frame, code: &'static str) -> Self {
        Self::new(frame, code)
    }

    pub(crate) fn not_found(frame: Frame) -> Self {
        Self::new(frame, "page.not_found")
    }

    /// The database failed. The cause goes to the log, the code to the page.
    pub(crate) fn store(frame: Frame, error: &StoreError) -> Self {
        tracing::error!(error = error as &dyn std::error::Error, "database failed");
        Self::new(frame, "store.failed")
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let Self {
            status,
            code,
            way_out,
            frame,
        } = self;
        reply::page_with(
            status,
            &ErrorPage {
                frame: *frame,
                code: code.to_owned(),
                way_out,
            },
        )
    }
}

/// The status that a stable code answers with.
pub(crate) fn status_of(code: &str) -> StatusCode {
    match code {
        "session.none" | "desk.none" | "inspection.none" => StatusCode::UNAUTHORIZED,
        "form.token" | "inspection.same_operator" => StatusCode::FORBIDDEN,
        "page.not_found"
        | "consent.unknown"
        | "purpose.unknown"
        | "door.unknown"
        | "gate.unknown"
        | "person.unknown"
        | "destruction.unknown"
        | "hold.unknown"
        | "oversight.unknown"
        | "stop.unknown"
        | "inspection.unknown" => StatusCode::NOT_FOUND,
        "consent.in_force"
        | "consent.state"
        | "purpose.state"
        | "purpose.door_taken"
        | "claim.used"
        | "destruction.ordered"
        | "destruction.held"
        | "gate.lost"
        | "oversight.state"
        | "stop.stands"
        | "stop.lifted"
        | "face.stopped"
        | "inspection.state"
        | "inspection.over" => StatusCode::CONFLICT,
        "pin.throttled" | "claim.throttled" => StatusCode::TOO_MANY_REQUESTS,
        "store.failed" | "notice.broken" | "ledger.waits" | "ledger.stopped" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// After a post: the page to read, so that reloading repeats nothing.
pub(crate) fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_statuses() {
        for (code, status) in [
            ("session.none", 401),
            ("form.token", 403),
            ("page.not_found", 404),
            ("consent.state", 409),
            ("rulebook.refused", 422),
            ("pin.form", 422),
            ("pin.throttled", 429),
            ("store.failed", 503),
        ] {
            assert_eq!(status_of(code).as_u16(), status, "{code}");
        }
    }
}
