//! Texts: a person's consent, a pack's manifest, a kiosk's message.

use countenance_gate::kiosk::read_do;
use countenance_grant::ConsentStatement;
use countenance_vision::Pack;

use crate::Verdict;

/// One consent has one text.
pub(super) fn consent(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::Refused;
    };
    let read = ConsentStatement::parse(text);
    if let Ok(statement) = &read {
        assert_eq!(statement.to_text(), text);
    }
    Verdict::accepted_if(read.is_ok())
}

pub(super) fn pack_manifest(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::Refused;
    };
    let judged = Pack::check_manifest(text);
    if let Err(error) = &judged {
        assert_eq!(error.code(), "pack.manifest");
    }
    Verdict::accepted_if(judged.is_ok())
}

/// What people key in never stands in what a log would print.
pub(super) fn kiosk_message(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Verdict::Refused;
    };
    let action = read_do(text);
    if let Some(action) = &action {
        let printed = format!("{action:?}");
        assert!(
            printed.len() < 12 && printed.chars().all(|char| char.is_ascii_alphabetic()),
            "{printed}"
        );
    }
    Verdict::accepted_if(action.is_some())
}
