//! Words by key, from Fluent files that are part of the program.

use std::borrow::Cow;
use std::sync::LazyLock;

use countenance_base::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

const ZH: &str = include_str!("../messages/zh.ftl");
const EN: &str = include_str!("../messages/en.ftl");

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| [bundle(Locale::Zh), bundle(Locale::En)]);

/// The Fluent source of one language, for the tests that compare languages.
pub const fn source(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => ZH,
        Locale::En => EN,
    }
}

fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    // A file with a faulty entry still serves its other entries; the tests refuse such a file.
    let resource = FluentResource::try_new(source(locale).to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(locale.tag().parse().into_iter().collect());
    // Names and numbers here read in one direction; the marks would only confuse a copied text.
    bundle.set_use_isolating(false);
    // Overriding is for keys that stand twice; the first one stays, and the tests refuse such a file.
    match bundle.add_resource(resource) {
        Ok(()) | Err(_) => bundle,
    }
}

/// Whether `key` exists in `locale`.
pub fn has(locale: Locale, key: &str) -> bool {
    let [zh, en] = &*BUNDLES;
    match locale {
        Locale::Zh => zh.has_message(key),
        Locale::En => en.has_message(key),
    }
}

/// Keys that begin with `prefix`, and their words; those that ask for arguments are left out.
pub fn with_prefix(locale: Locale, prefix: &str) -> Vec<(String, String)> {
    let keys = source(locale).lines().filter_map(|line| line.split_once(" = "));
    keys.filter(|(key, words)| key.starts_with(prefix) && !words.contains('{'))
        .map(|(key, _)| (key.to_owned(), message(locale, key, &[])))
        .collect()
}

/// The message `key` with `arguments`. A key without a message shows as `⟦key⟧`, which no test lets pass.
pub fn message<'a>(locale: Locale, key: &str, arguments: &[(&'a str, FluentValue<'a>)]) -> String {
    let [zh, en] = &*BUNDLES;
    let bundle = match locale {
        Locale::Zh => zh,
        Locale::En => en,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return format!("⟦{key}⟧");
    };
    let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (Cow::from(*name), value.clone())).collect();
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
    if errors.is_empty() {
        text.into_owned()
    } else {
        format!("⟦{key}⟧")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_key_or_argument_is_seen() {
        assert_eq!(message(Locale::En, "no-such-key", &[]), "⟦no-such-key⟧");
        assert_eq!(message(Locale::En, "digits-lead", &[]), "⟦digits-lead⟧");
        assert_ne!(message(Locale::En, "brand", &[]), "⟦brand⟧");
    }
}
