//! How long it takes until somebody is gone: one of a million at the server, one through the server's whole path, and a million with one
//! certificate.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use countenance_base::{DestructionId, GateId, Month, PersonId, Rng as _, SecretKey, SeededRng, SiteId, Text, Timestamp};
use countenance_destruction::{Certificate, Copy, CopyTree, End, What};
use countenance_gate_core::wire::Ending;
use countenance_grant::{Envelope, SigningKey, decode_canonical, encode};
use countenance_keyring::{Keyring, PersonKey};
use countenance_tlog::{KEY_LOG, Note, NoteSigner};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::report::{held, machine, table};
use crate::stats::{median, percentile};

const PEOPLE: u64 = 1_000_000;
const ONE_BY_ONE: u64 = 200;
/// Through the whole path.
const MOVE_OUT: usize = 100;
const NOW: Timestamp = Timestamp::from_seconds(1_795_404_600);
const MS_MAX: f64 = 50.0;
const SECONDS_MAX: f64 = 60.0;

pub(crate) fn measure() -> anyhow::Result<String> {
    let folder = tempfile::tempdir_in(".")?;
    let mut random = SeededRng::new(4);
    let mut keyring = Keyring::create(&folder.path().join("keyring"), &mut random)?;
    let keys: Vec<PersonKey> = (0..PEOPLE).map(|number| key(number, &mut random)).collect();
    keyring.admit(&keys, &mut random)?;
    drop(keys);
    let one = one_by_one(&mut keyring, &mut random)?;
    let path = whole_path()?;
    let million = Million::end(&mut keyring, &mut random)?;
    Ok(format!(
        "## Erasure\n{}; everything durable where it says so.\n\n{}\n{}\n{}",
        machine(),
        one_table(&one, &path),
        million.table(),
        NOTE
    ))
}

/// What is real in these numbers and what is not.
const NOTE: &str = "\
Real: the keyring and its folder, copies, tree, certificate, and every signature. Not: one test key signs for all gates, on this machine and \
before the clock starts, since in an estate each gate signs its own; and the million have no rows in a database. \
One person at a gate with ten thousand templates: see Gate.\n";

fn one_table(one: &[f64], path: &Path) -> String {
    let row = |what: &str, times: &[f64], to_hold: bool| {
        vec![
            what.to_owned(),
            format!("{:.1}", median(times)),
            format!("{:.1}", percentile(times, 0.99)),
            if to_hold {
                format!("p99 ≤ {MS_MAX:.0} ms: {}", held(percentile(times, 0.99) <= MS_MAX))
            } else {
                String::new()
            },
        ]
    };
    table(
        &["one person", "p50 ms", "p99 ms", "to hold"],
        &[
            row(
                "keys, out of a keyring of a million: page and root anew, old anchor overwritten, durable",
                one,
                true,
            ),
            row(
                "through the server's whole path, a keyring of a million beside it",
                &path.whole(),
                true,
            ),
            row("· ordered: everything stops, durable", &path.ordered, false),
            row("· what the gate signed is taken in", &path.answered, false),
            row("· ended: last leaf, rows, keys, asked again, durable", &path.finished, false),
            row("· leaves get their places", &path.placed, false),
            row("· certified", &path.certified, false),
        ],
    )
}

fn one_by_one(keyring: &mut Keyring, random: &mut SeededRng) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for number in 0..ONE_BY_ONE {
        let at = Instant::now();
        let ended = keyring.erase(&[person(number * 4_099)], random)?;
        times.push(at.elapsed().as_secs_f64() * 1e3);
        ensure!(ended == 1, "nobody was erased");
    }
    Ok(times)
}

/// Milliseconds of each part for each person who moved out.
#[derive(Debug, Deserialize)]
struct Path {
    ordered: Vec<f64>,
    answered: Vec<f64>,
    finished: Vec<f64>,
    placed: Vec<f64>,
    certified: Vec<f64>,
}

impl Path {
    fn whole(&self) -> Vec<f64> {
        let parts = [&self.ordered, &self.answered, &self.finished, &self.placed, &self.certified];
        let of = |at: usize| parts.iter().filter_map(|part| part.get(at)).sum();
        (0..self.ordered.len()).map(of).collect()
    }
}

