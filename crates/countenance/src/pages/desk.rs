//! The operator's pages.

use axum::response::Response;

use super::error::{Trouble, see};

pub(crate) mod assessment;
pub(crate) mod door;
pub(crate) mod due;
pub(crate) mod endings;
pub(crate) mod enter;
pub(crate) mod filing;
pub(crate) mod happenings;
pub(crate) mod incidents;
pub(crate) mod inspections;
pub(crate) mod officer;
pub(crate) mod opinion;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod purpose;
pub(crate) mod sign;
pub(crate) mod stop;
pub(crate) mod suppliers;

/// After a form: the page at `place`; or, with what was wrong, the page `again`. A database that failed is another matter.
async fn after<Again>(done: Result<(), Trouble>, place: &str, again: impl FnOnce(&'static str) -> Again) -> Result<Response, Trouble>
where
    Again: Future<Output = Result<Response, Trouble>>,
{
    match done {
        Ok(()) => Ok(see(place)),
        Err(Trouble::Code(code)) => again(code).await,
        Err(trouble @ Trouble::Store(_)) => Err(trouble),
    }
}
