//! The functions that Nomad's job files offer, and calling them: finding the name, counting and converting arguments,
//! paying for what goes in and comes out. What each one does lives in the files beside this one, one topic a file.

mod collections;
mod crypto;
mod dates;
mod encoding;
mod files;
mod format;
mod lazy;
mod network;
mod numbers;
mod sets;
mod table;
mod texts;
mod yaml;

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use self::table::{FUNCTIONS, Function, Kind, Param, Run};
use super::budget::Exhausted;
use super::convert::convert;
use super::eval::{Allowed, Eval, Evaluator, Failed, described};
use super::ids;
use super::number;
use super::scope::Scope;
use super::suggest::nearest;
use super::types::Type;
use super::val::Val;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::Number;

/// Why a function gives nothing.
#[derive(Debug)]
enum Fault {
    /// The whole call is wrong, as a clause.
    Call(String),
    /// One argument is wrong, counted from 0.
    Argument(usize, String),
    /// It would cost too much.
    TooLarge,
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Fault::Call(why)
    }
}

impl From<&str> for Fault {
    fn from(why: &str) -> Self {
        Fault::Call(why.to_owned())
    }
}

impl From<Exhausted> for Fault {
    fn from(Exhausted: Exhausted) -> Self {
        Fault::TooLarge
    }
}

type Outcome = Result<Val, Fault>;

/// The names of all functions, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// Calls a function.
pub(crate) fn call(cx: &Evaluator<'_>, call: &FuncCall, expr: &Expression, scope: &Scope) -> Eval {
    let name = call.name.name.as_str();
    let name_span = cx.span(call.name.name.span());
    if cx.allowed == Allowed::Literals {
        return cx.fail(
            ids::NAME_NOT_ALLOWED,
            name_span,
            format!("The value of a variable is written out; it cannot call \"{name}\"."),
        );
    }
    let found = FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok();
    let found = found.filter(|_| !call.name.is_namespaced()).and_then(|at| FUNCTIONS.get(at));
    let Some(function) = found.filter(|function| !function.files || cx.allowed == Allowed::All) else {
        return Err(unknown(cx, name, name_span));
    };
    match function.run {
        Run::Expressions(run) => run(cx, call, expr, scope),
        Run::Values(run) => {
            let args = arguments(cx, call, scope)?;
            let args = accept(cx, function, args, expr)?;
            let cost = args.iter().map(|(val, _)| val.weight()).fold(1, u64::saturating_add);
            cx.pay(cost, cx.span_of(expr))?;
            let spans: Vec<_> = args.iter().map(|(_, span)| *span).collect();
            let vals: Vec<_> = args.into_iter().map(|(val, _)| val).collect();
            match run(cx, &vals) {
                Ok(val) => cx.made(val, expr),
                Err(fault) => Err(failed(cx, name, fault, &spans, expr)),
            }
        }
    }
}

fn unknown(cx: &Evaluator<'_>, name: &str, span: Option<Span>) -> Failed {
    let mut problem =
        Diagnostic::error(ids::UNKNOWN_FUNCTION, format!("There is no function called \"{name}\"."))
            .spanned(span);
    if let Some(near) = nearest(name, names()) {
        problem = problem.suggest(format!("Did you mean {near}(…)?"));
    }
    cx.env.report(problem);
    Failed
}

fn failed(cx: &Evaluator<'_>, name: &str, fault: Fault, spans: &[Option<Span>], expr: &Expression) -> Failed {
    let whole = cx.span_of(expr);
    let (span, why) = match fault {
        Fault::TooLarge => return cx.exhausted(whole),
        Fault::Call(why) => (whole, why),
        Fault::Argument(at, why) => (spans.get(at).copied().flatten().or(whole), why),
    };
    cx.env.report(
        Diagnostic::error(ids::FUNCTION_FAILED, format!("The call of {name} fails: {why}.")).spanned(span),
    );
    Failed
}

