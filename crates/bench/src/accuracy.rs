//! Error rates on pictures of people: who is refused though it is them, who is let in though it is not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use std::fmt::Write as _;

use anyhow::Context as _;
use countenance_base::{Rng as _, SeededRng};
use countenance_gallery::{Embedding, likeness};
use countenance_vision::{Limits, Pack, Picture, Vision};
use zeroize::Zeroizing;

use crate::report::{machine, table};
use crate::stats::{below, length, number, threshold_at, wilson};

#[derive(Debug, clap::Args)]
pub(crate) struct AccuracyArguments {
    /// Folder with a folder of pictures for each person (`s1/1.pgm` …; PGM, JPEG or PNG)
    #[arg(long, required_unless_present = "pairs")]
    faces: Option<PathBuf>,
    /// File of lines `a,b,same`: two pictures, and 1 when they show one person
    #[arg(long, conflicts_with = "faces")]
    pairs: Option<PathBuf>,
    /// Where the DET curve is drawn (SVG)
    #[arg(long)]
    det: Option<PathBuf>,
}

/// Small pictures are enlarged to about this many pixels across, as a camera would see a face at a door.
const WIDTH: u32 = 368;
/// Share of the width that is added on each side: one over this.
const BORDER: usize = 3;
const ENROLLED: usize = 3;
const RATES: [f64; 3] = [0.01, 0.001, 0.0001];
/// FPIR that a search may have.
const FPIR_MAX: f64 = 0.01;

/// One picture of somebody, as numbers.
struct Seen {
    probe: Embedding,
    /// Averaged with the mirrored crop, as enrolment does.
    mirrored: Embedding,
    /// Higher is better: straight and sharp.
    quality: f32,
}

struct Eyes {
    vision: Vision,
}

impl Eyes {
    fn open() -> anyhow::Result<(Self, Pack)> {
        let installed = countenance_setup::models()?;
        let pack = Pack::load(&installed.pack)?;
        let vision = Vision::load(&pack, &installed.runtime)?;
        Ok((Self { vision }, pack))
    }

    /// `None` when no face is found.
    fn see(&mut self, path: &Path) -> anyhow::Result<Option<Seen>> {
        let picture = read(path)?;
        let Some(face) = self.vision.detect(&picture)?.into_iter().next() else {
            return Ok(None);
        };
        let landmarks = self.vision.landmarks(&picture, &face)?;
        let quality = self.vision.quality(&picture, &landmarks)?;
        Ok(Some(Seen {
            probe: self.vision.embed(&picture, &landmarks)?,
            mirrored: self.vision.embed_enrol(&picture, &landmarks)?,
            quality: -quality.yaw.abs() - quality.pitch.abs() / 2.0 + quality.sharpness.min(100.0) / 10.0,
        }))
    }
}

fn read(path: &Path) -> anyhow::Result<Picture> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    if bytes.starts_with(b"P5") {
        return pgm(&bytes).with_context(|| format!("{} is no PGM", path.display()));
    }
    Ok(Picture::decode(&bytes, Limits::FILE)?)
}

/// Binary PGM, enlarged bilinearly by a whole factor.
fn pgm(bytes: &[u8]) -> Option<Picture> {
    let mut at = 2;
    let mut numbers = [0usize; 3];
    for number in &mut numbers {
        while bytes.get(at)?.is_ascii_whitespace() || *bytes.get(at)? == b'#' {
            // A comment goes to the end of its line.
            let comment = *bytes.get(at)? == b'#';
            at += if comment {
                bytes.get(at..)?.iter().position(|byte| *byte == b'\n')?
            } else {
                1
            };
        }
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            *number = *number * 10 + usize::from(digit - b'0');
            at += 1;
        }
    }
    let [width, height, _] = numbers;
    let grey = bytes.get(at + 1..)?;
    let factor = (WIDTH as usize / width.max(1)).max(1);
    // A detector wants to see around a face; these pictures end at it. What is added is even grey.
    let border = width * factor / BORDER;
    let (wide, high) = (width * factor + 2 * border, height * factor + 2 * border);
    let mut rgb = Zeroizing::new(Vec::with_capacity(wide * high * 3));
    for y in 0..high {
        for x in 0..wide {
            let inside = (border..wide - border).contains(&x) && (border..high - border).contains(&y);
            let value = if inside {
                between(grey, width, height, x - border, y - border, factor)?
            } else {
                127
            };
            rgb.extend([value; 3]);
        }
    }
    Picture::from_rgb(u32::try_from(wide).ok()?, u32::try_from(high).ok()?, rgb)
}

