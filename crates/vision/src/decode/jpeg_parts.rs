//! What a JPEG is made of, looked through before it is decoded: kinds that are refused by name, and more parts than a camera writes.

use crate::picture::PictureError;

/// Scans; each costs a pass over the picture. Encoders write about ten.
pub(super) const SCANS_MAX: usize = 24;
/// Marks of extension segments (APP1). The decoder compares each with all before it, so their number must not be the sender's choice.
/// They are counted wherever they stand, so that no two readings of the same bytes can disagree; noise holds one in 65,536 bytes.
const EXTENSIONS_MAX: usize = 1_024;

/// Looks through the segments.
///
/// # Errors
/// `RareCoding`, `PrintColours`, `TooComplex`. What is damaged is left to the decoder to find.
pub(super) fn judge_parts(bytes: &[u8]) -> Result<(), PictureError> {
    if bytes.windows(2).filter(|pair| *pair == [0xff, 0xe1]).count() > EXTENSIONS_MAX {
        return Err(PictureError::TooComplex);
    }
    let mut scans = 0;
    for (marker, content) in Segments(bytes) {
        match marker {
            // Start of a scan.
            0xda => {
                scans += 1;
                if scans > SCANS_MAX {
                    return Err(PictureError::TooComplex);
                }
            }
            // Start of a frame, but for tables of Huffman and arithmetic coding, which share the range.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => judge_frame(marker, content)?,
            _ => {}
        }
    }
    Ok(())
}

/// ITU-T T.81, B.2.2: precision, height, width, number of components.
fn judge_frame(marker: u8, content: &[u8]) -> Result<(), PictureError> {
    let huffman_dct = matches!(marker, 0xc0..=0xc2);
    let &[precision, _, _, _, _, components, ..] = content else {
        return Ok(());
    };
    if !huffman_dct || precision != 8 {
        return Err(PictureError::RareCoding);
    }
    match components {
        1 | 3 => Ok(()),
        // Inks, not light: without the press's profile the colours of a face cannot be told.
        4 => Err(PictureError::PrintColours),
        _ => Err(PictureError::RareCoding),
    }
}

/// Markers with their segments' content, in order; entropy-coded data between them is passed over.
struct Segments<'a>(&'a [u8]);

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.0.windows(2).position(|pair| matches!(pair, [0xff, 1..=0xfe]))?;
            let (&marker, rest) = self.0.get(at + 1..)?.split_first()?;
            self.0 = rest;
            // Restarts, start and end of the picture, and the one reserved marker have no segment.
            if matches!(marker, 0xd0..=0xd9 | 1) {
                continue;
            }
            let (length, _) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let content = rest.get(2..length)?;
            self.0 = rest.get(length..)?;
            return Some((marker, content));
        }
    }
}
