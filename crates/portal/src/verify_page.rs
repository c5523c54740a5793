//! The verify page as one file: modules, styles and policy inside, nothing fetched from anywhere.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Each module after those that it imports from.
const MODULES: &[&str] = &[
    include_str!("../static/bytes.js"),
    include_str!("../static/verify-forms.js"),
    include_str!("../static/verify-tree.js"),
    include_str!("../static/verify-note.js"),
    include_str!("../static/verify-policy.js"),
    include_str!("../static/verify-record.js"),
    include_str!("../static/verify-steps.js"),
    include_str!("../static/verify-proof.js"),
    include_str!("../static/verify-promise.js"),
    include_str!("../static/verify-fork.js"),
    include_str!("../static/verify-certificate-text.js"),
    include_str!("../static/verify-sample.js"),
    include_str!("../static/verify-certificate.js"),
    include_str!("../static/verify-inspection.js"),
    include_str!("../static/verify-core.js"),
    include_str!("../static/verify-words-steps.js"),
    include_str!("../static/verify-words.js"),
    include_str!("../static/verify-elements.js"),
    include_str!("../static/verify-qr.js"),
    include_str!("../static/verify-view-certificate.js"),
    include_str!("../static/verify-view-inspection.js"),
    include_str!("../static/verify-view-policy.js"),
    include_str!("../static/verify-view.js"),
    include_str!("../static/verify-page.js"),
];
const FRAME: &str = include_str!("../static/verify.html");
const STYLE: &str = include_str!("../static/countenance.css");

/// The frame cut at its places, with script and styles in them: everything but the policy.
struct Parts {
    head: String,
    tail: String,
    rule: String,
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let frame = FRAME.replacen("{{style}}", STYLE, 1).replacen("{{script}}", &script(), 1);
    let content_policy = content_policy(&frame);
    let frame = frame.replacen("{{csp}}", &content_policy, 1);
    let (before, after) = frame.split_once("{{policy}}").unwrap_or((frame.as_str(), ""));
    Parts {
        head: before.to_owned(),
        tail: after.to_owned(),
        rule: content_policy,
    }
});

/// The page with this site's policy in it; with an empty one the reader is asked for a policy.
pub fn verify_page(policy: &str) -> String {
    // A policy is words of people, and HTML would read two of their signs; a line end of the other kind would be rewritten.
    let policy = policy.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;");
    [PARTS.head.as_str(), &policy, &PARTS.tail].concat()
}

/// The content policy under which the page is served, and which it carries for who keeps it: its own script and style, by hash, and nothing
/// else. No address is open to it.
pub fn verify_content_policy() -> &'static str {
    &PARTS.rule
}

/// All modules in one: what each gives to the others has a name of its own.
fn script() -> String {
    MODULES.iter().flat_map(|module| module.lines()).filter_map(inlined).collect()
}

fn inlined(line: &str) -> Option<String> {
    let inside = line.strip_prefix("export ").unwrap_or(line);
    (!line.starts_with("import ")).then(|| format!("{inside}\n"))
}

fn content_policy(frame: &str) -> String {
    let hash = |open: &str, close: &str| {
        let inside = frame
            .split_once(open)
            .and_then(|(_, rest)| rest.split_once(close))
            .map_or("", |(inside, _)| inside);
        STANDARD.encode(Sha256::digest(inside))
    };
    let (script, style) = (hash("<script type=\"module\">", "</script>"), hash("<style>", "</style>"));
    format!("default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_modules_is_left_to_fetch_and_the_frame_is_filled() {
        let page = verify_page("log x\n");
        for left in [
            "{{",
            "\nimport ",
            "\nexport ",
            "src=\"",
            "<link",
            "url(",
            "@import",
            "fetch(",
            "http://",
            "XMLHttpRequest",
            "eval(",
        ] {
            assert!(!page.replace("\"http://www.w3.org/2000/svg\"", "").contains(left), "{left} is left");
        }
        assert!(page.contains("<script type=\"text/plain\" id=\"policy\">log x\n</script>"));
        assert!(page.contains(verify_content_policy()));
        // The script itself must not end the element that holds it.
        assert!(!script().contains("</script") && !script().contains("<!--"));
    }

    #[test]
    fn a_policy_cannot_end_its_element() {
        let page = verify_page("# run by <b>&amp;</script><script>\r\n");
        assert!(page.contains("# run by &lt;b>&amp;amp;&lt;/script>&lt;script>&#13;\n</script>"));
        assert_eq!(page.matches("<script").count(), 2);
    }

    #[test]
    fn every_name_stands_once() {
        let script = script();
        let mut names: Vec<&str> = script
            .lines()
            .filter_map(|line| {
                ["async function ", "function ", "const ", "let ", "class "]
                    .into_iter()
                    .find_map(|word| line.strip_prefix(word))
            })
            .map(|rest| {
                rest.split(|char: char| !char.is_alphanumeric() && char != '_')
                    .next()
                    .unwrap_or_default()
            })
            .collect();
        assert!(names.len() > 100, "the scan finds nothing");
        names.sort_unstable();
        let twice: Vec<&&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
