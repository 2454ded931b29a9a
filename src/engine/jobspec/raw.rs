//! A job after evaluation and before its parts have types: blocks, labels and values of what the table of kinds
//! names, with dynamic blocks already expanded. Both HCL and the API's JSON end here.

use super::body::{BlockItem, Body, Expr, Item, Label};
use super::dynamic;
use super::eval::{Evaluator, Failed};
use super::ids;
use super::job::Spanned;
use super::schema::Kind;
use super::scope::Scope;
use super::val::Val;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Entry, Node, Value};

/// An evaluated block.
#[derive(Debug)]
pub(crate) struct Raw {
    /// Its name in HCL.
    pub(crate) kind: &'static str,
    /// Its label.
    pub(crate) label: Option<Spanned<String>>,
    /// Its attributes, and what has keys of the author's choice.
    pub(crate) entries: Vec<Entry>,
    /// The blocks inside of it.
    pub(crate) blocks: Vec<Raw>,
    /// Where it is written.
    pub(crate) span: Option<Span>,
}

/// What is known about a block before its body is read.
pub(crate) struct Head<'h> {
    /// Its labels.
    pub(crate) labels: Vec<(String, Option<Span>)>,
    /// Where its kind is written.
    pub(crate) kind_span: Option<Span>,
    /// Where it is written.
    pub(crate) span: Option<Span>,
    /// The names inside of it.
    pub(crate) scope: &'h Scope,
}

/// Evaluates a block of this kind.
pub(crate) fn read(cx: &Evaluator<'_>, kind: &'static Kind, head: Head<'_>, body: Body<'_>) -> Raw {
    let mut raw =
        Raw { kind: kind.name, label: None, entries: Vec::new(), blocks: Vec::new(), span: head.span };
    raw.label = label(cx, kind, &head);
    let labels = |name: &str| match name {
        "dynamic" => Some(1),
        _ => kind.block(name).map(|kind| usize::from(kind.label.is_some())),
    };
    for item in body.items(cx, labels) {
        match item {
            Item::Attribute(attribute) => {
                let wanted = kind.attributes.iter().any(|(name, _)| *name == attribute.name);
                if wanted && let Ok(node) = cx.value_node(attribute.expr, head.scope) {
                    let (key, key_span) = (attribute.name.to_owned(), attribute.name_span);
                    raw.entries.push(Entry { key, key_span, node, block: false });
                } else if kind.is_free(attribute.name) {
                    let name = (attribute.name, attribute.name_span);
                    let node = free_attribute(cx, attribute.name, attribute.expr, head.scope);
                    push_free(cx, &mut raw, name, node, false);
                }
            }
            Item::Block(block) if block.kind == "dynamic" => {
                read_dynamic(cx, kind, &block, head.scope, &mut raw)
            }
            Item::Block(block) => {
                let labels = block.labels.iter().map(|label| (label.text.to_owned(), label.span)).collect();
                let inner = Head { labels, kind_span: block.kind_span, span: block.span, scope: head.scope };
                read_block(cx, kind, block.kind, inner, block.body, &mut raw);
            }
        }
    }
    raw
}

fn label(cx: &Evaluator<'_>, kind: &Kind, head: &Head<'_>) -> Option<Spanned<String>> {
    let wrong = |message: String| {
        cx.env.report(Diagnostic::error(ids::WRONG_LABELS, message).spanned(head.kind_span.or(head.span)));
    };
    let mut labels = head.labels.iter();
    let first = labels.next();
    match (kind.label, first, labels.next()) {
        (Some(_), Some((text, span)), None) => return Some(Spanned { value: text.clone(), span: *span }),
        (None, None, _) => {}
        (Some(_), None, _) => wrong(format!("A {} needs a name: {0} \"name\" {{ … }}.", kind.name)),
        (Some(_), Some((text, span)), Some(_)) => {
            wrong(format!("A {} has one name.", kind.name));
            return Some(Spanned { value: text.clone(), span: *span });
        }
        (None, Some(_), _) => wrong(format!("A {} has no name.", kind.name)),
    }
    None
}

fn read_block(cx: &Evaluator<'_>, kind: &Kind, name: &str, head: Head<'_>, body: Body<'_>, raw: &mut Raw) {
    if let Some(inner) = kind.block(name) {
        raw.blocks.push(read(cx, inner, head, body));
    } else if kind.is_free(name) {
        let node = free_body(cx, body, head.scope, head.span);
        push_free(cx, raw, (name, head.kind_span), Ok(node), true);
    }
}

