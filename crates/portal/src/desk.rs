//! Pages of the operator's desk.

pub mod door;
pub mod enter;
pub mod happenings;

pub use door::{DoorLine, DoorPage, Doors, GateView, PurposeDraft, PurposeState, PurposeView, Way};
pub use enter::Enter;
pub use happenings::{AlarmRow, Happenings, WindowRow};
