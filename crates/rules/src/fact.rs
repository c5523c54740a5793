//! Facts on their way from Rust types to Cedar, or to JSON for people and proofs.

use cedar_policy::RestrictedExpression;
use serde_json::Value;

/// A value that a policy can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    Bool(bool),
    Long(i64),
    Text(String),
    Set(Vec<Fact>),
    Record(Vec<(&'static str, Fact)>),
}

impl Fact {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Set(texts.into_iter().map(Self::text).collect())
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Bool(yes) => (*yes).into(),
            Self::Long(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Set(values) => values.iter().map(Self::json).collect(),
            Self::Record(fields) => fields.iter().map(|(name, fact)| ((*name).to_owned(), fact.json())).collect(),
        }
    }

    /// `None` only for a record that names a field twice.
    pub(crate) fn expression(self) -> Option<RestrictedExpression> {
        Some(match self {
            Self::Bool(yes) => RestrictedExpression::new_bool(yes),
            Self::Long(number) => RestrictedExpression::new_long(number),
            Self::Text(text) => RestrictedExpression::new_string(text),
            Self::Set(values) => RestrictedExpression::new_set(values.into_iter().map(Self::expression).collect::<Option<Vec<_>>>()?),
            Self::Record(fields) => {
                let fields = fields.into_iter().map(|(name, fact)| Some((name.to_owned(), fact.expression()?)));
                RestrictedExpression::new_record(fields.collect::<Option<Vec<_>>>()?).ok()?
            }
        })
    }
}

impl From<bool> for Fact {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<u32> for Fact {
    fn from(number: u32) -> Self {
        Self::Long(number.into())
    }
}

impl From<countenance_base::Timestamp> for Fact {
    /// Seconds since 1970-01-01 UTC.
    fn from(at: countenance_base::Timestamp) -> Self {
        Self::Long(at.seconds())
    }
}
