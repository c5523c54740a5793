//! What of a workbook's archive goes on to its reader.
//!
//! The reader takes a file's word: it makes room for as many shared texts as are announced, and gives each of a file's formats a copy of
//! all that the format is made of; a few kilobytes so would fill any memory. How cells look is not asked here, so that is left out. What
//! remains is unpacked once into nothing, since sizes that an archive states of itself are not believed.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::{ZipArchive, ZipWriter};

use super::LabelsRefused;

/// What a workbook may unpack to, at most.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Any workbook may unpack to this; a larger one, to so many times its own size.
const UNPACKED_BYTES_LEAST: u64 = 64 * 1024 * 1024;
const UNPACKED_TIMES: u64 = 200;
const PARTS_MAX: usize = 2048;
const SHARED_TEXTS_MAX: u64 = 4 * 1024 * 1024;
/// How often the reader may read the whole archive; it needs one time, and a bit for each part.
const READINGS: u64 = 3;
const READ_BYTES_LEAST: u64 = 4 * 1024 * 1024;

#[derive(Debug, Clone, Copy)]
struct Limits {
    unpacked: u64,
    shared_texts: u64,
}

/// The archive without how cells look, when it can be read within bounds.
pub(super) fn checked(bytes: &[u8]) -> Result<Vec<u8>, LabelsRefused> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let unpacked = size.saturating_mul(UNPACKED_TIMES).clamp(UNPACKED_BYTES_LEAST, UNPACKED_BYTES_MAX);
    let limits = Limits {
        unpacked,
        shared_texts: SHARED_TEXTS_MAX,
    };
    within(bytes, limits)
}

fn within(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, LabelsRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| LabelsRefused::Workbook)?;
    if archive.len() > PARTS_MAX {
        return Err(LabelsRefused::TooLarge);
    }
    let mut kept = ZipWriter::new(Cursor::new(Vec::new()));
    let mut left = limits.unpacked;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|_| LabelsRefused::Workbook)?;
        let name = part.name().map_err(|_| LabelsRefused::Workbook)?.to_lowercase();
        if ["styles.xml", "theme1.xml"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let mut part = part.take(left + 1);
        if name.ends_with("sharedstrings.xml") {
            let texts = shared_texts(&mut part, limits.shared_texts);
            // Whatever is wrong, an archive that is too large is told to be too large.
            if part.limit() > 0 {
                texts?;
            }
        }
        io::copy(&mut part, &mut io::sink()).map_err(|_| LabelsRefused::Workbook)?;
        left = part.limit().checked_sub(1).ok_or(LabelsRefused::TooLarge)?;
        drop(part);
        let raw = archive.by_index_raw(number).map_err(|_| LabelsRefused::Workbook)?;
        kept.raw_copy_file(raw).map_err(|_| LabelsRefused::Workbook)?;
    }
    Ok(kept.finish().map_err(|_| LabelsRefused::Workbook)?.into_inner())
}

/// Refuses more texts, there or announced. Read as the workbook's reader reads it.
fn shared_texts(part: &mut impl Read, max: u64) -> Result<(), LabelsRefused> {
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let (mut buffer, mut texts) = (Vec::new(), 0);
    loop {
        buffer.clear();
        let start = match reader.read_event_into(&mut buffer).map_err(|_| LabelsRefused::Workbook)? {
            Event::Start(start) | Event::Empty(start) => start,
            Event::Eof => return Ok(()),
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => continue,
        };
        texts += u64::from(start.local_name().as_ref() == "si");
        let announced = start.local_name().as_ref() == "sst" && announces_more(&start, max);
        if texts > max || announced {
            return Err(LabelsRefused::TooLarge);
        }
    }
}

/// Any number in any attribute counts: which of them is read, and how, is the reader's.
fn announces_more(start: &str, max: u64) -> bool {
    let number = |text: &str| {
        let digits = text.trim().trim_start_matches('+');
        let number = !digits.is_empty() && digits.chars().all(|char| char.is_ascii_digit());
        number && digits.parse::<u64>().unwrap_or(u64::MAX) > max
    };
    start.split(['"', '\'']).any(number)
}

/// An archive that is read only so often: many sheets may stand in one part, which is unpacked for each.
pub(super) struct Counted<'b> {
    bytes: Cursor<&'b [u8]>,
    left: &'b Cell<u64>,
}

impl<'b> Counted<'b> {
    pub(super) const fn new(bytes: &'b [u8], left: &'b Cell<u64>) -> Self {
        Self {
            bytes: Cursor::new(bytes),
            left,
        }
    }

    /// What reading an archive of this size may take.
    pub(super) fn allowed(bytes: &[u8]) -> u64 {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        size.saturating_mul(READINGS).saturating_add(READ_BYTES_LEAST)
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        let left = self.left.get().checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.left.set(left.unwrap_or(0));
        if left.is_none() {
            return Err(io::Error::other("read too often"));
        }
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn texts(xml: &str, max: u64) -> Result<(), LabelsRefused> {
        let limits = Limits {
            unpacked: 10_000,
            shared_texts: max,
        };
        within(&zipped(&[("xl/SharedStrings.xml", xml.as_bytes())]), limits).map(|_| ())
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_whatever_it_says_of_itself() {
        let bytes = zipped(&[("xl/workbook.xml", &vec![b' '; 100_000])]);
        assert!(bytes.len() < 2_000);
        let limits = |unpacked| Limits { unpacked, shared_texts: 0 };
        assert!(within(&bytes, limits(100_000)).is_ok());
        assert_eq!(within(&bytes, limits(99_999)), Err(LabelsRefused::TooLarge));
    }

    #[test]
    fn more_texts_than_are_kept_are_refused_whether_there_or_announced() {
        let three = "<sst uniqueCount=\"3\"><si/><x:si><t>a</t></x:si><si ></si></sst>";
        assert_eq!(texts(three, 3), Ok(()));
        assert_eq!(texts(three, 2), Err(LabelsRefused::TooLarge));
        assert_eq!(
            texts("<sst uniqueCount=\"0\"><si/><si/><si/></sst>", 2),
            Err(LabelsRefused::TooLarge)
        );
        for announced in ["4", "+4", "0004", "18446744073709551616", " 4"] {
            for quote in ['"', '\''] {
                let xml = format!("<sst\n count='1' uniqueCount = {quote}{announced}{quote}><si/></sst>");
                assert_eq!(texts(&xml, 3), Err(LabelsRefused::TooLarge), "{xml}");
                assert_eq!(
                    texts(&xml.replace('4', "3").replace("18336733073709551616", "1"), 3),
                    Ok(()),
                    "{xml}"
                );
            }
        }
        let named = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>";
        assert_eq!(texts(named, 3), Ok(()), "a year in a name announces nothing");
    }

    #[test]
    fn how_cells_look_is_left_out_and_the_rest_goes_on_as_it_is() {
        let parts: [(&str, &[u8]); 4] = [
            ("xl/workbook.xml", b"<a/>"),
            ("xl/Styles.xml", b"<styleSheet/>"),
            ("xl/theme/theme1.xml", b"<a/>"),
            ("xl/media/image1.png", b"\x89PNG"),
        ];
        let kept = checked(&zipped(&parts)).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(kept)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["xl/workbook.xml", "xl/media/image1.png"]);
        let mut text = String::new();
        archive.by_name("xl/workbook.xml").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "<a/>");
    }
}
