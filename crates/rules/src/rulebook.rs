//! A loaded rulebook: rules on requests, renders notices, runs its own examples.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicySet, Request as CedarRequest, Response, Schema, ValidationMode,
    Validator,
};
use countenance_base::Text;
use serde_json::{Map, Value};

use crate::folder::{Files, Header};
use crate::load::{Problem, RulebookRefused, line_at, line_of, one_line};
use crate::notice::NoticeText;
use crate::{
    Act, Case, CaseOutcome, Confidence, ENGINE_ERROR, Finding, Notice, NoticeRefused, NoticeValues, Parameters, PolicyText, Request,
    Ruling, policy,
};

/// The law of one jurisdiction as consolidated on one day.
#[derive(Debug, Clone)]
pub struct Rulebook {
    id: String,
    jurisdiction: String,
    from: String,
    title: Text,
    version: String,
    parameters: Parameters,
    policies: Vec<PolicyText>,
    notices: BTreeMap<String, NoticeText>,
    cases: Vec<Case>,
    set: PolicySet,
    schema: Schema,
}

/// No rulebook can judge an act of that day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRulebook {
    #[error("no rulebook was in force on {0}")]
    NotYet(String),
    #[error("the day `{0}` is not in the form 2025-06-01")]
    NotADay(String),
    #[error("two rulebooks begin on {0}")]
    Overlap(String),
}

