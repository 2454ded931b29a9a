//! Types of HCL: what a `variable` block may demand, what `convert` takes, and what a value has.
//! Reading a type expression lives here; converting a value to a type lives in `convert`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::val::Val;

/// A type of HCL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// Any type, to be found out from the value.
    Any,
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(…)`.
    List(Box<Type>),
    /// `set(…)`.
    Set(Box<Type>),
    /// `map(…)`.
    Map(Box<Type>),
    /// `tuple([…])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(BTreeMap<Arc<str>, Member>),
}

/// A member of an object type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    /// Its type.
    pub(crate) ty: Type,
    /// Declared with `optional(…)`: left out, it is null.
    pub(crate) optional: bool,
}

/// Why a type expression is none: where, and what is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NotAType {
    /// Bytes in the text that the expression was parsed from.
    pub(crate) range: Option<std::ops::Range<usize>>,
    /// What is wrong, as a sentence.
    pub(crate) message: String,
}

/// Reads a type constraint, such as `list(string)`.
pub(crate) fn read(expr: &Expression) -> Result<Type, NotAType> {
    match expr {
        Expression::Variable(name) => keyword(name.as_str()).ok_or_else(|| unknown(expr, name.as_str())),
        Expression::Parenthesis(inner) => read(inner.inner()),
        Expression::FuncCall(call) => constructor(expr, call),
        // Before types were keywords they were written in quotes.
        Expression::String(name) => keyword(name.as_str()).ok_or_else(|| unknown(expr, name.as_str())),
        _ => Err(wrong(expr, "A type is a keyword such as `string`, or a call such as `list(string)`.")),
    }
}

fn keyword(name: &str) -> Option<Type> {
    let any = || Box::new(Type::Any);
    Some(match name {
        "string" => Type::Text,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "any" => Type::Any,
        "list" => Type::List(any()),
        "set" => Type::Set(any()),
        "map" => Type::Map(any()),
        _ => return None,
    })
}

fn constructor(expr: &Expression, call: &FuncCall) -> Result<Type, NotAType> {
    let mut args = call.args.iter();
    let (Some(arg), None) = (args.next(), args.next()) else {
        return Err(wrong(expr, "A type such as `list(…)` takes exactly one argument."));
    };
    match call.name.name.as_str() {
        "list" => Ok(Type::List(Box::new(read(arg)?))),
        "set" => Ok(Type::Set(Box::new(read(arg)?))),
        "map" => Ok(Type::Map(Box::new(read(arg)?))),
        "tuple" => match arg {
            Expression::Array(items) => Ok(Type::Tuple(items.iter().map(read).collect::<Result<_, _>>()?)),
            _ => Err(wrong(arg, "`tuple` takes a list of types in brackets.")),
        },
        "object" => object(arg),
        name => Err(unknown(expr, name)),
    }
}

fn object(arg: &Expression) -> Result<Type, NotAType> {
    let Expression::Object(members) = arg else {
        return Err(wrong(arg, "`object` takes member names and their types in braces."));
    };
    let mut fields = BTreeMap::new();
    for (key, value) in members.iter() {
        let name: Arc<str> = match key {
            ObjectKey::Ident(name) => name.as_str().into(),
            ObjectKey::Expression(Expression::String(name)) => name.as_str().into(),
            ObjectKey::Expression(other) => return Err(wrong(other, "A member's name is a plain word.")),
        };
        fields.insert(name, member(value.expr())?);
    }
    Ok(Type::Object(fields))
}

fn member(expr: &Expression) -> Result<Member, NotAType> {
    if let Expression::FuncCall(call) = expr
        && call.name.name.as_str() == "optional"
    {
        return match call.args.get(0) {
            Some(ty) => Ok(Member { ty: read(ty)?, optional: true }),
            None => Err(wrong(expr, "`optional` takes a type.")),
        };
    }
    Ok(Member { ty: read(expr)?, optional: false })
}

fn unknown(expr: &Expression, name: &str) -> NotAType {
    wrong(expr, &format!("There is no type called \"{name}\"."))
}

fn wrong(expr: &Expression, message: &str) -> NotAType {
    NotAType { range: expr.span(), message: message.to_owned() }
}

impl Type {
    /// The type that a value has. A null, and the element of an empty list, may be anything.
    pub(crate) fn of(val: &Val) -> Type {
        let element = |items: &[Val]| Box::new(items.first().map_or(Type::Any, Type::of));
        match val {
            Val::Null => Type::Any,
            Val::Bool(_) => Type::Bool,
            Val::Number(_) => Type::Number,
            Val::Text(_) => Type::Text,
            Val::List(items) => Type::List(element(items)),
            Val::Set(items) => Type::Set(element(items)),
            Val::Tuple(items) => Type::Tuple(items.iter().map(Type::of).collect()),
            Val::Map(fields) => Type::Map(Box::new(fields.values().next().map_or(Type::Any, Type::of))),
            Val::Object(fields) => Type::Object(
                fields
                    .iter()
                    .map(|(key, val)| (key.clone(), Member { ty: Type::of(val), optional: false }))
                    .collect(),
            ),
        }
    }
}

impl fmt::Display for Type {
    /// As a person would write it in a type constraint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Text => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::List(of) => write!(f, "list({of})"),
            Type::Set(of) => write!(f, "set({of})"),
            Type::Map(of) => write!(f, "map({of})"),
            Type::Tuple(_) => f.write_str("tuple"),
            Type::Object(_) => f.write_str("object"),
        }
    }
}
