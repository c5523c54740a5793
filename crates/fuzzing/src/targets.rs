//! The targets, by what the bytes are.

mod codes;
mod grants;
mod inspections;
mod journal;
mod pictures;
mod texts;

pub use inspections::{PROBE, book};

use crate::Target;

/// All of them, in the order of their names.
pub const ALL: [Target; 19] = [
    Target {
        name: "camera_answer",
        run: inspections::camera_answer,
    },
    Target {
        name: "consent",
        run: texts::consent,
    },
    Target {
        name: "door_qr",
        run: codes::door_qr,
    },
    Target {
        name: "export",
        run: inspections::export,
    },
    Target {
        name: "grant",
        run: grants::grant,
    },
    Target {
        name: "grant_signed_anew",
        run: grants::grant_signed_anew,
    },
    Target {
        name: "journal_frame",
        run: journal::journal_frame,
    },
    Target {
        name: "kiosk_message",
        run: texts::kiosk_message,
    },
    Target {
        name: "letter",
        run: grants::letter,
    },
    Target {
        name: "nv21",
        run: pictures::nv21,
    },
    Target {
        name: "pack_manifest",
        run: texts::pack_manifest,
    },
    Target {
        name: "picture",
        run: pictures::picture,
    },
    Target {
        name: "policy",
        run: grants::policy,
    },
    Target {
        name: "probe_answer",
        run: inspections::probe_answer,
    },
    Target {
        name: "qr_in_picture",
        run: codes::qr_in_picture,
    },
    Target {
        name: "snapshot",
        run: grants::snapshot,
    },
    Target {
        name: "ticket",
        run: codes::ticket,
    },
    Target {
        name: "wire",
        run: journal::wire,
    },
    Target {
        name: "workbook",
        run: inspections::workbook,
    },
];
