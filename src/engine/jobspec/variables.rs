//! `variable` blocks and the values that are given for them: in the environment, in files, on the command line, each
//! stronger than the one before. Every given value is converted to the variable's type as Nomad does it; only the one
//! that is used goes through the variable's own checks.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};
use jsonc_parser::ast;

use super::body::{Attribute, BlockItem, Body, Expr, Item};
use super::convert::convert;
use super::document::{self, Document};
use super::eval::{Allowed, Eval, Evaluator, Failed, Place, Source, described};
use super::ids;
use super::scope::{Env, Scope};
use super::suggest::nearest;
use super::types::{self, Type};
use super::val::Val;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Files, Span};

/// A declared variable.
struct Variable<'a> {
    name_span: Option<Span>,
    /// `None` where neither a type nor a default is declared.
    ty: Option<Type>,
    /// The strongest value so far and where it is written; `None` inside after a problem.
    value: Option<(Option<Val>, Option<Span>)>,
    checks: Vec<Check<'a>>,
}

struct Check<'a> {
    condition: Expr<'a>,
    message: String,
}

/// Values as text, each in a file of its own for the sake of spans.
pub(crate) type Texts = [(String, FileId)];

/// Everything that is given for variables.
pub(crate) struct Given<'g> {
    /// From the environment; names that are not declared are left alone.
    pub(crate) environment: &'g Texts,
    /// Files of values.
    pub(crate) files: &'g [FileId],
    /// From the command line.
    pub(crate) arguments: &'g Texts,
}

/// Reads declarations, takes what is given, and puts the values into the environment of the evaluation.
pub(crate) fn evaluate(cx: &Evaluator<'_>, blocks: &[BlockItem<'_>], files: &Files, given: &Given<'_>) {
    let cx = Evaluator { allowed: Allowed::Literals, ..*cx };
    let mut variables = BTreeMap::new();
    for block in blocks {
        declare(&cx, block, &mut variables);
    }
    for (name, file) in given.environment {
        if let Some(variable) = variables.get_mut(name.as_str()) {
            give_text(cx.env, files, variable, *file);
        }
    }
    for file in given.files {
        read_file(cx.env, files, *file, &mut variables);
    }
    for (name, file) in given.arguments {
        let span = Span::new(*file, 0..files.text(*file).len());
        match variables.get_mut(name.as_str()) {
            Some(variable) => give_text(cx.env, files, variable, *file),
            None => undeclared(cx.env, name, Some(span), &variables),
        }
    }
    for (name, variable) in variables {
        let slot = settle(&cx, name, variable);
        cx.env.variables.borrow_mut().insert(name.to_owned(), slot);
    }
}

fn declare<'a>(cx: &Evaluator<'_>, block: &BlockItem<'a>, variables: &mut BTreeMap<&'a str, Variable<'a>>) {
    if block.kind == "variables" {
        for attribute in block.body.attributes(cx) {
            let mut variable =
                Variable { name_span: attribute.name_span, ty: None, value: None, checks: Vec::new() };
            default(cx, attribute, &mut variable);
            insert(cx, attribute.name, variable, variables);
        }
        return;
    }
    let [label] = block.labels.as_slice() else {
        let message = "A variable block has one label, the variable's name.";
        cx.env.report(Diagnostic::error(ids::WRONG_LABELS, message).spanned(block.kind_span));
        return;
    };
    let mut variable = Variable { name_span: label.span, ty: None, value: None, checks: Vec::new() };
    let mut given_default = None;
    for item in block.body.items(cx, |name| (name == "validation").then_some(0)) {
        match item {
            Item::Attribute(attribute) if attribute.name == "type" => {
                if let Ok(ty) = type_of(cx, attribute.expr) {
                    variable.ty = Some(ty);
                }
            }
            Item::Attribute(attribute) if attribute.name == "default" => given_default = Some(attribute),
            Item::Block(block) if block.kind == "validation" => {
                variable.checks.extend(check(cx, label.text, &block))
            }
            _ => {}
        }
    }
    if let Some(attribute) = given_default {
        default(cx, attribute, &mut variable);
    }
    insert(cx, label.text, variable, variables);
}

fn insert<'a>(
    cx: &Evaluator<'_>,
    name: &'a str,
    variable: Variable<'a>,
    variables: &mut BTreeMap<&'a str, Variable<'a>>,
) {
    if let Some(first) = variables.get(name) {
        cx.env.report(
            Diagnostic::error(ids::DUPLICATE_NAME, format!("There are two variables \"{name}\"."))
                .spanned(variable.name_span)
                .related(first.name_span, "the first one"),
        );
        return;
    }
    variables.insert(name, variable);
}

