//! What the rulebook says about one act.

use countenance_base::{Locale, Text};

/// The id of the refusal when a policy could not be evaluated or the facts do not fit the schema.
pub const ENGINE_ERROR: &str = "engine.error";

/// An act that a rulebook judges. Its word is also the Cedar action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    DeclarePurpose,
    ActivatePurpose,
    SaveDoor,
    EnrolFace,
    MatchFace,
}

impl Act {
    pub const ALL: [Self; 5] = [
        Self::DeclarePurpose,
        Self::ActivatePurpose,
        Self::SaveDoor,
        Self::EnrolFace,
        Self::MatchFace,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::DeclarePurpose => "DeclarePurpose",
            Self::ActivatePurpose => "ActivatePurpose",
            Self::SaveDoor => "SaveDoor",
            Self::EnrolFace => "EnrolFace",
            Self::MatchFace => "MatchFace",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    /// The act in plain words.
    pub const fn title(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::DeclarePurpose, Locale::Zh) => "申报人脸使用目的",
            (Self::DeclarePurpose, Locale::En) => "declare a purpose for using faces",
            (Self::ActivatePurpose, Locale::Zh) => "启用人脸使用目的",
            (Self::ActivatePurpose, Locale::En) => "activate a purpose for using faces",
            (Self::SaveDoor, Locale::Zh) => "保存门的设置",
            (Self::SaveDoor, Locale::En) => "save a door's settings",
            (Self::EnrolFace, Locale::Zh) => "登记一个人的人脸",
            (Self::EnrolFace, Locale::En) => "enrol one person's face",
            (Self::MatchFace, Locale::Zh) => "在一扇门上比对一个人的人脸",
            (Self::MatchFace, Locale::En) => "compare one person's face at one door",
        }
    }
}

/// How surely the source of a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The article's own text was read.
    Official,
    /// A page that quotes or reports the text was read.
    Secondary,
    /// Seen only in notes, drafts or excerpts.
    Weak,
    /// Remembered, not verified.
    Memory,
    /// How this rulebook reads articles that do not say it in so many words.
    Reading,
    /// Not law: a choice of this rulebook.
    Design,
    /// Not law: a draft that was never in force, which the site chose to follow.
    Draft,
    /// Not law: the operator's own rule.
    Operator,
}

impl Confidence {
    /// Reads the letter of `@confidence`: O, S, W, M, R or D. What is not law by its place needs no letter.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "O" => Some(Self::Official),
            "S" => Some(Self::Secondary),
            "W" => Some(Self::Weak),
            "M" => Some(Self::Memory),
            "R" => Some(Self::Reading),
            "D" => Some(Self::Design),
            _ => None,
        }
    }

    /// A rule that must be shown as “to be confirmed”.
    pub const fn to_be_confirmed(self) -> bool {
        matches!(self, Self::Weak | Self::Memory)
    }

    /// What is shown beside the article.
    pub const fn label(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Official, Locale::Zh) => "已核对条文原文",
            (Self::Official, Locale::En) => "article text read",
            (Self::Secondary, Locale::Zh) => "依据公开转述，未对照公报",
            (Self::Secondary, Locale::En) => "from published reports, not compared with the gazette",
            (Self::Weak | Self::Memory, Locale::Zh) => "待确认",
            (Self::Weak | Self::Memory, Locale::En) => "to be confirmed",
            (Self::Reading, Locale::Zh) => "本规则簿对条文的理解",
            (Self::Reading, Locale::En) => "this rulebook's reading of the articles",
            (Self::Design, Locale::Zh) => "本规则簿的设计选择",
            (Self::Design, Locale::En) => "design choice of this rulebook",
            (Self::Draft, Locale::Zh) => "征求意见稿，从未施行，本处自愿采用",
            (Self::Draft, Locale::En) => "a draft that was never in force, followed here by choice",
            (Self::Operator, Locale::Zh) => "本处自定的规则",
            (Self::Operator, Locale::En) => "this operator's own rule",
        }
    }
}

/// One requirement that an act does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable id of the rule, e.g. `consent.signed_by_person`.
    pub id: String,
    /// Where the law says so; `zh` is the official name.
    pub article: Text,
    /// What is required and why the act falls short.
    pub text: Text,
    /// What to do now.
    pub remedy: Text,
    pub confidence: Confidence,
    /// The day from which the rule binds, `2025-06-01`; empty for what is not law and for [`ENGINE_ERROR`].
    pub effective: String,
}

/// The answer of one rulebook about one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    pub act: Act,
    pub permitted: bool,
    /// Why not, in the order of the rulebook; empty when permitted.
    pub findings: Vec<Finding>,
    /// The rulebook asked, e.g. `cn/2025-06-01`, and with ` + ` what tightens it.
    pub rulebook: String,
    /// SHA-256 over the rulebook's files and those of the rulebooks that it builds on, hexadecimal: its exact version.
    pub version: String,
    /// The policies that decided, by id: the permit of a permitted act, the refusing rules otherwise.
    pub policies: Vec<String>,
}

impl Ruling {
    /// Whether rule `id` is among the reasons for the refusal.
    pub fn refused_by(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| finding.id == id)
    }
}