fn read_dynamic(cx: &Evaluator<'_>, kind: &Kind, block: &BlockItem<'_>, scope: &Scope, raw: &mut Raw) {
    let [Label { text: name, .. }] = block.labels.as_slice() else {
        let message = "A dynamic block has one label: the kind of block that it makes.";
        cx.env.report(Diagnostic::error(ids::WRONG_DYNAMIC, message).spanned(block.kind_span));
        return;
    };
    if kind.block(name).is_none() && !kind.is_free(name) {
        return;
    }
    for expanded in dynamic::expand(cx, name, block, scope).unwrap_or_default() {
        let head = Head {
            labels: expanded.labels,
            kind_span: block.kind_span,
            span: block.span,
            scope: &expanded.scope,
        };
        read_block(cx, kind, name, head, expanded.body, raw);
    }
}

fn push_free(
    cx: &Evaluator<'_>,
    raw: &mut Raw,
    (name, key_span): (&str, Option<Span>),
    node: Result<Node, Failed>,
    block: bool,
) {
    if let Some(first) = raw.entries.iter().find(|entry| entry.key == name) {
        cx.env.report(
            Diagnostic::error(ids::DUPLICATE_NAME, format!("There are two \"{name}\" here."))
                .spanned(key_span)
                .related(first.key_span, "the first one"),
        );
        return;
    }
    if let Ok(node) = node {
        raw.entries.push(Entry { key: name.to_owned(), key_span, node, block });
    }
}

/// `config = { … }` and the like, with what fails inside kept as source text.
fn free_attribute(cx: &Evaluator<'_>, name: &str, expr: Expr<'_>, scope: &Scope) -> Result<Node, Failed> {
    use jsonc_parser::ast;
    let body = match expr {
        // JSON writes a block as an object or as a list of one.
        Expr::Json(ast::Value::Object(object)) => Some(object),
        Expr::Json(ast::Value::Array(array)) => match array.elements.as_slice() {
            [ast::Value::Object(object)] => Some(object),
            _ => None,
        },
        _ => None,
    };
    if let Some(object) = body {
        return Ok(free_body(cx, Body::Json(object), scope, cx.expr_span(expr)));
    }
    let node = cx.value_node(expr, scope)?;
    match node.value {
        Value::Object(_) => Ok(node),
        Value::Null => Ok(Node::new(Value::Object(Vec::new()), node.span)),
        other => cx.fail(
            ids::WRONG_JOB_VALUE,
            node.span,
            format!("\"{name}\" is an object; this is {}.", other.kind()),
        ),
    }
}

/// A body with keys of the author's choice.
pub(crate) fn free_body(cx: &Evaluator<'_>, body: Body<'_>, scope: &Scope, span: Option<Span>) -> Node {
    let mut entries = Vec::new();
    for item in body.items(cx, |_| None) {
        match item {
            Item::Attribute(attribute) => {
                let node = cx.value_node(attribute.expr, scope).unwrap_or_else(|Failed| {
                    // Nobody judges a text that is completed later, so the problem is told once.
                    let text = cx.expr_text(attribute.expr).to_owned();
                    Node::new(Value::Template(text), cx.expr_span(attribute.expr))
                });
                let key = match body {
                    Body::Hcl(_) => attribute.name.to_owned(),
                    Body::Json(_) => json_key(cx, attribute.name, scope),
                };
                entries.push(Entry { key, key_span: attribute.name_span, node, block: false });
            }
            Item::Block(block) if block.kind == "dynamic" => {
                let kind = block.labels.first().map_or("block", |label| label.text);
                cx.env.report(
                    Diagnostic::error(ids::DYNAMIC_IN_CONFIG, "Nomad does not expand dynamic blocks here.")
                        .spanned(block.kind_span)
                        .label("stays a block called \"dynamic\"")
                        .suggest(format!("Write the blocks out, or {kind} = [for … : {{ … }}].")),
                );
            }
            Item::Block(block) => {
                let mut node = free_body(cx, block.body, scope, block.span);
                for label in block.labels.iter().rev() {
                    let (key, key_span) = (label.text.to_owned(), label.span);
                    node = Node::new(
                        Value::Object(vec![Entry { key, key_span, node, block: true }]),
                        block.span,
                    );
                }
                entries.push(Entry {
                    key: block.kind.to_owned(),
                    key_span: block.kind_span,
                    node,
                    block: true,
                });
            }
        }
    }
    Node::new(Value::Object(entries), span)
}

fn json_key(cx: &Evaluator<'_>, name: &str, scope: &Scope) -> String {
    let source = super::eval::Source { text: name, ..cx.source };
    match (Evaluator { source, ..*cx }).text_of_json(scope) {
        Ok(Val::Text(text)) => text.to_string(),
        _ => name.to_owned(),
    }
}
