//! Changes to a proof: planned ones, each for a rule of the format, and single flipped bits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countenance_base::SeededRng;
use countenance_tlog::{Checkpoint, KEY_COSIGNER, KEY_LOG, NoteSigner, Proof, cosign, leaf_hash};

use super::corpus::{Base, below};

const SPARE: &str = ", a witness to spare";
const DASH: &str = "— ";

/// Whether a planned change leaves a proof good: what stands in no signature, or in one that need not be there.
#[cfg(test)]
pub(super) fn is_harmless(kind: &str) -> bool {
    [
        "good",
        "signature lines turned around",
        "a stranger's line",
        "seventeen strangers' lines",
        "a line of a kind of key to come",
        "another extra",
        "seen in second zero",
    ]
    .contains(&kind.strip_suffix(SPARE).unwrap_or(kind))
        || [
            format!("a witness less{SPARE}"),
            format!("a witness's name in capitals{SPARE}"),
            format!("a witness's line under another key's number{SPARE}"),
        ]
        .contains(&kind.to_owned())
}

/// Every planned change that this base allows: its name and the file.
pub(super) fn planned(base: &Base) -> Vec<(String, Vec<u8>)> {
    let mut made = Vec::new();
    places(base, &mut made);
    heads(base, &mut made);
    lines(base, &mut made);
    spellings(base, &mut made);
    strangers(base, &mut made);
    let spare = if base.has_one_to_spare() { SPARE } else { "" };
    let good = base.proof.to_text();
    made.into_iter()
        .filter(|(kind, file)| *kind == "good" || *file != good)
        .map(|(kind, file)| (format!("{kind}{spare}"), file.into_bytes()))
        .collect()
}

