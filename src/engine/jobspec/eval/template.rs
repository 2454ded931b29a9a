//! Templates: quoted texts and heredocs with `${…}` and `%{…}`. HCL cuts blanks at `~` and the indentation of a
//! `<<-` heredoc on pieces that never span a line, before anything is evaluated, and this keeps to those pieces:
//! the indentation that stays in front of a directive's lines looks odd and is what Nomad makes.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, ForTemplateExpr, HeredocTemplate, Strip};
use unicode_segmentation::UnicodeSegmentation as _;

use super::loops::round;
use super::{Eval, Evaluator, Failed, described};
use crate::jobspec::convert::to_text;
use crate::jobspec::ids;
use crate::jobspec::scope::Scope;
use crate::jobspec::val::Val;

/// A piece of a template: literal text of at most one line, or one pair of braces.
enum Piece<'t> {
    Text(String),
    Value(&'t Expression),
    If(&'t Expression),
    Else,
    EndIf,
    For(&'t ForTemplateExpr),
    EndFor,
}

impl Evaluator<'_> {
    /// A quoted text, or the template of a text in JSON.
    pub(crate) fn template<'t>(
        &self,
        expr: &Expression,
        elements: impl Iterator<Item = &'t Element>,
        scope: &Scope,
    ) -> Eval {
        let pieces = self.pieces(elements, false, false);
        // A template that is nothing but one `${…}` has that value, whatever its type.
        if let [Piece::Value(only)] = pieces.as_slice() {
            return self.eval(only, scope);
        }
        let mut out = String::new();
        self.render(&pieces, &mut 0, scope, &mut out, expr)?;
        self.made(Val::text(&out), expr)
    }

    /// A heredoc.
    pub(super) fn heredoc(&self, expr: &Expression, heredoc: &HeredocTemplate, scope: &Scope) -> Eval {
        let start = expr.span().and_then(|span| self.source.text.get(span));
        let flush = start.is_some_and(|text| text.starts_with("<<-"));
        let pieces = self.pieces(heredoc.template.iter(), true, flush);
        let mut out = String::new();
        self.render(&pieces, &mut 0, scope, &mut out, expr)?;
        self.made(Val::text(&out), expr)
    }

    fn pieces<'t>(
        &self,
        elements: impl Iterator<Item = &'t Element>,
        lines: bool,
        flush: bool,
    ) -> Vec<Piece<'t>> {
        let mut builder =
            Builder { pieces: Vec::new(), trim_next: false, lines, flush, source: self.source.text };
        builder.elements(elements);
        if flush {
            cut_indentation(&mut builder.pieces);
        }
        builder.pieces
    }

    /// Runs through pieces up to the end of the branch or loop that they belong to.
    fn render(
        &self,
        pieces: &[Piece<'_>],
        at: &mut usize,
        scope: &Scope,
        out: &mut String,
        expr: &Expression,
    ) -> Eval<()> {
        let mut failed = false;
        while let Some(piece) = pieces.get(*at) {
            *at += 1;
            let done = match piece {
                Piece::Text(text) => self.append(out, text, expr),
                Piece::Value(value) => self.append_value(out, value, scope, expr),
                Piece::If(condition) => self.branch(pieces, at, condition, scope, out, expr),
                Piece::For(intro) => self.repeat(pieces, at, intro, scope, out, expr),
                Piece::Else | Piece::EndIf | Piece::EndFor => break,
            };
            if done.is_err() && self.env.budget.is_empty() {
                return Err(Failed);
            }
            failed |= done.is_err();
        }
        if failed { Err(Failed) } else { Ok(()) }
    }

    fn append(&self, out: &mut String, text: &str, expr: &Expression) -> Eval<()> {
        self.pay(text.len() as u64 / 16, self.span_of(expr))?;
        out.push_str(text);
        Ok(())
    }

    fn append_value(
        &self,
        out: &mut String,
        value: &Expression,
        scope: &Scope,
        expr: &Expression,
    ) -> Eval<()> {
        let val = self.eval(value, scope)?;
        match to_text(&val) {
            Ok(text) => self.append(out, &text, expr),
            Err(_) => self.fail(
                ids::WRONG_TEMPLATE_PART,
                self.span_of(value),
                format!("Inside a text stands a string, a number or a bool; this is {}.", described(&val)),
            ),
        }
    }

    fn branch(
        &self,
        pieces: &[Piece<'_>],
        at: &mut usize,
        condition: &Expression,
        scope: &Scope,
        out: &mut String,
        expr: &Expression,
    ) -> Eval<()> {
        let wanted = self.eval(condition, scope).and_then(|val| self.condition(&val, condition));
        let yes = *at;
        let no = skip(pieces, yes);
        let has_else = matches!(pieces.get(no.saturating_sub(1)), Some(Piece::Else));
        *at = if has_else { skip(pieces, no) } else { no };
        if wanted? {
            self.render(pieces, &mut yes.clone(), scope, out, expr)
        } else if has_else {
            self.render(pieces, &mut no.clone(), scope, out, expr)
        } else {
            Ok(())
        }
    }

    fn repeat(
        &self,
        pieces: &[Piece<'_>],
        at: &mut usize,
        intro: &ForTemplateExpr,
        scope: &Scope,
        out: &mut String,
        expr: &Expression,
    ) -> Eval<()> {
        let body = *at;
        *at = skip(pieces, body);
        let collection = self.eval(&intro.collection_expr, scope)?;
        let key_name = intro.key_var.as_ref().map(|name| name.as_str());
        for (key, val) in self.rounds(&collection, &intro.collection_expr)? {
            let scope = round(scope, key_name, intro.value_var.as_str(), key, val);
            self.render(pieces, &mut body.clone(), &scope, out, expr)?;
        }
        Ok(())
    }

    /// The value of a text in a JSON job, whose `${…}` are evaluated as in HCL.
    pub(crate) fn text_of_json(&self, scope: &Scope) -> Eval {
        let text = self.source.text;
        let span = self.span(Some(0..text.len()));
        if !text.contains("${") && !text.contains("%{") {
            self.pay(1 + text.len() as u64 / 16, span)?;
            return Ok(Val::text(text));
        }
        match text.parse::<hcl_edit::template::Template>() {
            Ok(template) => self.template(&Expression::null(), template.iter(), scope),
            Err(why) => self.fail(
                ids::HCL_SYNTAX,
                span,
                format!("The template in this text cannot be read: {}", why.message()),
            ),
        }
    }
}

/// Behind the end of the branch or loop whose first piece is at `from`.
fn skip(pieces: &[Piece<'_>], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate().skip(from) {
        match piece {
            Piece::If(_) | Piece::For(_) => depth += 1,
            Piece::EndIf | Piece::EndFor if depth > 0 => depth -= 1,
            Piece::Else | Piece::EndIf | Piece::EndFor if depth == 0 => return at + 1,
            _ => {}
        }
    }
    pieces.len()
}

struct Builder<'t, 's> {
    pieces: Vec<Piece<'t>>,
    trim_next: bool,
    lines: bool,
    flush: bool,
    source: &'s str,
}

impl<'t> Builder<'t, '_> {
    fn elements(&mut self, elements: impl Iterator<Item = &'t Element>) {
        for element in elements {
            match element {
                Element::Literal(text) => self.literal(text, text.span()),
                Element::Interpolation(it) => self.braces(it.strip, Piece::Value(&it.expr)),
                Element::Directive(directive) => self.directive(directive),
            }
        }
    }

    fn directive(&mut self, directive: &'t Directive) {
        match directive {
            Directive::If(it) => {
                self.braces(it.if_expr.strip, Piece::If(&it.if_expr.cond_expr));
                self.elements(it.if_expr.template.iter());
                if let Some(other) = &it.else_expr {
                    self.braces(other.strip, Piece::Else);
                    self.elements(other.template.iter());
                }
                self.braces(it.endif_expr.strip, Piece::EndIf);
            }
            Directive::For(it) => {
                self.braces(it.for_expr.strip, Piece::For(&it.for_expr));
                self.elements(it.for_expr.template.iter());
                self.braces(it.endfor_expr.strip, Piece::EndFor);
            }
        }
    }

    fn braces(&mut self, strip: Strip, piece: Piece<'t>) {
        if strip.strip_start()
            && let Some(Piece::Text(text)) = self.pieces.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.pieces.push(piece);
        self.trim_next = strip.strip_end();
    }

    fn literal(&mut self, text: &str, range: Option<Range<usize>>) {
        // The parser has already cut the indentation of a heredoc in its own way: take the text from the source.
        let written = range.filter(|_| self.flush).and_then(|range| self.source.get(range));
        let written = written.map(|text| text.replace("$${", "${").replace("%%{", "%{"));
        let text = written.as_deref().unwrap_or(text);
        if self.lines {
            text.split_inclusive('\n').for_each(|line| self.piece(line));
        } else {
            self.piece(text);
        }
    }

    fn piece(&mut self, text: &str) {
        let text = if std::mem::take(&mut self.trim_next) { text.trim_start() } else { text };
        self.pieces.push(Piece::Text(text.to_owned()));
    }
}

/// Cuts the smallest indentation off the pieces that begin a line.
fn cut_indentation(pieces: &mut [Piece<'_>]) {
    let mut smallest = usize::MAX;
    let mut begins = Vec::new();
    let mut line_start = true;
    for (at, piece) in pieces.iter().enumerate() {
        let at_start = std::mem::take(&mut line_start);
        match piece {
            Piece::Text(text) => {
                let blanks = text.len() - text.trim_start().len();
                let blank_line = blanks == text.len() && text.ends_with('\n');
                if at_start && !blank_line {
                    let blanks = text.get(..blanks).map_or(0, |blanks| blanks.graphemes(true).count());
                    smallest = smallest.min(blanks);
                    begins.push(at);
                }
                line_start = text.ends_with('\n');
            }
            _ if at_start => smallest = 0,
            _ => {}
        }
    }
    for at in begins {
        if let Some(Piece::Text(text)) = pieces.get_mut(at) {
            let cut: usize = text.graphemes(true).take(smallest).map(str::len).sum();
            text.drain(..cut.min(text.len()));
        }
    }
}