/// The values of the arguments, the last one spread where `...` is behind it.
fn arguments(cx: &Evaluator<'_>, call: &FuncCall, scope: &Scope) -> Eval<Vec<(Val, Option<Span>)>> {
    let vals = cx.all(call.args.iter().map(|arg| Ok((cx.eval(arg, scope)?, cx.span_of(arg)))));
    let mut vals = vals?;
    if !call.args.expand_final() {
        return Ok(vals);
    }
    let Some((last, span)) = vals.pop() else { return Ok(vals) };
    match last.items() {
        Some(items) => vals.extend(items.iter().map(|item| (item.clone(), span))),
        None => {
            return cx.fail(
                ids::FUNCTION_FAILED,
                span,
                format!("Only a list can be spread with `...`; this is {}.", described(&last)),
            );
        }
    }
    Ok(vals)
}

/// Counts and converts arguments.
fn accept(
    cx: &Evaluator<'_>,
    function: &Function,
    args: Vec<(Val, Option<Span>)>,
    expr: &Expression,
) -> Eval<Vec<(Val, Option<Span>)>> {
    let wanted = function.params.len();
    if args.len() < wanted || (args.len() > wanted && function.rest.is_none()) {
        let at_least = if function.rest.is_some() { "at least " } else { "" };
        let names: Vec<_> = function.params.iter().chain(&function.rest).map(|param| param.name).collect();
        return cx.fail(
            ids::WRONG_ARGUMENT_COUNT,
            cx.span_of(expr),
            format!(
                "{}({}) takes {at_least}{wanted} argument(s), and here are {}.",
                function.name,
                names.join(", "),
                args.len()
            ),
        );
    }
    let params = function.params.iter().chain(std::iter::repeat_with(|| function.rest.as_ref()).flatten());
    cx.all(args.into_iter().zip(params).map(|((val, span), param)| {
        if val == Val::Null && !param.null {
            return refuse(cx, function, param, span, "it is null");
        }
        match prepare(&val, param.kind) {
            Ok(val) => Ok((val, span)),
            Err(why) => refuse(cx, function, param, span, &format!("{why}, and this is {}", described(&val))),
        }
    }))
}

fn refuse<T>(
    cx: &Evaluator<'_>,
    function: &Function,
    param: &Param,
    span: Option<Span>,
    why: &str,
) -> Eval<T> {
    cx.fail(
        ids::FUNCTION_FAILED,
        span,
        format!("The argument \"{}\" of {} does not fit: {why}.", param.name, function.name),
    )
}

fn prepare(val: &Val, kind: Kind) -> Result<Val, String> {
    match kind {
        Kind::Any => Ok(val.clone()),
        Kind::Text => convert(val, &Type::Text),
        Kind::Number => convert(val, &Type::Number),
        // A set counts as a list, in its order.
        Kind::List => convert(val, &Type::List(Box::new(Type::Any))),
        Kind::TextList => convert(val, &Type::List(Box::new(Type::Text))),
        Kind::Set => convert(val, &Type::Set(Box::new(Type::Any))),
    }
}

/// The text of an argument that was declared as one.
fn text_at(args: &[Val], at: usize) -> Result<Arc<str>, Fault> {
    match args.get(at) {
        Some(Val::Text(text)) => Ok(text.clone()),
        _ => Err(Fault::Argument(at, "a string is required".to_owned())),
    }
}

/// The number of an argument that was declared as one.
fn number_at(args: &[Val], at: usize) -> Result<Number, Fault> {
    match args.get(at) {
        Some(Val::Number(number)) => Ok(*number),
        _ => Err(Fault::Argument(at, "a number is required".to_owned())),
    }
}

/// The whole number of an argument.
fn int_at(args: &[Val], at: usize) -> Result<i64, Fault> {
    number::integer(number_at(args, at)?)
        .ok_or_else(|| Fault::Argument(at, "a whole number is required".to_owned()))
}

/// The elements of an argument that was declared as a sequence.
fn items_at(args: &[Val], at: usize) -> Result<&[Val], Fault> {
    args.get(at).and_then(Val::items).ok_or_else(|| Fault::Argument(at, "a list is required".to_owned()))
}

/// An argument.
fn arg(args: &[Val], at: usize) -> Result<&Val, Fault> {
    args.get(at).ok_or_else(|| Fault::Argument(at, "it is missing".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_in_order_for_the_search() {
        let names: Vec<_> = names().collect();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names.len(), 83);
    }
}
