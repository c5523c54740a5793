//! The numbers and lists of a rulebook, each with its source.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fact::Fact;
use crate::folder::{PARAMETERS, Ticks};
use crate::load::{Problem, RulebookRefused, toml_file};
use crate::parameter::{Entry, refuse};
use crate::{Area, AssessmentHead, Day, Parameter, ParameterValue};

macro_rules! parameters {
    (
        judged {
            numbers { $($(#[$j_doc:meta])* $j:ident),+ $(,)? }
            may_be { $($(#[$jo_doc:meta])* $jo:ident),+ $(,)? }
            lists { $($(#[$jl_doc:meta])* $jl:ident),+ $(,)? }
        }
        told {
            numbers { $($(#[$t_doc:meta])* $t:ident),+ $(,)? }
            may_be { $($(#[$to_doc:meta])* $to:ident),+ $(,)? }
            number_lists { $($(#[$tl_doc:meta])* $tl:ident),+ $(,)? }
            days { $($(#[$td_doc:meta])* $td:ident),+ $(,)? }
        }
    ) => {
        /// Every number and list that the rulebook sets; the unit is in the name. `None`, or an empty list, where no rule of
        /// that day sets one. Policies read the first part of them; programs read all.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Parameters {
            $($(#[$j_doc])* pub $j: u32,)+
            $($(#[$jo_doc])* pub $jo: Option<u32>,)+
            $($(#[$jl_doc])* pub $jl: Vec<String>,)+
            $($(#[$t_doc])* pub $t: u32,)+
            $($(#[$to_doc])* pub $to: Option<u32>,)+
            $($(#[$tl_doc])* pub $tl: Vec<u32>,)+
            $($(#[$td_doc])* pub $td: Option<Day>,)+
            /// Value, source and confidence by name, for pages that show them.
            pub sources: BTreeMap<String, Parameter>,
        }

        impl Parameters {
            const NAMES: &'static [&'static str] = &[
                $(stringify!($j),)+ $(stringify!($jo),)+ $(stringify!($jl),)+
                $(stringify!($t),)+ $(stringify!($to),)+ $(stringify!($tl),)+ $(stringify!($td),)+
            ];

            /// The record `context.parameters` of every request.
            pub(crate) fn tree(&self) -> Value {
                let mut tree = Map::new();
                $(tree.insert(stringify!($j).to_owned(), self.$j.into());)+
                $(if let Some(number) = self.$jo { tree.insert(stringify!($jo).to_owned(), number.into()); })+
                $(tree.insert(stringify!($jl).to_owned(), self.$jl.clone().into());)+
                Value::Object(tree)
            }

            /// The lists among them, which no policy can hold as a number.
            pub(crate) fn lists(&self) -> Fact {
                Fact::Record(vec![$((stringify!($jl), Fact::texts(self.$jl.iter().map(String::as_str))),)+])
            }

            /// The number `name` that policies read; `None` for a list, and for a number that the day does not set.
            pub(crate) fn judged(&self, name: &str) -> Option<u32> {
                $(if name == stringify!($j) { return Some(self.$j); })+
                $(if name == stringify!($jo) { return self.$jo; })+
                None
            }

            /// Whether `name` is set at all.
            pub(crate) fn has_judged(&self, name: &str) -> bool {
                self.judged(name).is_some() $(|| name == stringify!($jl))+
            }

            fn from_sources(sources: BTreeMap<String, Parameter>, text: &str) -> Result<Self, RulebookRefused> {
                let reader = Reader { sources: &sources, text };
                Ok(Self {
                    $($j: reader.needed(stringify!($j))?,)+
                    $($jo: reader.number(stringify!($jo))?,)+
                    $($jl: reader.words(stringify!($jl))?,)+
                    $($t: reader.needed(stringify!($t))?,)+
                    $($to: reader.number(stringify!($to))?,)+
                    $($tl: reader.numbers(stringify!($tl))?,)+
                    $($td: reader.day(stringify!($td))?,)+
                    sources,
                })
            }
        }
    };
}

parameters! {
    judged {
        numbers {
            /// How long a gate goes on matching faces after its last contact.
            face_lease_hours,
            /// The longest consent, and so the longest life of a template.
            consent_max_days,
            /// Longest retention of passages.
            passage_retention_max_days,
            enrolment_code_minutes,
            /// Most people compared for one claim.
            household_search_max,
            /// Most people compared in an open search.
            open_search_max,
            /// The distance limit that no door may exceed.
            distance_max_mm,
            /// After how long without proof that another way works a door's face lane closes.
            alternative_dead_hours,
            /// After how long an impact assessment must be renewed.
            assessment_max_days,
            /// How long an impact assessment is kept at least.
            assessment_keep_days,
        }
        may_be {
            /// From how many people whose face information is stored the site must be filed with the authority; reaching counts.
            filing_threshold_persons,
            /// From how many people a protection officer must be appointed; reaching counts.
            officer_threshold_persons,
        }
        lists {
            /// Words of [`Area`] in which no camera may hang.
            private_areas,
            /// Words of [`AssessmentHead`] that an assessment must treat.
            assessment_heads,
        }
    }
    told {
        numbers {
            /// How long a gate goes on with the other lanes after its last contact.
            other_lease_days,
            /// Below this age a guardian consents, years.
            guardian_under_age,
            /// Default retention of passages.
            passage_retention_days,
            /// A new door's distance limit.
            distance_default_mm,
            /// How long a consent receipt is kept after the face is forgotten.
            consent_receipt_keep_days,
            /// How long a person who refused is not asked again.
            ask_again_days,
            /// How long a claim may be brought at all.
            limitation_years,
            /// How long network logs are kept at least.
            network_log_keep_months,
            /// How often a system of protection level three is assessed.
            level3_assessment_years,
            /// Within how many days a graded system is filed with the police.
            level_filing_days,
        }
        may_be {
            /// Within how many working days from reaching the threshold the site is filed.
            filing_workdays,
            /// Within how many working days from a substantive change the filing is changed.
            filing_change_workdays,
            /// Within how many working days from the end of use the filing is cancelled.
            filing_cancel_workdays,
            /// Within how many working days the officer is reported.
            officer_report_workdays,
            /// Above how many people a recommended standard wants an officer; more than counts.
            officer_recommended_persons,
            /// Above how many people an audit has a fixed interval; more than counts.
            audit_threshold_persons,
            /// How often they audit at least.
            audit_interval_years,
            /// Within how many working days after putting things right the auditor's report is handed in.
            audit_rectified_workdays,
            /// How often in a row one auditor may audit the same object.
            audit_same_auditor_max,
            /// Below this age a person is a minor, years.
            minor_under_age,
            /// How often the handling of minors' information is audited.
            minors_audit_years,
            /// The month and day of the year by which last year's audit about minors is reported.
            minors_report_month,
            minors_report_day,
            /// Within how many hours an operator reports an incident of the middle grade or above.
            incident_report_hours,
            /// The same for critical infrastructure.
            incident_report_critical_hours,
            /// Within how many hours a flaw that touches national security or the public interest is reported.
            flaw_report_hours,
            /// How long records of giving or entrusting information are kept at least.
            share_record_keep_years,
            /// How long public security video is kept at least.
            video_keep_days,
            /// Within how many days public security video is filed with the police.
            video_filing_days,
            /// The same for systems in use before that was asked, counted from its first day.
            video_filing_legacy_days,
            /// From how many people the duties for important data apply too; reaching counts.
            important_data_persons,
        }
        number_lists {
            /// At how many stored people the operator is warned, rising; the last is the threshold.
            filing_warning_persons,
            /// From how many leaked persons an incident is of the middle, the high and the highest grade.
            leak_grade_persons,
        }
        days {
            /// The last day for who had reached the filing threshold before it existed.
            filing_legacy_day,
            /// The last day for who had to report an officer before it could be done.
            officer_legacy_day,
        }
    }
}

struct Reader<'a> {
    sources: &'a BTreeMap<String, Parameter>,
    text: &'a str,
}

impl Reader<'_> {
    fn value(&self, name: &str) -> Option<&ParameterValue> {
        self.sources.get(name).map(|parameter| &parameter.value)
    }

    fn wrong(&self, name: &str, kind: &str) -> RulebookRefused {
        let problem = Problem::BadParameter(name.to_owned());
        refuse(self.text, name, problem, format!("write `value` as {kind}"))
    }

    fn number(&self, name: &str) -> Result<Option<u32>, RulebookRefused> {
        match self.value(name) {
            None => Ok(None),
            Some(ParameterValue::Number(number)) => Ok(Some(*number)),
            Some(_) => Err(self.wrong(name, "a whole number from 0")),
        }
    }

    fn needed(&self, name: &str) -> Result<u32, RulebookRefused> {
        self.number(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> RulebookRefused {
        let remedy = format!("add `[{name}]` with `value`, `source_zh`, `source_en`, `confidence` and `effective`");
        refuse(self.text, name, Problem::MissingParameter(name.to_owned()), remedy)
    }

    fn words(&self, name: &str) -> Result<Vec<String>, RulebookRefused> {
        match self.value(name) {
            Some(ParameterValue::Words(words)) => Ok(words.clone()),
            Some(ParameterValue::Numbers(none)) if none.is_empty() => Ok(Vec::new()),
            Some(_) => Err(self.wrong(name, "a list of words")),
            None => Err(self.missing(name)),
        }
    }

    fn numbers(&self, name: &str) -> Result<Vec<u32>, RulebookRefused> {
        match self.value(name) {
            Some(ParameterValue::Numbers(numbers)) => Ok(numbers.clone()),
            Some(_) => Err(self.wrong(name, "a list of whole numbers")),
            None => Ok(Vec::new()),
        }
    }

    fn day(&self, name: &str) -> Result<Option<Day>, RulebookRefused> {
        match self.value(name) {
            None => Ok(None),
            Some(ParameterValue::Day(day)) => Ok(Some(*day)),
            Some(_) => Err(self.wrong(name, "a day, 2025-06-01, without quotes")),
        }
    }
}

impl Parameters {
    /// The parameters of the rulebook `id` that begins on `from`: those of the rulebook before, and what this folder changes.
    pub(crate) fn read(text: &str, before: Option<&Self>, (id, from): (&str, Day), ticks: &mut Ticks<'_>) -> Result<Self, RulebookRefused> {
        let mut sources = before.map(|before| before.sources.clone()).unwrap_or_default();
        sources.retain(|name, _| !ticks.ends(name));
        for (name, entry) in toml_file::<BTreeMap<String, Entry>>(PARAMETERS, text)? {
            if !Self::NAMES.contains(&name.as_str()) {
                let problem = Problem::UnknownParameter(name.clone());
                return Err(refuse(text, &name, problem, "correct the name, or leave it out"));
            }
            let parameter = entry.read(text, &name, id)?;
            if parameter.effective > from {
                let (id, effective) = (name.clone(), parameter.effective.to_string());
                let problem = Problem::NotYetInForce { id, effective };
                return Err(refuse(text, &name, problem, "move it into a rulebook of that day or later"));
            }
            if sources.contains_key(&name) && !ticks.replaces(&name) {
                let problem = Problem::UnlistedChange(name.clone());
                return Err(refuse(
                    text,
                    &name,
                    problem,
                    "list it as `changed` in rulebook.toml, or leave it out",
                ));
            }
            sources.insert(name, parameter);
        }
        let parameters = Self::from_sources(sources, text)?;
        parameters.check_words(text)?;
        Ok(parameters)
    }

    /// A misspelt word in these lists would silently protect nothing.
    fn check_words(&self, text: &str) -> Result<(), RulebookRefused> {
        let check = |name: &str, words: &[String], known: &[&str]| match words.iter().find(|word| !known.contains(&word.as_str())) {
            None => Ok(()),
            Some(word) => {
                let remedy = format!("write one of {}", known.join(", "));
                Err(refuse(text, name, Problem::UnknownWord(word.clone()), remedy))
            }
        };
        check("private_areas", &self.private_areas, &Area::ALL.map(Area::word))?;
        check(
            "assessment_heads",
            &self.assessment_heads,
            &AssessmentHead::ALL.map(AssessmentHead::word),
        )
    }

    /// These parameters with the entries of `lists` added to the lists of the same name: a list only ever asks for more.
    pub(crate) fn with_more(mut self, lists: &BTreeMap<String, Parameter>) -> Self {
        for (name, more) in lists {
            if let Some(own) = self.sources.get_mut(name) {
                own.source.zh = format!("{}；{}", own.source.zh, more.source.zh);
                own.source.en = format!("{}; {}", own.source.en, more.source.en);
            }
            match (name.as_str(), &more.value) {
                ("filing_warning_persons", ParameterValue::Numbers(numbers)) => {
                    self.filing_warning_persons.extend(numbers);
                    self.filing_warning_persons.sort_unstable();
                    self.filing_warning_persons.dedup();
                }
                ("private_areas", ParameterValue::Words(words)) => self.private_areas.extend(words.iter().cloned()),
                _ => {}
            }
        }
        for (name, value) in [
            (
                "filing_warning_persons",
                ParameterValue::Numbers(self.filing_warning_persons.clone()),
            ),
            ("private_areas", ParameterValue::Words(self.private_areas.clone())),
        ] {
            if let Some(own) = self.sources.get_mut(name) {
                own.value = value;
            }
        }
        self
    }

    /// The lists of a folder that only adds to a rulebook's own.
    pub(crate) fn read_more(text: &str, id: &str) -> Result<BTreeMap<String, Parameter>, RulebookRefused> {
        let mut lists = BTreeMap::new();
        for (name, entry) in toml_file::<BTreeMap<String, Entry>>(PARAMETERS, text)? {
            let parameter = entry.read(text, &name, id)?;
            let fits = match (name.as_str(), &parameter.value) {
                ("filing_warning_persons", ParameterValue::Numbers(_)) => true,
                ("private_areas", ParameterValue::Words(words)) => words.iter().all(|word| Area::from_word(word).is_some()),
                _ => false,
            };
            if !fits {
                let remedy = "add only to `filing_warning_persons` (numbers) or `private_areas` (words)";
                return Err(refuse(text, &name, Problem::BadParameter(name.clone()), remedy));
            }
            lists.insert(name, parameter);
        }
        Ok(lists)
    }
}
