//! The dot product of two rows of small whole numbers, by the widest instructions that the machine has.
//!
//! Chosen once, at run time: AVX-512 VNNI, AVX2, or a plain loop; no machine needs any of the first two. Whole numbers have one sum, so
//! every way gives the same result to the last bit, and the choice is tried against the plain loop before it is used.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "instructions beyond the baseline have no safe form in std")
)]

use std::sync::OnceLock;

/// Sum of products of signed bytes; the shorter of both rows ends it. Up to 2^16 bytes nothing overflows.
pub(crate) type Dot = fn(&[u8], &[u8]) -> i32;

/// The widest way that this machine has.
pub(crate) fn dot() -> Dot {
    static CHOSEN: OnceLock<Dot> = OnceLock::new();
    *CHOSEN.get_or_init(|| ways().into_iter().map(|(_, way)| way).find(|way| is_right(*way)).unwrap_or(plain))
}

/// Every way that this machine can go, the widest first.
pub(crate) fn ways() -> Vec<(&'static str, Dot)> {
    let mut ways: Vec<(&'static str, Dot)> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512vnni") && std::arch::is_x86_feature_detected!("avx512f") {
            ways.push(("avx512-vnni", wide::vnni));
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            ways.push(("avx2", wide::avx2));
        }
    }
    ways.push(("portable", plain));
    ways
}

/// Tries a way on rows that reach every lane, sign and end.
fn is_right(way: Dot) -> bool {
    let row = |step: u8| {
        (0..=255u8)
            .cycle()
            .map(|byte| byte.wrapping_mul(step))
            .take(600)
            .collect::<Vec<u8>>()
    };
    let (one, other) = (row(37), row(101));
    let lengths = [0, 1, 31, 32, 33, 63, 64, 65, 127, 512, 600];
    lengths.into_iter().all(|length| match (one.get(..length), other.get(..length)) {
        (Some(one), Some(other)) => way(one, other) == plain(one, other),
        _ => false,
    })
}

pub(crate) fn plain(one: &[u8], other: &[u8]) -> i32 {
    one.iter()
        .zip(other)
        .map(|(a, b)| i32::from(a.cast_signed()) * i32::from(b.cast_signed()))
        .sum()
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256, _mm256_loadu_si256,
        _mm256_madd_epi16, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_reduce_add_epi32,
        _mm512_set1_epi8, _mm512_setzero_si512, _mm512_sub_epi32, _mm512_xor_si512,
    };

    use super::plain;

    pub(super) fn avx2(one: &[u8], other: &[u8]) -> i32 {
        // SAFETY: `ways` names this only where AVX2 was detected.
        unsafe { by_avx2(one, other) }
    }

    pub(super) fn vnni(one: &[u8], other: &[u8]) -> i32 {
        // SAFETY: `ways` names this only where AVX-512 with VNNI was detected.
        unsafe { by_vnni(one, other) }
    }

    /// Thirty-two bytes a step, widened to sixteen bits: exact for every byte, also -128.
    #[target_feature(enable = "avx2")]
    fn by_avx2(one: &[u8], other: &[u8]) -> i32 {
        let (ones, rest) = one.as_chunks::<32>();
        let (others, other_rest) = other.as_chunks::<32>();
        let steps = ones.len().min(others.len());
        let mut sum = _mm256_setzero_si256();
        for (a, b) in ones.iter().zip(others) {
            // SAFETY: both arrays are 32 bytes long, and the load asks for no alignment.
            let (a, b) = unsafe { (_mm256_loadu_si256(a.as_ptr().cast()), _mm256_loadu_si256(b.as_ptr().cast())) };
            let low = _mm256_madd_epi16(low_half(a), low_half(b));
            let high = _mm256_madd_epi16(high_half(a), high_half(b));
            sum = _mm256_add_epi32(sum, _mm256_add_epi32(low, high));
        }
        let mut lanes = [0i32; 8];
        // SAFETY: `lanes` is 32 bytes long, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum) };
        lanes.iter().sum::<i32>() + tail(steps * 32, one, other, rest, other_rest)
    }

    #[target_feature(enable = "avx2")]
    fn low_half(bytes: __m256i) -> __m256i {
        _mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes))
    }

    #[target_feature(enable = "avx2")]
    fn high_half(bytes: __m256i) -> __m256i {
        _mm256_cvtepi8_epi16(_mm256_extracti128_si256::<1>(bytes))
    }

    /// Sixty-four bytes a step. The instruction takes one side unsigned: 128 is added to it and 128 times the other side taken off again.
    #[target_feature(enable = "avx512f,avx512vnni")]
    fn by_vnni(one: &[u8], other: &[u8]) -> i32 {
        let (ones, rest) = one.as_chunks::<64>();
        let (others, other_rest) = other.as_chunks::<64>();
        let steps = ones.len().min(others.len());
        let shift = _mm512_set1_epi8(-128);
        let (mut sum, mut over) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for (a, b) in ones.iter().zip(others) {
            // SAFETY: both arrays are 64 bytes long, and the load asks for no alignment.
            let (a, b): (__m512i, __m512i) = unsafe { (_mm512_loadu_si512(a.as_ptr().cast()), _mm512_loadu_si512(b.as_ptr().cast())) };
            sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(a, shift), b);
            over = _mm512_dpbusd_epi32(over, shift, b);
        }
        _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, over)) + tail(steps * 64, one, other, rest, other_rest)
    }

    /// What is left behind the whole steps: the rests, or all behind the shorter row's steps.
    fn tail(done: usize, one: &[u8], other: &[u8], rest: &[u8], other_rest: &[u8]) -> i32 {
        if one.len() == other.len() {
            return plain(rest, other_rest);
        }
        plain(one.get(done..).unwrap_or_default(), other.get(done..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn every_way_gives_the_sum_of_the_plain_loop(
            one in proptest::collection::vec(any::<u8>(), 0..700),
            other in proptest::collection::vec(any::<u8>(), 0..700),
        ) {
            for (name, way) in ways() {
                prop_assert_eq!(way(&one, &other), plain(&one, &other), "{}", name);
            }
        }
    }

    #[test]
    fn extreme_bytes_have_the_right_sum() {
        for (a, b, product) in [(-128, -128, 16_384), (-128, 127, -16_256), (127, 127, 16_129), (-127, 1, -127)] {
            let (one, other) = ([i8::cast_unsigned(a); 512], [i8::cast_unsigned(b); 512]);
            for (name, way) in ways() {
                assert_eq!(way(&one, &other), product * 512, "{name}: {a} times {b}");
            }
        }
    }

    #[test]
    fn a_way_that_errs_is_not_taken() {
        assert!(is_right(plain));
        assert!(!is_right(|one, other| plain(one, other) + i32::from(one.len() == 65)));
        let names: Vec<&str> = ways().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.last(), Some(&"portable"));
        println!("ways here: {names:?}");
    }
}
