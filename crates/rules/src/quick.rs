//! The policies of one act, made shorter for facts of one shape.
//!
//! Most of what a policy computes is whether a fact is there and which act it is about. A typed request answers both before it is
//! asked: its act picks the policies, and its shape (which optional facts it has) settles every `has`. What is left is short enough
//! to be asked for every person of every snapshot. A policy keeps its id, and what is not understood is left as it was.
//!
//! INVARIANT: shortening changes no answer. A test asks every example and generated requests both ways.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use serde_json::{Value, json};

use crate::assemble::Rules;
use crate::groups::{self, Groups, joined};
use crate::{Act, FaceFacts, Parameters, Request};

/// Which of the optional facts a request has: a bit for each path of [`USUAL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Shape(u8);

/// Facts that a typed request may lack and nearly always has. With those of [`RARE`], it always has every other one of its act.
const USUAL: [&str; 5] = [
    "assessment",
    "consent",
    "other_way",
    "other_way_worked",
    "person.under_guardian_age",
];

/// Facts that few requests have. Policies go on asking for them, or there would be too many shapes.
const RARE: [&str; 4] = ["person.under_minor_age", "person.guardian", "door.legal_opinion", "site.filing_due"];

impl Shape {
    /// Every usual fact is there.
    pub(crate) const USUAL: Self = Self((1 << USUAL.len()) - 1);

    fn with(self, path: &str, there: bool) -> Self {
        let bit = USUAL.iter().position(|known| *known == path).filter(|_| there);
        Self(bit.map_or(self.0, |bit| self.0 | (1 << bit)))
    }

    /// Whether the fact at the dotted path is there, as all that is inside a fact that is; `None` when only the request can tell.
    fn has(self, path: &str) -> Option<bool> {
        let within = |known: &str| path == known || path.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
        if RARE.iter().any(|rare| within(rare)) {
            return None;
        }
        let usual = USUAL.iter().position(|usual| within(usual));
        Some(usual.is_none_or(|bit| self.0 & (1 << bit) != 0))
    }

    pub(crate) fn of(request: &Request) -> Self {
        match request {
            Request::DeclarePurpose(_) | Request::SaveDoor(_) => Self::default(),
            Request::ActivatePurpose(facts) => Self::default().with("assessment", facts.assessment.is_some()),
            Request::EnrolFace(facts) => Self::of_face(&facts.face),
            Request::MatchFace(facts) => Self::of_face(&facts.face).with("other_way_worked", facts.other_way_worked.is_some()),
        }
    }

    fn of_face(face: &FaceFacts) -> Self {
        Self::default()
            .with("assessment", face.assessment.is_some())
            .with("consent", face.consent.is_some())
            .with("other_way", face.other_way.is_some())
            .with("person.under_guardian_age", face.person.under_guardian_age.is_some())
    }
}

/// Shortened policies, made when a shape is first met.
#[derive(Debug, Default)]
pub(crate) struct Quick(RwLock<BTreeMap<(Act, Shape), Arc<Groups>>>);

impl Quick {
    /// The policies of `act` for facts of `shape`; `None` when one of them cannot be made.
    pub(crate) fn policies(&self, rules: &Rules, parameters: &Parameters, act: Act, shape: Shape) -> Option<Arc<Groups>> {
        if let Some(known) = self.0.read().ok().and_then(|sets| sets.get(&(act, shape)).cloned()) {
            return Some(known);
        }
        let mut left = Vec::new();
        for (text, policy) in rules.iter().filter(|(text, _)| text.acts.contains(&act)) {
            match (Shortening { parameters, shape }).policy(policy.to_json().ok()?)? {
                Short::Never => {}
                Short::Policy(policy) => left.push(groups::Short {
                    id: text.id.clone(),
                    permit: text.permit,
                    policy,
                }),
            }
        }
        let groups = Arc::new(Groups::of(act, &left)?);
        if let Ok(mut sets) = self.0.write() {
            sets.insert((act, shape), groups.clone());
        }
        Some(groups)
    }
}

/// What is left of a policy.
enum Short {
    /// It can never apply to facts of this shape.
    Never,
    /// In Cedar's JSON form.
    Policy(Value),
}