impl Rulebook {
    /// Reads a rulebook from the files of its folder, by path inside the folder (`policies/10-purpose.cedar`).
    pub fn from_files(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, RulebookRefused> {
        let files = Files(files);
        files.check_names()?;
        let header = Header::read(&files)?;
        let parameters = Parameters::read("parameters.toml", files.text("parameters.toml")?)?;
        let schema = read_schema("schema.cedarschema", files.text("schema.cedarschema")?)?;
        let (policies, set) = read_policies(&files, &header, &schema)?;
        let mut notices = BTreeMap::new();
        for path in files.folder("notices", "toml") {
            let notice = NoticeText::read(path, files.text(path)?, &parameters)?;
            if let Some(twin) = notices.insert(notice.version.clone(), notice) {
                return Err(RulebookRefused::new(
                    path,
                    1,
                    Problem::DoubleId(twin.version),
                    "give each notice a version of its own",
                ));
            }
        }
        let mut cases: Vec<Case> = Vec::new();
        for path in files.folder("examples", "toml") {
            let read = Case::read(path, files.text(path)?);
            let read =
                read.map_err(|error| RulebookRefused::new(path, error.line, Problem::Case(error.to_string()), "correct the case"))?;
            check_case_rules(path, files.text(path)?, &read, &policies)?;
            cases.extend(read);
        }
        Ok(Self {
            id: header.id,
            jurisdiction: header.jurisdiction,
            from: header.from,
            title: Text::new(header.title_zh, header.title_en),
            version: files.version(),
            parameters,
            policies,
            notices,
            cases,
            set,
            schema,
        })
    }

    /// Refuses rulebooks of which two would judge the same day in the same jurisdiction.
    pub fn check_overlap(rulebooks: &[Self]) -> Result<(), RulebookRefused> {
        for (at, one) in rulebooks.iter().enumerate() {
            if rulebooks
                .iter()
                .skip(at + 1)
                .any(|other| one.jurisdiction == other.jurisdiction && one.from == other.from)
            {
                let problem = Problem::Overlap {
                    jurisdiction: one.jurisdiction.clone(),
                    from: one.from.clone(),
                };
                return Err(RulebookRefused::new(
                    "rulebook.toml",
                    1,
                    problem,
                    "keep one of them, or give each its own day",
                ));
            }
        }
        Ok(())
    }

    /// The rulebook that judges an act of `day` (`2026-11-23`, the site's civil day): the latest that had begun.
    /// All of `rulebooks` are of the site's jurisdiction.
    pub fn choose<'a>(rulebooks: &'a [Self], day: &str) -> Result<&'a Self, NoRulebook> {
        if !policy::is_day(day) {
            return Err(NoRulebook::NotADay(day.to_owned()));
        }
        let begun = || rulebooks.iter().filter(|rulebook| rulebook.from.as_str() <= day);
        let latest = begun()
            .max_by(|one, other| one.from.cmp(&other.from))
            .ok_or_else(|| NoRulebook::NotYet(day.to_owned()))?;
        if begun().filter(|rulebook| rulebook.from == latest.from).count() > 1 {
            return Err(NoRulebook::Overlap(latest.from.clone()));
        }
        Ok(latest)
    }

    /// E.g. `cn/2025-06-01`.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn jurisdiction(&self) -> &str {
        &self.jurisdiction
    }

    /// First day, `2025-06-01`.
    pub fn from_day(&self) -> &str {
        &self.from
    }

    pub const fn title(&self) -> &Text {
        &self.title
    }

    /// SHA-256 over all files, hexadecimal.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Every policy in the order of the rulebook, for pages that show the rules.
    pub fn policies(&self) -> &[PolicyText] {
        &self.policies
    }

    /// The rule `id`, for pages that cite it outside a ruling.
    pub fn policy(&self, id: &str) -> Option<&PolicyText> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// The cases of `examples/`.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Versions of the notices.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.notices.keys().map(String::as_str)
    }

    /// The notice `version` (e.g. `face-at-door-1`) with this site's values.
    pub fn notice(&self, version: &str, values: &NoticeValues) -> Result<Notice, NoticeRefused> {
        let notice = self
            .notices
            .get(version)
            .ok_or_else(|| NoticeRefused::NoSuchNotice(version.to_owned()))?;
        notice.render(values, &self.parameters)
    }

    /// Whether this act is permitted, and if not, by which rules it is refused.
    pub fn rule(&self, request: &Request) -> Ruling {
        self.rule_tree(request.act(), request.tree())
    }

    /// Rules on the case and compares with what it expects.
    pub fn judge(&self, case: &Case) -> CaseOutcome {
        case.outcome(self.rule_tree(case.act, case.facts.clone()))
    }

    pub(crate) fn rule_tree(&self, act: Act, mut facts: Map<String, Value>) -> Ruling {
        facts.insert("parameters".to_owned(), self.parameters.tree());
        match self.ask(act, facts) {
            Ok(response) => self.read_response(act, &response),
            // The message may quote facts; the finding says only that the question could not be asked.
            Err(AskFailed) => self.refused(act, vec![engine_error()]),
        }
    }

    fn ask(&self, act: Act, facts: Map<String, Value>) -> Result<Response, AskFailed> {
        let uid = |kind: &str, id: &str| -> Result<EntityUid, AskFailed> {
            let kind = kind.parse().map_err(|_| AskFailed)?;
            Ok(EntityUid::from_type_name_and_id(kind, cedar_policy::EntityId::new(id)))
        };
        let action = uid("Action", act.word())?;
        let context = Context::from_json_value(Value::Object(facts), Some((&self.schema, &action))).map_err(|_| AskFailed)?;
        let site = uid("Site", "here")?;
        let request = CedarRequest::new(site.clone(), action, site, context, Some(&self.schema)).map_err(|_| AskFailed)?;
        Ok(Authorizer::new().is_authorized(&request, &self.set, &Entities::empty()))
    }

    fn read_response(&self, act: Act, response: &Response) -> Ruling {
        let reasons: Vec<String> = response
            .diagnostics()
            .reason()
            .map(|id| AsRef::<str>::as_ref(id).to_owned())
            .collect();
        let errors = response.diagnostics().errors().count();
        if response.decision() == Decision::Allow && errors == 0 {
            return Ruling {
                act,
                permitted: true,
                findings: Vec::new(),
                rulebook: self.id.clone(),
                version: self.version.clone(),
                policies: reasons,
            };
        }
        let refusing = |text: &&PolicyText| !text.permit && reasons.contains(&text.id);
        let mut findings: Vec<Finding> = self.policies.iter().filter(refusing).map(PolicyText::finding).collect();
        // INVARIANT: a refusal has a reason, and a policy that Cedar skipped because it erred has not permitted anything.
        if errors > 0 || findings.is_empty() {
            findings.push(engine_error());
        }
        self.refused(act, findings)
    }

    fn refused(&self, act: Act, findings: Vec<Finding>) -> Ruling {
        Ruling {
            act,
            permitted: false,
            policies: findings.iter().map(|finding| finding.id.clone()).collect(),
            findings,
            rulebook: self.id.clone(),
            version: self.version.clone(),
        }
    }
}

/// The facts do not fit the schema.
struct AskFailed;

