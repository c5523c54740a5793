use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use countenance_vision::{Face, Limits, Pack, Picture, Vision};

/// Length of the pieces that are compared: a cache line, sixteen numbers.
const PIECE: usize = 64;
/// What stacks keep of one face's box; none or two were seen. An embedding is 32, a picture or one layer of a model far more.
const KEPT_MAX: usize = 6;

struct Region {
    start: u64,
    bytes: Vec<u8>,
}

/// Start and end of the writable anonymous memory, without this thread's stack.
fn regions() -> Vec<(u64, u64)> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (range, rights) = (fields.next()?, fields.next()?);
            let name = fields.nth(3).unwrap_or_default();
            let (start, end) = range.split_once('-')?;
            let range = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
            (rights.starts_with("rw") && (name.is_empty() || name == "[heap]")).then_some(range)
        })
        .collect()
}

fn snapshot(regions: &[(u64, u64)]) -> Vec<Region> {
    let memory = File::open("/proc/self/mem").unwrap();
    let read = |(start, end): &(u64, u64)| {
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        memory
            .read_exact_at(&mut bytes, *start)
            .ok()
            .map(|()| Region { start: *start, bytes })
    };
    regions.iter().filter_map(read).collect()
}

/// Whether a piece could be pixels or what a model makes of them: at least twelve of sixteen numbers of ordinary size, not all the same.
/// Pointers, lengths and zeros are not.
fn numbers(piece: &[u8]) -> bool {
    let values: Vec<f32> = piece
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let ordinary = values.iter().filter(|value| (1e-6..1e5).contains(&value.abs())).count();
    ordinary >= 12 && values.iter().any(|value| value.to_bits() != values[0].to_bits())
}

/// How many pieces tell the faces apart: alike after each measuring of one face, and different between the two. The states come in the
/// order first, second, second, first, so that memory which merely takes turns from call to call tells nothing.
fn telling(states: &[Vec<Region>; 4]) -> usize {
    let [first, second, second_again, first_again] = states;
    let regions = first.iter().zip(second).zip(second_again.iter().zip(first_again));
    regions.fold(0, |count, ((a, b), (b_again, a_again))| {
        assert!([b, b_again, a_again].iter().all(|region| region.start == a.start));
        let pieces = [a, b, b_again, a_again].map(|region| region.bytes.chunks_exact(PIECE).collect::<Vec<_>>());
        let [a, b, b_again, a_again] = &pieces;
        let tells =
            |at: &usize| a[*at] == a_again[*at] && b[*at] == b_again[*at] && a[*at] != b[*at] && (numbers(a[*at]) || numbers(b[*at]));
        count + (0..a.len()).filter(tells).count()
    })
}

fn measure(vision: &mut Vision, picture: &Picture, face: &Face) {
    vision.live(picture, face).unwrap();
    let landmarks = vision.landmarks(picture, face).unwrap();
    drop(vision.embed(picture, &landmarks).unwrap());
}

#[test]
fn a_rinse_overwrites_what_the_runtime_kept_of_a_face() {
    let installed = countenance_setup::models().unwrap();
    let mut vision = Vision::load(&Pack::load(&installed.pack).unwrap(), &installed.runtime).unwrap();
    let picture = |name: &str| Picture::decode(&fs::read(installed.pictures.join(name)).unwrap(), Limits::FILE).unwrap();
    let (first, second) = (picture("biden.jpg"), picture("obama.jpg"));
    // Once before, so that every buffer exists.
    let (face_of_first, face_of_second) = (vision.detect(&first).unwrap()[0], vision.detect(&second).unwrap()[0]);
    measure(&mut vision, &first, &face_of_first);
    vision.rinse().unwrap();

    let (first, second) = ((&first, face_of_first), (&second, face_of_second));
    let faces = [first, second, second, first];
    let regions = regions();
    let states = |vision: &mut Vision, rinse: bool| {
        faces.map(|(picture, face)| {
            measure(vision, picture, &face);
            if rinse {
                vision.rinse().unwrap();
            }
            snapshot(&regions)
        })
    };
    let without = telling(&states(&mut vision, false));
    let with = telling(&states(&mut vision, true));
    println!("{without} pieces tell the faces apart without a rinse, {with} with it");
    assert!(without > 5_000, "the search finds what the models left: {without}");
    assert!(with <= KEPT_MAX, "{with} pieces still tell the faces apart");
}
