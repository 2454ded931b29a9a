//! Evaluation of HCL expressions as Nomad's job parser does it: `var` and `local` are known, names of loops are known,
//! and any other name becomes its own source text in `${…}`, which the client completes when the task starts.
//! Problems go to the shared list, and an evaluation goes on in the siblings of what failed.

mod index;
pub(crate) mod loops;
mod operators;
mod runtime;
mod template;

pub(crate) use index::{NoElement, element};

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Conditional, Expression, Object, ObjectKey};

use super::convert::{convert, to_text, unify};
use super::scope::{Env, Scope};
use super::types::Type;
use super::val::{Val, text_value};
use super::{functions, ids, number};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::{FileId, Span};
use crate::value::{Entry, Node, Value};

/// How deep lists and objects may lie inside each other.
const DEPTH: u32 = 100;

/// An evaluation failed, and the problem is already in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

/// Result of an evaluation.
pub(crate) type Eval<T = Val> = Result<T, Failed>;

/// The text that an expression was parsed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The file that spans point into.
    pub(crate) file: FileId,
    /// The parsed text.
    pub(crate) text: &'a str,
    /// Where the text lies in the file.
    pub(crate) place: Place,
}

/// Where a parsed text lies in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// From this byte on, as it is.
    From(usize),
    /// Somewhere in this span, with escapes in between.
    In(Span),
}

/// What may stand in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed<'a> {
    /// Everything: in the job and in locals.
    All,
    /// Literal values only: defaults and given values of variables.
    Literals,
    /// One variable and the functions that do not read files: a variable's own check.
    Variable(&'a str),
}

/// Evaluates expressions of one text.
#[derive(Clone, Copy)]
pub(crate) struct Evaluator<'a> {
    /// Names, budget and problems.
    pub(crate) env: &'a Env<'a>,
    /// Where the expressions come from.
    pub(crate) source: Source<'a>,
    /// What may stand in them.
    pub(crate) allowed: Allowed<'a>,
}

impl<'a> Evaluator<'a> {
    /// The place of a byte range of the parsed text.
    pub(crate) fn span(&self, range: Option<Range<usize>>) -> Option<Span> {
        match self.source.place {
            Place::In(span) => Some(span),
            Place::From(base) => {
                range.map(|range| Span::new(self.source.file, base + range.start..base + range.end))
            }
        }
    }

    /// The place of an expression.
    pub(crate) fn span_of(&self, expr: &Expression) -> Option<Span> {
        self.span(expr.span())
    }

    /// Reports a problem and fails.
    pub(crate) fn fail<T>(&self, id: Id, span: Option<Span>, message: impl Into<String>) -> Eval<T> {
        self.env.report(Diagnostic::error(id, message).spanned(span));
        Err(Failed)
    }

    /// Pays for a step or a value; reports the first time that nothing is left.
    pub(crate) fn pay(&self, units: u64, span: Option<Span>) -> Eval<()> {
        self.env.budget.charge(units).map_err(|_| self.exhausted(span))
    }

    /// Reports that the evaluation takes too much.
    pub(crate) fn exhausted(&self, span: Option<Span>) -> Failed {
        self.env.report_exhausted(|| {
            Diagnostic::error(
                ids::EVALUATION_TOO_LARGE,
                "The evaluation of this job file takes too much time or memory.",
            )
            .spanned(span)
            .label("it ended here")
            .suggest(
                "Look for values that are built from copies of themselves, and for loops inside of loops.",
            )
        });
        Failed
    }

    /// Pays for a new value and refuses one that is too deep.
    pub(crate) fn made(&self, val: Val, expr: &Expression) -> Eval {
        self.pay(val.weight(), self.span_of(expr))?;
        if val.depth() > DEPTH {
            return self.fail(
                ids::EVALUATION_TOO_LARGE,
                self.span_of(expr),
                format!("More than {DEPTH} lists and objects lie inside each other."),
            );
        }
        Ok(val)
    }

    /// The value of an expression.
    pub(crate) fn eval(&self, expr: &Expression, scope: &Scope) -> Eval {
        self.pay(1, self.span_of(expr))?;
        match expr {
            Expression::Null(_) => Ok(Val::Null),
            Expression::Bool(it) => Ok(Val::Bool(*it.value())),
            Expression::Number(it) => Ok(Val::Number(literal(it.value()))),
            Expression::String(text) => {
                self.one_line(expr.span())?;
                self.made(Val::text(text.as_str()), expr)
            }
            Expression::Array(items) => {
                let items = self.all(items.iter().map(|item| self.eval(item, scope)))?;
                self.made(Val::tuple(items), expr)
            }
            Expression::Object(object) => self.object(object, expr, scope),
            Expression::StringTemplate(template) => {
                for element in template.iter() {
                    if let hcl_edit::template::Element::Literal(text) = element {
                        self.one_line(text.span())?;
                    }
                }
                self.template(expr, template.iter(), scope)
            }
            Expression::HeredocTemplate(heredoc) => self.heredoc(expr, heredoc, scope),
            Expression::Parenthesis(inner) => self.eval(inner.inner(), scope),
            Expression::Variable(name) => self.root(expr, name.as_str(), None, scope),
            Expression::Conditional(it) => self.conditional(it, expr, scope),
            Expression::FuncCall(call) => functions::call(self, call, expr, scope),
            Expression::Traversal(it) => self.traversal(it, expr, scope),
            Expression::UnaryOp(it) => self.unary(it, expr, scope),
            Expression::BinaryOp(it) => self.binary(it, expr, scope),
            Expression::ForExpr(it) => self.for_expr(it, expr, scope),
        }
    }

