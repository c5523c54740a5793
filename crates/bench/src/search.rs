//! Exact search among many: a speed figure, not an operating point. No door searches more than the pack's `search_max`.

use std::path::Path;
use std::time::Instant;

use std::fmt::Write as _;

use anyhow::Context as _;
use countenance_base::{Rng as _, SeededRng};
use countenance_gallery::{Embedding, in_template_form, scan};
use zeroize::Zeroizing;

use crate::peers;
use crate::report::{machine, table};
use crate::stats::{median, percentile};

const SIZES: [usize; 2] = [100_000, 1_000_000];
const ROUNDS: usize = 30;

pub(crate) fn measure(environment: Option<&Path>) -> anyhow::Result<String> {
    let arguments: Vec<String> = std::iter::once(ROUNDS).chain(SIZES).map(|number| number.to_string()).collect();
    let peers = environment.map_or_else(|| Ok(Vec::new()), |environment| peers::run(environment, "search.py", &arguments))?;
    let (mut rows, mut verdicts) = (Vec::new(), String::new());
    for size in SIZES {
        let (gallery, probe) = gallery(size)?;
        let bytes = gallery.len();
        let reading = repeat(|| read_all(&gallery));
        let ours = repeat(|| scan(&gallery, &probe).map_or(0, |(at, _)| at as u64));
        drop(gallery);
        rows.push(row(size, "ours: whole numbers, one byte a number instead of four", &ours, bytes));
        rows.push(row(size, "the memory itself: reading the same bytes once", &reading, bytes));
        let over = median(&ours) / median(&reading);
        write!(
            verdicts,
            "\n- {size}: {over:.2} × the time of reading the memory (to hold ≤ 1.5: {}).",
            held(over <= 1.5)
        )?;
        for peer in peers.iter().filter(|peer| peer.n == size) {
            let ratio = median(&peer.ms) / median(&ours);
            let least = if peer.name.contains("Flat") { 3.0 } else { 2.0 };
            rows.push(row(size, &format!("peer: {}", peer.name), &peer.ms, 0));
            write!(
                verdicts,
                " {}: {ratio:.1} × ours (to hold ≥ {least}: {}).",
                peer.name,
                held(ratio >= least)
            )?;
        }
    }
    let head = ["people", "who", "p50 ms", "p99 ms", "GB/s"];
    Ok(format!(
        "## Search\n{}; one thread, one core; 512 numbers a person.\n\n{}{verdicts}\n",
        machine(),
        table(&head, &rows)
    ))
}

fn held(yes: bool) -> &'static str {
    if yes { "held" } else { "**missed**" }
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a bench")]
fn row(size: usize, who: &str, times: &[f64], bytes: usize) -> Vec<String> {
    let speed = if bytes > 0 {
        format!("{:.1}", bytes as f64 / median(times) / 1e6)
    } else {
        String::new()
    };
    vec![
        size.to_string(),
        who.to_owned(),
        format!("{:.2}", median(times)),
        format!("{:.2}", percentile(times, 0.99)),
        speed,
    ]
}

fn repeat(mut act: impl FnMut() -> u64) -> Vec<f64> {
    let mut sum = act();
    let times = (0..ROUNDS).map(|_| {
        let at = Instant::now();
        sum = sum.wrapping_add(act());
        at.elapsed().as_secs_f64() * 1e3
    });
    let times = times.collect();
    std::hint::black_box(sum);
    times
}

/// The least that any search must do: every eight bytes once.
fn read_all(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<64>();
    words.iter().fold(0, |sum: u64, word| {
        let (parts, _) = word.as_chunks::<8>();
        parts.iter().fold(sum, |sum, part| sum ^ u64::from_ne_bytes(*part))
    })
}

/// Random people in template form, and a probe that is one of them with noise: the search must find it, or its time means nothing.
fn gallery(size: usize) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let mut random = SeededRng::new(7);
    let row = in_template_form(&embedding(&mut random)?);
    let mut gallery = Vec::with_capacity(row.len() * size);
    let mut bytes = vec![0u8; row.len()];
    for _ in 0..size {
        random.fill(&mut bytes);
        let (scale, numbers) = row.split_at(4);
        gallery.extend_from_slice(scale);
        gallery.extend(
            bytes
                .iter()
                .take(numbers.len())
                .map(|byte| byte.cast_signed().clamp(-127, 127).cast_unsigned()),
        );
    }
    let wanted = size / 3;
    let found = gallery.chunks_exact(row.len()).nth(wanted).context("an empty gallery")?.to_vec();
    anyhow::ensure!(
        scan(&gallery, &found).is_some_and(|(at, _)| at == wanted),
        "the search does not find who is there"
    );
    Ok((gallery, found))
}

fn embedding(random: &mut SeededRng) -> anyhow::Result<Embedding> {
    let mut bytes = [0u8; 512];
    random.fill(&mut bytes);
    let values = bytes.iter().map(|byte| f32::from(*byte) - 127.5).collect();
    Embedding::from_raw(Zeroizing::new(values)).context("no direction")
}
