//! Three pictures of one person as small whole numbers, and their sealed form.

use countenance_base::{ConsentId, GateId, PersonId, Rng, SiteId};
use zeroize::Zeroizing;

use crate::dot::dot;
use crate::locked::Locked;
use crate::seal::{Key, NONCE_BYTES, TAG_BYTES};
use crate::{EMBEDDING_LEN, Embedding};

/// Pictures in a template.
pub const PICTURES: usize = 3;

/// A scale (`f32`, little-endian) and 512 signed bytes.
const PICTURE_BYTES: usize = 4 + EMBEDDING_LEN;
const TEMPLATE_BYTES: usize = PICTURES * PICTURE_BYTES;

/// Format 1 of [`SealedTemplate`].
const FORMAT: u8 = 1;

/// `format 1 | nonce 12 | ciphertext 1548 | tag 16`: the same for every person, so a slot's size says nothing.
pub const SEALED_TEMPLATE_BYTES: usize = 1 + NONCE_BYTES + TEMPLATE_BYTES + TAG_BYTES;

/// What a sealed template is bound to; opening it for anything else fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) site: SiteId,
    pub(crate) gate: GateId,
    pub(crate) person: PersonId,
    pub(crate) consent: ConsentId,
    pub(crate) version: u32,
    /// What made the numbers: [`crate::MatchPolicy::recogniser`].
    pub(crate) recogniser: [u8; 32],
}

impl Binding {
    pub(crate) fn context(&self, domain: &str) -> Vec<u8> {
        [
            domain.as_bytes(),
            self.site.as_bytes(),
            &self.gate.0.to_be_bytes(),
            self.person.as_bytes(),
            self.consent.as_bytes(),
            &self.version.to_be_bytes(),
            &self.recogniser,
        ]
        .concat()
    }

    fn sealing(&self) -> Vec<u8> {
        self.context("countenance/template/v1")
    }
}

/// The key of one person's template. Nothing outside this crate reads it.
pub(crate) struct TemplateKey(pub(crate) Key);

/// A template as it may lie on disk: no use to anyone without its key, which only the key page holds.
pub struct SealedTemplate(Zeroizing<Vec<u8>>);

impl SealedTemplate {
    /// Takes the bytes of a slot; `None` for another length. Whether they open is found when they are used.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == SEALED_TEMPLATE_BYTES).then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SealedTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedTemplate(…)")
    }
}

/// A plain template. INVARIANT: lives in locked memory, inside one call of this crate.
pub(crate) struct Template(Locked);

impl Template {
    pub(crate) fn of(pictures: &[Embedding; PICTURES]) -> Option<Self> {
        let mut memory = Locked::zeroed(TEMPLATE_BYTES)?;
        for (bytes, picture) in memory.bytes_mut().chunks_exact_mut(PICTURE_BYTES).zip(pictures) {
            quantise(picture, bytes);
        }
        Some(Self(memory))
    }

    /// Seals in place: the plain bytes are gone from memory when this returns.
    pub(crate) fn seal(mut self, key: &TemplateKey, binding: &Binding, rng: &mut dyn Rng) -> Option<SealedTemplate> {
        let (nonce, tag) = key.0.encrypt(&binding.sealing(), self.0.bytes_mut(), rng)?;
        Some(SealedTemplate(Zeroizing::new(
            [&[FORMAT], nonce.as_slice(), self.0.bytes(), &tag].concat(),
        )))
    }

    pub(crate) fn open(sealed: &SealedTemplate, key: &TemplateKey, binding: &Binding) -> Option<Self> {
        let (&format, rest) = sealed.0.split_first()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        if format != FORMAT || body.len() != TEMPLATE_BYTES {
            return None;
        }
        let mut memory = Locked::zeroed(TEMPLATE_BYTES)?;
        memory.bytes_mut().copy_from_slice(body);
        key.0.decrypt(&binding.sealing(), nonce, memory.bytes_mut(), tag)?;
        Some(Self(memory))
    }

