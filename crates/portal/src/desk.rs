//! Pages of the operator's desk.

pub mod assessment;
pub mod door;
pub mod endings;
pub mod enter;
pub mod happenings;
pub mod people;

pub use assessment::{ApprovalView, AssessmentPage, AssessmentPrint, AssessmentText, AssessmentVersion, SystemFact, WaitingVersion};
pub use door::{DoorLine, DoorPage, Doors, GateView, PurposeDraft, PurposeState, PurposeView, Way};
pub use endings::{EndingLine, EndingStage, Endings, HoldLine, Lost};
pub use enter::Enter;
pub use happenings::{AlarmRow, Happenings, WindowRow};
pub use people::{Erase, People, PersonLine};
