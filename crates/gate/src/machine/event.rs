//! What comes in and what goes out.

use countenance_base::PersonId;
use zeroize::Zeroizing;

use crate::challenge::Pose;
use crate::wire::{EnrolmentTicket, Passage, Window};

/// What a person does at the kiosk.
#[derive(Clone, PartialEq, Eq)]
pub enum Do {
    /// "I want to come in": intent.
    Begin,
    Unit(String),
    Face,
    Qr,
    PinLane,
    Pin(Zeroizing<String>),
    Enrol,
    /// A code typed, or read by a scanner that types.
    Text(String),
    Yes,
    No,
    Withdraw,
    /// "Give me that in writing": a receipt of the attempt that has just ended.
    Receipt,
    Cancel,
}

impl std::fmt::Debug for Do {
    /// Names the action and none of its content: units, PINs and codes do not belong in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Begin => "Begin",
            Self::Unit(_) => "Unit",
            Self::Face => "Face",
            Self::Qr => "Qr",
            Self::PinLane => "PinLane",
            Self::Pin(_) => "Pin",
            Self::Enrol => "Enrol",
            Self::Text(_) => "Text",
            Self::Yes => "Yes",
            Self::No => "No",
            Self::Withdraw => "Withdraw",
            Self::Receipt => "Receipt",
            Self::Cancel => "Cancel",
        })
    }
}

/// What measuring and comparing the asker's frames came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// The one face is this person's, by threshold and margin, under a verified grant.
    Recognised(PersonId),
    Unknown,
    /// Two people are too alike to tell; nobody is let in on a guess.
    Ambiguous,
    NotLive,
    /// A code: no grant held, journal refused, a stage failed.
    Refused(String),
}

#[derive(Debug, Clone)]
pub enum Input {
    Kiosk(Do),
    /// A frame was looked at and not taken, with the code why.
    FrameRefused(&'static str),
    /// A frame passed zone, distance, count, quality, and differs from those before. The shell keeps it for this attempt.
    FrameAccepted,
    /// At a door with a challenge: a frame showed the same face in this pose. The shell does not keep it.
    FrameFollowed(Pose),
    /// A QR was read in a frame.
    CodeSeen(String),
    PinChecked(Option<PersonId>),
    Measured(Measured),
    /// The server's answer to [`Effect::Redeem`], already verified as a grant by the shell; or a code.
    Redeemed(Result<(), String>),
    Sealed(Result<(), String>),
    Erased(Result<(), String>),
    /// The signed text of a receipt, as a QR carries it.
    Promised(Result<String, String>),
    /// An effect could not be carried out.
    Failed(String),
    Tick,
}

/// What the shell must do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Check a PIN against the people of a unit; answer with [`Input::PinChecked`].
    CheckPin { unit: String, pin: Zeroizing<String> },
    /// Judge liveness, then embed and compare the kept frames with this unit's consenting people; answer with [`Input::Measured`].
    Measure { unit: String },
    /// Exchange the code for a grant and verify it; answer with [`Input::Redeemed`].
    Redeem(EnrolmentTicket),
    /// Judge liveness, embed the kept frames, journal, seal; answer with [`Input::Sealed`].
    Seal,
    /// Journal, then erase this person's template here; answer with [`Input::Erased`].
    Erase { person: PersonId },
    /// Journal the passage durably, then fire the relay.
    Open { passage: Passage, open_ms: u32 },
    /// Journal a refused passage.
    Refuse { passage: Passage },
    /// Sign a receipt of the passage journalled last; answer with [`Input::Promised`].
    Promise,
    /// The camera is closed: complete the window's counts and journal it.
    CloseCamera(Window),
    /// Zero frames, embeddings and grants of this attempt.
    Forget,
}
