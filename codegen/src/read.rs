//! Reading HCL data with places: a block is taken apart word by word, and what is left over is a problem.
//! It knows nothing of options or members; `load` gives the words their meaning.

use std::path::{Path, PathBuf};

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Element, Template};

use crate::model::{At, Literal, Problem, Type};

/// A parsed data file.
pub struct DataFile {
    path: PathBuf,
    text: String,
    body: Body,
}

impl DataFile {
    /// Parses `text`, known as `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Problem> {
        match text.parse::<Body>() {
            Ok(body) => Ok(Self { path: path.to_owned(), text: text.to_owned(), body }),
            Err(error) => Err(Problem {
                at: At { file: path.to_owned(), line: error.location().line() },
                message: format!("not HCL: {}", error.message()),
            }),
        }
    }

    /// The top-level blocks; anything else is a problem.
    pub fn blocks<'a>(&'a self, problems: &mut Vec<Problem>) -> Vec<Words<'a>> {
        self.words_of(&self.body, problems)
    }

    fn words_of<'a>(&'a self, body: &'a Body, problems: &mut Vec<Problem>) -> Vec<Words<'a>> {
        let mut blocks = Vec::new();
        for structure in body {
            match structure {
                Structure::Block(block) => blocks.push(Words::new(self, block)),
                Structure::Attribute(attribute) => problems.push(Problem {
                    at: self.at(attribute.key.span()),
                    message: format!("`{}` stands outside of a block", attribute.key.as_str()),
                }),
            }
        }
        blocks
    }

    fn at(&self, span: Option<std::ops::Range<usize>>) -> At {
        let start = span.map_or(0, |span| span.start);
        let line = self.text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        At { file: self.path.clone(), line }
    }
}

/// A block that is taken apart word by word.
pub struct Words<'a> {
    file: &'a DataFile,
    block: &'a Block,
    taken: Vec<&'static str>,
}

impl<'a> Words<'a> {
    fn new(file: &'a DataFile, block: &'a Block) -> Self {
        Self { file, block, taken: Vec::new() }
    }