fn type_of(cx: &Evaluator<'_>, expr: Expr<'_>) -> Eval<Type> {
    let (parsed, whole);
    let ty = match expr {
        Expr::Hcl(expr) => {
            whole = None;
            types::read(expr)
        }
        Expr::Json(ast::Value::StringLit(text)) => {
            whole = cx.expr_span(expr);
            match text.value.parse::<Expression>() {
                Ok(expr) => {
                    parsed = expr;
                    types::read(&parsed)
                }
                Err(_) => {
                    return cx.fail(ids::WRONG_TYPE_CONSTRAINT, whole, "This is not the name of a type.");
                }
            }
        }
        Expr::Json(_) => {
            return cx.fail(
                ids::WRONG_TYPE_CONSTRAINT,
                cx.expr_span(expr),
                "A type is written as a string here.",
            );
        }
    };
    ty.or_else(|why| cx.fail(ids::WRONG_TYPE_CONSTRAINT, whole.or_else(|| cx.span(why.range)), why.message))
}

fn default(cx: &Evaluator<'_>, attribute: Attribute<'_>, variable: &mut Variable<'_>) {
    let span = cx.expr_span(attribute.expr);
    let val = cx.value(attribute.expr, &Scope::default()).ok();
    // Without a type the default's own type is what every other value has to fit.
    let ty = variable.ty.get_or_insert_with(|| val.as_ref().map_or(Type::Any, Type::of));
    let val = val.and_then(|val| fit(cx.env, &val, ty, attribute.name, span));
    variable.value = Some((val, span));
}

fn fit(env: &Env<'_>, val: &Val, ty: &Type, name: &str, span: Option<Span>) -> Option<Val> {
    match convert(val, ty) {
        Ok(val) => Some(val),
        Err(why) => {
            let message = match name {
                "default" => format!(
                    "The default does not fit the variable's type: {why}, and this is {}.",
                    described(val)
                ),
                _ => format!(
                    "The value does not fit the type of var.{name}: {why}, and this is {}.",
                    described(val)
                ),
            };
            env.report(
                Diagnostic::error(ids::WRONG_VARIABLE_VALUE, message).spanned(span).accepts(ty.to_string()),
            );
            None
        }
    }
}

/// Takes a value that is given as text: as it is for strings, numbers and what has no type, as HCL for the rest.
fn give_text(env: &Env<'_>, files: &Files, variable: &mut Variable<'_>, file: FileId) {
    let text = files.text(file);
    let span = Some(Span::new(file, 0..text.len()));
    let name = variable_name(files.name(file));
    let any = Type::Any;
    let ty = variable.ty.as_ref().unwrap_or(&any);
    let val = match variable.ty {
        None | Some(Type::Text | Type::Number) => Some(Val::text(text)),
        _ => parse_value(env, text, file).ok(),
    };
    let val = val.and_then(|val| fit(env, &val, ty, name, span));
    variable.value = Some((val, span));
}

/// The name of the variable in the name of a file that stands for its value.
fn variable_name(file_name: &str) -> &str {
    file_name.split_once("var.").map_or(file_name, |(_, rest)| rest.split(' ').next().unwrap_or(rest))
}

fn parse_value(env: &Env<'_>, text: &str, file: FileId) -> Eval {
    let source = Source { file, text, place: Place::From(0) };
    let cx = Evaluator { env, source, allowed: Allowed::Literals };
    if text.len() > document::MAX_BYTES {
        env.report(document::too_large(text.len()).spanned(Span::new(file, 0..0)));
        return Err(Failed);
    }
    match text.trim().parse::<Expression>() {
        Ok(expr) => {
            let skipped = text.len() - text.trim_start().len();
            let source = Source { file, text: text.trim(), place: Place::From(skipped) };
            Evaluator { source, ..cx }.eval(&expr, &Scope::default())
        }
        Err(why) => {
            let message = format!("The value cannot be read as HCL: {}.", why.message());
            cx.fail(ids::HCL_SYNTAX, cx.span(Some(0..text.len())), message)
        }
    }
}

fn read_file(env: &Env<'_>, files: &Files, file: FileId, variables: &mut BTreeMap<&str, Variable<'_>>) {
    let document = match document::open(files, file) {
        Ok(document) => document,
        // A file without values is fine.
        Err(problem) if problem.id == ids::FILE_EMPTY => return,
        Err(problem) => return env.report(*problem),
    };
    let text = files.text(file);
    let source = Source { file, text: document::body(text), place: Place::From(document::base(text)) };
    let cx = Evaluator { env, source, allowed: Allowed::Literals };
    let body = match &document {
        Document::Hcl(body) => Body::Hcl(body),
        Document::Json(ast::Value::Object(object)) => Body::Json(object),
        Document::Json(_) => return,
    };
    for item in body.items(&cx, |_| None) {
        match item {
            Item::Attribute(attribute) => match variables.get_mut(attribute.name) {
                Some(variable) => {
                    let span = cx.expr_span(attribute.expr);
                    let any = Type::Any;
                    let ty = variable.ty.as_ref().unwrap_or(&any);
                    let val = cx.value(attribute.expr, &Scope::default()).ok();
                    variable.value =
                        Some((val.and_then(|val| fit(env, &val, ty, attribute.name, span)), span));
                }
                None => undeclared(env, attribute.name, attribute.name_span, variables),
            },
            Item::Block(block) => {
                let what = if block.kind == "variable" { "declares a variable" } else { "has a block" };
                let message = format!("This file {what}, and may only give values, as in: name = \"value\".");
                env.report(Diagnostic::error(ids::WRONG_VARIABLE_FILE, message).spanned(block.kind_span));
            }
        }
    }
}