/// The value at a place of the enlarged picture: the mean of its four neighbours, weighted by nearness.
fn between(grey: &[u8], width: usize, height: usize, x: usize, y: usize, factor: usize) -> Option<u8> {
    // In units of a source pixel over 2 × factor, measured from pixel middles.
    let place = |at: usize, size: usize| {
        let twice = (2 * at + 1).saturating_sub(factor);
        let low = (twice / (2 * factor)).min(size - 1);
        (low, (low + 1).min(size - 1), twice % (2 * factor))
    };
    let ((x0, x1, fx), (y0, y1, fy)) = (place(x, width), place(y, height));
    let at = |x: usize, y: usize| grey.get(y * width + x).map(|byte| usize::from(*byte));
    let whole = 2 * factor;
    let top = at(x0, y0)? * (whole - fx) + at(x1, y0)? * fx;
    let bottom = at(x0, y1)? * (whole - fx) + at(x1, y1)? * fx;
    u8::try_from((top * (whole - fy) + bottom * fy) / (whole * whole)).ok()
}

pub(crate) fn measure(arguments: &AccuracyArguments) -> anyhow::Result<String> {
    let (mut eyes, pack) = Eyes::open()?;
    match (&arguments.faces, &arguments.pairs) {
        (Some(folder), _) => faces(&mut eyes, &pack, folder, arguments.det.as_deref()),
        (None, Some(file)) => pairs(&mut eyes, file),
        (None, None) => anyhow::bail!("nothing to measure: --faces or --pairs"),
    }
}

/// Genuine and impostor scores of one way to compare.
#[derive(Default)]
struct Scores {
    genuine: Vec<f32>,
    impostor: Vec<f32>,
}

impl Scores {
    fn take(&mut self, same: bool, score: f32) {
        if same {
            self.genuine.push(score);
        } else {
            self.impostor.push(score);
        }
    }

    fn row(&self, name: &str) -> Vec<String> {
        let mut row = vec![name.to_owned(), self.genuine.len().to_string(), self.impostor.len().to_string()];
        for rate in RATES {
            let threshold = threshold_at(&self.impostor, rate);
            row.push(format!("{:.1} % (> {threshold:.2})", below(&self.genuine, threshold) * 100.0));
        }
        let lowest = self.genuine.iter().copied().fold(f32::INFINITY, f32::min);
        let highest = self.impostor.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.extend([format!("{lowest:.2}"), format!("{highest:.2}")]);
        row
    }
}

const HEAD: [&str; 8] = [
    "how",
    "genuine",
    "impostor",
    "FNMR at FMR 1 %",
    "at 0.1 %",
    "at 0.01 %",
    "lowest genuine",
    "highest impostor",
];

fn faces(eyes: &mut Eyes, pack: &Pack, folder: &Path, det: Option<&Path>) -> anyhow::Result<String> {
    let (people, pictures, found) = see_all(eyes, folder)?;
    let single = all_pairs(&people);
    let plain = enrolled(&people, &|seen| &seen.probe, false);
    let mirrored = enrolled(&people, &|seen| &seen.mirrored, false);
    let best = enrolled(&people, &|seen| &seen.mirrored, true);
    let rows = [
        single.row("one picture against one"),
        plain.row("three enrolled (the first three), the most alike counts"),
        mirrored.row("the same, averaged with the mirrored crop at enrolment (as the gate does)"),
        best.row("the same, the best three of the first five by pose and sharpness"),
    ];
    let mut text = format!(
        "## Accuracy\n{}; {} people, {pictures} pictures, a face found in {found}. Scores are cosines. The pictures are grey, small and posed: \
         rates at a real door will differ.\n\n{}",
        machine(),
        people.len(),
        table(&HEAD, &rows)
    );
    text += "\nThe mirrored crop is kept where it helps most, at FMR 0.1 %; it costs one embedding at enrolment. Choosing three of five by pose and sharpness is not done: \
             it does not help on these pictures. The margin costs nobody here and speaks when two people are alike.\n";
    text += &searches(&people, pack);
    text += &thresholds(&mirrored, pack);
    if let Some(path) = det {
        std::fs::write(path, draw(&[("one against one", &single), ("three enrolled", &mirrored)])?)?;
        write!(text, "\nDET curve: `{}`.\n", path.display())?;
    }
    Ok(text)
}

