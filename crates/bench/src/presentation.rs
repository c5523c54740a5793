//! Presentation attacks told from live people, by the passive liveness model alone: one frame, the pack's threshold (ISO/IEC 30107-3).

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countenance_vision::{Limits, Pack, Picture, Vision};

use crate::report::{machine, table};
use crate::stats::wilson;

pub(crate) fn measure(folder: &Path) -> anyhow::Result<String> {
    let installed = countenance_setup::models()?;
    let pack = Pack::load(&installed.pack)?;
    let mut vision = Vision::load(&pack, &installed.runtime)?;
    let threshold = pack.thresholds().live_threshold;
    let (mut attacks, mut live, mut without) = ((0, 0), (0, 0), 0);
    let mut rows = Vec::new();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("listing {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(is_attack) = kind(&name) else { continue };
        let picture = Picture::decode(&std::fs::read(&path)?, Limits::FILE)?;
        let Some(face) = vision.detect(&picture)?.into_iter().next() else {
            without += 1;
            continue;
        };
        let score = vision.live(&picture, &face)?;
        let passes = score >= threshold;
        let tally = if is_attack { &mut attacks } else { &mut live };
        tally.0 += usize::from(passes == is_attack);
        tally.1 += 1;
        rows.push(vec![
            name,
            if is_attack { "attack" } else { "live" }.to_owned(),
            format!("{score:.3}"),
            if passes { "passes" } else { "refused" }.to_owned(),
        ]);
    }
    anyhow::ensure!(!rows.is_empty(), "{} holds no picture named `…_T…` or `…_F…`", folder.display());
    Ok(format!(
        "## Presentation attacks\n{}; passive model, one frame each, threshold {threshold:.2}; {without} pictures without a face.\n\n{}\n\
         APCER (attacks that pass): {}. BPCER (live people refused): {}.\n\
         So few pictures show that the test runs and next to nothing about rates.\n",
        machine(),
        table(&["picture", "is", "live score", "verdict"], &rows),
        words(attacks),
        words(live)
    ))
}

/// Whether a name says attack (`_F`) or live (`_T`).
fn kind(name: &str) -> Option<bool> {
    match (name.contains("_F"), name.contains("_T")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn words((errors, count): (usize, usize)) -> String {
    let (low, high) = wilson(errors, count);
    format!("{errors} of {count}, 95 % interval {:.0} to {:.0} %", low * 100.0, high * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_picture_is() {
        assert_eq!(
            ["image_F1", "image_T1", "image", "a_T_F"].map(kind),
            [Some(true), Some(false), None, None]
        );
        assert_eq!(words((0, 2)), "0 of 2, 95 % interval 0 to 66 %");
    }
}
