//! The pieces of an hclspec descriptor, as the generated descriptors are put together from them.
//! What a client makes of each is Nomad's business; the shapes here are those that it takes.

use crate::generated::hclspec::{self, Spec, spec::Block as Piece};

/// Several attributes and blocks of one body.
pub fn object<const N: usize>(entries: [(&str, Spec); N]) -> Spec {
    let attributes = entries.into_iter().map(|(name, spec)| (name.to_owned(), spec)).collect();
    piece(Piece::Object(hclspec::Object { attributes }))
}

/// `name = value` of a type expression such as `list(string)`.
pub fn attribute(name: &str, ty: &str, required: bool) -> Spec {
    piece(Piece::Attr(hclspec::Attr { name: name.to_owned(), r#type: ty.to_owned(), required }))
}

/// `name { … }`, at most once.
pub fn block(name: &str, nested: Spec) -> Spec {
    piece(Piece::BlockValue(Box::new(hclspec::Block {
        name: name.to_owned(),
        required: false,
        nested: Some(Box::new(nested)),
    })))
}

/// `name { … }`, any number of times.
pub fn block_list(name: &str, nested: Spec) -> Spec {
    piece(Piece::BlockList(Box::new(hclspec::BlockList {
        name: name.to_owned(),
        min_items: 0,
        max_items: 0,
        nested: Some(Box::new(nested)),
    })))
}

/// `name "label" { … }`, any number of times with different labels.
pub fn block_map(name: &str, nested: Spec) -> Spec {
    piece(Piece::BlockMap(Box::new(hclspec::BlockMap {
        name: name.to_owned(),
        labels: vec!["name".to_owned()],
        nested: Some(Box::new(nested)),
    })))
}

/// `name { … }` with free keys whose values are of a type.
pub fn block_attributes(name: &str, ty: &str) -> Spec {
    piece(Piece::BlockAttrs(hclspec::BlockAttrs {
        name: name.to_owned(),
        r#type: ty.to_owned(),
        required: false,
    }))
}

/// `primary`, or the constant where that is null.
pub fn or_default(primary: Spec, literal: &str) -> Spec {
    let literal = piece(Piece::Literal(hclspec::Literal { value: literal.to_owned() }));
    piece(Piece::Default(Box::new(hclspec::Default {
        primary: Some(Box::new(primary)),
        default: Some(Box::new(literal)),
    })))
}

fn piece(piece: Piece) -> Spec {
    Spec { block: Some(piece) }
}
