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
mod texts;
mod yaml;

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

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

/// What an argument is converted to before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Text,
    Number,
    List,
    TextList,
    Set,
}

/// A parameter; only `Any` that says so takes null.
#[derive(Debug, Clone, Copy)]
struct Param {
    name: &'static str,
    kind: Kind,
    null: bool,
}

const fn any(name: &'static str) -> Param {
    Param { name, kind: Kind::Any, null: false }
}

const fn nullable(name: &'static str) -> Param {
    Param { name, kind: Kind::Any, null: true }
}

const fn text(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, null: false }
}

const fn num(name: &'static str) -> Param {
    Param { name, kind: Kind::Number, null: false }
}

const fn list(name: &'static str) -> Param {
    Param { name, kind: Kind::List, null: false }
}

const fn texts_param(name: &'static str) -> Param {
    Param { name, kind: Kind::TextList, null: false }
}

const fn set(name: &'static str) -> Param {
    Param { name, kind: Kind::Set, null: false }
}

#[derive(Clone, Copy)]
enum Run {
    /// Works on values.
    Values(fn(&Evaluator<'_>, &[Val]) -> Outcome),
    /// Works on the arguments' expressions.
    Expressions(fn(&Evaluator<'_>, &FuncCall, &Expression, &Scope) -> Eval),
}

struct Function {
    name: &'static str,
    params: &'static [Param],
    rest: Option<Param>,
    run: Run,
    /// Reads files; not available in a variable's check.
    files: bool,
}

const fn plain(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: None, run: Run::Values(run), files: false }
}

const fn many(
    name: &'static str,
    params: &'static [Param],
    rest: Param,
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: Some(rest), run: Run::Values(run), files: false }
}

const fn file(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: None, run: Run::Values(run), files: true }
}

const fn lazy(
    name: &'static str,
    run: fn(&Evaluator<'_>, &FuncCall, &Expression, &Scope) -> Eval,
) -> Function {
    Function { name, params: &[], rest: None, run: Run::Expressions(run), files: false }
}

/// In order of their names, for the search. `strrev` and `reverse` are one function, as in Nomad.
static FUNCTIONS: &[Function] = &[
    plain("abs", &[num("num")], numbers::abs),
    file("abspath", &[text("path")], files::abspath),
    plain("base64decode", &[text("str")], encoding::base64decode),
    plain("base64encode", &[text("str")], encoding::base64encode),
    file("basename", &[text("path")], files::basename),
    many("bcrypt", &[text("str")], num("cost"), crypto::bcrypt),
    lazy("can", lazy::can),
    plain("ceil", &[num("num")], numbers::ceil),
    plain("chomp", &[text("str")], texts::chomp),
    plain("chunklist", &[list("list"), num("size")], collections::chunklist),
    plain("cidrhost", &[text("prefix"), num("hostnum")], network::cidrhost),
    plain("cidrnetmask", &[text("prefix")], network::cidrnetmask),
    plain("cidrsubnet", &[text("prefix"), num("newbits"), num("netnum")], network::cidrsubnet),
    many("cidrsubnets", &[text("prefix")], num("newbits"), network::cidrsubnets),
    many("coalesce", &[], nullable("vals"), collections::coalesce),
    many("coalescelist", &[], nullable("vals"), collections::coalescelist),
    plain("compact", &[texts_param("list")], collections::compact),
    many("concat", &[], any("seqs"), collections::concat),
    plain("contains", &[any("list"), nullable("value")], collections::contains),
    lazy("convert", lazy::convert_to),
    plain("csvdecode", &[text("str")], encoding::csvdecode),
    file("dirname", &[text("path")], files::dirname),
    plain("distinct", &[list("list")], collections::distinct),
    plain("element", &[any("list"), num("index")], collections::element),
    file("file", &[text("path")], files::file),
    file("filebase64", &[text("path")], files::filebase64),
    file("fileexists", &[text("path")], files::fileexists),
    file("fileset", &[text("path"), text("pattern")], files::fileset),
    plain("flatten", &[any("list")], collections::flatten),
    plain("floor", &[num("num")], numbers::floor),
    many("format", &[text("format")], nullable("args"), format::format),
    plain("formatdate", &[text("format"), text("time")], dates::formatdate),
    many("formatlist", &[text("format")], nullable("args"), format::formatlist),
    plain("indent", &[num("spaces"), text("str")], texts::indent),
    plain("index", &[any("collection"), any("key")], collections::index),
    many("join", &[text("separator")], texts_param("lists"), texts::join),
    plain("jsondecode", &[text("str")], encoding::jsondecode),
    plain("jsonencode", &[nullable("val")], encoding::jsonencode),
    plain("keys", &[any("inputMap")], collections::keys),
    plain("length", &[any("collection")], collections::length),
    plain("log", &[num("num"), num("base")], numbers::log),
    plain("lookup", &[any("inputMap"), text("key"), any("default")], collections::lookup),
    plain("lower", &[text("str")], texts::lower),
    many("max", &[], num("numbers"), numbers::max),
    plain("md5", &[text("str")], crypto::md5),
    many("merge", &[], nullable("maps"), collections::merge),
    many("min", &[], num("numbers"), numbers::min),
    plain("parseint", &[any("number"), num("base")], numbers::parseint),
    file("pathexpand", &[text("path")], files::pathexpand),
    plain("pow", &[num("num"), num("power")], numbers::pow),
    many("range", &[], num("params"), numbers::range),
    plain("regex_replace", &[text("string"), text("pattern"), text("replacement")], texts::regex_replace),
    plain("replace", &[text("str"), text("substr"), text("replace")], texts::replace),
    plain("reverse", &[text("str")], texts::strrev),
    plain("rsadecrypt", &[text("ciphertext"), text("privatekey")], crypto::rsadecrypt),
    many("setintersection", &[set("first_set")], set("other_sets"), sets::setintersection),
    many("setproduct", &[], any("sets"), sets::setproduct),
    many("setunion", &[set("first_set")], set("other_sets"), sets::setunion),
    plain("sha1", &[text("str")], crypto::sha1),
    plain("sha256", &[text("str")], crypto::sha256),
    plain("sha512", &[text("str")], crypto::sha512),
    plain("signum", &[num("num")], numbers::signum),
    plain("slice", &[any("list"), num("start_index"), num("end_index")], collections::slice),
    plain("sort", &[texts_param("list")], collections::sort),
    plain("split", &[text("separator"), text("str")], texts::split),
    plain("strlen", &[text("str")], texts::strlen),
    plain("strrev", &[text("str")], texts::strrev),
    plain("substr", &[text("str"), num("offset"), num("length")], texts::substr),
    plain("timeadd", &[text("timestamp"), text("duration")], dates::timeadd),
    plain("title", &[text("str")], texts::title),
    plain("trim", &[text("str"), text("cutset")], texts::trim),
    plain("trimprefix", &[text("str"), text("prefix")], texts::trimprefix),
    plain("trimspace", &[text("str")], texts::trimspace),
    plain("trimsuffix", &[text("str"), text("suffix")], texts::trimsuffix),
    lazy("try", lazy::try_each),
    plain("upper", &[text("str")], texts::upper),
    plain("urlencode", &[text("str")], encoding::urlencode),
    plain("uuidv4", &[], crypto::uuidv4),
    plain("uuidv5", &[text("namespace"), text("name")], crypto::uuidv5),
    plain("values", &[any("mapping")], collections::values),
    plain("yamldecode", &[text("src")], yaml::yamldecode),
    plain("yamlencode", &[nullable("value")], yaml::yamlencode),
    plain("zipmap", &[texts_param("keys"), any("values")], collections::zipmap),
];

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
