//! Programs that others wrote check what our ledger exports: they must accept it, refuse each changed copy, and agree with us on a
//! corpus of changed proofs. `foreign/README.md` says who they are.

mod changes;
mod judges;
mod stamp;
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::demo::built;
use crate::phase::{cargo, root, run, say};
use changes::{Change, Kind};
use judges::{Case, Judge};
use tools::Tools;

const DIFFERENCES: &str = "foreign/differences.txt";
/// Proofs in the corpus, and how many of them the slow ones are asked about: the planned changes come first.
const CORPUS: usize = 20_000;
const CORPUS_SLOW: usize = 700;
/// What a change's name ends with where a witness more than needed has cosigned.
const SPARE: &str = ", a witness to spare";

/// Makes an export and a corpus, and has everybody look at both.
pub(crate) fn all() -> anyhow::Result<()> {
    let tools = Tools::bring()?;
    run(&cargo(), &["build", "--quiet", "-p", "countenance-testkit", "--bin", "export"])?;
    in_a_folder(|aside| {
        let export = aside.join("export");
        run(&built("export"), &["folder", &export.display().to_string()])?;
        look(&tools, &export, aside)?;
        agree(&tools, aside)
    })
}

/// Has everybody look at an export that is there, from whatever ledger.
pub(crate) fn on(export: &Path) -> anyhow::Result<()> {
    let tools = Tools::bring()?;
    run(&cargo(), &["build", "--quiet", "-p", "countenance-testkit", "--bin", "export"])?;
    in_a_folder(|aside| look(&tools, &std::fs::canonicalize(export)?, aside))
}

/// Packages for Python that others wrote, brought once: verifiers, and a log for the bench.
pub(crate) fn packages() -> anyhow::Result<std::path::PathBuf> {
    tools::packages(&tools::cache()?)
}

/// A folder that goes when all is well, and stays to be looked at when not.
fn in_a_folder(work: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let aside = std::env::temp_dir().join(format!("countenance-foreign-{}", std::process::id()));
    std::fs::create_dir_all(&aside)?;
    work(&aside).with_context(|| format!("kept {}", aside.display()))?;
    Ok(std::fs::remove_dir_all(aside)?)
}

/// The export is accepted by everybody, and each changed copy refused by everybody who reads what was changed.
fn look(tools: &Tools, export: &Path, aside: &Path) -> anyhow::Result<()> {
    if !export.join("stamp").exists() {
        run(&built("export"), &["stamp", &export.display().to_string()])?;
    }
    let judges = judges::all(tools);
    let proofs = changes::proofs(export)?;
    let good = |proof: &String| Case {
        folder: export.to_owned(),
        proof: proof.clone(),
    };
    let good: Vec<Case> = proofs.iter().map(good).collect();
    for judge in &judges {
        let verdicts = judge.verdicts(&good.iter().collect::<Vec<_>>(), aside)?;
        ensure!(
            verdicts.iter().all(|accepted| *accepted),
            "{} refuses the export itself",
            judge.name
        );
    }
    let mut cases = Vec::new();
    for (number, change) in changes::planned(export)?.into_iter().enumerate() {
        let folder = aside.join(format!("changed-{number:03}"));
        change.make(export, &folder)?;
        let proof = change.proof(&proofs).context("no proof")?;
        cases.push((change, Case { folder, proof }));
    }
    finds_what_is_overlooked(&judges, &cases, &good, aside)?;
    let seen = refused(&judges, &cases, aside)?;
    seen.print(&judges);
    if !seen.overlooked.is_empty() {
        bail!("accepted although changed: {}", seen.overlooked.join("; "));
    }
    Ok(())
}

/// First the search itself: were each changed copy the good one, everybody would be reported.
fn finds_what_is_overlooked(judges: &[Judge], cases: &[(Change, Case)], good: &[Case], aside: &Path) -> anyhow::Result<()> {
    let good = good.first().context("no proof")?;
    let unchanged = [Kind::Policy, Kind::Token].map(|kind| {
        let change = cases.iter().map(|(change, _)| change).find(|change| change.kind == kind);
        let case = Case {
            folder: good.folder.clone(),
            proof: good.proof.clone(),
        };
        change.map(|change| (change.clone(), case)).context("nothing is changed")
    });
    let unchanged = unchanged.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let found = refused(judges, &unchanged, aside)?.overlooked.len();
    ensure!(
        found == judges.len(),
        "{found} of {} would be found to overlook something",
        judges.len()
    );
    Ok(())
}

/// Who refused how many of what, and what somebody accepted.
struct Seen {
    /// A cell for each verifier.
    table: BTreeMap<Kind, Vec<String>>,
    overlooked: Vec<String>,
}

impl Seen {
    fn print(&self, judges: &[Judge]) {
        let count = judges.len();
        say(&format!(
            "   accepted: the export itself, by all {count}; of copies with one changed bit refused:"
        ));
        let names: Vec<String> = judges.iter().map(|judge| format!("{:>15}", judge.name)).collect();
        say(&format!("   {:28}{}", "", names.concat()));
        for (kind, cells) in &self.table {
            let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>15}")).collect();
            say(&format!("   {:28}{}", kind.name(), cells.concat()));
        }
    }
}

