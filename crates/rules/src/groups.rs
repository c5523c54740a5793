//! The shortened policies of one act, asked in groups.
//!
//! Cedar spends more on reaching a policy than on most conditions, and nearly every request is permitted. So the forbids are first asked
//! in groups, each group as one policy that holds when any of its conditions does. Only of a group that holds, or errs, is every policy
//! asked by itself, to know which of them refuse.
//!
//! INVARIANT: what the groups do not permit is refused, whatever their policies say by themselves.

use std::collections::BTreeMap;

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Decision, Entities, EntityId, EntityUid, Policy, PolicyId, PolicySet, Request as CedarRequest,
    Response,
};
use serde_json::{Value, json};

use crate::Act;

/// How many forbids are asked as one: few enough that a refusal does not ask many again.
const GROUP: usize = 8;

/// What the policies answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) permitted: bool,
    /// The policies that decided.
    pub(crate) reasons: Vec<String>,
    /// A policy could not be applied.
    pub(crate) erred: bool,
}

impl From<&Response> for Answer {
    fn from(response: &Response) -> Self {
        let erred = response.diagnostics().errors().next().is_some();
        Self {
            permitted: response.decision() == Decision::Allow && !erred,
            reasons: response.diagnostics().reason().map(name).collect(),
            erred,
        }
    }
}

fn name(id: &PolicyId) -> String {
    AsRef::<str>::as_ref(id).to_owned()
}

/// A shortened policy in Cedar's JSON form.
pub(crate) struct Short {
    pub(crate) id: String,
    pub(crate) permit: bool,
    pub(crate) policy: Value,
}

/// The policies of one act.
#[derive(Debug)]
pub(crate) struct Groups {
    /// Read once: Cedar parses names by its grammar.
    action: EntityUid,
    site: EntityUid,
    /// The permits, and each group as one policy.
    pub(crate) first: PolicySet,
    /// The policies of each group.
    by_group: BTreeMap<String, PolicySet>,
}

impl Groups {
    /// `None` when a policy is of no form that we know: then nothing may be decided with it.
    pub(crate) fn of(act: Act, policies: &[Short]) -> Option<Self> {
        let (permits, forbids): (Vec<&Short>, Vec<&Short>) = policies.iter().partition(|short| short.permit);
        let mut first = set(&permits)?;
        let mut by_group = BTreeMap::new();
        for (number, group) in forbids.chunks(GROUP).enumerate() {
            let id = format!("group.{number}");
            first.add(Policy::from_json(Some(id.parse().ok()?), any(group)?).ok()?).ok()?;
            by_group.insert(id, set(group)?);
        }
        Some(Self {
            action: uid("Action", act.word())?,
            site: uid("Site", "here")?,
            first,
            by_group,
        })
    }

    /// Every policy by itself, for whoever proves something about them.
    pub(crate) fn each(&self) -> Option<PolicySet> {
        let permits = self
            .first
            .policies()
            .filter(|policy| !self.by_group.contains_key(&name(policy.id())));
        let mut each = PolicySet::new();
        for policy in permits.chain(self.by_group.values().flat_map(PolicySet::policies)) {
            each.add(policy.clone()).ok()?;
        }
        Some(each)
    }

    /// Who decided is always a policy of the rulebook, never a group. `None` when the question cannot be put.
    pub(crate) fn ask(&self, context: Context) -> Option<Answer> {
        let request = CedarRequest::new(self.site.clone(), self.action.clone(), self.site.clone(), context, None).ok()?;
        let (authorizer, nobody) = (Authorizer::new(), Entities::empty());
        let first = authorizer.is_authorized(&request, &self.first, &nobody);
        let mut answer = Answer::from(&first);
        if answer.permitted {
            return Some(answer);
        }
        let erring = first.diagnostics().errors().map(|error| match error {
            AuthorizationError::PolicyEvaluationError(error) => name(error.policy_id()),
        });
        let held: Vec<String> = answer.reasons.drain(..).chain(erring).collect();
        for group in held.iter().filter_map(|id| self.by_group.get(id)) {
            let inner = Answer::from(&authorizer.is_authorized(&request, group, &nobody));
            answer.reasons.extend(inner.reasons);
            answer.erred |= inner.erred;
        }
        Some(answer)
    }
}

pub(crate) fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(kind.parse().ok()?, EntityId::new(id)))
}

fn set(policies: &[&Short]) -> Option<PolicySet> {
    let mut set = PolicySet::new();
    for short in policies {
        set.add(Policy::from_json(Some(short.id.parse().ok()?), short.policy.clone()).ok()?)
            .ok()?;
    }
    Some(set)
}

