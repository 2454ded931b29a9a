//! `locals`: values with names that may refer to each other in any order. They are put in order by the names that
//! they mention, so that nothing recurses, and what is left in a circle is reported.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};
use jsonc_parser::ast;

use super::body::{Attribute, BlockItem, Body, Expr, Item};
use super::eval::Evaluator;
use super::ids;
use super::scope::Scope;
use crate::diagnostic::Diagnostic;

/// Evaluates all `locals` blocks into the environment.
pub(crate) fn evaluate<'a>(cx: &Evaluator<'_>, blocks: &[BlockItem<'a>]) {
    let mut locals: Vec<Attribute<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for block in blocks {
        for attribute in attributes(cx, block.body) {
            if let Some(first) = places.get(attribute.name).and_then(|at| locals.get(*at)) {
                cx.env.report(
                    Diagnostic::error(
                        ids::DUPLICATE_NAME,
                        format!("There are two locals \"{}\".", attribute.name),
                    )
                    .spanned(attribute.name_span)
                    .related(first.name_span, "the first one"),
                );
                continue;
            }
            places.insert(attribute.name, locals.len());
            locals.push(attribute);
        }
    }
    let needs: Vec<Vec<usize>> = locals.iter().map(|local| mentioned(local.expr, &places)).collect();
    // Every name exists before anything is evaluated, so that a mention of one in a circle is not called unknown.
    cx.env.locals.replace(locals.iter().map(|local| (local.name.to_owned(), None)).collect());
    let (order, circular) = sort(&needs);
    for at in order {
        if let Some(local) = locals.get(at) {
            let val = cx.value(local.expr, &Scope::default()).ok();
            cx.env.locals.borrow_mut().insert(local.name.to_owned(), val);
        }
    }
    report_circles(cx, &locals, &needs, &circular);
}

/// Attributes only: a block has no meaning among locals.
fn attributes<'a>(cx: &Evaluator<'_>, body: Body<'a>) -> Vec<Attribute<'a>> {
    let mut attributes = Vec::new();
    for item in body.items(cx, |_| None) {
        match item {
            Item::Attribute(attribute) => attributes.push(attribute),
            Item::Block(block) => {
                let message = format!("A local is written as \"{} = …\", not as a block.", block.kind);
                cx.env.report(Diagnostic::error(ids::WRONG_JOB_VALUE, message).spanned(block.kind_span));
            }
        }
    }
    attributes
}

/// An order in which everything comes after what it needs, and what has none.
fn sort(needs: &[Vec<usize>]) -> (Vec<usize>, BTreeSet<usize>) {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (at, needs) in needs.iter().enumerate() {
        for need in needs {
            if let Some(list) = needed_by.get_mut(*need) {
                list.push(at);
            }
        }
    }
    let mut order: Vec<usize> = (0..needs.len()).filter(|at| missing.get(*at) == Some(&0)).collect();
    let mut next = 0;
    while let Some(done) = order.get(next).copied() {
        next += 1;
        for at in needed_by.get(done).into_iter().flatten() {
            if let Some(count) = missing.get_mut(*at) {
                *count -= 1;
                if *count == 0 {
                    order.push(*at);
                }
            }
        }
    }
    let circular = (0..needs.len()).filter(|at| missing.get(*at).is_some_and(|count| *count > 0)).collect();
    (order, circular)
}

/// Follows the first open need of each open local: that leads into a circle, which is reported once.
fn report_circles(
    cx: &Evaluator<'_>,
    locals: &[Attribute<'_>],
    needs: &[Vec<usize>],
    circular: &BTreeSet<usize>,
) {
    let next = |at: usize| needs.get(at)?.iter().copied().find(|need| circular.contains(need));
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for start in circular {
        let mut path = Vec::new();
        let mut at = *start;
        while !seen.contains_key(&at) {
            seen.insert(at, *start);
            path.push(at);
            let Some(after) = next(at) else { break };
            at = after;
        }
        // Only a walk that ends in itself has found a new circle.
        let Some(begin) = path.iter().position(|it| *it == at).filter(|_| seen.get(&at) == Some(start))
        else {
            continue;
        };
        let circle: Vec<_> = path.iter().skip(begin).filter_map(|at| locals.get(*at)).collect();
        report_circle(cx, &circle);
    }
}

fn report_circle(cx: &Evaluator<'_>, circle: &[&Attribute<'_>]) {
    let Some((first, others)) = circle.split_first() else { return };
    let shown = circle.iter().chain([first]).take(8).map(|local| local.name).collect::<Vec<_>>().join(" → ");
    let message = format!("The locals are defined by each other: {shown}.");
    let problem = Diagnostic::error(ids::LOCAL_CYCLE, message).spanned(first.name_span).label("needs itself");
    let problem =
        others.iter().take(8).fold(problem, |problem, local| problem.related(local.name_span, "on the way"));
    cx.env.report(problem);
}

/// The locals that an expression mentions.
fn mentioned(expr: Expr<'_>, places: &BTreeMap<&str, usize>) -> Vec<usize> {
    let mut finder = Finder { places, found: BTreeSet::new() };
    match expr {
        Expr::Hcl(expr) => finder.visit_expr(expr),
        Expr::Json(value) => finder.json(value),
    }
    finder.found.into_iter().collect()
}

struct Finder<'p> {
    places: &'p BTreeMap<&'p str, usize>,
    found: BTreeSet<usize>,
}

impl Finder<'_> {
    fn json(&mut self, value: &ast::Value<'_>) {
        match value {
            ast::Value::StringLit(text) => self.json_text(&text.value),
            ast::Value::Array(array) => array.elements.iter().for_each(|value| self.json(value)),
            ast::Value::Object(object) => {
                for property in &object.properties {
                    self.json_text(property.name.as_str());
                    self.json(&property.value);
                }
            }
            _ => {}
        }
    }

    fn json_text(&mut self, text: &str) {
        if text.contains("local")
            && let Ok(template) = text.parse::<hcl_edit::template::Template>()
        {
            self.visit_template(&template);
        }
    }

    fn mention(&mut self, name: &str) {
        self.found.extend(self.places.get(name));
    }
}

impl Visit for Finder<'_> {
    fn visit_traversal(&mut self, it: &Traversal) {
        if matches!(&it.expr, Expression::Variable(name) if name.as_str() == "local") {
            match it.operators.first().map(|operator| operator.value()) {
                Some(TraversalOperator::GetAttr(name)) => self.mention(name.as_str()),
                Some(TraversalOperator::Index(Expression::String(name))) => self.mention(name.as_str()),
                _ => {}
            }
        }
        visit_traversal(self, it);
    }
}
