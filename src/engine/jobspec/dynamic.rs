//! `dynamic` blocks: one block for each element of a collection, with the element at hand inside of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::body::{Attribute, BlockItem, Body, Expr, Item};
use super::convert::to_text;
use super::eval::{Eval, Evaluator, described, loops::rounds};
use super::ids;
use super::scope::Scope;
use super::val::Val;
use crate::source::Span;

/// One block that a `dynamic` block stands for.
pub(crate) struct Expanded<'a> {
    /// Its labels.
    pub(crate) labels: Vec<(String, Option<Span>)>,
    /// What it holds.
    pub(crate) body: Body<'a>,
    /// The names inside of it.
    pub(crate) scope: Scope,
}

/// The parts of a `dynamic` block.
#[derive(Default)]
struct Parts<'a> {
    for_each: Option<Expr<'a>>,
    iterator: Option<Attribute<'a>>,
    labels: Option<Expr<'a>>,
    content: Option<Body<'a>>,
}

/// The blocks that a `dynamic` block of this kind stands for.
pub(crate) fn expand<'a>(
    cx: &Evaluator<'_>,
    kind: &str,
    block: &BlockItem<'a>,
    scope: &Scope,
) -> Eval<Vec<Expanded<'a>>> {
    let parts = parts(cx, block);
    let (Some(for_each), Some(content)) = (parts.for_each, parts.content) else {
        return cx.fail(
            ids::WRONG_DYNAMIC,
            block.kind_span,
            format!("A dynamic \"{kind}\" needs for_each and a content block."),
        );
    };
    let name = match parts.iterator {
        Some(iterator) => iterator_name(cx, iterator)?,
        None => kind.to_owned(),
    };
    let collection = cx.value(for_each, scope)?;
    let Some(rounds) = rounds(&collection) else {
        return cx.fail(
            ids::WRONG_DYNAMIC,
            cx.expr_span(for_each),
            format!("A dynamic block cannot be made for {}.", described(&collection)),
        );
    };
    cx.pay(rounds.len() as u64, block.span)?;
    cx.all(rounds.into_iter().map(|(key, value)| {
        let element = BTreeMap::from([(Arc::from("key"), key), (Arc::from("value"), value)]);
        let scope = scope.with(&name, Val::object(element));
        let labels = parts.labels.map_or(Ok(Vec::new()), |labels| labels_of(cx, labels, &scope))?;
        Ok(Expanded { labels, body: content, scope })
    }))
}

fn parts<'a>(cx: &Evaluator<'_>, block: &BlockItem<'a>) -> Parts<'a> {
    let mut parts = Parts::default();
    for item in block.body.items(cx, |name| (name == "content").then_some(0)) {
        match item {
            Item::Attribute(attribute) => match attribute.name {
                "for_each" => parts.for_each = Some(attribute.expr),
                "iterator" => parts.iterator = Some(attribute),
                "labels" => parts.labels = Some(attribute.expr),
                _ => {}
            },
            Item::Block(block) if block.kind == "content" => parts.content = Some(block.body),
            Item::Block(_) => {}
        }
    }
    parts
}

fn iterator_name(cx: &Evaluator<'_>, iterator: Attribute<'_>) -> Eval<String> {
    match iterator.expr {
        Expr::Hcl(Expression::Variable(name)) => Ok(name.as_str().to_owned()),
        Expr::Json(jsonc_parser::ast::Value::StringLit(name)) => Ok(name.value.to_string()),
        other => cx.fail(ids::WRONG_DYNAMIC, cx.expr_span(other), "An iterator is a plain name."),
    }
}

fn labels_of(cx: &Evaluator<'_>, labels: Expr<'_>, scope: &Scope) -> Eval<Vec<(String, Option<Span>)>> {
    let span = cx.expr_span(labels);
    let val = cx.value(labels, scope)?;
    let texts = val.items().map(|items| items.iter().map(to_text).collect::<Result<Vec<_>, _>>());
    match texts {
        Some(Ok(texts)) => Ok(texts.into_iter().map(|text| (text.to_string(), span)).collect()),
        _ => cx.fail(
            ids::WRONG_DYNAMIC,
            span,
            format!("Labels are a list of strings; this is {}.", described(&val)),
        ),
    }
}
