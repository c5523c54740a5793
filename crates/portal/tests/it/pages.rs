use std::collections::BTreeSet;
use std::path::Path;

use countenance_base::Locale;

use crate::samples;

/// Paths of every template that a page struct names.
fn page_templates() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    crate::words::files(Path::new("src"), "rs", &mut |_, text| {
        names.extend(
            text.split("#[template(path = \"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    });
    names
}

#[test]
fn every_page_has_a_sample_and_renders_in_both_languages() {
    let samples = samples::all(Locale::Zh);
    let templates = page_templates();
    assert!(templates.len() > 10, "the scan finds nothing: {templates:?}");
    for template in &templates {
        let name = template.rsplit('/').next().unwrap().trim_end_matches(".html");
        assert!(
            samples.iter().any(|(sample, _)| sample.starts_with(name)),
            "no sample of {template}"
        );
    }
    for locale in Locale::ALL {
        for (name, html) in samples::all(locale) {
            assert!(
                !html.contains('⟦'),
                "{name} in {}: a key without a message: {:?}",
                locale.tag(),
                html.split('⟦').nth(1)
            );
            assert!(html.contains(&format!("<html lang=\"{}\">", locale.tag())), "{name}");
        }
    }
}

/// For looking at: `COUNTENANCE_SAMPLES=DIR cargo test -p countenance-portal --test it written`.
#[test]
fn samples_are_written_where_somebody_wants_to_look() {
    let Some(dir) = std::env::var_os("COUNTENANCE_SAMPLES") else {
        return;
    };
    for (locale, word) in [(Locale::Zh, "zh"), (Locale::En, "en")] {
        let dir = Path::new(&dir).join(word);
        std::fs::create_dir_all(&dir).unwrap();
        for (name, html) in samples::all(locale) {
            std::fs::write(dir.join(format!("{name}.html")), html).unwrap();
        }
    }
}

#[test]
fn no_page_needs_what_the_content_policy_forbids() {
    for locale in Locale::ALL {
        for (name, html) in samples::all(locale) {
            for forbidden in ["style=\"", "<style", " onclick", " onsubmit", "javascript:", "http://", "https://"] {
                assert!(!html.contains(forbidden), "{name} contains {forbidden}");
            }
            for script in html.split("<script").skip(1) {
                assert!(script.starts_with(" type=\"module\" src=\"/static/"), "{name} has an inline script");
            }
        }
    }
}

#[test]
fn every_posting_form_carries_the_token() {
    let mut forms = 0;
    for (name, html) in samples::all(Locale::En) {
        for form in html.split("<form method=\"post\"").skip(1) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"token\" value=\"5e5e"), "{name}: a form without the token");
            forms += 1;
        }
    }
    assert!(forms > 10);
}

#[test]
fn nothing_about_a_face_is_ticked_before_the_person_does_it() {
    for (name, html) in samples::all(Locale::En) {
        let boxes = html
            .split("type=\"checkbox\"")
            .skip(1)
            .filter(|rest| rest.split('>').next().unwrap().contains("face"));
        let ticked = boxes.filter(|rest| rest.split('>').next().unwrap().contains("checked")).count();
        assert!(ticked == 0 || name.starts_with("door_"), "{name}");
        if name == "face_consent" {
            assert!(!html.contains("checkbox") && !html.contains("autofocus"));
        }
    }
}

#[test]
fn a_seal_stands_only_beside_a_receipt() {
    let mut seals = 0;
    for (name, html) in samples::all(Locale::En) {
        let count = html.matches("class=\"seal\"").count();
        let certificate = name.starts_with("certificate");
        let proved = if certificate {
            "class=\"receipt sealed certificate\""
        } else {
            "class=\"receipt\""
        };
        assert_eq!(count, html.matches(proved).count(), "{name}");
        seals += count;
    }
    assert!(seals > 0);
}

#[test]
fn withdrawing_takes_no_more_steps_than_consenting() {
    let html = |wanted: &str| samples::all(Locale::En).into_iter().find(|(name, _)| *name == wanted).unwrap().1;
    // From the page that everyone starts on: one link and one button each.
    assert!(html("ways").contains("action=\"/face/3\""));
    assert_eq!(html("face_consent").matches("data-sign").count(), 1);
    assert!(html("ways").contains("href=\"/consents\""));
    assert!(html("consents").contains("/withdraw\""));
}

#[test]
fn a_rulebook_stands_alone_with_its_style() {
    for locale in Locale::ALL {
        let page = samples::rulebook(locale);
        let (served, alone) = (countenance_portal::Template::render(&page).unwrap(), page.alone().unwrap());
        assert!(served.contains("<link rel=\"stylesheet\"") && !served.contains("<style>"));
        assert!(!alone.contains("<link") && !alone.contains("/static/"), "{}", locale.tag());
        assert!(alone.contains("<style>") && alone.contains("@media print"));
        assert_eq!(alone.matches("href=\"#").count(), 2, "it links only into itself");
    }
}
