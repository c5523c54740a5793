use countenance_fuzzing::{Verdict, corpus, replay, target, targets};

/// For each target; reading codes in pictures, tables and workbooks takes some milliseconds and has fewer.
const MUTATIONS: u32 = 20_000;
const MUTATIONS_OF_SLOW: u32 = 4_000;
const SLOW: [&str; 3] = ["export", "qr_in_picture", "workbook"];
const SEED: u64 = 20_261_124;

fn replayed(name: &str) {
    let target = target(name).unwrap();
    let inputs = corpus::read(name).unwrap();
    let good: Vec<&String> = inputs
        .iter()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("good"))
        .collect();
    assert!(!good.is_empty(), "a corpus without anything good reaches little");
    for (input, bytes) in &inputs {
        if input.starts_with("good") {
            assert_eq!(
                (target.run)(bytes),
                Verdict::Accepted,
                "{name}/{input}; write it anew with FUZZING_WRITE=1"
            );
        }
    }
    let pool: Vec<Vec<u8>> = inputs.into_iter().map(|(_, bytes)| bytes).collect();
    let times = if SLOW.contains(&name) { MUTATIONS_OF_SLOW } else { MUTATIONS };
    let counts = replay(target.run, &pool, times, SEED).unwrap_or_else(|fall| panic!("{name}: {fall:?}"));
    println!("{name}: {counts:?}");
    assert!(counts.refused > times / 20, "{name}: mutations are noticed: {counts:?}");
}

macro_rules! replays {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            replayed(stringify!($name));
        })+

        #[test]
        fn no_target_is_left_out_here_or_for_libfuzzer() {
            let names: Vec<&str> = targets::ALL.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
            let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/Cargo.toml")).unwrap();
            let programs: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
            assert_eq!(programs.split_first().unwrap().1, names, "after the package's own name, one program for each target");
        }
    };
}

replays! {
    camera_answer, consent, door_qr, export, grant, grant_signed_anew, journal_frame, kiosk_message, letter, nv21, pack_manifest,
    picture, policy, probe_answer, qr_in_picture, snapshot, ticket, wire, workbook,
}
