//! One view of blocks and attributes over HCL and over HCL written as JSON, so that variables, locals, dynamic blocks
//! and the job itself are read by one piece of code. In JSON only the reader knows which properties are blocks.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body as HclBody, Structure};
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::to_text;
use super::eval::{Eval, Evaluator, Place, Source, described};
use super::ids;
use super::number;
use super::scope::Scope;
use super::val::Val;
use crate::source::Span;
use crate::value::{Entry, Node, Value};

/// A body: what is between the braces of a block, or an object of JSON.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    /// In HCL.
    Hcl(&'a HclBody),
    /// In JSON.
    Json(&'a ast::Object<'a>),
}

/// An expression: HCL's, or any value of JSON.
#[derive(Clone, Copy)]
pub(crate) enum Expr<'a> {
    /// In HCL.
    Hcl(&'a Expression),
    /// In JSON.
    Json(&'a ast::Value<'a>),
}

/// Something in a body.
pub(crate) enum Item<'a> {
    /// `name = value`.
    Attribute(Attribute<'a>),
    /// `kind "label" { … }`.
    Block(BlockItem<'a>),
}

/// An attribute of a body.
#[derive(Clone, Copy)]
pub(crate) struct Attribute<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Where the name is written.
    pub(crate) name_span: Option<Span>,
    /// Its value.
    pub(crate) expr: Expr<'a>,
}

/// A block in a body.
pub(crate) struct BlockItem<'a> {
    /// What kind of block.
    pub(crate) kind: &'a str,
    /// Where the kind is written.
    pub(crate) kind_span: Option<Span>,
    /// Its labels.
    pub(crate) labels: Vec<Label<'a>>,
    /// What it holds.
    pub(crate) body: Body<'a>,
    /// Where it is written.
    pub(crate) span: Option<Span>,
}

/// A label of a block.
#[derive(Clone, Copy)]
pub(crate) struct Label<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// Where it is written.
    pub(crate) span: Option<Span>,
}

