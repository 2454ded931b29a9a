//! Names and what follows them: attributes, indices, splats. Roots are looked up here: loop names, then `var` and
//! `local`, then run time.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};

use super::{Allowed, Eval, Evaluator, Failed, described, runtime};
use crate::diagnostic::Diagnostic;
use crate::jobspec::convert::convert;
use crate::jobspec::scope::{Scope, Slot};
use crate::jobspec::suggest::nearest;
use crate::jobspec::types::Type;
use crate::jobspec::val::Val;
use crate::jobspec::{ids, number};
use crate::source::Span;

type Operators<'e> = &'e [hcl_edit::Decorated<TraversalOperator>];

impl Evaluator<'_> {
    /// A name with what follows it.
    pub(super) fn traversal(&self, it: &Traversal, expr: &Expression, scope: &Scope) -> Eval {
        if let Expression::Variable(name) = &it.expr {
            return self.root(expr, name.as_str(), Some(it), scope);
        }
        let val = self.eval(&it.expr, scope)?;
        self.follow(val, &it.operators, expr, scope)
    }

    /// A name at the start of an expression, alone or with what follows it.
    pub(super) fn root(&self, expr: &Expression, name: &str, it: Option<&Traversal>, scope: &Scope) -> Eval {
        let operators: Operators<'_> = it.map_or(&[], |it| &it.operators);
        if let Some(val) = scope.get(name) {
            return self.follow(val.clone(), operators, expr, scope);
        }
        match (self.allowed, name) {
            (Allowed::All, "var") => {
                self.named(&self.env.variables.borrow(), "variable", operators, expr, scope)
            }
            (Allowed::All, "local") => self.named(&self.env.locals.borrow(), "local", operators, expr, scope),
            (Allowed::Variable(only), "var") if attribute(operators.first()) == Some(only) => {
                self.named(&self.env.variables.borrow(), "variable", operators, expr, scope)
            }
            (Allowed::All, _) => self.run_time(expr, it, scope),
            (Allowed::Literals, _) => self.fail(
                ids::NAME_NOT_ALLOWED,
                self.span_of(expr),
                format!("The value of a variable is written out; it cannot refer to \"{name}\"."),
            ),
            (Allowed::Variable(only), _) => self.fail(
                ids::WRONG_VALIDATION,
                self.span_of(expr),
                format!("The check of a variable can refer only to the variable itself, as var.{only}."),
            ),
        }
    }

    /// `var.x` and `local.x`.
    fn named(
        &self,
        slots: &std::collections::BTreeMap<String, Slot>,
        what: &str,
        operators: Operators<'_>,
        expr: &Expression,
        scope: &Scope,
    ) -> Eval {
        let Some((first, rest)) = operators.split_first() else {
            let known =
                slots.iter().filter_map(|(name, slot)| Some((Arc::from(name.as_str()), slot.clone()?)));
            return self.made(Val::object(known.collect()), expr);
        };
        let name = match first.value() {
            TraversalOperator::GetAttr(name) => name.as_str().to_owned(),
            TraversalOperator::Index(key) => match self.eval(key, scope)? {
                Val::Text(key) => key.to_string(),
                _ => return self.wrong_index(first, format!("A {what} is named by a string.")),
            },
            _ => return self.wrong_index(first, format!("A {what} is named after a dot.")),
        };
        match slots.get(&name) {
            Some(Some(val)) => self.follow(val.clone(), rest, expr, scope),
            Some(None) => Err(Failed),
            None => Err(self.undeclared(slots, what, &name, expr)),
        }
    }

    fn undeclared(
        &self,
        slots: &std::collections::BTreeMap<String, Slot>,
        what: &str,
        name: &str,
        expr: &Expression,
    ) -> Failed {
        let id = if what == "local" { ids::UNKNOWN_LOCAL } else { ids::UNKNOWN_VARIABLE };
        let mut problem = Diagnostic::error(id, format!("There is no {what} called \"{name}\"."))
            .spanned(self.span_of(expr))
            .label("not declared in this file");
        if let Some(near) = nearest(name, slots.keys().map(String::as_str)) {
            let prefix = if what == "local" { "local" } else { "var" };
            problem = problem.suggest(format!("Did you mean {prefix}.{near}?"));
        }
        self.env.report(problem);
        Failed
    }

    /// A name that is known only when the task runs, with the part behind it that belongs to the name.
    fn run_time(&self, expr: &Expression, it: Option<&Traversal>, scope: &Scope) -> Eval {
        let Some(it) = it else {
            return self.made(Val::text(self.own_text(expr.span())), expr);
        };
        let part_of_name = |operator: &hcl_edit::Decorated<TraversalOperator>| match operator.value() {
            TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
            TraversalOperator::Index(key) => matches!(key, Expression::String(_) | Expression::Number(_)),
            _ => false,
        };
        let named = it.operators.iter().take_while(|operator| part_of_name(operator)).count();
        let (name, rest) = it.operators.split_at(named.min(it.operators.len()));
        let range = match (it.expr.span(), name.last().and_then(|last| self.end_of(last))) {
            (Some(root), Some(end)) => Some(root.start..end),
            (root, _) => root,
        };
        let val = self.made(Val::text(self.own_text(range)), expr)?;
        self.follow(val, rest, expr, scope)
    }

    /// Where an operator's text ends, the bracket of an index included.
    fn end_of(&self, operator: &hcl_edit::Decorated<TraversalOperator>) -> Option<usize> {
        let inner = match operator.value() {
            TraversalOperator::GetAttr(name) => name.span(),
            TraversalOperator::LegacyIndex(index) => index.span(),
            TraversalOperator::Index(key) => key.span(),
            _ => None,
        };
        let end = operator.span().or_else(|| inner.clone())?.end;
        if !matches!(operator.value(), TraversalOperator::Index(_)) {
            return Some(end);
        }
        let from = inner.map_or(end, |inner| inner.end);
        let bracket = self.source.text.get(from..)?.find(']')?;
        Some(from + bracket + 1)
    }

    fn own_text(&self, range: Option<std::ops::Range<usize>>) -> String {
        range.map_or_else(String::new, |range| runtime::stand_in(self.source.text, range))
    }

    /// Attributes, indices and splats, one after the other.
    fn follow(&self, val: Val, operators: Operators<'_>, expr: &Expression, scope: &Scope) -> Eval {
        let mut val = val;
        let mut rest = operators;
        while let Some((operator, others)) = rest.split_first() {
            rest = others;
            val = match operator.value() {
                TraversalOperator::GetAttr(name) => self.attribute(&val, name.as_str(), operator)?,
                TraversalOperator::LegacyIndex(at) => {
                    let at = i64::try_from(*at.value()).unwrap_or(i64::MAX);
                    self.index(&val, &Val::int(at), operator)?
                }
                TraversalOperator::Index(key) => {
                    let key = self.eval(key, scope)?;
                    self.index(&val, &key, operator)?
                }
                TraversalOperator::AttrSplat(_) => {
                    // What follows `.*` belongs to each element as long as it is attributes.
                    let attrs =
                        rest.iter().take_while(|it| matches!(it.value(), TraversalOperator::GetAttr(_)));
                    let (each, after) = rest.split_at(attrs.count().min(rest.len()));
                    rest = after;
                    self.splat(&val, each, expr, scope)?
                }
                TraversalOperator::FullSplat(_) => {
                    // What follows `[*]` belongs to each element, up to the next splat.
                    let splat = |it: &hcl_edit::Decorated<TraversalOperator>| {
                        matches!(
                            it.value(),
                            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_)
                        )
                    };
                    let until = rest.iter().position(splat).unwrap_or(rest.len());
                    let (each, after) = rest.split_at(until);
                    rest = after;
                    self.splat(&val, each, expr, scope)?
                }
            };
        }
        Ok(val)
    }

    fn splat(&self, val: &Val, each: Operators<'_>, expr: &Expression, scope: &Scope) -> Eval {
        // A single value counts as a sequence of one, and null as an empty one.
        let single = [val.clone()];
        let items = match val {
            Val::Null => &[],
            _ => val.items().unwrap_or(&single),
        };
        self.pay(items.len() as u64, self.span_of(expr))?;
        let items = self.all(items.iter().map(|item| self.follow(item.clone(), each, expr, scope)))?;
        match val {
            Val::List(_) | Val::Set(_) => self.made(Val::list(items), expr),
            _ => self.made(Val::tuple(items), expr),
        }
    }

    /// `val.name`.
    fn attribute(&self, val: &Val, name: &str, operator: &hcl_edit::Decorated<TraversalOperator>) -> Eval {
        match val.fields() {
            Some(fields) => match fields.get(name) {
                Some(val) => Ok(val.clone()),
                None => Err(self.missing(fields.keys().map(|key| &**key), name, operator)),
            },
            None => {
                self.wrong_index(operator, format!("There is no attribute \"{name}\" in {}.", described(val)))
            }
        }
    }

    /// `val[key]`.
    pub(crate) fn index(
        &self,
        val: &Val,
        key: &Val,
        operator: &hcl_edit::Decorated<TraversalOperator>,
    ) -> Eval {
        match element(val, key) {
            Ok(val) => Ok(val),
            Err(NoElement::Key(key)) => {
                let keys = val.fields().into_iter().flat_map(|fields| fields.keys().map(|key| &**key));
                Err(self.missing(keys, &key, operator))
            }
            Err(NoElement::Because(why)) => self.wrong_index(operator, why),
        }
    }

    fn missing<'k>(
        &self,
        keys: impl Iterator<Item = &'k str>,
        name: &str,
        operator: &hcl_edit::Decorated<TraversalOperator>,
    ) -> Failed {
        let mut problem =
            Diagnostic::error(ids::WRONG_INDEX, format!("The value has no element \"{name}\"."))
                .spanned(self.operator_span(operator));
        if let Some(near) = nearest(name, keys) {
            problem = problem.suggest(format!("Did you mean \"{near}\"?"));
        }
        self.env.report(problem);
        Failed
    }

    fn wrong_index<T>(&self, operator: &hcl_edit::Decorated<TraversalOperator>, message: String) -> Eval<T> {
        self.fail(ids::WRONG_INDEX, self.operator_span(operator), message)
    }

    fn operator_span(&self, operator: &hcl_edit::Decorated<TraversalOperator>) -> Option<Span> {
        let inner = match operator.value() {
            TraversalOperator::GetAttr(name) => name.span(),
            TraversalOperator::LegacyIndex(index) => index.span(),
            TraversalOperator::Index(key) => key.span(),
            TraversalOperator::AttrSplat(splat) | TraversalOperator::FullSplat(splat) => splat.span(),
        };
        self.span(operator.span().or(inner))
    }
}