fn undeclared(env: &Env<'_>, name: &str, span: Option<Span>, variables: &BTreeMap<&str, Variable<'_>>) {
    let message = format!("A value is given for \"{name}\", and the job declares no such variable.");
    let mut problem = Diagnostic::error(ids::UNDECLARED_VARIABLE, message).spanned(span);
    if let Some(near) = nearest(name, variables.keys().copied()) {
        problem = problem.suggest(format!("Did you mean {near}?"));
    }
    env.report(problem);
}

/// The value that is used, after the variable's own checks.
fn settle(cx: &Evaluator<'_>, name: &str, variable: Variable<'_>) -> Option<Val> {
    let Some((val, span)) = variable.value else {
        cx.env.report(
            Diagnostic::error(
                ids::MISSING_VARIABLE_VALUE,
                format!("The variable \"{name}\" has no value and no default."),
            )
            .spanned(variable.name_span)
            .label("declared here")
            .suggest(format!("Give it one: -var {name}=…, a file of values, or NOMAD_VAR_{name}.")),
        );
        return None;
    };
    let val = val?;
    cx.env.variables.borrow_mut().insert(name.to_owned(), Some(val.clone()));
    let cx = Evaluator { allowed: Allowed::Variable(name), ..*cx };
    for check in variable.checks {
        let Ok(result) = cx.value(check.condition, &Scope::default()) else { continue };
        match convert(&result, &Type::Bool) {
            Ok(Val::Bool(true)) => {}
            Ok(Val::Bool(false)) => cx.env.report(
                Diagnostic::error(
                    ids::VALIDATION_FAILED,
                    format!("The value of var.{name} is refused: {}", check.message),
                )
                .spanned(span.or(variable.name_span))
                .related(cx.expr_span(check.condition), "by this check"),
            ),
            _ => {
                let message = format!("The check of a variable is a bool; this is {}.", described(&result));
                cx.env.report(
                    Diagnostic::error(ids::WRONG_VALIDATION, message).spanned(cx.expr_span(check.condition)),
                );
            }
        }
    }
    Some(val)
}

fn check<'a>(cx: &Evaluator<'_>, name: &str, block: &BlockItem<'a>) -> Option<Check<'a>> {
    let wrong = |span: Option<Span>, message: String| {
        cx.env.report(Diagnostic::error(ids::WRONG_VALIDATION, message).spanned(span));
    };
    let (mut condition, mut message) = (None, None);
    for attribute in block.body.attributes(cx) {
        match attribute.name {
            "condition" => condition = Some(attribute.expr),
            "error_message" => message = Some(attribute.expr),
            _ => {}
        }
    }
    let (Some(condition), Some(message)) = (condition, message) else {
        wrong(block.kind_span, "A validation needs a condition and an error_message.".to_owned());
        return None;
    };
    if !mentions(condition, name) {
        wrong(cx.expr_span(condition), format!("The check of a variable looks at the variable: var.{name}."));
        return None;
    }
    match cx.value(message, &Scope::default()) {
        Ok(Val::Text(text)) if !text.trim().is_empty() => {
            Some(Check { condition, message: text.to_string() })
        }
        Ok(_) => {
            wrong(cx.expr_span(message), "An error message is a text that says something.".to_owned());
            None
        }
        Err(Failed) => None,
    }
}

fn mentions(condition: Expr<'_>, name: &str) -> bool {
    let mut finder = Mentions { name, found: false };
    match condition {
        Expr::Hcl(expr) => finder.visit_expr(expr),
        Expr::Json(ast::Value::StringLit(text)) => {
            if let Ok(template) = text.value.parse::<hcl_edit::template::Template>() {
                finder.visit_template(&template);
            }
        }
        Expr::Json(_) => {}
    }
    finder.found
}

struct Mentions<'n> {
    name: &'n str,
    found: bool,
}

impl Visit for Mentions<'_> {
    fn visit_traversal(&mut self, it: &Traversal) {
        let root = matches!(&it.expr, Expression::Variable(name) if name.as_str() == "var");
        let attribute = it.operators.first().map(|operator| operator.value());
        self.found |=
            root && matches!(attribute, Some(TraversalOperator::GetAttr(name)) if name.as_str() == self.name);
        visit_traversal(self, it);
    }
}
