//! What a lens or a scanner reads: the enrolment ticket, the door QR, and the QR reader itself.

use countenance_gate_core::qr::{self, UsedQrs};
use countenance_gate_core::wire::EnrolmentTicket;
use countenance_vision::{Picture, code_in};
use zeroize::Zeroizing;

use crate::Verdict;
use crate::estate::{ESTATE, NOW};

/// One ticket has one text.
pub(super) fn ticket(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::Refused;
    };
    let Some(ticket) = EnrolmentTicket::from_text(text) else {
        return Verdict::Refused;
    };
    assert_eq!(ticket.to_text(), text);
    assert_eq!(ticket.digits().len(), 2);
    Verdict::Accepted
}

/// Only the text that the person's key signed opens, and only for that person.
pub(super) fn door_qr(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::Refused;
    };
    match qr::check(text, &ESTATE.policy, &mut UsedQrs::default(), NOW) {
        Ok(person) => {
            assert_eq!((person, text), (ESTATE.person, ESTATE.door_qr.as_str()));
            Verdict::Accepted
        }
        Err(code) => {
            assert!(code.starts_with("qr."));
            Verdict::Refused
        }
    }
}

/// A grey picture: the first byte is its width, the others are its pixels.
pub(super) fn qr_in_picture(bytes: &[u8]) -> Verdict {
    let Some((&width, pixels)) = bytes.split_first() else {
        return Verdict::Refused;
    };
    let columns = usize::from(width).max(1);
    let whole = pixels.len() - pixels.len() % columns;
    let rgb = pixels.iter().take(whole).flat_map(|luma| [*luma; 3]).collect();
    let height = u32::try_from(whole / columns).unwrap_or(0);
    let Some(picture) = Picture::from_rgb(u32::from(width), height, Zeroizing::new(rgb)) else {
        return Verdict::Refused;
    };
    let text = code_in(&picture);
    // The largest QR holds 7,089 digits.
    assert!(text.as_ref().is_none_or(|text| text.len() <= 7_089 * 2));
    Verdict::accepted_if(text.is_some())
}