impl<'a> Body<'a> {
    /// Everything in the body, in order. `labels` says for a property of JSON how many labels it has as a block;
    /// `None` makes it an attribute.
    pub(crate) fn items(self, cx: &Evaluator<'_>, labels: impl Fn(&str) -> Option<usize>) -> Vec<Item<'a>> {
        match self {
            Body::Hcl(body) => body.iter().map(|structure| hcl_item(cx, structure)).collect(),
            Body::Json(object) => {
                let mut items = Vec::new();
                for property in &object.properties {
                    let name = property.name.as_str();
                    let name_span = cx.json_span(&property.name.range());
                    match labels(name) {
                        _ if name == "//" => {}
                        None => {
                            let expr = Expr::Json(&property.value);
                            items.push(Item::Attribute(Attribute { name, name_span, expr }));
                        }
                        Some(count) => {
                            let head = (name, name_span);
                            json_blocks(cx, head, &property.value, count, &mut Vec::new(), &mut items);
                        }
                    }
                }
                items
            }
        }
    }

    /// All attributes; for a body that may hold nothing else.
    pub(crate) fn attributes(self, cx: &Evaluator<'_>) -> Vec<Attribute<'a>> {
        let items = self.items(cx, |_| None).into_iter();
        items
            .filter_map(|item| if let Item::Attribute(attribute) = item { Some(attribute) } else { None })
            .collect()
    }
}

fn hcl_item<'a>(cx: &Evaluator<'_>, structure: &'a Structure) -> Item<'a> {
    match structure {
        Structure::Attribute(attribute) => Item::Attribute(Attribute {
            name: attribute.key.as_str(),
            name_span: cx.span(attribute.key.span()),
            expr: Expr::Hcl(&attribute.value),
        }),
        Structure::Block(block) => Item::Block(hcl_block(cx, block)),
    }
}

fn hcl_block<'a>(cx: &Evaluator<'_>, block: &'a Block) -> BlockItem<'a> {
    let labels = block.labels.iter().map(|label| Label { text: label.as_str(), span: cx.span(label.span()) });
    BlockItem {
        kind: block.ident.as_str(),
        kind_span: cx.span(block.ident.span()),
        labels: labels.collect(),
        body: Body::Hcl(&block.body),
        span: cx.span(block.span().or(block.ident.span())),
    }
}

/// A property as blocks: an object for each label, then the body; a list anywhere in between repeats the block.
fn json_blocks<'a>(
    cx: &Evaluator<'_>,
    head: (&'a str, Option<Span>),
    value: &'a ast::Value<'a>,
    labels_left: usize,
    labels: &mut Vec<Label<'a>>,
    items: &mut Vec<Item<'a>>,
) {
    match value {
        ast::Value::Array(array) => {
            for value in &array.elements {
                json_blocks(cx, head, value, labels_left, labels, items);
            }
        }
        ast::Value::Object(object) if labels_left == 0 => items.push(Item::Block(BlockItem {
            kind: head.0,
            kind_span: head.1,
            labels: labels.clone(),
            body: Body::Json(object),
            span: cx.json_span(&object.range),
        })),
        ast::Value::Object(object) => {
            for property in &object.properties {
                labels
                    .push(Label { text: property.name.as_str(), span: cx.json_span(&property.name.range()) });
                json_blocks(cx, head, &property.value, labels_left - 1, labels, items);
                labels.pop();
            }
        }
        ast::Value::NullKeyword(_) => {}
        other => {
            let _ = cx.fail::<()>(
                ids::WRONG_JOB_VALUE,
                cx.json_span(&other.range()),
                format!("\"{}\" is an object, or a list of objects.", head.0),
            );
        }
    }
}

impl<'a> Evaluator<'a> {
    /// The place of a range of JSON.
    pub(crate) fn json_span(&self, range: &jsonc_parser::common::Range) -> Option<Span> {
        self.span(Some(range.start..range.end))
    }

    /// The place of an expression.
    pub(crate) fn expr_span(&self, expr: Expr<'_>) -> Option<Span> {
        match expr {
            Expr::Hcl(expr) => self.span_of(expr),
            Expr::Json(value) => self.json_span(&value.range()),
        }
    }

    /// The source text of an expression.
    pub(crate) fn expr_text(&self, expr: Expr<'_>) -> &'a str {
        let range = match expr {
            Expr::Hcl(expr) => hcl_edit::Span::span(expr),
            Expr::Json(value) => Some(value.range().start..value.range().end),
        };
        range.and_then(|range| self.source.text.get(range)).unwrap_or("")
    }

    /// The value of an expression.
    pub(crate) fn value(&self, expr: Expr<'_>, scope: &Scope) -> Eval {
        match expr {
            Expr::Hcl(expr) => self.eval(expr, scope),
            Expr::Json(value) => self.json(value, scope),
        }
    }

    /// The value of an expression with the places of its parts.
    pub(crate) fn value_node(&self, expr: Expr<'_>, scope: &Scope) -> Eval<Node> {
        match expr {
            Expr::Hcl(expr) => self.node(expr, scope),
            Expr::Json(value) => self.json_node(value, scope),
        }
    }

    fn json(&self, value: &ast::Value<'_>, scope: &Scope) -> Eval {
        let span = self.json_span(&value.range());
        self.pay(1, span)?;
        match value {
            ast::Value::StringLit(text) => self.json_text(text, scope),
            ast::Value::NumberLit(number) => Ok(Val::Number(json_number(number.value))),
            ast::Value::BooleanLit(it) => Ok(Val::Bool(it.value)),
            ast::Value::NullKeyword(_) => Ok(Val::Null),
            ast::Value::Array(array) => {
                let items = self.all(array.elements.iter().map(|item| self.json(item, scope)))?;
                Ok(Val::tuple(items))
            }
            ast::Value::Object(object) => {
                let fields = object.properties.iter().map(|property| {
                    let key = self.json_key(&property.name, scope);
                    let val = self.json(&property.value, scope);
                    Ok((key?, val?))
                });
                Ok(Val::object(self.all(fields)?.into_iter().collect::<BTreeMap<_, _>>()))
            }
        }
    }

    fn json_node(&self, value: &ast::Value<'_>, scope: &Scope) -> Eval<Node> {
        let span = self.json_span(&value.range());
        self.pay(1, span)?;
        let value = match value {
            ast::Value::Array(array) => {
                Value::List(self.all(array.elements.iter().map(|item| self.json_node(item, scope)))?)
            }
            ast::Value::Object(object) => {
                let entries = object.properties.iter().filter(|property| property.name.as_str() != "//");
                let entries = entries.map(|property| {
                    let key = self.json_key(&property.name, scope);
                    let node = self.json_node(&property.value, scope);
                    let key_span = self.json_span(&property.name.range());
                    Ok(Entry { key: key?.to_string(), key_span, node: node?, block: false })
                });
                Value::Object(self.all(entries)?)
            }
            scalar => return self.json(scalar, scope).map(|val| val.to_node(span)),
        };
        Ok(Node::new(value, span))
    }

    fn json_key(&self, name: &ast::ObjectPropName<'_>, scope: &Scope) -> Eval<Arc<str>> {
        let ast::ObjectPropName::String(text) = name else { return Ok(name.as_str().into()) };
        let val = self.json_text(text, scope)?;
        to_text(&val).or_else(|_| {
            self.fail(
                ids::WRONG_ITERATION,
                self.json_span(&text.range),
                format!("The key of an object is a string; this is {}.", described(&val)),
            )
        })
    }

    /// A text of JSON, which is a template of HCL.
    fn json_text(&self, text: &ast::StringLit<'_>, scope: &Scope) -> Eval {
        let span = self.json_span(&text.range);
        let plain = text.range.end - text.range.start == text.value.len() + 2;
        let place = match (self.source.place, plain, span) {
            (Place::From(base), true, _) => Place::From(base + text.range.start + 1),
            (Place::In(span), _, _) | (_, _, Some(span)) => Place::In(span),
            (place, _, None) => place,
        };
        let source = Source { file: self.source.file, text: &text.value, place };
        Evaluator { env: self.env, source, allowed: self.allowed }.text_of_json(scope)
    }
}

/// A number as JSON writes it.
pub(crate) fn json_number(text: &str) -> crate::value::Number {
    number::parse(text).unwrap_or(crate::value::Number::Float(0.0))
}