fn refused(judges: &[Judge], cases: &[(Change, Case)], aside: &Path) -> anyhow::Result<Seen> {
    let kinds: BTreeSet<Kind> = cases.iter().map(|(change, _)| change.kind).collect();
    let mut overlooked = Vec::new();
    let mut table: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for judge in judges {
        let read: Vec<&(Change, Case)> = cases.iter().filter(|(change, _)| judge.reads(change.kind)).collect();
        let verdicts = judge.verdicts(&read.iter().map(|(_, case)| case).collect::<Vec<_>>(), aside)?;
        let mut counts: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
        for ((change, _), accepted) in read.iter().zip(verdicts) {
            let count = counts.entry(change.kind).or_default();
            count.0 += usize::from(!accepted);
            count.1 += 1;
            if accepted {
                overlooked.push(format!("{}: {}", judge.name, change.says()));
            }
        }
        for kind in &kinds {
            let cell = counts
                .get(kind)
                .map_or_else(|| "-".to_owned(), |(refused, tried)| format!("{refused}/{tried}"));
            table.entry(*kind).or_default().push(cell);
        }
    }
    Ok(Seen { table, overlooked })
}

/// Everybody gives the verdict that we give on each proof of a corpus, but for what the committed table says.
fn agree(tools: &Tools, aside: &Path) -> anyhow::Result<()> {
    let corpus = aside.join("corpus");
    run(&built("export"), &["corpus", &corpus.display().to_string(), &CORPUS.to_string()])?;
    let index: Vec<Value> = serde_json::from_slice(&std::fs::read(corpus.join("index.json"))?)?;
    let word = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = index.iter().map(|item| word(item, "name")).collect();
    let kinds: Vec<String> = index.iter().map(|item| word(item, "kind")).collect();
    let differences = Differences::read()?;
    let mut ours: Vec<bool> = Vec::new();
    let (mut seen, mut disputes) = (BTreeSet::new(), Vec::new());
    for judge in judges::all(tools).iter().filter(|judge| judge.judges_proofs()) {
        let count = if judge.is_slow() {
            CORPUS_SLOW.min(names.len())
        } else {
            names.len()
        };
        let asked = names.get(..count).unwrap_or(&names);
        let verdicts = judge.on_corpus(&corpus, asked, aside)?;
        let accepted = verdicts.iter().filter(|accepted| **accepted).count();
        if ours.is_empty() {
            ours.clone_from(&verdicts);
        }
        let mut known = 0;
        for (((name, kind), theirs), ours) in asked.iter().zip(&kinds).zip(&verdicts).zip(&ours) {
            match differences.find(kind, judge.name).filter(|_| *theirs && !ours) {
                _ if theirs == ours => {}
                Some(row) => {
                    known += 1;
                    seen.insert(row);
                }
                None => disputes.push(format!("{} on {name}, {kind}: accepted by it {theirs}, by us {ours}", judge.name)),
            }
        }
        let refused = verdicts.len() - accepted;
        say(&format!(
            "   {:>12}: {} proofs, {accepted} accepted, {refused} refused, as we do but for {known} known differences",
            judge.name,
            verdicts.len()
        ));
    }
    disputes.extend(
        differences
            .unseen(&seen)
            .map(|row| format!("{DIFFERENCES}: not seen any more: {row}")),
    );
    if !disputes.is_empty() {
        bail!(
            "{} disputes; the first: {}",
            disputes.len(),
            disputes.iter().take(5).cloned().collect::<Vec<_>>().join("; ")
        );
    }
    Ok(())
}

/// The committed table of what others accept and we do not.
struct Differences(Vec<(String, String)>);

impl Differences {
    fn read() -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(root().join(DIFFERENCES)).context(DIFFERENCES)?;
        let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let parts: Vec<&str> = line.splitn(3, " | ").collect();
            match parts.as_slice() {
                [change, verifier, reason] if !reason.is_empty() => Ok(((*change).to_owned(), (*verifier).to_owned())),
                _ => bail!("{DIFFERENCES}: `{line}` is not `change | verifier | why`"),
            }
        });
        Ok(Self(rows.collect::<anyhow::Result<_>>()?))
    }

    /// A row for this change, or for the same change whoever is to spare.
    fn find(&self, kind: &str, verifier: &str) -> Option<usize> {
        let plain = kind.strip_suffix(SPARE).unwrap_or(kind);
        self.0
            .iter()
            .position(|(change, who)| who == verifier && (change == kind || change == plain))
    }

    fn unseen(&self, seen: &BTreeSet<usize>) -> impl Iterator<Item = String> {
        let rows = self.0.iter().enumerate().filter(|(number, _)| !seen.contains(number));
        rows.map(|(_, (change, verifier))| format!("{change} | {verifier}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stands_for_one_verifier_and_one_change() {
        let rows = Differences(vec![
            ("one line twice".to_owned(), "Go".to_owned()),
            (format!("a bit of a name{SPARE}"), "Go".to_owned()),
        ]);
        assert_eq!(rows.find("one line twice", "Go"), Some(0));
        assert_eq!(rows.find(&format!("one line twice{SPARE}"), "Go"), Some(0));
        assert_eq!(rows.find("one line twice", "sceptic"), None);
        assert_eq!(rows.find("a bit of a name", "Go"), None);
        assert_eq!(rows.unseen(&BTreeSet::from([0])).count(), 1);
    }

    #[test]
    fn every_committed_row_has_its_reason() {
        assert!(Differences::read().unwrap().0.len() > 10);
    }
}
