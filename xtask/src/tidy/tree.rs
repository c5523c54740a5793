//! The dependency tree: what the server may not contain, which arrows exist, under which licences.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::phase::{cargo, root};

/// Arrows between our crates, one `from -> to` a line; changing it is an architecture decision.
const GRAPH: &str = "docs/dependencies.txt";

const LICENCES: [&str; 14] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "Zlib",
    "Unicode-3.0",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "BlueOak-1.0.0",
    "BSL-1.0",
    "MIT-0",
];

pub(super) fn check() -> anyhow::Result<Vec<String>> {
    let mut findings = server_without_faces()?;
    let metadata = metadata()?;
    findings.extend(graph(&metadata)?);
    findings.extend(licences(&metadata));
    Ok(findings)
}

/// The server never links what could measure a face. The same search must find these names in the agent first.
fn server_without_faces() -> anyhow::Result<Vec<String>> {
    let faces = ["countenance-vision", "countenance-gallery", "ort "];
    let agent = cargo_tree("countenance-gate")?;
    if let Some(name) = faces.iter().find(|name| !agent.contains(**name)) {
        bail!("`{name}` is not in the agent's tree either: this check would find nothing");
    }
    let server = cargo_tree("countenance")?;
    Ok(faces
        .iter()
        .filter(|name| server.contains(**name))
        .map(|name| format!("the server depends on `{}`", name.trim()))
        .collect())
}

fn cargo_tree(package: &str) -> anyhow::Result<String> {
    stdout(&["tree", "--quiet", "-p", package, "--edges", "normal,build", "--prefix", "none"])
}

fn metadata() -> anyhow::Result<Value> {
    serde_json::from_str(&stdout(&["metadata", "--format-version", "1", "--quiet"])?).context("cargo metadata is not JSON")
}

fn stdout(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(cargo())
        .args(arguments)
        .current_dir(root())
        .output()
        .context("cargo could not be started")?;
    if !output.status.success() {
        bail!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).context("cargo printed what is not UTF-8")
}

fn graph(metadata: &Value) -> anyhow::Result<Vec<String>> {
    let mut arrows = BTreeSet::new();
    for package in ours(metadata) {
        let from = name(package);
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = name(dependency);
            if dependency["path"].is_string() && dependency["kind"].is_null() {
                arrows.insert(format!("{from} -> {to}"));
            }
        }
    }
    let now = arrows.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let file = root().join(GRAPH);
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed == now {
        return Ok(vec![]);
    }
    if std::env::var_os("TIDY_WRITE").is_some() {
        std::fs::write(&file, &now).with_context(|| format!("cannot write {}", file.display()))?;
        return Ok(vec![]);
    }
    Ok(vec![format!(
        "{GRAPH} is stale; review the arrows and write it with `TIDY_WRITE=1 cargo xtask tidy`"
    )])
}

/// Every dependency is under a licence of the list, or offers one by `OR`.
fn licences(metadata: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or_default();
        if !licence_fits(licence) {
            findings.push(format!("`{}` is under `{licence}`", name(package)));
        }
    }
    findings
}

fn licence_fits(licence: &str) -> bool {
    let licence = licence.replace('/', " OR ").replace(['(', ')'], "");
    let one = |term: &str| LICENCES.contains(&term.split(" WITH ").next().unwrap_or(term).trim());
    licence.split(" OR ").any(|choice| choice.split(" AND ").all(one))
}

fn ours(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|package| package["source"].is_null())
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_read_as_choices() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(licence_fits(good), "{good}");
        }
        for bad in ["", "GPL-3.0", "AGPL-3.0-only", "MIT AND GPL-2.0"] {
            assert!(!licence_fits(bad), "{bad}");
        }
    }
}
