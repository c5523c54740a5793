//! What people read: every rule in both languages, notices, explanations.

use countenance_base::{Locale, Text, from_hex, to_hex};
use countenance_grant::Mode;
use countenance_rules::{NoticeValues, Rulebook, Tightening, explain_case};

use crate::{rulebook, shelf};

fn values() -> NoticeValues {
    NoticeValues {
        site: Text::new("翠园小区", "Cuiyuan Estate"),
        operator: Text::new("翠园物业服务有限公司", "Cuiyuan Property Services Ltd"),
        contact: Text::new("前台电话 010-0000 0000", "front desk, 010-0000 0000"),
        complaints: Text::new("业主委员会信箱", "the owners' committee's letter box"),
        doors: Text::new("三号楼单元门", "building 3, entrance"),
        purpose: Text::new("住户免掏门卡进入三号楼", "residents of building 3 enter without a card"),
        necessity: Text::new(
            "许多住户带着孩子，难以腾手。",
            "Many residents come with children and have no hand free.",
        ),
        mode: Mode::OneToFew,
        other_ways: Text::new("门卡、二维码、密码", "card, QR code, PIN"),
        consent_days: 365,
        passage_days: 30,
    }
}

/// A calm page: no exclamation, no promise of compliance, no half-translated sentence.
#[test]
fn every_text_is_calm_and_in_its_language() {
    let rulebook = rulebook();
    let notice = rulebook.notice("face-at-door-1", &values()).unwrap();
    let mut texts = vec![(String::from("notice"), notice.zh, notice.en)];
    let drafts = shelf().drafts().iter().flat_map(Tightening::policies);
    for rule in shelf().rulebooks().iter().flat_map(Rulebook::policies).chain(drafts) {
        for (part, text) in [("text", &rule.text), ("remedy", &rule.remedy), ("article", &rule.article)] {
            texts.push((format!("{} {part}", rule.id), text.zh.clone(), text.en.clone()));
        }
    }
    // The word stands in the official title of one instrument.
    let title = "《个人信息保护合规审计管理办法》";
    let complaint = |zh: &str, en: &str| {
        let zh = zh.replace(title, "《办法》");
        let han = |char: char| ('\u{4e00}'..='\u{9fff}').contains(&char);
        if zh.contains(['!', '！']) || en.contains(['!', '！']) {
            Some("exclaims")
        } else if !zh.chars().any(han) || en.chars().any(han) {
            Some("is in the wrong language")
        } else if zh.contains("合规") || en.to_lowercase().contains("complian") {
            Some("claims compliance")
        } else {
            None
        }
    };
    assert_eq!(complaint("好！", "good"), Some("exclaims"));
    assert_eq!(complaint("好", "好"), Some("is in the wrong language"));
    assert_eq!(complaint("合规", "fine"), Some("claims compliance"));
    assert!(texts.len() > 1_500, "only {} texts were found", texts.len());
    let found: Vec<String> = texts
        .iter()
        .filter_map(|(name, zh, en)| complaint(zh, en).map(|what| format!("{name} {what}")))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_notice_reads_as_shown() {
    let notice = rulebook().notice("face-at-door-1", &values()).unwrap();
    insta::assert_snapshot!("notice", format!("{}\n\n----\n\n{}\n", notice.zh, notice.en));
}

#[test]
fn a_notice_is_hashed_as_shown_and_counts_only_what_is_filled() {
    let rulebook = rulebook();
    let whole = rulebook.notice("face-at-door-1", &values()).unwrap();
    assert_eq!(from_hex::<32>(&to_hex(&whole.hash)), Some(whole.hash));
    assert_eq!(whole.facts().fields.len(), 17);

    let mut values_without_contact = values();
    values_without_contact.contact.en = "  ".to_owned();
    let without = rulebook.notice("face-at-door-1", &values_without_contact).unwrap();
    assert_ne!(without.hash, whole.hash);
    let missing: Vec<&String> = whole.fields.difference(&without.fields).collect();
    assert_eq!(missing, ["contact", "handler_name"]);

    assert!(rulebook.notice("face-at-door-0", &values()).is_err());
}

#[test]
fn a_value_is_never_read_for_placeholders() {
    let mut sly = values();
    sly.purpose.zh = "进入{operator}".to_owned();
    let notice = rulebook().notice("face-at-door-1", &sly).unwrap();
    assert!(notice.zh.contains("进入{operator}"));
}

#[test]
fn an_explanation_names_act_decision_article_remedy_and_confidence() {
    let rulebook = rulebook();
    let say = |name: &str, locale: Locale| {
        let case = rulebook.cases().iter().find(|case| case.name == name).unwrap();
        // The version changes with every edit of the rulebook.
        explain_case(case, &rulebook.judge(case), locale).replace(&rulebook.version().chars().take(12).collect::<String>(), "…")
    };
    let names = [
        "match-face/lawful",
        "match-face/several-reasons",
        "match-face/beyond-numbers",
        "activate-purpose/approved-by-its-author",
    ];
    let told: Vec<String> = names
        .iter()
        .flat_map(|name| [say(name, Locale::Zh), say(name, Locale::En)])
        .collect();
    insta::assert_snapshot!("explanations", told.join("\n"));
}

#[test]
fn parameters_are_typed_and_sourced() {
    let rulebook: Rulebook = rulebook();
    let parameters = rulebook.parameters();
    assert_eq!(
        (
            parameters.face_lease_hours,
            parameters.other_lease_days,
            parameters.guardian_under_age
        ),
        (24, 7, 14)
    );
    assert_eq!((parameters.distance_default_mm, parameters.distance_max_mm), (1500, 5000));
    assert!(parameters.private_areas.iter().any(|area| area == "toilet"));
    assert!(
        parameters
            .sources
            .get("consent_receipt_keep_days")
            .unwrap()
            .confidence
            .to_be_confirmed()
    );
}
