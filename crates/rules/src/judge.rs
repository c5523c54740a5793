//! Asking Cedar.
//!
//! INVARIANT: a policy that errs is skipped by Cedar and has neither permitted nor refused anything; so any error refuses. A
//! refusal always has a reason.

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, Request as CedarRequest, Response, RestrictedExpression};
use countenance_base::Text;
use serde_json::{Map, Value};

use crate::{Act, Case, CaseOutcome, Confidence, ENGINE_ERROR, Finding, Parameters, PolicyText, Request, Rulebook, Ruling};

const PARAMETERS: &str = "parameters";

impl Rulebook {
    /// Whether this act is permitted, and if not, by which rules it is refused.
    pub fn rule(&self, request: &Request) -> Ruling {
        let act = request.act();
        self.ruling(act, self.ask_typed(act, request.tree()))
    }

    /// The same for facts that come as JSON, in the form of [`Request::facts`].
    pub fn rule_json(&self, act: Act, facts: &Value) -> Ruling {
        let response = match facts {
            Value::Object(facts) => self.ask_foreign(act, facts.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(AskFailed),
        };
        self.ruling(act, response)
    }

    /// Rules on the case and compares with what it expects.
    pub fn judge(&self, case: &Case) -> CaseOutcome {
        let response = self.ask_foreign(case.act, case.facts.record().clone());
        case.outcome(self.ruling(case.act, response))
    }

    /// Facts out of Rust types fit the schema by their types; a test compares each with [`Self::ask_foreign`].
    fn ask_typed(&self, act: Act, facts: Map<String, Value>) -> Result<Response, AskFailed> {
        let mut pairs = Vec::with_capacity(facts.len() + 1);
        for (name, value) in facts {
            pairs.push((name, expression(value)?));
        }
        pairs.push((PARAMETERS.to_owned(), self.parameters_record.clone()));
        let context = Context::from_pairs(pairs).map_err(|_| AskFailed)?;
        let (action, site) = (uid("Action", act.word())?, uid("Site", "here")?);
        let request = CedarRequest::new(site.clone(), action, site, context, None).map_err(|_| AskFailed)?;
        self.authorize(act, &request)
    }

    /// Facts that somebody wrote are read by the schema; what does not fit it is no question.
    fn ask_foreign(&self, act: Act, mut facts: Map<String, Value>) -> Result<Response, AskFailed> {
        facts.insert(PARAMETERS.to_owned(), self.parameters.tree());
        let action = uid("Action", act.word())?;
        let context = Context::from_json_value(Value::Object(facts), Some((&self.schema, &action))).map_err(|_| AskFailed)?;
        let site = uid("Site", "here")?;
        let request = CedarRequest::new(site.clone(), action, site, context, Some(&self.schema)).map_err(|_| AskFailed)?;
        self.authorize(act, &request)
    }

    fn authorize(&self, act: Act, request: &CedarRequest) -> Result<Response, AskFailed> {
        let set = self.sets.get(&act).ok_or(AskFailed)?;
        Ok(Authorizer::new().is_authorized(request, set, &Entities::empty()))
    }

    fn ruling(&self, act: Act, response: Result<Response, AskFailed>) -> Ruling {
        // The message of a failed question may quote facts; the finding says only that it could not be asked.
        let Ok(response) = response else {
            return self.refused(act, vec![engine_error()]);
        };
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
                rulebook: self.id().to_owned(),
                version: self.version().to_owned(),
                policies: reasons,
            };
        }
        let refusing = |text: &&PolicyText| !text.permit && reasons.contains(&text.id);
        let mut findings: Vec<Finding> = self.policies().iter().filter(refusing).map(PolicyText::finding).collect();
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
            rulebook: self.id().to_owned(),
            version: self.version().to_owned(),
        }
    }
}

/// The question could not be put.
struct AskFailed;

/// The record `context.parameters`, made once for each rulebook. `None` cannot happen: numbers and words always have a form.
pub(crate) fn record(parameters: &Parameters) -> RestrictedExpression {
    expression(parameters.tree()).unwrap_or_else(|AskFailed| RestrictedExpression::new_bool(false))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, AskFailed> {
    let kind = kind.parse().map_err(|_| AskFailed)?;
    Ok(EntityUid::from_type_name_and_id(kind, cedar_policy::EntityId::new(id)))
}

fn expression(value: Value) -> Result<RestrictedExpression, AskFailed> {
    Ok(match value {
        Value::Bool(yes) => RestrictedExpression::new_bool(yes),
        Value::Number(number) => RestrictedExpression::new_long(number.as_i64().ok_or(AskFailed)?),
        Value::String(text) => RestrictedExpression::new_string(text),
        Value::Array(values) => RestrictedExpression::new_set(values.into_iter().map(expression).collect::<Result<Vec<_>, _>>()?),
        Value::Object(fields) => {
            let fields: Result<Vec<_>, AskFailed> = fields.into_iter().map(|(name, value)| Ok((name, expression(value)?))).collect();
            RestrictedExpression::new_record(fields?).map_err(|_| AskFailed)?
        }
        Value::Null => return Err(AskFailed),
    })
}

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