/// An estate of the tests, in a process of its own: `crates/destruction/examples/ending.rs`.
fn whole_path() -> anyhow::Result<Path> {
    let program = std::env::current_exe()?.with_file_name("examples").join("ending");
    let output = Command::new(&program)
        .args([MOVE_OUT.to_string(), PEOPLE.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{}` could not be started", program.display()))?;
    ensure!(output.status.success(), "the server's path failed");
    serde_json::from_slice(&output.stdout).context("the server's path")
}

/// Everybody who is left, with one certificate.
struct Million {
    people: u64,
    keys: Duration,
    endings: Duration,
    tree: Duration,
    certificate: Duration,
}

impl Million {
    fn end(keyring: &mut Keyring, random: &mut SeededRng) -> anyhow::Result<Self> {
        let device = SigningKey::from_seed(&[9; 32]);
        let everybody: Vec<PersonId> = (0..PEOPLE).map(person).collect();
        let signed: Vec<Vec<u8>> = (0..PEOPLE).map(|sequence| encode(&ending(sequence).sign(&device))).collect();

        let at = Instant::now();
        let people = u64::try_from(keyring.erase(&everybody, random)?)?;
        ensure!(people == PEOPLE - ONE_BY_ONE && keyring.count()? == 0, "{people} were erased");
        let keys = at.elapsed();

        let at = Instant::now();
        for (sequence, bytes) in (0..).zip(&signed) {
            let envelope: Option<Envelope> = decode_canonical(bytes);
            let said = envelope.and_then(|envelope| Ending::open(&envelope, &device.public()));
            ensure!(
                said.is_some_and(|said| said.sequence == sequence),
                "what a gate signed does not hold"
            );
        }
        let endings = at.elapsed();

        let at = Instant::now();
        let copy = |(number, bytes): (u64, &Vec<u8>)| Copy {
            gate: GateId(3),
            enrolled: Some(number),
            ended: PEOPLE + number,
            end: End::Erased(Sha256::digest(bytes).into()),
        };
        let copies: Vec<Copy> = (0..).zip(&signed).map(copy).collect();
        let tree = CopyTree::of(&copies);
        let root = tree.root();
        let built = at.elapsed();

        let at = Instant::now();
        let certificate = certificate((tree.count(), root));
        let operator = NoteSigner::new("countenance/bench/operator", KEY_LOG, &[3; 32]).context("no name")?;
        let text = certificate.to_text();
        let note = Note::new(text.clone(), vec![operator.sign_text(&text)]);
        let read = Certificate::parse(note.text()).context("no certificate")?;
        ensure!(read.copies == (PEOPLE, root), "the certificate says something else");
        Ok(Self {
            people,
            keys,
            endings,
            tree: built,
            certificate: at.elapsed(),
        })
    }

    fn table(&self) -> String {
        let parts = [self.keys, self.endings, self.tree, self.certificate];
        let all = parts.iter().sum::<Duration>().as_secs_f64();
        let row = |what: &str, time: f64| vec![what.to_owned(), format!("{time:.3}")];
        let [keys, endings, tree, certificate] = parts.map(|part| part.as_secs_f64());
        let rows = [
            row(
                &format!("all keys of {}: durable, with one change of the anchor, and counted", self.people),
                keys,
            ),
            row("a million signed endings checked", endings),
            row("a million copies hashed into their tree", tree),
            row("the certificate written, signed and read", certificate),
            row("in all", all),
        ];
        format!(
            "{}\nTo hold: all keys of a million with a certificate ≤ {SECONDS_MAX:.0} s: {}.\n",
            table(&["a million people", "s"], &rows),
            held(all <= SECONDS_MAX)
        )
    }
}

const fn ending(sequence: u64) -> Ending {
    Ending {
        gate: GateId(3),
        sequence,
        at: NOW,
    }
}

fn certificate(copies: (u64, [u8; 32])) -> Certificate {
    Certificate {
        site: SiteId::from_bytes([1; 16]),
        name: Text::new("示范小区", "Demo estate"),
        destruction: DestructionId::from_bytes([2; 16]),
        what: What::Site,
        ordered: NOW,
        ended: NOW,
        plan: 57,
        registry: (3 * PEOPLE, [3; 32]),
        copies,
        lost: 0,
        holders: vec![format!("gate 3: {PEOPLE} erased"), "server: keyring".into()],
        rows: None,
        sweep: None,
        promise: None,
    }
}

fn person(number: u64) -> PersonId {
    let mut bytes = [0; 16];
    for (byte, value) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = value;
    }
    PersonId::from_bytes(bytes)
}

fn key(number: u64, random: &mut SeededRng) -> PersonKey {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    PersonKey {
        person: person(number),
        month: Month(24_300),
        key: SecretKey::new(secret),
    }
}