fn engine_error() -> Finding {
    Finding {
        id: ENGINE_ERROR.to_owned(),
        article: Text::new("本系统的规则", "rule of this system"),
        text: Text::new(
            "规则没有能够对这项操作作出判断。不能判断的，一律不允许。",
            "The rules could not be applied to this act. What cannot be judged is not permitted.",
        ),
        remedy: Text::new(
            "请使用其他通行方式；管理人员请核对填写的内容，并运行 countenance rules test。",
            "Use another way in. Operators: check what was entered and run `countenance rules test`.",
        ),
        confidence: Confidence::Design,
        effective: String::new(),
    }
}

fn read_schema(file: &str, text: &str) -> Result<Schema, RulebookRefused> {
    use miette::Diagnostic as _;
    let (schema, warnings) = Schema::from_cedarschema_str(text).map_err(|error| {
        let line = error
            .labels()
            .and_then(|mut labels| labels.next())
            .map_or(1, |label| line_at(text, label.offset()));
        RulebookRefused::new(file, line, Problem::Cedar(one_line(&error.to_string())), "correct the schema")
    })?;
    match warnings.map(|warning| warning.to_string()).next() {
        None => Ok(schema),
        Some(warning) => Err(RulebookRefused::new(
            file,
            1,
            Problem::Cedar(one_line(&warning)),
            "correct the schema",
        )),
    }
}

fn read_policies(files: &Files<'_>, header: &Header, schema: &Schema) -> Result<(Vec<PolicyText>, PolicySet), RulebookRefused> {
    let mut read: Vec<(PolicyText, Policy)> = Vec::new();
    let mut set = PolicySet::new();
    for path in files.folder("policies", "cedar") {
        for (text, policy) in policy::read(path, files.text(path)?)? {
            if text.effective > header.from {
                let problem = Problem::NotYetInForce {
                    id: text.id,
                    effective: text.effective,
                };
                return Err(RulebookRefused::new(
                    path,
                    text.line,
                    problem,
                    "move the rule into a rulebook of that day or later",
                ));
            }
            if set.add(policy.clone()).is_err() {
                return Err(RulebookRefused::new(
                    path,
                    text.line,
                    Problem::DoubleId(text.id),
                    "give each policy an id of its own",
                ));
            }
            read.push((text, policy));
        }
    }
    policy::check_permits(&read)?;
    let texts: Vec<PolicyText> = read.into_iter().map(|(text, _)| text).collect();
    validate(&texts, &set, schema)?;
    Ok((texts, set))
}

/// Strict validation; a warning (a rule that can never apply, letters that look alike) refuses as well.
fn validate(texts: &[PolicyText], set: &PolicySet, schema: &Schema) -> Result<(), RulebookRefused> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    let of_policy = |id: &str| -> BTreeSet<String> {
        let errors = result
            .validation_errors()
            .filter(|error| AsRef::<str>::as_ref(error.policy_id()) == id)
            .map(ToString::to_string);
        let warnings = result
            .validation_warnings()
            .filter(|warning| AsRef::<str>::as_ref(warning.policy_id()) == id);
        errors
            .chain(warnings.map(ToString::to_string))
            .map(|complaint| one_line(&complaint))
            .collect()
    };
    // Cedar reports in no fixed order; the first policy of the rulebook that it complains about is named.
    let found = texts
        .iter()
        .map(|text| (text, of_policy(&text.id)))
        .find(|(_, complaints)| !complaints.is_empty());
    let Some((text, complaints)) = found else {
        return if result.validation_passed_without_warnings() {
            Ok(())
        } else {
            let problem = Problem::Invalid("complaint about no policy".to_owned());
            Err(RulebookRefused::new(
                "policies/",
                1,
                problem,
                "check schema and policies with the Cedar command line",
            ))
        };
    };
    let complaints = complaints.into_iter().collect::<Vec<_>>().join(" · ");
    let remedy = "ask `has` before reading a fact, and use only facts of the schema";
    Err(RulebookRefused::new(&text.file, text.line, Problem::Invalid(complaints), remedy))
}

fn check_case_rules(path: &str, text: &str, cases: &[Case], policies: &[PolicyText]) -> Result<(), RulebookRefused> {
    let known = |rule: &str| rule == ENGINE_ERROR || policies.iter().any(|policy| policy.id == rule && !policy.permit);
    for case in cases {
        if let Some(rule) = case.refused_by.iter().find(|rule| !known(rule)) {
            let problem = Problem::UnknownRule {
                case: case.name.clone(),
                rule: rule.clone(),
            };
            return Err(RulebookRefused::new(
                path,
                line_of(text, &format!("\"{rule}\"")),
                problem,
                "name a rule of this rulebook",
            ));
        }
    }
    Ok(())
}