/// Everybody's pictures in the order of their names; how many there are, and in how many a face was found.
fn see_all(eyes: &mut Eyes, folder: &Path) -> anyhow::Result<(Vec<Vec<Seen>>, usize, usize)> {
    let (mut people, mut pictures, mut found) = (Vec::new(), 0, 0);
    for person in sorted(folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut seen = Vec::new();
        for path in sorted(&person)? {
            pictures += 1;
            seen.extend(eyes.see(&path)?);
        }
        found += seen.len();
        people.push(seen);
    }
    anyhow::ensure!(people.len() > 1, "{} holds no folders of people", folder.display());
    Ok((people, pictures, found))
}

/// By the number in the name, then by the name.
fn sorted(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("listing {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    let number = |path: &PathBuf| -> u32 {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
    };
    paths.sort_by_key(|path| (number(path), path.clone()));
    Ok(paths)
}

fn all_pairs(people: &[Vec<Seen>]) -> Scores {
    let all: Vec<(usize, &Seen)> = people
        .iter()
        .enumerate()
        .flat_map(|(who, seen)| seen.iter().map(move |one| (who, one)))
        .collect();
    let mut scores = Scores::default();
    for (at, (who, one)) in all.iter().enumerate() {
        for (other, two) in all.iter().skip(at + 1) {
            scores.take(who == other, likeness(&one.probe, &two.probe));
        }
    }
    scores
}

/// The enrolled pictures of a person, and the others as probes.
fn split(seen: &[Seen], choose: bool) -> (Vec<&Seen>, Vec<&Seen>) {
    if !choose {
        return (seen.iter().take(ENROLLED).collect(), seen.iter().skip(ENROLLED).collect());
    }
    let mut first: Vec<&Seen> = seen.iter().take(5).collect();
    first.sort_by(|one, other| other.quality.total_cmp(&one.quality));
    first.truncate(ENROLLED);
    (first, seen.iter().skip(5).collect())
}

fn best_of(enrolled: &[&Seen], probe: &Seen, reference: &dyn Fn(&Seen) -> &Embedding) -> f32 {
    enrolled
        .iter()
        .map(|one| likeness(reference(one), &probe.probe))
        .fold(-1.0, f32::max)
}

fn enrolled(people: &[Vec<Seen>], reference: &dyn Fn(&Seen) -> &Embedding, choose: bool) -> Scores {
    let split: Vec<_> = people.iter().map(|seen| split(seen, choose)).collect();
    let mut scores = Scores::default();
    for (who, (_, probes)) in split.iter().enumerate() {
        for probe in probes {
            for (other, (enrolled, _)) in split.iter().enumerate() {
                scores.take(who == other, best_of(enrolled, probe, reference));
            }
        }
    }
    scores
}

/// Searches at the pack's threshold and margin: strangers let in, and people not found.
fn searches(people: &[Vec<Seen>], pack: &Pack) -> String {
    let thresholds = pack.thresholds();
    let split: Vec<_> = people.iter().map(|seen| split(seen, false)).collect();
    let mut random = SeededRng::new(11);
    let mut rows = Vec::new();
    for size in [10, split.len().saturating_sub(1)] {
        for margin in [0.0, thresholds.match_margin] {
            let (mut let_in, mut strangers, mut lost, mut known) = (0, 0, 0, 0);
            for (who, (_, probes)) in split.iter().enumerate() {
                for probe in probes {
                    let others = others(who, split.len(), size, &mut random);
                    let scores: Vec<f32> = others
                        .iter()
                        .filter_map(|at| split.get(*at))
                        .map(|(enrolled, _)| best_of(enrolled, probe, &|seen| &seen.mirrored))
                        .collect();
                    let own = split
                        .get(who)
                        .map_or(-1.0, |(enrolled, _)| best_of(enrolled, probe, &|seen| &seen.mirrored));
                    strangers += 1;
                    let_in += usize::from(recognised(&scores, thresholds.match_threshold, margin).is_some());
                    // With the person in the place of one other: the gallery keeps its size.
                    let with: Vec<f32> = std::iter::once(own).chain(scores.into_iter().skip(1)).collect();
                    known += 1;
                    lost += usize::from(recognised(&with, thresholds.match_threshold, margin) != Some(0));
                }
            }
            rows.push(vec![
                size.to_string(),
                format!("{:.2}", thresholds.match_threshold),
                format!("{margin:.2}"),
                share(let_in, strangers),
                share(lost, known),
            ]);
        }
    }
    let head = ["gallery", "threshold", "margin", "FPIR: strangers let in", "FNIR: people not found"];
    format!(
        "\nSearches with three enrolled, each probe once as a stranger and once at home:\n\n{}",
        table(&head, &rows)
    )
}

