//! What a recogniser makes of one aligned face, in memory for one attempt.

use zeroize::Zeroizing;

/// Numbers in an embedding.
pub const EMBEDDING_LEN: usize = 512;

/// Below this length a vector has no direction worth comparing: a recogniser that puts it out has failed.
const NORM_MIN: f64 = 1e-6;

/// The direction of one face: 512 numbers of length one. As good as a picture of the person, in law and in code.
///
/// INVARIANT: no `Debug`, no `Clone`, no encoding, no public way to its numbers; zeroed on drop.
#[expect(missing_debug_implementations, reason = "an embedding never prints, not even its name with dots")]
pub struct Embedding(Zeroizing<Vec<f32>>);

impl Embedding {
    /// Takes a recogniser's output over and scales it to length one, in place.
    /// `None` for another number of values, a value that is not finite, or no direction.
    pub fn from_raw(mut values: Zeroizing<Vec<f32>>) -> Option<Self> {
        if values.len() != EMBEDDING_LEN || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let norm = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        if norm < NORM_MIN {
            return None;
        }
        for value in values.iter_mut() {
            *value = narrow(f64::from(*value) / norm);
        }
        Some(Self(values))
    }

    pub(crate) fn values(&self) -> &[f32] {
        &self.0
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the value is at most one in size; its last bits are noise"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Vec<f32>) -> Option<Embedding> {
        Embedding::from_raw(Zeroizing::new(values))
    }

    #[test]
    fn an_embedding_has_length_one() {
        for scale in [1e-4_f32, 1.0, 1e30] {
            let embedding = of((0..512u16).map(|i| (f32::from(i) - 200.0) * scale).collect()).unwrap();
            let norm: f32 = embedding.values().iter().map(|value| value * value).sum();
            assert!((norm - 1.0).abs() < 1e-4, "scale {scale}: {norm}");
        }
    }

    #[test]
    fn what_is_not_a_direction_is_refused() {
        let with = |bad: f32| {
            let mut values = vec![1.0; 512];
            values[77] = bad;
            values
        };
        for (what, values) in [
            ("short", vec![1.0; 511]),
            ("long", vec![1.0; 513]),
            ("empty", vec![]),
            ("zero", vec![0.0; 512]),
            ("nan", with(f32::NAN)),
            ("infinite", with(f32::INFINITY)),
            ("minus infinite", with(f32::NEG_INFINITY)),
        ] {
            assert!(of(values).is_none(), "{what}");
        }
    }
}
