//! Pages of the operator's desk.

pub mod assessment;
pub mod door;
pub mod due;
pub mod endings;
pub mod enter;
pub mod filing;
pub mod happenings;
pub mod incidents;
pub mod officer;
pub mod people;
pub mod place;
pub mod sign;
pub mod stop;
pub mod suppliers;

pub use assessment::{ApprovalView, AssessmentPage, AssessmentPrint, AssessmentText, AssessmentVersion, SystemFact, WaitingVersion};
pub(crate) use door::mode_key;
pub use door::{DoorLine, DoorPage, Doors, GateView, PurposeDraft, PurposeState, PurposeView, Way};
pub use due::{DuePage, DutyLine, EvidenceLine, FeedView, RecordOption, StateOfDuty, VideoView, audit_words, incident_words};
pub use endings::{EndingLine, EndingStage, Endings, HoldLine, Lost};
pub use enter::Enter;
pub use filing::{CountView, FilingLine, FilingPack, FilingPage, OtherSite, PackView};
pub use happenings::{AlarmRow, Happenings, WindowRow};
pub use incidents::{IncidentLine, Incidents};
pub use officer::{OfficerPage, OfficerView};
pub use people::{Erase, People, PersonLine};
pub use place::{DoorPlace, PlaceDraft};
pub use sign::{Sign, SignSheet};
pub use stop::{StopAsk, StopLine, Stops};
pub use suppliers::{SupplierLine, Suppliers};