struct Shortening<'a> {
    parameters: &'a Parameters,
    shape: Shape,
}

impl Shortening<'_> {
    /// A policy in Cedar's JSON form, for its act alone. `None` when its form is not known: then nothing may be decided with it.
    fn policy(&self, policy: Value) -> Option<Short> {
        let Value::Object(mut policy) = policy else { return None };
        let mut conditions = Vec::new();
        for condition in policy.get("conditions")?.as_array()? {
            let (kind, body) = (condition.get("kind")?, self.expression(condition.get("body")?));
            let holds = match kind.as_str()? {
                "when" => true,
                "unless" => false,
                _ => return None,
            };
            match body.get("Value").and_then(Value::as_bool) {
                Some(value) if value == holds => {}
                Some(_) => return Some(Short::Never),
                None => conditions.push(json!({ "kind": kind, "body": body })),
            }
        }
        policy.insert("conditions".to_owned(), Value::Array(conditions));
        // The act has picked the policy, and annotations are read elsewhere.
        policy.insert("action".to_owned(), json!({ "op": "All" }));
        policy.insert("annotations".to_owned(), json!({}));
        Some(Short::Policy(Value::Object(policy)))
    }

    fn expression(&self, expression: &Value) -> Value {
        let inner = match expression {
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), self.expression(value))).collect(),
            Value::Array(values) => values.iter().map(|value| self.expression(value)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return expression.clone(),
        };
        self.shorter(&inner).unwrap_or(inner)
    }

    /// The same in fewer steps; its parts are short already. `None` where nothing is known.
    fn shorter(&self, expression: &Value) -> Option<Value> {
        let part = |operator: &str, side: &str| expression.get(operator).and_then(|parts| parts.get(side));
        if let (Some(left), Some(attr)) = (part("has", "left"), part("has", "attr")) {
            return self.has(&path(left)?, attr);
        }
        if part(".", "left").is_some() {
            let path = path(expression)?;
            return self
                .parameters
                .judged(path.strip_prefix("parameters.")?)
                .map(|number| json!({ "Value": number }));
        }
        let truth = |value: Option<&Value>| value.and_then(|value| value.get("Value")).and_then(Value::as_bool);
        if let (Some(left), Some(right)) = (part("&&", "left"), part("&&", "right")) {
            // What stands after a false is not reached; what stands before a true decides alone.
            return match (truth(Some(left)), truth(Some(right))) {
                (Some(true), _) => Some(right.clone()),
                (Some(false), _) | (None, Some(true)) => Some(left.clone()),
                (None, _) => None,
            };
        }
        if let (Some(left), Some(right)) = (part("||", "left"), part("||", "right")) {
            return match (truth(Some(left)), truth(Some(right))) {
                (Some(false), _) => Some(right.clone()),
                (Some(true), _) | (None, Some(false)) => Some(left.clone()),
                (None, _) => None,
            };
        }
        // A set written in a policy would be built anew for every question.
        let written = |value: Option<&Value>| value.and_then(|value| value.get("Set")).and_then(Value::as_array).cloned();
        if let (Some(words), Some(word)) = (written(part("contains", "left")), part("contains", "right")) {
            return joined("||", words.iter().map(|known| json!({ "==": { "left": word, "right": known } })));
        }
        if let (Some(set), Some(words)) = (part("containsAll", "left"), written(part("containsAll", "right"))) {
            return joined("&&", words.iter().map(|word| json!({ "contains": { "left": set, "right": word } })));
        }
        if let Some(not) = truth(part("!", "arg")) {
            return Some(json!({ "Value": !not }));
        }
        let number = |value: Option<&Value>| value.and_then(|value| value.get("Value")).and_then(Value::as_i64);
        let product = number(part("*", "left"))?.checked_mul(number(part("*", "right"))?)?;
        Some(json!({ "Value": product }))
    }

    fn has(&self, left: &str, attr: &Value) -> Option<Value> {
        let names: Vec<&str> = match attr {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
        };
        let path = std::iter::once(left)
            .filter(|left| !left.is_empty())
            .chain(names)
            .collect::<Vec<_>>()
            .join(".");
        let there = match path.strip_prefix("parameters.") {
            Some(name) => self.parameters.has_judged(name),
            None => self.shape.has(&path)?,
        };
        Some(json!({ "Value": there }))
    }
}

