//! A QR code drawn by the server: what is printed must not wait for a script.

use qrcode::{Color, EcLevel, QrCode};

/// Quiet zone in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// Dark modules as one path in a square of `size`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrDrawing {
    pub size: usize,
    pub path: String,
}

impl QrDrawing {
    /// The code of `text`; `None` for a text longer than any code.
    pub fn of(text: &str) -> Option<Self> {
        // Level Q stands a scratched sign.
        let code = QrCode::with_error_correction_level(text, EcLevel::Q).ok()?;
        let width = code.width();
        let dark = code
            .to_colors()
            .into_iter()
            .enumerate()
            .filter(|(_, colour)| *colour == Color::Dark);
        let modules: Vec<String> = dark
            .map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET))
            .collect();
        Some(Self {
            size: width + 2 * QUIET,
            path: modules.concat(),
        })
    }
}
