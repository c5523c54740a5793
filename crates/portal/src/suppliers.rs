//! Who else processes personal information for this site, and whom to ask: for everybody.

use askama::Template;
use countenance_base::Text;

use crate::Frame;

/// A company that works for this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicSupplier {
    pub name: Text,
    pub contact: String,
    pub purpose: Text,
    pub kinds: Text,
    pub contract: String,
    /// A day.
    pub contract_until: Option<String>,
    /// The contract is in force.
    pub bound: bool,
}

#[derive(Debug, Template)]
#[template(path = "suppliers.html")]
pub struct PublicSuppliers {
    pub frame: Frame,
    pub operator: Text,
    pub contact: Text,
    /// How to reach the protection officer.
    pub officer: Option<Text>,
    pub suppliers: Vec<PublicSupplier>,
}