/// `context.door.area` → `door.area`; `None` for anything else.
fn path(expression: &Value) -> Option<String> {
    if let Some(name) = expression.get("Var") {
        return (name == "context").then(String::new);
    }
    let step = expression.get(".")?;
    let (before, name) = (path(step.get("left")?)?, step.get("attr")?.as_str()?);
    Some(if before.is_empty() {
        name.to_owned()
    } else {
        format!("{before}.{name}")
    })
}

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::*;

    /// What is left of a forbid under this condition: its conditions, or `never`.
    fn short(shape: Shape, condition: &str) -> String {
        let rulebooks = crate::Shelf::read(&crate::embedded_files()).unwrap();
        let parameters = rulebooks.rulebooks().last().unwrap().parameters().clone();
        let policy = Policy::parse(
            None,
            format!("forbid (principal, action == Action::\"MatchFace\", resource) {condition};"),
        )
        .unwrap();
        let shortening = Shortening {
            parameters: &parameters,
            shape,
        };
        match shortening.policy(policy.to_json().unwrap()).unwrap() {
            Short::Never => "never".to_owned(),
            Short::Policy(short) => short.get("conditions").unwrap().to_string(),
        }
    }

    #[test]
    fn a_policy_of_unknown_form_decides_nothing() {
        let rulebook = crate::Shelf::read(&crate::embedded_files()).unwrap();
        let parameters = rulebook.rulebooks().last().unwrap().parameters().clone();
        let shortening = Shortening {
            parameters: &parameters,
            shape: Shape::default(),
        };
        for form in [
            json!([]),
            json!({}),
            json!({ "conditions": [{ "kind": "while", "body": { "Value": true } }] }),
        ] {
            assert!(shortening.policy(form).is_none());
        }
    }

    #[test]
    fn what_a_shape_settles_is_left_out() {
        let bare = Shape::default();
        let agreed = bare.with("consent", true);
        for (shape, path, there) in [
            (agreed, "consent.given", Some(true)),
            (agreed, "consent", Some(true)),
            (bare, "consent.given", Some(false)),
            (bare, "other_way", Some(false)),
            (bare, "other_way_worked", Some(false)),
            (bare, "door.area", Some(true)),
            (bare, "door.legal_opinion.hash", None),
            (bare, "person.guardian", None),
        ] {
            assert_eq!(shape.has(path), there, "{path}");
        }
        let condition = "when { context has consent } unless { context has consent.given && context.consent.given <= context.now }";
        assert_eq!(short(bare, condition), "never");
        let left = short(agreed, condition);
        assert!(!left.contains("has") && left.contains("given") && !left.contains("when"), "{left}");
        // Nothing left to ask: the rule refuses every such request.
        assert_eq!(
            short(bare, "unless { context has consent.given && context.consent.given <= context.now }"),
            "[]"
        );
        assert_eq!(short(bare, "unless { context has door || context has consent }"), "never");
        assert_eq!(short(bare, "when { !(context has consent) }"), "[]");
    }

    #[test]
    fn numbers_and_written_sets_become_plain_steps() {
        let none = Shape::default();
        let days = short(none, "when { context.parameters.assessment_max_days * 86400 < context.now }");
        assert!(days.contains("31536000") && !days.contains("parameters"), "{days}");
        let list = short(none, "when { context.parameters.private_areas.contains(context.door.area) }");
        assert!(list.contains("private_areas"), "a list stays a fact: {list}");
        let places = short(none, "when { [\"a\", \"b\"].contains(context.door.place) }");
        assert!(places.contains("||") && !places.contains("Set"), "{places}");
        let fields = short(none, "when { context.notice.fields.containsAll([\"a\", \"b\"]) }");
        assert!(fields.contains("&&") && !fields.contains("Set"), "{fields}");
        // An overflow stays where it was, so that it errs as it did.
        let large = short(none, "when { 9223372036854775807 * 2 == 0 }");
        assert!(large.contains("9223372036854775807"), "{large}");
    }
}