/// The name of an attribute operator.
fn attribute(operator: Option<&hcl_edit::Decorated<TraversalOperator>>) -> Option<&str> {
    match operator?.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

/// Why there is no such element.
pub(crate) enum NoElement {
    /// The map or object has no such key.
    Key(String),
    /// Something else, as a sentence.
    Because(String),
}

/// `val[key]`, also for the function `index`.
pub(crate) fn element(val: &Val, key: &Val) -> Result<Val, NoElement> {
    if let Some(fields) = val.fields() {
        return match convert(key, &Type::Text) {
            Ok(Val::Text(key)) => fields.get(&key).cloned().ok_or_else(|| NoElement::Key(key.to_string())),
            _ => Err(NoElement::Because(format!("A key is a string; this is {}.", described(key)))),
        };
    }
    let items = match val {
        Val::List(items) | Val::Tuple(items) => items,
        Val::Set(_) => return Err(NoElement::Because("The elements of a set have no index.".to_owned())),
        other => return Err(NoElement::Because(format!("There are no elements in {}.", described(other)))),
    };
    let at = match convert(key, &Type::Number) {
        Ok(Val::Number(number)) => number::integer(number).and_then(|at| usize::try_from(at).ok()),
        _ => return Err(NoElement::Because(format!("An index is a number; this is {}.", described(key)))),
    };
    at.and_then(|at| items.get(at)).cloned().ok_or_else(|| {
        NoElement::Because(format!(
            "There is no such element; the value has {}, counted from 0.",
            items.len()
        ))
    })
}