fn share(hits: usize, count: usize) -> String {
    let (low, high) = wilson(hits, count);
    let part = number(hits) / number(count).max(1.0);
    format!(
        "{hits} of {count}, {:.2} % ({:.2} to {:.2} %)",
        part * 100.0,
        low * 100.0,
        high * 100.0
    )
}

/// `size` people who are not `who`, drawn without putting back.
fn others(who: usize, count: usize, size: usize, random: &mut SeededRng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).filter(|at| *at != who).collect();
    let mut drawn = Vec::new();
    while drawn.len() < size && !all.is_empty() {
        let mut bytes = [0u8; 8];
        random.fill(&mut bytes);
        let at = usize::try_from(u64::from_le_bytes(bytes) % all.len() as u64).unwrap_or(0);
        drawn.push(all.swap_remove(at));
    }
    drawn
}

/// Who is recognised by threshold and margin, as the gate judges.
fn recognised(scores: &[f32], threshold: f32, margin: f32) -> Option<usize> {
    let (at, best) = scores.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let second = scores
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .map(|(_, score)| *score)
        .fold(-1.0, f32::max);
    (*best >= threshold && best - second >= margin).then_some(at)
}

/// The rule for a pack's numbers. Threshold: the least one, in hundredths, at which the measured FMR is at most one in ten thousand.
/// `search_max`: the most people for whom, at that rate, at most one stranger in a hundred is let in.
pub(crate) fn thresholds_of(impostors: &[f32]) -> (f32, u32, f64) {
    let threshold = (threshold_at(impostors, 0.0001) * 100.0).ceil() / 100.0;
    let passing = impostors.iter().filter(|score| **score >= threshold).count();
    // None seen is not none: one in as many as were tried.
    let rate = number(passing.max(1)) / length(impostors).max(1.0);
    let most = (1.0 - FPIR_MAX).ln() / (1.0 - rate).ln();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count, far below 2^32"
    )]
    let most = most.floor().max(1.0) as u32;
    (threshold, most, rate)
}

fn thresholds(scores: &Scores, pack: &Pack) -> String {
    let (threshold, most, rate) = thresholds_of(&scores.impostor);
    let held = pack.thresholds();
    let (_, high) = wilson(
        scores.impostor.iter().filter(|score| **score >= held.match_threshold).count(),
        scores.impostor.len(),
    );
    format!(
        "\nThe rule for a pack's numbers (`thresholds_of` in `crates/bench`), on these {} impostor comparisons: `match_threshold = {threshold:.2}` \
         (FMR {:.4} %), `search_max = {most}` (FPIR ≤ 1 %), FNMR {:.1} %.\nThe installed pack says {:.2} and {}: FMR there at most {:.3} % with 95 % \
         certainty, FNMR {:.1} %. Comparisons of 40 people are not independent; the true bound is wider.\n",
        scores.impostor.len(),
        rate * 100.0,
        below(&scores.genuine, threshold) * 100.0,
        held.match_threshold,
        held.search_max,
        high * 100.0,
        below(&scores.genuine, held.match_threshold) * 100.0
    )
}

fn pairs(eyes: &mut Eyes, file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let base = file.parent().unwrap_or(Path::new("."));
    let mut seen: BTreeMap<String, Option<Seen>> = BTreeMap::new();
    let (mut scores, mut without) = (Scores::default(), 0);
    for (number, line) in (1..).zip(text.lines()) {
        let [one, other, same] = line
            .split(',')
            .map(str::trim)
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| anyhow::anyhow!("line {number}: `a,b,same` is wanted"))?;
        for name in [one, other] {
            if !seen.contains_key(name) {
                let found = eyes.see(&base.join(name))?;
                seen.insert(name.to_owned(), found);
            }
        }
        match (seen.get(one), seen.get(other)) {
            (Some(Some(a)), Some(Some(b))) => scores.take(matches!(same, "1" | "true"), likeness(&a.probe, &b.probe)),
            _ => without += 1,
        }
    }
    Ok(format!(
        "## Accuracy on pairs\n{}; {} pictures, {without} pairs with a picture in which no face was found.\n\n{}",
        machine(),
        seen.len(),
        table(&HEAD, &[scores.row("one picture against one")])
    ))
}