type Made = Vec<(&'static str, String)>;

fn changed(base: &Base, change: impl FnOnce(&mut Proof)) -> String {
    let mut proof = base.proof.clone();
    change(&mut proof);
    proof.to_text()
}

/// The path and the place.
fn places(base: &Base, made: &mut Made) {
    made.push(("good", base.proof.to_text()));
    made.push(("another extra", changed(base, |proof| proof.extra = Some(b"another".to_vec()))));
    made.push((
        "a hash less",
        changed(base, |proof| proof.path.truncate(proof.path.len().saturating_sub(1))),
    ));
    made.push(("a hash more", changed(base, |proof| proof.path.push(leaf_hash(b"more")))));
    made.push(("hashes turned around", changed(base, |proof| proof.path.reverse())));
    made.push((
        "another first hash",
        changed(base, |proof| {
            if let Some(first) = proof.path.first_mut() {
                *first = leaf_hash(b"another");
            }
        }),
    ));
    made.push((
        "the next index",
        changed(base, |proof| proof.index = (proof.index + 1) % base.checkpoint.size),
    ));
    made.push(("an index beyond", changed(base, |proof| proof.index += base.checkpoint.size)));
    let other = |change: &dyn Fn(&mut Checkpoint)| {
        let mut checkpoint = base.checkpoint.clone();
        change(&mut checkpoint);
        changed(base, |proof| proof.checkpoint = base.note(&checkpoint, 1_790_000_000))
    };
    made.push((
        "another root, well signed",
        other(&|checkpoint| checkpoint.root = leaf_hash(b"root")),
    ));
    made.push((
        "another size, well signed",
        other(&|checkpoint| checkpoint.size = checkpoint.size * 2 + 1),
    ));
    made.push(("no entries, well signed", other(&|checkpoint| checkpoint.size = 0)));
    made.push((
        "another origin, well signed",
        other(&|checkpoint| "elsewhere.example".clone_into(&mut checkpoint.origin)),
    ));
    made.push((
        "seen in second zero",
        changed(base, |proof| proof.checkpoint = base.note(&base.checkpoint, 0)),
    ));
}

/// The first lines, and the text that is signed.
fn heads(base: &Base, made: &mut Made) {
    let good = base.proof.to_text();
    let index = format!("\nindex {}\n", base.proof.index);
    let size = format!("\n{}\n", base.checkpoint.size);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    made.push(("another version", with("@v1", "@v2")));
    made.push(("no head", with("c2sp.org/tlog-proof@v1\n", "")));
    made.push(("a zero before the index", with("\nindex ", "\nindex 0")));
    made.push(("a plus before the index", with("\nindex ", "\nindex +")));
    made.push(("no index", with(&index, "\n")));
    made.push(("two indices", with(&index, &format!("{index}index 0\n"))));
    made.push((
        "an extra that is no base64",
        with(&index, &format!("\nextra ====\n{}", index.trim_start())),
    ));
    made.push(("an extra after the index", with(&index, &format!("{index}extra AAAA\n"))));
    made.push(("the next size", with(&size, &format!("\n{}\n", base.checkpoint.size + 1))));
    made.push(("a zero before the size", with(&size, &format!("\n0{}\n", base.checkpoint.size))));
    made.push(("a space after the size", with(&size, &format!("\n{} \n", base.checkpoint.size))));
    let root = STANDARD.encode(base.checkpoint.root);
    made.push(("spare bits of the root", with(&root, &spare_bits(&root))));
    let first = base.proof.path.first().map(|hash| STANDARD.encode(hash)).unwrap_or_default();
    if !first.is_empty() {
        made.push(("spare bits of a hash", with(&first, &spare_bits(&first))));
        made.push(("a hash without its padding", with(&first, first.trim_end_matches('='))));
    }
    let mut extended = base.note(&base.checkpoint, 1_790_000_000);
    let text = format!("{}an extension\n", extended.text());
    extended = countenance_tlog::Note::new(text.clone(), vec![base.keys.log.sign_text(&text)]);
    for witness in base.keys.witnesses.iter().take(base.cosigners) {
        if let Some(line) = cosign(witness, 1, &text) {
            extended.add(line);
        }
    }
    made.push(("an extension line, well signed", changed(base, |proof| proof.checkpoint = extended)));
}

/// The lines of signatures, taken out, doubled, moved.
fn lines(base: &Base, made: &mut Made) {
    let (head, signatures) = split(base);
    let file = |lines: &[String]| format!("{head}{}", lines.concat());
    let Some((log, witnesses)) = signatures.split_first() else { return };
    let Some((first, others)) = witnesses.split_first() else { return };
    made.push(("no signature by the log", file(witnesses)));
    made.push(("a witness less", file(&[std::slice::from_ref(log), others].concat())));
    made.push(("no witness", file(std::slice::from_ref(log))));
    made.push(("no signature at all", file(&[])));
    let mut turned = signatures.clone();
    turned.reverse();
    made.push(("signature lines turned around", file(&turned)));
    made.push((
        "one line twice",
        file(&[signatures.as_slice(), std::slice::from_ref(first)].concat()),
    ));
    let text = base.proof.checkpoint.text();
    let by_first = |time, text: &str| {
        base.keys
            .witnesses
            .first()
            .and_then(|key| cosign(key, time, text))
            .map(|line| format!("{line}\n"))
    };
    if let (Some(later), Some(elsewhere)) = (by_first(7, text), by_first(7, "another text\n")) {
        made.push(("two lines by one witness", file(&[signatures.as_slice(), &[later]].concat())));
        made.push((
            "a witness's line of another text",
            file(&[&[log.clone(), elsewhere], others].concat()),
        ));
    }
    let cut = |line: &str| {
        line.trim_end().rsplit_once(' ').and_then(|(name, payload)| {
            let bytes = STANDARD.decode(payload).ok()?;
            let (_, short) = bytes.split_last()?;
            Some(format!("{name} {}\n", STANDARD.encode(short)))
        })
    };
    if let (Some(short), Some(log_short)) = (cut(first), cut(log)) {
        made.push(("a byte less in a witness's line", file(&[&[log.clone(), short], others].concat())));
        made.push(("a byte less in the log's line", file(&[&[log_short], witnesses].concat())));
    }
    made.push((
        "a witness's name in capitals",
        file(&[&[log.clone(), first.replace("witness.example", "WITNESS.example")], others].concat()),
    ));
    made.push((
        "a witness's line under another key's number",
        file(&[&[log.clone(), renumbered(first)], others].concat()),
    ));
}

/// Line ends, spaces, dashes, padding: other spellings of the same.
fn spellings(base: &Base, made: &mut Made) {
    let good = base.proof.to_text();
    let (head, signatures) = split(base);
    made.push(("carriage returns", good.replace('\n', "\r\n")));
    made.push(("no line end at the end", good.trim_end().to_owned()));
    made.push(("an empty line at the end", format!("{good}\n")));
    made.push(("a byte order mark", format!("\u{feff}{good}")));
    let each = |change: &dyn Fn(&str) -> String| format!("{head}{}", signatures.iter().map(|line| change(line)).collect::<String>());
    made.push(("hyphens for dashes", each(&|line| line.replacen(DASH, "- ", 1))));
    made.push(("two spaces before the signature", each(&|line| doubled_space(line))));
    made.push(("tabs for spaces", each(&|line| line.replace(' ', "\t"))));
    made.push((
        "signatures without padding",
        each(&|line| format!("{}\n", line.trim_end().trim_end_matches('='))),
    ));
    made.push((
        "spare bits of signatures",
        each(&|line| {
            let (name, payload) = line.trim_end().rsplit_once(' ').unwrap_or_default();
            format!("{name} {}\n", spare_bits(payload))
        }),
    ));
}

/// Lines by keys that the policy does not name.
fn strangers(base: &Base, made: &mut Made) {
    let good = base.proof.to_text();
    let text = base.proof.checkpoint.text();
    let stranger = |name: &str, seed: u8| {
        let key = NoteSigner::new(name, KEY_COSIGNER, &[seed; 32]);
        key.and_then(|key| cosign(&key, 5, text))
            .map(|line| format!("{line}\n"))
            .unwrap_or_default()
    };
    made.push(("a stranger's line", format!("{good}{}", stranger("stranger.example", 77))));
    let many = |count: u8| {
        (0..count)
            .map(|number| stranger(&format!("s{number}.example"), 100 + number))
            .collect::<String>()
    };
    made.push(("seventeen strangers' lines", format!("{good}{}", many(17))));
    made.push(("more lines than a note may have", format!("{good}{}", many(64))));
    let later = STANDARD.encode([7; 4 + 8 + 2_420]);
    made.push(("a line of a kind of key to come", format!("{good}{DASH}stranger.example {later}\n")));
    let named = |name: &str| format!("{good}{DASH}{name} {}\n", STANDARD.encode([7; 68]));
    made.push(("a stranger without a name", named("")));
    made.push(("a stranger with a plus in the name", named("a+b")));
    made.push(("a stranger with a wide space in the name", named("a\u{3000}b")));
    made.push(("a stranger with a line separator in the name", named("a\u{2028}b")));
    let (head, signatures) = split(base);
    let forged = NoteSigner::new(base.keys.log.public().name(), KEY_LOG, &[78; 32]).map(|key| format!("{}\n", key.sign_text(text)));
    if let (Some(forged), [_, witnesses @ ..]) = (forged, signatures.as_slice()) {
        made.push(("the log's line by a stranger", format!("{head}{forged}{}", witnesses.concat())));
    }
    let own = base.keys.witnesses.first().map(NoteSigner::public).map_or("", |key| key.name());
    let instead = stranger(own, 79);
    if let [log, _, others @ ..] = signatures.as_slice()
        && !base.has_one_to_spare()
    {
        made.push((
            "a witness's line by a stranger of that name",
            format!("{head}{log}{instead}{}", others.concat()),
        ));
    }
}

/// The file up to its signatures, and their lines with line ends.
fn split(base: &Base) -> (String, Vec<String>) {
    let good = base.proof.to_text();
    let at = good.rfind("\n\n").map_or(good.len(), |at| at + 2);
    let (head, lines) = good.split_at(at);
    (head.to_owned(), lines.split_inclusive('\n').map(str::to_owned).collect())
}

/// The same bytes in base64 with another last letter: what does not fit into whole bytes is one instead of zero.
fn spare_bits(encoded: &str) -> String {
    let body = encoded.trim_end_matches('=');
    let padding = encoded.get(body.len()..).unwrap_or_default();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = body
        .chars()
        .last()
        .and_then(|last| alphabet.find(last))
        .and_then(|at| alphabet.chars().nth(at + 1));
    match (next, padding) {
        (Some(next), "=" | "==") => format!("{}{next}{padding}", body.get(..body.len() - 1).unwrap_or_default()),
        _ => encoded.to_owned(),
    }
}

fn doubled_space(line: &str) -> String {
    line.rsplit_once(' ')
        .map_or_else(String::new, |(name, payload)| format!("{name}  {payload}"))
}

/// A line whose key id is one that nobody has.
fn renumbered(line: &str) -> String {
    let (name, payload) = line.trim_end().rsplit_once(' ').unwrap_or_default();
    let mut bytes = STANDARD.decode(payload).unwrap_or_default();
    if let Some(first) = bytes.first_mut() {
        *first ^= 0x80;
    }
    format!("{name} {}\n", STANDARD.encode(bytes))
}

/// One flipped bit anywhere, named for where it is.
pub(super) fn flipped(base: &Base, random: &mut SeededRng) -> (String, Vec<u8>) {
    let mut file = base.proof.to_text().into_bytes();
    let at = below(random, file.len());
    let spare = if base.has_one_to_spare() { SPARE } else { "" };
    let kind = format!("a bit of {}{spare}", region(&file, at));
    if let Some(byte) = file.get_mut(at) {
        *byte ^= 1 << below(random, 8);
    }
    (kind, file)
}

/// What a byte of a good file is part of.
fn region(file: &[u8], at: usize) -> &'static str {
    let (mut begin, mut empty) = (0, 0);
    let mut of_checkpoint = 0;
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        if (begin..begin + line.len()).contains(&at) {
            let column = at - begin;
            return match (line.get(column), empty) {
                (Some(b'\n'), _) => "a line end",
                (_, 0) if begin == 0 => "the head",
                (_, 0) if line.starts_with(b"extra ") => "the extra",
                (_, 0) if line.starts_with(b"index ") => "the index",
                (_, 0) => "the path",
                (_, 1) => ["the origin", "the size", "the root"]
                    .get(of_checkpoint)
                    .copied()
                    .unwrap_or("the text"),
                _ => of_signature(line, column),
            };
        }
        of_checkpoint = if empty == 1 { of_checkpoint + 1 } else { 0 };
        empty += usize::from(line == b"\n");
        begin += line.len();
    }
    "nothing"
}

fn of_signature(line: &[u8], column: usize) -> &'static str {
    let payload = line.iter().rposition(|byte| *byte == b' ').unwrap_or(0);
    let last = line.iter().rposition(|byte| !matches!(byte, b'=' | b'\n')).unwrap_or(0);
    match column {
        _ if column < DASH.len() => "a dash",
        _ if column < payload => "a name",
        _ if column == payload => "a space",
        _ if column == last => "a last letter",
        _ if column > last => "the padding",
        _ if column <= payload + 6 => "a key's number",
        _ => "a signature",
    }
}
