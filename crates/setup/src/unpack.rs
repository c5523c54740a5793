//! Takes single files out of a verified archive, bounded by their pinned sizes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::manifest::{Client, Take};

/// Content of `take` inside the archive at `path`; the text says why not.
pub(crate) fn unpack(path: &Path, client: Client, take: &Take) -> Result<Vec<u8>, String> {
    let file = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    match client {
        Client::Wheel => {
            let mut archive = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
            let entry = archive.by_name(&take.from).map_err(|error| error.to_string())?;
            bounded(entry, take)
        }
        Client::Npm | Client::Source => {
            let mut archive = tar::Archive::new(flate2::bufread::GzDecoder::new(file));
            for entry in archive.entries().map_err(|error| error.to_string())? {
                let entry = entry.map_err(|error| error.to_string())?;
                if entry.path_bytes().as_ref() == take.from.as_bytes() {
                    return bounded(entry, take);
                }
            }
            Err("no such entry".to_owned())
        }
    }
}

fn bounded(entry: impl Read, take: &Take) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    // One byte more than pinned: a longer entry shows as another length instead of filling the memory.
    entry
        .take(take.bytes + 1)
        .read_to_end(&mut content)
        .map_err(|error| error.to_string())?;
    if content.len() as u64 == take.bytes {
        Ok(content)
    } else {
        Err("its length is not the pinned one".to_owned())
    }
}
