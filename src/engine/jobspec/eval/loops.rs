//! `[for …]` and `{for …}`, and the steps that they share with loops in templates and dynamic blocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Expression, ForExpr};

use super::{Eval, Evaluator, Failed, described};
use crate::jobspec::convert::to_text;
use crate::jobspec::ids;
use crate::jobspec::scope::Scope;
use crate::jobspec::val::Val;

impl Evaluator<'_> {
    /// `[for …]` and `{for …}`.
    pub(super) fn for_expr(&self, it: &ForExpr, expr: &Expression, scope: &Scope) -> Eval {
        let intro = &it.intro;
        let collection = self.eval(&intro.collection_expr, scope)?;
        let key_name = intro.key_var.as_ref().map(|name| name.as_str());
        let rounds = self.rounds(&collection, &intro.collection_expr)?;
        let rounds = rounds.into_iter().map(|(key, val)| {
            let scope = round(scope, key_name, intro.value_var.as_str(), key, val);
            if let Some(cond) = &it.cond {
                let wanted = self.eval(&cond.expr, &scope)?;
                if !self.condition(&wanted, &cond.expr)? {
                    return Ok(None);
                }
            }
            let key = it.key_expr.as_ref().map(|key| self.member_key(key, &scope));
            let val = self.eval(&it.value_expr, &scope);
            Ok(Some((key.transpose()?, val?)))
        });
        // One round that fails says enough: the others would mostly fail for the same reason.
        let rounds = rounds.collect::<Eval<Vec<_>>>()?;
        self.collect(it, rounds.into_iter().flatten(), expr)
    }

    fn collect(
        &self,
        it: &ForExpr,
        rounds: impl Iterator<Item = (Option<Arc<str>>, Val)>,
        expr: &Expression,
    ) -> Eval {
        if it.key_expr.is_none() {
            return self.made(Val::tuple(rounds.map(|(_, val)| val).collect()), expr);
        }
        let mut fields: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
        for (key, val) in rounds {
            fields.entry(key.unwrap_or_default()).or_default().push(val);
        }
        if it.grouping {
            let groups = fields.into_iter().map(|(key, vals)| (key, Val::tuple(vals)));
            return self.made(Val::object(groups.collect()), expr);
        }
        if let Some((key, _)) = fields.iter().find(|(_, vals)| vals.len() > 1) {
            return self.fail(
                ids::WRONG_ITERATION,
                self.span_of(expr),
                format!("Two rounds of the loop make the key \"{key}\"; with `...` behind the value they are grouped."),
            );
        }
        let fields = fields.into_iter().filter_map(|(key, mut vals)| Some((key, vals.pop()?)));
        self.made(Val::object(fields.collect()), expr)
    }

    fn member_key(&self, expr: &Expression, scope: &Scope) -> Eval<Arc<str>> {
        let val = self.eval(expr, scope)?;
        to_text(&val).or_else(|_| {
            self.fail(
                ids::WRONG_ITERATION,
                self.span_of(expr),
                format!("The key of an object is a string; this is {}.", described(&val)),
            )
        })
    }

    /// The keys and values that a loop over this value runs through.
    pub(crate) fn rounds(&self, val: &Val, expr: &Expression) -> Eval<Vec<(Val, Val)>> {
        let span = self.span_of(expr);
        match rounds(val) {
            Some(rounds) => {
                self.pay(rounds.len() as u64, span)?;
                Ok(rounds)
            }
            None => {
                self.fail(ids::WRONG_ITERATION, span, format!("A loop cannot run over {}.", described(val)))?;
                Err(Failed)
            }
        }
    }
}

/// Keys and values of a collection; a set's elements are their own keys.
pub(crate) fn rounds(val: &Val) -> Option<Vec<(Val, Val)>> {
    match val {
        Val::List(items) | Val::Tuple(items) => {
            Some(items.iter().enumerate().map(|(at, item)| (Val::count(at), item.clone())).collect())
        }
        Val::Set(items) => Some(items.iter().map(|item| (item.clone(), item.clone())).collect()),
        Val::Map(fields) | Val::Object(fields) => {
            Some(fields.iter().map(|(key, val)| (Val::Text(key.clone()), val.clone())).collect())
        }
        _ => None,
    }
}

/// The scope of one round.
pub(super) fn round(scope: &Scope, key_name: Option<&str>, val_name: &str, key: Val, val: Val) -> Scope {
    let scope = match key_name {
        Some(name) => scope.with(name, key),
        None => scope.clone(),
    };
    scope.with(val_name, val)
}