/// FNMR over FMR, both axes logarithmic.
fn draw(curves: &[(&str, &Scores)]) -> Result<String, std::fmt::Error> {
    const SIDE: f64 = 400.0;
    let place = |rate: f64| (rate.max(1e-4).log10() + 4.0) / 4.0 * SIDE;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-60 -10 480 470\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect x=\"-60\" y=\"-10\" width=\"480\" height=\"470\" fill=\"white\"/>\n<rect width=\"400\" height=\"400\" fill=\"none\" stroke=\"black\"/>\n",
    );
    for exponent in 0..=4i32 {
        let at = f64::from(exponent) * 100.0;
        let words = format!("{} %", 10f64.powi(exponent - 2));
        writeln!(
            svg,
            "<text x=\"{at}\" y=\"416\" text-anchor=\"middle\">{words}</text><text x=\"-6\" y=\"{}\" text-anchor=\"end\">{words}</text>",
            404.0 - at
        )?;
    }
    svg += "<text x=\"200\" y=\"436\" text-anchor=\"middle\">FMR</text><text x=\"-48\" y=\"200\" transform=\"rotate(-90 -48 200)\" text-anchor=\"middle\">FNMR</text>\n";
    for ((name, scores), colour) in curves.iter().zip(["#8a5a00", "#1f5c4a"]) {
        let points: Vec<String> = (0..=40)
            .map(|step| 10f64.powf(-4.0 + f64::from(step) / 10.0))
            .map(|rate| (rate, below(&scores.genuine, threshold_at(&scores.impostor, rate))))
            .map(|(fmr, fnmr)| format!("{:.1},{:.1}", place(fmr), SIDE - place(fnmr)))
            .collect();
        writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>",
            points.join(" ")
        )?;
        let y = if colour == "#8a5a00" { 20 } else { 38 };
        writeln!(svg, "<text x=\"392\" y=\"{y}\" text-anchor=\"end\" fill=\"{colour}\">{name}</text>")?;
    }
    svg += "</svg>\n";
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pgm_is_enlarged_and_keeps_its_corners() {
        let picture = pgm(b"P5\n# drawn\n2 2\n255\n\x00\xff\xff\x00").unwrap();
        assert_eq!((picture.width(), picture.height()), (612, 612));
        let inner = |x: usize, y: usize| picture.luma(x + 122, y + 122);
        assert_eq!(picture.luma(3, 3), 127);
        assert!(inner(0, 0) < 10 && inner(367, 0) > 245 && inner(0, 367) > 245 && inner(367, 367) < 10);
        assert!((100..156).contains(&inner(184, 184)), "{}", inner(184, 184));
        assert!(pgm(b"P5\n2 2\n255\n\x00").is_none());
    }

    #[test]
    fn a_search_is_judged_by_threshold_and_margin() {
        assert_eq!(recognised(&[0.2, 0.7, 0.5], 0.6, 0.05), Some(1));
        assert_eq!(recognised(&[0.2, 0.7, 0.68], 0.6, 0.05), None);
        assert_eq!(recognised(&[0.2, 0.5], 0.6, 0.0), None);
        assert_eq!(recognised(&[0.9], 0.6, 0.05), Some(0));
        assert_eq!(recognised(&[], 0.6, 0.05), None);
    }

    #[test]
    fn the_rule_gives_the_most_people_that_the_counts_allow() {
        // Twenty thousand impostors, evenly from 0 to 0.5: two may pass, the threshold lies at 0.50.
        let impostors: Vec<f32> = (0..20_000u16).map(|at| f32::from(at) / 40_000.0).collect();
        let (threshold, most, rate) = thresholds_of(&impostors);
        assert!((threshold - 0.5).abs() < 1e-6, "{threshold}");
        assert!(
            (rate - 0.00005).abs() < 1e-9,
            "none passed, so one in twenty thousand is said: {rate}"
        );
        assert_eq!(most, 201);
    }

    #[test]
    fn others_are_others_and_each_once() {
        let mut random = SeededRng::new(1);
        for who in 0..12 {
            let mut drawn = others(who, 12, 10, &mut random);
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), 10);
            assert!(!drawn.contains(&who));
        }
    }
}