    /// The word before the label: `option`.
    pub fn keyword(&self) -> &'a str {
        self.block.ident.as_str()
    }

    /// The block's only label; a problem without or with several.
    pub fn label(&self, problems: &mut Vec<Problem>) -> String {
        match self.block.labels.as_slice() {
            [label] => label.as_str().to_owned(),
            _ => {
                problems.push(self.problem(format!("`{}` takes exactly one name", self.keyword())));
                String::new()
            }
        }
    }

    /// Where the block begins.
    pub fn at(&self) -> At {
        self.file.at(self.block.ident.span())
    }

    /// A problem at the block's first line.
    pub fn problem(&self, message: String) -> Problem {
        Problem { at: self.at(), message }
    }

    /// Where a word is written, else where the block begins.
    pub fn at_word(&self, word: &str) -> At {
        match self.block.body.get_attribute(word) {
            Some(attribute) => self.file.at(attribute.key.span()),
            None => self.at(),
        }
    }

    /// A word's expression.
    fn take(&mut self, word: &'static str) -> Option<&'a Expression> {
        self.taken.push(word);
        self.block.body.get_attribute(word).map(|attribute| &attribute.value)
    }

    /// A word whose value is a text or a bare name (`size`).
    pub fn text(&mut self, word: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        let value = match self.take(word)? {
            Expression::Variable(name) => Some(name.as_str().to_owned()),
            other => match literal(other) {
                Some(Literal::String(text)) => Some(text.trim_end().to_owned()),
                _ => None,
            },
        };
        self.expect(word, value, "a text", problems)
    }

    /// A word whose value may be `null`: the outer option says whether it is written at all.
    pub fn text_or_null(
        &mut self,
        word: &'static str,
        problems: &mut Vec<Problem>,
    ) -> Option<Option<String>> {
        match literal(self.take(word)?) {
            Some(Literal::String(text)) => Some(Some(text)),
            Some(Literal::Null) => Some(None),
            _ => {
                problems.push(Problem {
                    at: self.at_word(word),
                    message: format!("`{word}` takes a text or null"),
                });
                None
            }
        }
    }

    /// A word that is `true` or `false`; false where it is left out.
    pub fn flag(&mut self, word: &'static str, problems: &mut Vec<Problem>) -> bool {
        let Some(expression) = self.take(word) else { return false };
        let value = match literal(expression) {
            Some(Literal::Bool(flag)) => Some(flag),
            _ => None,
        };
        self.expect(word, value, "true or false", problems).unwrap_or(false)
    }

    /// A word that is a list of texts; empty where it is left out, `None` only where it is not written.
    pub fn texts(&mut self, word: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
        let value = match literal(self.take(word)?) {
            Some(Literal::List(items)) => items
                .into_iter()
                .map(|item| match item {
                    Literal::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        self.expect(word, value, "a list of texts", problems)
    }

    /// A word that is any constant.
    pub fn literal(&mut self, word: &'static str, problems: &mut Vec<Problem>) -> Option<Literal> {
        let value = literal(self.take(word)?);
        self.expect(word, value, "a constant", problems)
    }

    /// A word that is a type.
    pub fn ty(&mut self, word: &'static str, problems: &mut Vec<Problem>) -> Option<Type> {
        let value = ty(self.take(word)?);
        self.expect(word, value, "a type such as string or list(string)", problems)
    }

    /// The blocks inside.
    pub fn blocks(&self) -> Vec<Words<'a>> {
        self.block.body.blocks().map(|block| Words::new(self.file, block)).collect()
    }

    /// Complains about every word that nobody took.
    pub fn finish(self, problems: &mut Vec<Problem>) {
        for attribute in self.block.body.attributes() {
            let word = attribute.key.as_str();
            if !self.taken.contains(&word) {
                problems.push(Problem {
                    at: self.file.at(attribute.key.span()),
                    message: format!(
                        "`{}` does not take `{word}`; it takes {}",
                        self.keyword(),
                        self.taken.join(", ")
                    ),
                });
            }
        }
    }

    fn expect<T>(&self, word: &str, value: Option<T>, what: &str, problems: &mut Vec<Problem>) -> Option<T> {
        if value.is_none() {
            problems.push(Problem { at: self.at_word(word), message: format!("`{word}` takes {what}") });
        }
        value
    }
}

fn literal(expression: &Expression) -> Option<Literal> {
    Some(match expression {
        Expression::Null(_) => Literal::Null,
        Expression::Bool(flag) => Literal::Bool(*flag.value()),
        Expression::Number(number) => Literal::Number(number.value().to_string()),
        Expression::String(text) => Literal::String(text.value().clone()),
        Expression::StringTemplate(template) => Literal::String(template_text(template.iter())?),
        Expression::HeredocTemplate(heredoc) => Literal::String(heredoc_text(&heredoc.template)?),
        Expression::UnaryOp(operation) => match literal(&operation.expr)? {
            Literal::Number(number) => Literal::Number(format!("-{number}")),
            _ => return None,
        },
        Expression::Array(items) => Literal::List(items.iter().map(literal).collect::<Option<_>>()?),
        Expression::Object(object) => Literal::Object(
            object
                .iter()
                .map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                        ObjectKey::Expression(expression) => match literal(expression)? {
                            Literal::String(text) => text,
                            _ => return None,
                        },
                    };
                    Some((key, literal(value.expr())?))
                })
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

fn heredoc_text(template: &Template) -> Option<String> {
    template_text(template.iter())
}

/// Templates of the data are texts: an interpolation stands for itself, since examples show them.
fn template_text<'a>(elements: impl Iterator<Item = &'a Element>) -> Option<String> {
    let mut text = String::new();
    for element in elements {
        match element {
            Element::Literal(literal) => text.push_str(literal.value()),
            Element::Interpolation(interpolation) => {
                text.push_str("${");
                text.push_str(interpolation.expr.to_string().trim());
                text.push('}');
            }
            Element::Directive(_) => return None,
        }
    }
    Some(text)
}

fn ty(expression: &Expression) -> Option<Type> {
    match expression {
        Expression::Variable(name) => Some(match name.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "any" => Type::Any,
            "int64" => Type::Int64,
            "uint64" => Type::Uint64,
            "float" => Type::Float,
            other => Type::Model(other.to_owned()),
        }),
        Expression::FuncCall(call) => {
            let mut arguments = call.args.iter();
            let inner = Box::new(ty(arguments.next()?)?);
            if arguments.next().is_some() {
                return None;
            }
            match call.name.name.as_str() {
                "list" => Some(Type::List(inner)),
                "map" => Some(Type::Map(inner)),
                _ => None,
            }
        }
        _ => None,
    }
}
