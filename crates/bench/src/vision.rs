//! One frame to a decision, and an attempt of three frames.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use countenance_gallery::{in_template_form, scan};
use countenance_testkit::clips::Clips;
use countenance_vision::{Limits, Pack, Picture, Vision};

use crate::peers;
use crate::report::{machine, table};
use crate::stats::{median, percentile};

const ROUNDS: usize = 400;
/// As `bench/vision.py` names the time that both spend in the same library.
const MODELS: &str = "of that, inside the four models";
const PEER_ROUNDS: usize = 120;
/// A household's templates, three pictures each.
const HOUSEHOLD: usize = 20 * 3;
/// A journal frame on disk: two sectors.
const FRAME: [u8; 1024] = [0x5a; 1024];

/// Milliseconds of each stage of one frame.
#[derive(Default)]
struct Stages {
    decode: Vec<f64>,
    detect: Vec<f64>,
    landmarks: Vec<f64>,
    live: Vec<f64>,
    embed: Vec<f64>,
    compare: Vec<f64>,
    journal: Vec<f64>,
    whole: Vec<f64>,
}

pub(crate) fn measure(environment: Option<&Path>) -> anyhow::Result<String> {
    let installed = countenance_setup::models()?;
    let mut vision = Vision::load(&Pack::load(&installed.pack)?, &installed.runtime)?;
    let clips = Clips::load()?;
    let folder = tempfile::tempdir()?;
    let mut journal = File::create(folder.path().join("journal"))?;
    let mut stages = Stages::default();
    let mut attempts = Vec::new();
    // Half before the peers and half after: a machine that is busy for a while is so for all.
    our_rounds(&mut vision, &clips, &mut journal, &mut stages, &mut attempts)?;
    let peers = run_peers(environment, &installed.pack, &clips, folder.path())?;
    our_rounds(&mut vision, &clips, &mut journal, &mut stages, &mut attempts)?;
    let mut rows = vec![row("ours: one frame to a decision, with everything below", &stages.whole)];
    for (name, times) in [
        ("· decode a 640 × 480 JPEG", &stages.decode),
        ("· detect", &stages.detect),
        ("· landmarks, twice, and quality", &stages.landmarks),
        ("· liveness", &stages.live),
        ("· align and embed", &stages.embed),
        ("· compare with 20 people, 3 pictures each", &stages.compare),
        ("· write a journal frame, `fdatasync`", &stages.journal),
    ] {
        rows.push(row(name, times));
    }
    rows.push(row(
        "ours: an attempt of three frames (decode to liveness three times, embed, compare, journal twice)",
        &attempts,
    ));
    let mut text = format!("## Vision\n{}; one thread, one core.\n\n", machine());
    let ratios = with_peers(&peers, &stages.whole, &mut rows)?;
    text += &table(&["what", "p50 ms", "p99 ms"], &rows);
    write!(
        text,
        "\nTo hold: frame p50 ≤ 30 and p99 ≤ 60 ms: {}. Attempt p50 ≤ 120 ms: {}.{ratios}\n",
        held(median(&stages.whole) <= 30.0 && percentile(&stages.whole, 0.99) <= 60.0),
        held(median(&attempts) <= 120.0)
    )?;
    text += "\nStages are not side by side: the order is liveness, grants, trace, embedding, and nobody who fails liveness is embedded, so the two that \
        cost most may not overlap.\n";
    Ok(text)
}

fn held(yes: bool) -> &'static str {
    if yes { "held" } else { "**missed**" }
}

fn row(name: &str, times: &[f64]) -> Vec<String> {
    vec![
        name.to_owned(),
        format!("{:.2}", median(times)),
        format!("{:.2}", percentile(times, 0.99)),
    ]
}

fn our_rounds(vision: &mut Vision, clips: &Clips, journal: &mut File, stages: &mut Stages, attempts: &mut Vec<f64>) -> anyhow::Result<()> {
    for round in 0..ROUNDS / 2 {
        let frame = clips.third_a.get(round % clips.third_a.len()).context("an empty clip")?;
        one_frame(vision, frame, journal, stages)?;
        if round % 4 == 0 {
            attempts.push(attempt(vision, &clips.third_a, journal)?);
        }
    }
    Ok(())
}

