//! Every page of the server as a typed struct with its template, every word as a Fluent message, every static file.
//!
//! A page struct is filled by a request handler and rendered; it decides nothing and asks nobody. Templates and Rust
//! hold no words: a test scans both for message keys and wants each in Chinese and English.

pub mod assets;
pub mod certificate;
pub mod desk;
pub mod error;
pub mod frame;
pub mod ics;
pub mod inspection;
pub mod messages;
pub mod parts;
pub mod public;
pub mod qr;
pub mod resident;
pub mod rulebook;
pub mod seal;
pub mod suppliers;
mod verify_page;

pub use askama::Template;
pub use assets::{Asset, asset};
pub use certificate::{CertificatePage, CertificateView, HeldAt, Sampled, Witnesses};
pub use error::ErrorPage;
pub use frame::{Frame, Place};
pub use parts::{Problem, Refusal};
pub use public::{FaceLane, GatePage, Opinion, PublicPurpose};
pub use rulebook::{RulebookArticle, RulebookChapter, RulebookInstrument, RulebookNumber, RulebookPage, RulebookRule};
pub use suppliers::{PublicSupplier, PublicSuppliers};
pub use verify_page::{verify_content_policy, verify_page};