    /// The value of an expression with the places of its parts, where those are written out.
    pub(crate) fn node(&self, expr: &Expression, scope: &Scope) -> Eval<Node> {
        let span = self.span_of(expr);
        match expr {
            Expression::String(text) => {
                self.one_line(expr.span())?;
                self.pay(1 + text.len() as u64 / 16, span)?;
                Ok(Node::new(text_value(text.as_str()), span))
            }
            Expression::Array(items) => {
                self.pay(1, span)?;
                let items = items.iter().map(|item| self.node(item, scope));
                Ok(Node::new(Value::List(self.all(items)?), span))
            }
            Expression::Object(object) => {
                self.pay(1, span)?;
                self.object_node(object, span, scope)
            }
            Expression::Parenthesis(inner) => self.node(inner.inner(), scope),
            _ => {
                let val = self.eval(expr, scope)?;
                self.pay(val.weight(), span)?;
                Ok(val.to_node(span))
            }
        }
    }

    /// Refuses a quoted text that goes over the end of its line: the parser takes it, and HCL does not.
    pub(crate) fn one_line(&self, range: Option<Range<usize>>) -> Eval<()> {
        let Some(range) = range else { return Ok(()) };
        match self.source.text.get(range.clone()).and_then(|text| text.find('\n')) {
            None => Ok(()),
            Some(_) => self.fail(
                ids::HCL_SYNTAX,
                self.span(Some(range)),
                "A quoted text ends on its line; a text of several lines is a heredoc, <<EOT … EOT.",
            ),
        }
    }

    /// All results, or a failure after all were tried.
    pub(crate) fn all<T>(&self, results: impl Iterator<Item = Eval<T>>) -> Eval<Vec<T>> {
        let mut whole = Vec::new();
        let mut failed = false;
        for result in results {
            match result {
                Ok(it) => whole.push(it),
                Err(Failed) if self.env.budget.is_empty() => return Err(Failed),
                Err(Failed) => failed = true,
            }
        }
        if failed { Err(Failed) } else { Ok(whole) }
    }

    fn object(&self, object: &Object, expr: &Expression, scope: &Scope) -> Eval {
        let members = object.iter().map(|(key, value)| {
            let key = self.key(key, scope);
            let val = self.eval(value.expr(), scope);
            Ok((key?.0, val?))
        });
        let members = self.all(members)?;
        self.made(Val::object(members.into_iter().collect::<BTreeMap<_, _>>()), expr)
    }

    fn object_node(&self, object: &Object, span: Option<Span>, scope: &Scope) -> Eval<Node> {
        let entries = object.iter().map(|(key, value)| {
            let key = self.key(key, scope);
            let node = self.node(value.expr(), scope);
            let (key, key_span) = key?;
            Ok(Entry { key: key.to_string(), key_span, node: node?, block: false })
        });
        Ok(Node::new(Value::Object(self.all(entries)?), span))
    }

    fn key(&self, key: &ObjectKey, scope: &Scope) -> Eval<(Arc<str>, Option<Span>)> {
        match key {
            ObjectKey::Ident(name) => Ok((name.as_str().into(), self.span(name.span()))),
            ObjectKey::Expression(expr) => {
                let val = self.eval(expr, scope)?;
                match to_text(&val) {
                    Ok(text) => Ok((text, self.span_of(expr))),
                    Err(_) => self.fail(
                        ids::WRONG_ITERATION,
                        self.span_of(expr),
                        format!("The key of an object is a string; this is {}.", val.kind()),
                    ),
                }
            }
        }
    }

    fn conditional(&self, it: &Conditional, expr: &Expression, scope: &Scope) -> Eval {
        // Both results are evaluated, since their types decide the type of the whole; the problems of the one that
        // is not taken are forgotten.
        let condition = self.eval(&it.cond_expr, scope);
        let condition = condition.and_then(|val| self.condition(&val, &it.cond_expr))?;
        let (taken, other) =
            if condition { (&it.true_expr, &it.false_expr) } else { (&it.false_expr, &it.true_expr) };
        let mark = self.env.mark();
        let other = self.eval(other, scope);
        self.env.forget(mark);
        let taken = self.eval(taken, scope)?;
        let Ok(other) = other else { return Ok(taken) };
        let common = match (&taken, &other) {
            (Val::Null, _) | (_, Val::Null) => return Ok(taken),
            _ => unify(&[Type::of(&taken), Type::of(&other)]),
        };
        match common.map(|ty| convert(&taken, &ty)) {
            Some(Ok(val)) => self.made(val, expr),
            _ => self.fail(
                ids::WRONG_CONDITION,
                self.span_of(expr),
                format!(
                    "The two results of a condition need a type in common; these are {} and {}.",
                    taken.kind(),
                    other.kind()
                ),
            ),
        }
    }

    /// A condition's value as a bool.
    pub(crate) fn condition(&self, val: &Val, expr: &Expression) -> Eval<bool> {
        match convert(val, &Type::Bool) {
            Ok(Val::Bool(it)) => Ok(it),
            _ => self.fail(
                ids::WRONG_CONDITION,
                self.span_of(expr),
                format!("A condition is a bool; this is {}.", described(val)),
            ),
        }
    }
}

/// A number as it is written.
fn literal(number: &hcl_edit::Number) -> crate::value::Number {
    match number.as_i64() {
        Some(int) => crate::value::Number::Int(int),
        None => number::from_float(number.as_f64().unwrap_or(0.0)),
    }
}

/// A value's kind, and the name of what is known only at run time where that is the reason.
pub(crate) fn described(val: &Val) -> String {
    match val {
        Val::Text(text) if text.starts_with("${") => {
            format!("{text}, which is known only when the task runs")
        }
        other => other.kind().to_owned(),
    }
}
