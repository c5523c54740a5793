//! Asking Cedar.
//!
//! INVARIANT: a policy that errs is skipped by Cedar and has neither permitted nor refused anything; so any error refuses. A
//! refusal always has a reason.

use std::sync::Arc;

use cedar_policy::{Authorizer, Context, Entities, PolicySet, Request as CedarRequest, RestrictedExpression};
use countenance_base::Text;
use serde_json::{Map, Value};

use crate::groups::{Answer, Groups, uid};
use crate::quick::Shape;
use crate::{Act, Case, CaseOutcome, Confidence, ENGINE_ERROR, Finding, Parameters, PolicyText, Request, Rulebook, Ruling};

const PARAMETERS: &str = "parameters";

impl Rulebook {
    /// Whether this act is permitted, and if not, by which rules it is refused.
    pub fn rule(&self, request: &Request) -> Ruling {
        self.ruling(request.act(), self.ask_typed(request))
    }

    /// The same for facts that come as JSON, in the form of [`Request::facts`].
    pub fn rule_json(&self, act: Act, facts: &Value) -> Ruling {
        let answer = match facts {
            Value::Object(facts) => self.ask_foreign(act, facts.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(AskFailed),
        };
        self.ruling(act, answer)
    }

    /// The numbers and lists as policies read them, beside the facts.
    pub fn judged_parameters(&self) -> Value {
        self.parameters.tree()
    }

    /// The policies that judge `act`, compiled, for whoever proves something about all requests.
    pub fn policy_set(&self, act: Act) -> Option<&PolicySet> {
        self.sets.get(&act)
    }

    /// The shortened policies of `act` for a request that has every usual fact, in groups: they decide on nearly all requests.
    pub fn usual_policy_groups(&self, act: Act) -> Option<PolicySet> {
        Some(self.usual(act)?.first.clone())
    }

    /// The same, each by itself: they say why a request is refused.
    pub fn usual_policy_set(&self, act: Act) -> Option<PolicySet> {
        self.usual(act)?.each()
    }

    fn usual(&self, act: Act) -> Option<Arc<Groups>> {
        self.quick.policies(&self.rules, &self.parameters, act, Shape::USUAL)
    }

    /// Rules on the case and compares with what it expects.
    pub fn judge(&self, case: &Case) -> CaseOutcome {
        let answer = self.ask_foreign(case.act, case.facts.record().clone());
        case.outcome(self.ruling(case.act, answer))
    }

    /// Facts out of Rust types fit the schema by their types; a test compares each with [`Self::ask_foreign`].
    fn ask_typed(&self, request: &Request) -> Result<Answer, AskFailed> {
        let act = request.act();
        let policies = self
            .quick
            .policies(&self.rules, &self.parameters, act, Shape::of(request))
            .ok_or(AskFailed)?;
        let mut pairs = Vec::new();
        for (name, fact) in request.fields() {
            pairs.push((name.to_owned(), fact.expression().ok_or(AskFailed)?));
        }
        pairs.push((PARAMETERS.to_owned(), self.lists.clone()));
        let context = Context::from_pairs(pairs).map_err(|_| AskFailed)?;
        policies.ask(context).ok_or(AskFailed)
    }

    /// Facts that somebody wrote are read by the schema; what does not fit it is no question.
    fn ask_foreign(&self, act: Act, mut facts: Map<String, Value>) -> Result<Answer, AskFailed> {
        facts.insert(PARAMETERS.to_owned(), self.parameters.tree());
        let (action, site) = uid("Action", act.word()).zip(uid("Site", "here")).ok_or(AskFailed)?;
        let context = Context::from_json_value(Value::Object(facts), Some((&self.schema, &action))).map_err(|_| AskFailed)?;
        let request = CedarRequest::new(site.clone(), action, site, context, Some(&self.schema)).map_err(|_| AskFailed)?;
        let set = self.sets.get(&act).ok_or(AskFailed)?;
        Ok(Answer::from(&Authorizer::new().is_authorized(&request, set, &Entities::empty())))
    }

    fn ruling(&self, act: Act, answer: Result<Answer, AskFailed>) -> Ruling {
        // The message of a failed question may quote facts; the finding says only that it could not be asked.
        let Ok(answer) = answer else {
            return self.refused(act, vec![engine_error()]);
        };
        if answer.permitted {
            return Ruling {
                act,
                permitted: true,
                findings: Vec::new(),
                rulebook: self.id().to_owned(),
                version: self.version().to_owned(),
                policies: answer.reasons,
            };
        }
        let refusing = |text: &&PolicyText| !text.permit && answer.reasons.contains(&text.id);
        let mut findings: Vec<Finding> = self.policies().iter().filter(refusing).map(PolicyText::finding).collect();
        if answer.erred || findings.is_empty() {
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

/// The lists of `context.parameters`, made once for each rulebook; its numbers stand in the shortened policies.
pub(crate) fn lists(parameters: &Parameters) -> RestrictedExpression {
    // A record with each field once always has a form; if it had none, a policy that reads a list would err, and so refuse.
    let lists = parameters.lists().expression();
    lists.unwrap_or_else(|| RestrictedExpression::new_bool(false))
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