fn run_peers(environment: Option<&Path>, pack: &Path, clips: &Clips, folder: &Path) -> anyhow::Result<Vec<peers::Peer>> {
    let Some(environment) = environment else { return Ok(Vec::new()) };
    for (number, frame) in clips.third_a.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:02}.jpg")), frame)?;
    }
    let arguments = [pack.display().to_string(), folder.display().to_string(), PEER_ROUNDS.to_string()];
    peers::run(environment, "vision.py", &arguments)
}

fn with_peers(peers: &[peers::Peer], ours: &[f64], rows: &mut Vec<Vec<String>>) -> Result<String, std::fmt::Error> {
    let mut ratios = String::new();
    for peer in peers {
        if peer.name == MODELS {
            rows.push(row(&format!("· {}", peer.name), &peer.ms));
            write!(
                ratios,
                " The runtime alone needs {:.1} ms for the same four models, whoever calls it: no program around it can be more than {:.1} × as \
                 fast as the plain script.",
                median(&peer.ms),
                peers.first().map_or(f64::NAN, |plain| median(&plain.ms)) / median(&peer.ms)
            )?;
            continue;
        }
        let times = median(&peer.ms) / median(ours);
        let least = if peer.name.contains("dlib") { 8.0 } else { 1.5 };
        rows.push(row(&format!("peer: {}", peer.name), &peer.ms));
        write!(
            ratios,
            " Against {}: {times:.1} ×, to hold ≥ {least} ×: {}.",
            peer.name,
            held(times >= least)
        )?;
    }
    Ok(ratios)
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Decodes and looks at a frame as the gate does before anything is embedded.
fn look(vision: &mut Vision, frame: &[u8], stages: &mut Stages) -> anyhow::Result<(Picture, countenance_vision::Landmarks)> {
    let at = Instant::now();
    let picture = Picture::decode(frame, Limits::FRAME)?;
    stages.decode.push(ms(at));
    let at = Instant::now();
    let face = vision.detect(&picture)?.into_iter().next().context("no face in the clip")?;
    stages.detect.push(ms(at));
    let at = Instant::now();
    let landmarks = vision.landmarks(&picture, &face)?;
    vision.quality(&picture, &landmarks)?;
    stages.landmarks.push(ms(at));
    let at = Instant::now();
    vision.live(&picture, &face)?;
    stages.live.push(ms(at));
    Ok((picture, landmarks))
}

fn decide(
    vision: &mut Vision,
    seen: &(Picture, countenance_vision::Landmarks),
    journal: &mut File,
    stages: &mut Stages,
) -> anyhow::Result<()> {
    let at = Instant::now();
    let probe = vision.embed(&seen.0, &seen.1)?;
    stages.embed.push(ms(at));
    let at = Instant::now();
    let probe = in_template_form(&probe);
    let household = probe.repeat(HOUSEHOLD);
    scan(&household, &probe).context("nobody to compare with")?;
    stages.compare.push(ms(at));
    let at = Instant::now();
    journal.write_all(&FRAME)?;
    journal.sync_data()?;
    stages.journal.push(ms(at));
    Ok(())
}

fn one_frame(vision: &mut Vision, frame: &[u8], journal: &mut File, stages: &mut Stages) -> anyhow::Result<()> {
    let at = Instant::now();
    let seen = look(vision, frame, stages)?;
    decide(vision, &seen, journal, stages)?;
    stages.whole.push(ms(at));
    Ok(())
}

fn attempt(vision: &mut Vision, clip: &[Vec<u8>], journal: &mut File) -> anyhow::Result<f64> {
    let mut unused = Stages::default();
    let at = Instant::now();
    let mut last = None;
    for frame in clip.iter().take(3) {
        last = Some(look(vision, frame, &mut unused)?);
    }
    journal.write_all(&FRAME)?;
    journal.sync_data()?;
    decide(vision, &last.context("no frame")?, journal, &mut unused)?;
    Ok(ms(at))
}
