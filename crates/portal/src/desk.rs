//! Pages of the operator's desk.

pub mod door;
pub mod endings;
pub mod enter;
pub mod happenings;
pub mod people;
pub mod sign;
pub mod stop;

pub use door::{DoorLine, DoorPage, Doors, GateView, PurposeDraft, PurposeState, PurposeView, Way};
pub use endings::{EndingLine, EndingStage, Endings, HoldLine, Lost};
pub use enter::Enter;
pub use happenings::{AlarmRow, Happenings, WindowRow};
pub use people::{Erase, People, PersonLine};
pub use sign::{Sign, SignSheet};
pub use stop::{StopAsk, StopLine, Stops};
