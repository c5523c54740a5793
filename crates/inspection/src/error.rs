use countenance_storage::StoreError;

/// Why a step of an inspection was not taken.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    #[error("an inspection names an authority, an inspector and a reason")]
    Words,
    #[error("an inspection begins today or later and ends within a few days")]
    Span,
    #[error("there is no such inspection")]
    Unknown,
    #[error("who asked for it cannot grant it")]
    SameOperator,
    #[error("the inspection is granted already, or was ended")]
    State,
    #[error("its time is over")]
    Over,
    #[error("the link is unknown, used, too early or too late")]
    Link,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InspectionError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Words => "inspection.words",
            Self::Span => "inspection.span",
            Self::Unknown => "inspection.unknown",
            Self::SameOperator => "inspection.same_operator",
            Self::State => "inspection.state",
            Self::Over => "inspection.over",
            Self::Link => "inspection.link",
            Self::Store(_) => "store.failed",
        }
    }
}