    /// The plain bytes, for sealing them to somebody else.
    pub(crate) const fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Cosine of the probe and the most similar of the three pictures.
    pub(crate) fn score(&self, probe: &Probe) -> f32 {
        let pictures = self.0.bytes().chunks_exact(PICTURE_BYTES);
        pictures.map(|picture| cosine(picture, probe.0.bytes())).fold(-1.0, f32::max)
    }

    /// The least similar pair of the three pictures: how sure it is that they show one person.
    pub(crate) fn coherence(&self) -> f32 {
        let pictures = || self.0.bytes().chunks_exact(PICTURE_BYTES);
        let pairs = pictures()
            .enumerate()
            .flat_map(|(at, one)| pictures().skip(at + 1).map(move |other| cosine(one, other)));
        pairs.fold(1.0, f32::min)
    }
}

/// An embedding in the form of a template's picture.
pub(crate) struct Probe(Locked);

impl Probe {
    pub(crate) fn of(embedding: &Embedding) -> Option<Self> {
        let mut memory = Locked::zeroed(PICTURE_BYTES)?;
        quantise(embedding, memory.bytes_mut());
        Some(Self(memory))
    }
}

fn quantise(embedding: &Embedding, out: &mut [u8]) {
    let largest = embedding.values().iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = largest / 127.0;
    if let Some((head, numbers)) = out.split_first_chunk_mut::<4>() {
        *head = scale.to_le_bytes();
        for (number, value) in numbers.iter_mut().zip(embedding.values()) {
            *number = whole(*value / scale).cast_unsigned();
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the scale puts every value within ±127, and a cast of floats saturates"
)]
fn whole(value: f32) -> i8 {
    value.round() as i8
}

#[expect(clippy::cast_precision_loss, reason = "at most 512 × 127², below 2²⁴: exact in f32")]
fn cosine(one: &[u8], other: &[u8]) -> f32 {
    let (Some((scale, numbers)), Some((other_scale, others))) = (one.split_first_chunk(), other.split_first_chunk()) else {
        return -1.0;
    };
    dot()(numbers, others) as f32 * f32::from_le_bytes(*scale) * f32::from_le_bytes(*other_scale)
}

/// For the bench: pictures in template form side by side, and the place and score of the one most like the probe. Opens nothing.
#[cfg(feature = "bench")]
pub fn scan(pictures: &[u8], probe: &[u8]) -> Option<(usize, f32)> {
    let scores = pictures
        .chunks_exact(PICTURE_BYTES)
        .map(|picture| cosine(picture, probe))
        .enumerate();
    scores.max_by(|(_, one), (_, other)| one.total_cmp(other))
}

/// For the bench: an embedding in template form.
#[cfg(feature = "bench")]
pub fn in_template_form(embedding: &Embedding) -> Vec<u8> {
    let mut bytes = vec![0; PICTURE_BYTES];
    quantise(embedding, &mut bytes);
    bytes
}

/// For the bench: how alike two faces are, unrounded.
#[cfg(feature = "bench")]
pub fn likeness(one: &Embedding, other: &Embedding) -> f32 {
    one.values().iter().zip(other.values()).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{embedding, near};
    use countenance_base::SeededRng;

    fn binding() -> Binding {
        Binding {
            site: SiteId::from_bytes([1; 16]),
            gate: GateId(2),
            person: PersonId::from_bytes([3; 16]),
            consent: ConsentId::from_bytes([4; 16]),
            version: 5,
            recogniser: [9; 32],
        }
    }

    #[test]
    fn whole_numbers_score_like_floats() {
        for seed in 0..50 {
            let one = embedding(seed);
            for other in [near(&one, seed + 1000, 0.5), embedding(seed + 2000)] {
                let exact: f32 = one.values().iter().zip(other.values()).map(|(a, b)| a * b).sum();
                let template = Template::of(&[near(&other, 1, 0.0), near(&other, 1, 0.0), near(&other, 1, 0.0)]).unwrap();
                let score = template.score(&Probe::of(&one).unwrap());
                assert!((score - exact).abs() < 0.01, "{score} {exact}");
            }
        }
    }

    /// Rounding moves a cosine by less than this.
    const ROUNDING: f32 = 0.004;

    #[test]
    fn the_first_among_thousands_with_near_neighbours_is_that_of_floats() {
        let small = |embedding: &Embedding| {
            let mut bytes = vec![0; PICTURE_BYTES];
            quantise(embedding, &mut bytes);
            bytes
        };
        let others: Vec<Embedding> = (0..3_000).map(|seed| embedding(10_000 + seed)).collect();
        let rows: Vec<Vec<u8>> = others.iter().map(small).collect();
        let mut clear = 0;
        for seed in 0..20 {
            let probe = embedding(seed);
            // Cosines of about 0.50 to 0.70: `amount` is the tangent of the angle.
            let planted = (0..=4u8).map(|step| {
                let cosine = 0.5 + f32::from(step) / 20.0;
                near(
                    &probe,
                    seed * 100 + 50_000 + u64::from(step),
                    (1.0 / (cosine * cosine) - 1.0).sqrt(),
                )
            });
            let planted: Vec<Embedding> = planted.collect();
            let exact = |other: &Embedding| -> f32 { probe.values().iter().zip(other.values()).map(|(a, b)| a * b).sum() };
            let floats: Vec<f32> = others.iter().chain(&planted).map(exact).collect();
            let row = small(&probe);
            let planted_rows: Vec<Vec<u8>> = planted.iter().map(small).collect();
            let whole: Vec<f32> = rows.iter().chain(&planted_rows).map(|other| cosine(other, &row)).collect();
            let first = |scores: &[f32]| scores.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap().0;
            let (by_floats, by_whole) = (first(&floats), first(&whole));
            let runner_up = floats
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != by_floats)
                .map(|(_, score)| *score)
                .fold(-1.0, f32::max);
            assert!(floats[by_floats] - floats[by_whole] < ROUNDING, "probe {seed}");
            if floats[by_floats] - runner_up > ROUNDING {
                clear += 1;
                assert_eq!(by_whole, by_floats, "probe {seed}");
            }
        }
        assert!(
            clear >= 15,
            "most planted neighbours are told apart by more than rounding: {clear} of 20"
        );
    }

    #[test]
    fn the_best_of_three_pictures_counts_and_the_worst_pair_tells_strangers() {
        let ann = embedding(1);
        let mixed = Template::of(&[embedding(2), near(&ann, 3, 0.1), embedding(4)]).unwrap();
        assert!(mixed.score(&Probe::of(&ann).unwrap()) > 0.9);
        assert!(mixed.coherence() < 0.3);
        let one = Template::of(&[near(&ann, 5, 0.1), near(&ann, 6, 0.1), near(&ann, 7, 0.1)]).unwrap();
        assert!(one.coherence() > 0.9);
    }

    #[test]
    fn a_sealed_template_opens_for_exactly_what_it_was_made_for() {
        let mut rng = SeededRng::new(8);
        let key = TemplateKey(Key::generate(&mut rng));
        let template = || Template::of(&[embedding(1), embedding(2), embedding(3)]).unwrap();
        let plain = template().bytes().to_vec();
        let sealed = template().seal(&key, &binding(), &mut rng).unwrap();
        assert_eq!(sealed.as_bytes().len(), SEALED_TEMPLATE_BYTES);
        assert_eq!(Template::open(&sealed, &key, &binding()).unwrap().bytes(), plain);
        let mut others = [binding(); 5];
        others[0].site = SiteId::from_bytes([9; 16]);
        others[1].gate = GateId(9);
        others[2].person = PersonId::from_bytes([9; 16]);
        others[3].consent = ConsentId::from_bytes([9; 16]);
        others[4].version = 9;
        for other in others {
            assert!(Template::open(&sealed, &key, &other).is_none(), "{other:?}");
        }
        for at in 0..SEALED_TEMPLATE_BYTES {
            let mut altered = sealed.as_bytes().to_vec();
            altered[at] ^= 0x80;
            assert!(
                Template::open(&SealedTemplate::from_bytes(&altered).unwrap(), &key, &binding()).is_none(),
                "byte {at}"
            );
        }
        assert!(SealedTemplate::from_bytes(&sealed.as_bytes()[1..]).is_none());
    }
}
