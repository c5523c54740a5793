//! The arithmetic of the tables.

/// The value below which `share` (0 to 1) of the sorted times lie: nearest rank.
pub(crate) fn percentile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * length(&sorted)).ceil().max(1.0);
    sorted.get(at(rank) - 1).or(sorted.last()).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(times: &[f64]) -> f64 {
    percentile(times, 0.5)
}

pub(crate) fn length<T>(values: &[T]) -> f64 {
    number(values.len())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank of at least one")]
fn at(rank: f64) -> usize {
    rank as usize
}

/// Wilson's interval for `hits` of `count`, 95 %: low and high share. Without any, all is possible.
pub(crate) fn wilson(hits: usize, count: usize) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    if count == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (number(count), number(hits) / number(count));
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (((middle - reach) / whole).max(0.0), ((middle + reach) / whole).min(1.0))
}

/// The least threshold at which at most `share` of these impostor scores pass; a score passes when it is not below the threshold.
pub(crate) fn threshold_at(impostors: &[f32], share: f64) -> f32 {
    let mut sorted = impostors.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let may_pass = at_most(share * length(&sorted));
    // One step above the first score that must not pass.
    sorted.get(may_pass).map_or(-1.0, |score| score.next_up())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of scores")]
fn at_most(count: f64) -> usize {
    count.floor() as usize
}

/// Share of scores below the threshold.
pub(crate) fn below(scores: &[f32], threshold: f32) -> f64 {
    let missed: Vec<&f32> = scores.iter().filter(|score| **score < threshold).collect();
    length(&missed) / length(scores).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        for (share, expected) in [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert!((percentile(&times, share) - expected).abs() < 1e-9, "{share}");
        }
        assert!((median(&[3.0]) - 3.0).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn wilson_is_that_of_the_textbook() {
        let (low, high) = wilson(0, 100);
        assert!(low.abs() < 1e-12 && (high - 0.0370).abs() < 5e-4, "{low} {high}");
        let (low, high) = wilson(10, 20);
        assert!((low - 0.2993).abs() < 5e-4 && (high - 0.7007).abs() < 5e-4, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn a_threshold_lets_no_more_pass_than_it_says() {
        let impostors: Vec<f32> = (0..1_000u16).map(|at| f32::from(at) / 1_000.0).collect();
        for (share, passing) in [(0.01, 10), (0.001, 1), (0.0, 0), (0.0005, 0)] {
            let threshold = threshold_at(&impostors, share);
            assert_eq!(impostors.iter().filter(|score| **score >= threshold).count(), passing, "{share}");
        }
        assert!((below(&[0.1, 0.2, 0.3, 0.4], 0.3) - 0.5).abs() < 1e-9);
        assert!(below(&[0.3], 0.3).abs() < 1e-9, "a score at the threshold passes");
    }
}