/// One policy that holds when any of these does.
fn any(group: &[&Short]) -> Option<Value> {
    let mut any = Vec::new();
    for short in group {
        any.push(condition(&short.policy)?);
    }
    let mut policy = group.first()?.policy.clone();
    let body = joined("||", any.into_iter())?;
    *policy.get_mut("conditions")? = json!([{ "kind": "when", "body": body }]);
    Some(policy)
}

/// The conditions of a policy as one.
fn condition(policy: &Value) -> Option<Value> {
    let mut all = Vec::new();
    for condition in policy.get("conditions")?.as_array()? {
        let body = condition.get("body")?.clone();
        all.push(match condition.get("kind")?.as_str()? {
            "when" => body,
            "unless" => json!({ "!": { "arg": body } }),
            _ => return None,
        });
    }
    // Without conditions it always holds.
    Some(joined("&&", all.into_iter()).unwrap_or_else(|| json!({ "Value": true })))
}

/// The parts with the operator between them, in their order; `None` when there are none. Balanced, because Cedar walks an expression
/// with a frame for each level.
pub(crate) fn joined(operator: &str, parts: impl Iterator<Item = Value>) -> Option<Value> {
    let mut parts: Vec<Value> = parts.collect();
    while parts.len() > 1 {
        let mut rest = parts.into_iter();
        let mut paired = Vec::new();
        while let Some(left) = rest.next() {
            paired.push(match rest.next() {
                Some(right) => json!({ operator: { "left": left, "right": right } }),
                None => left,
            });
        }
        parts = paired;
    }
    parts.pop()
}

#[cfg(test)]
mod tests {
    use cedar_policy::RestrictedExpression;

    use super::*;

    fn short(id: &str, text: &str) -> Short {
        Short {
            id: id.to_owned(),
            permit: text.starts_with("permit"),
            policy: Policy::parse(None, text).unwrap().to_json().unwrap(),
        }
    }

    /// One permit, and twenty forbids of which the n-th holds when `n` is among `context.held`; the last errs for `context.large`.
    fn groups() -> Groups {
        let mut policies = vec![short("may", "permit (principal, action, resource) when { context.may };")];
        for number in 0..20 {
            let text = format!("forbid (principal, action, resource) when {{ true }} unless {{ !context.held.contains({number}) }};");
            policies.push(short(&format!("not.{number}"), &text));
        }
        policies.push(short(
            "errs",
            "forbid (principal, action, resource) when { context.large + 1 == 0 };",
        ));
        Groups::of(Act::SaveDoor, &policies).unwrap()
    }

    fn ask(may: bool, held: &[i64], large: i64) -> Answer {
        let held = RestrictedExpression::new_set(held.iter().copied().map(RestrictedExpression::new_long));
        let facts = [
            ("may".to_owned(), RestrictedExpression::new_bool(may)),
            ("held".to_owned(), held),
            ("large".to_owned(), RestrictedExpression::new_long(large)),
        ];
        let mut answer = groups().ask(Context::from_pairs(facts).unwrap()).unwrap();
        answer.reasons.sort();
        answer
    }

    fn answer(permitted: bool, reasons: &[&str], erred: bool) -> Answer {
        Answer {
            permitted,
            reasons: reasons.iter().map(|&id| id.to_owned()).collect(),
            erred,
        }
    }

    #[test]
    fn every_policy_that_refuses_is_named_and_no_group_is() {
        assert_eq!(ask(true, &[], 0), answer(true, &["may"], false));
        assert_eq!(ask(false, &[], 0), answer(false, &[], false), "nothing permits");
        assert_eq!(ask(true, &[3, 5, 19], 0), answer(false, &["not.19", "not.3", "not.5"], false));
    }

    #[test]
    fn a_policy_that_errs_permits_nothing_and_hides_nothing() {
        assert_eq!(ask(true, &[], i64::MAX), answer(false, &[], true));
        // In one group with it, where the group holds before it can err; and in another.
        assert_eq!(ask(true, &[19], i64::MAX), answer(false, &["not.19"], true));
        assert_eq!(ask(true, &[0], i64::MAX), answer(false, &["not.0"], true));
    }

    #[test]
    fn what_is_no_policy_makes_no_groups() {
        let strange = Short {
            id: "strange".to_owned(),
            permit: false,
            policy: json!({ "conditions": [{ "kind": "while", "body": { "Value": true } }] }),
        };
        assert!(Groups::of(Act::SaveDoor, &[strange]).is_none());
    }
}
