//! Doors and gates: ways, claims, signed snapshots, grants minted, frames and passages taken in.
//!
//! One use case a file. Purposes, consents and codes are kept by `persons`; this crate knows the door, so it asks the rulebook
//! about a person at a door ([`begin_consent()`], [`redeem_code()`], [`build_snapshot()`]).
//!
//! INVARIANT: no grant is minted without the rulebook's yes in the same transaction.
//! INVARIANT: a gate's journal is taken in without gaps, and never twice differently.

mod begin_consent;
mod build_snapshot;
mod claim_gate;
mod declare_lost;
mod door;
mod erase_passages;
mod face_lane;
mod findings_view;
mod forget_passages;
mod gate;
mod hold;
mod lane_counts;
mod method;
mod passages_view;
mod place_leaves;
mod question;
mod recover_leaves;
mod redeem_code;
mod save_door;
mod set_opinion;
mod stop;
mod store;
mod take_frames;
mod take_poll;

pub use begin_consent::{BegunConsent, begin_consent, make_enrolment_code};
pub use build_snapshot::build_snapshot;
pub use claim_gate::{ClaimGateError, GateCode, GateCodeError, claim_gate, make_gate_code};
pub use declare_lost::{DeclareLostError, LostCause, declare_lost, lost_gate};
pub use door::{Door, DoorSettings, list_doors, lookup_door, lookup_door_by_number};
pub use erase_passages::{count_passages, count_passages_at, erase_passages, erase_passages_of_event};
pub use face_lane::{FaceLane, face_lane};
pub use findings_view::{KeptFinding, findings_of_consent};
pub use forget_passages::forget_passages;
pub use gate::{ALARM_FORKED, ALARM_RECEIPT, Alarm, Gate, list_alarms, list_gates, list_gates_of_door, lookup_gate};
pub use hold::{BeginHold, Hold, HoldError, begin_hold, end_hold, is_held, list_holds};
pub use lane_counts::{FEW, LaneCount, LaneTotal, LaneWait, Waited, lane_counts, lane_totals, lane_waits, waited};
pub use method::method;
pub use passages_view::{PassageView, WindowView, passages_of_person, passages_view, windows_view};
pub use place_leaves::{
    PlaceError, Unplaced, count_frames, leaf_place, ledger_key, next_place, place_leaves, sealed_frame, take_ledger_key, unplaced_leaves,
};
pub use recover_leaves::{Recovered, hold_leaves, placed_leaves, recover_leaves};
pub use redeem_code::redeem_code;
pub use save_door::{SaveDoor, SaveDoorError, save_door};
pub use set_opinion::{OpinionError, set_opinion};
pub use stop::{Stop, StopError, StopScope, begin_stop, face_stopped, lift_stop, list_stops, purpose_stopped};
pub use take_frames::take_frames;
pub use take_poll::{take_poll, take_sequence};
