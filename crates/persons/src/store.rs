//! All SQL of this crate, one module a subject.

pub(crate) mod account;
pub(crate) mod assessment;
pub(crate) mod auditor;
pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod erasure;
pub(crate) mod notice;
pub(crate) mod operator;
pub(crate) mod person;
pub(crate) mod purpose;
pub(crate) mod receipt;
pub(crate) mod session;
pub(crate) mod site;
