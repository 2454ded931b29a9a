//! Conversions between HCL's types, as Nomad makes them for variables, function arguments and templates, and the
//! search for a type that several values have in common. A failure says what is needed, as a clause.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::number;
use super::types::{Member, Type};
use super::val::Val;

/// Converts a value; the error is a clause such as `a number is required`.
pub(crate) fn convert(val: &Val, ty: &Type) -> Result<Val, String> {
    match (ty, val) {
        (Type::Any, _) | (_, Val::Null) => Ok(val.clone()),
        (Type::Text, Val::Text(_)) | (Type::Number, Val::Number(_)) | (Type::Bool, Val::Bool(_)) => {
            Ok(val.clone())
        }
        (Type::Text, Val::Number(number)) => Ok(Val::text(number.to_string())),
        (Type::Text, Val::Bool(it)) => Ok(Val::text(if *it { "true" } else { "false" })),
        (Type::Number, Val::Text(text)) => {
            number::parse(text).map(Val::Number).ok_or_else(|| "a number is required".to_owned())
        }
        (Type::Bool, Val::Text(text)) => to_bool(text),
        (Type::List(of), _) => Ok(Val::list(elements(val, of, ty)?)),
        (Type::Set(of), _) => Ok(Val::set(elements(val, of, ty)?)),
        (Type::Map(of), _) => to_map(val, of, ty),
        (Type::Tuple(types), _) => to_tuple(val, types, ty),
        (Type::Object(members), _) => to_object(val, members, ty),
        _ => Err(required(ty)),
    }
}

/// The text of a value for a template; the error says why there is none.
pub(crate) fn to_text(val: &Val) -> Result<Arc<str>, String> {
    match val {
        Val::Text(text) => Ok(text.clone()),
        Val::Null => Err("a string is required, and this is null".to_owned()),
        other => match convert(other, &Type::Text)? {
            Val::Text(text) => Ok(text),
            _ => Err(required(&Type::Text)),
        },
    }
}

fn to_bool(text: &str) -> Result<Val, String> {
    match text {
        "true" | "1" => Ok(Val::Bool(true)),
        "false" | "0" => Ok(Val::Bool(false)),
        _ => Err(required(&Type::Bool)),
    }
}

fn elements(val: &Val, of: &Type, whole: &Type) -> Result<Vec<Val>, String> {
    let items = val.items().ok_or_else(|| required(whole))?;
    let common;
    let of = if *of == Type::Any {
        common = unify(&items.iter().map(Type::of).collect::<Vec<_>>())
            .ok_or("all list elements must have the same type")?;
        &common
    } else {
        of
    };
    items
        .iter()
        .enumerate()
        .map(|(at, item)| convert(item, of).map_err(|why| format!("element {at}: {why}")))
        .collect()
}

fn to_map(val: &Val, of: &Type, whole: &Type) -> Result<Val, String> {
    let fields = val.fields().ok_or_else(|| required(whole))?;
    let common;
    let of = if *of == Type::Any {
        common = unify(&fields.values().map(Type::of).collect::<Vec<_>>())
            .ok_or("all map elements must have the same type")?;
        &common
    } else {
        of
    };
    let mut map = BTreeMap::new();
    for (key, val) in fields {
        map.insert(key.clone(), convert(val, of).map_err(|why| format!("element \"{key}\": {why}"))?);
    }
    Ok(Val::map(map))
}

fn to_tuple(val: &Val, types: &[Type], whole: &Type) -> Result<Val, String> {
    let items = match val {
        Val::Tuple(items) | Val::List(items) => items,
        _ => return Err(required(whole)),
    };
    if items.len() != types.len() {
        return Err(format!("a tuple of {} elements is required, and this has {}", types.len(), items.len()));
    }
    let converted = items.iter().zip(types).enumerate();
    let converted =
        converted.map(|(at, (item, ty))| convert(item, ty).map_err(|why| format!("element {at}: {why}")));
    Ok(Val::tuple(converted.collect::<Result<_, _>>()?))
}

fn to_object(val: &Val, members: &BTreeMap<Arc<str>, Member>, whole: &Type) -> Result<Val, String> {
    let fields = val.fields().ok_or_else(|| required(whole))?;
    let mut object = BTreeMap::new();
    for (name, member) in members {
        let converted = match fields.get(name) {
            Some(val) => convert(val, &member.ty).map_err(|why| format!("attribute \"{name}\": {why}"))?,
            None if member.optional => Val::Null,
            None => return Err(format!("attribute \"{name}\" is required")),
        };
        object.insert(name.clone(), converted);
    }
    Ok(Val::object(object))
}

fn required(ty: &Type) -> String {
    match ty {
        Type::List(_) => "a list is required".to_owned(),
        Type::Set(_) => "a set is required".to_owned(),
        Type::Map(_) => "a map is required".to_owned(),
        Type::Tuple(_) => "a tuple is required".to_owned(),
        Type::Object(_) => "an object is required".to_owned(),
        other => format!("a {other} is required"),
    }
}

/// The type that values of all these types can be converted to. `None` where there is none.
pub(crate) fn unify(types: &[Type]) -> Option<Type> {
    let mut known: Vec<&Type> = Vec::new();
    for ty in types {
        // Beyond some dozens of different types the search for repetitions costs more than it saves.
        if *ty != Type::Any && (known.len() >= 64 || !known.contains(&ty)) {
            known.push(ty);
        }
    }
    let (first, rest) = match known.split_first() {
        None => return Some(Type::Any),
        Some((only, [])) => return Some((*only).clone()),
        Some((first, rest)) => (*first, rest),
    };
    match first {
        Type::Text | Type::Number | Type::Bool => unify_scalars(&known),
        Type::List(_) | Type::Tuple(_) | Type::Set(_) => unify_sequences(&known),
        Type::Map(_) | Type::Object(_) => unify_maps(&known),
        Type::Any => unify(&rest.iter().map(|ty| (*ty).clone()).collect::<Vec<_>>()),
    }
}

fn unify_scalars(types: &[&Type]) -> Option<Type> {
    let scalar = |ty: &&Type| matches!(ty, Type::Text | Type::Number | Type::Bool);
    // Only a string can hold more than one of them; a number is no bool.
    (types.iter().all(scalar) && types.contains(&&Type::Text)).then_some(Type::Text)
}

fn unify_sequences(types: &[&Type]) -> Option<Type> {
    if let Some(tuple) = unify_tuples(types) {
        return Some(tuple);
    }
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::List(of) | Type::Set(of) => elements.push((**of).clone()),
            Type::Tuple(of) => elements.extend(of.iter().cloned()),
            _ => return None,
        }
    }
    let element = Box::new(unify(&elements)?);
    // A set is kept only among sets.
    Some(if types.iter().all(|ty| matches!(ty, Type::Set(_))) {
        Type::Set(element)
    } else {
        Type::List(element)
    })
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let rows = types.iter().map(|ty| if let Type::Tuple(of) = ty { Some(of) } else { None });
    let rows = rows.collect::<Option<Vec<_>>>()?;
    let length = rows.first()?.len();
    if rows.iter().any(|row| row.len() != length) {
        return None;
    }
    let column = |at: usize| unify(&rows.iter().filter_map(|row| row.get(at)).cloned().collect::<Vec<_>>());
    (0..length).map(column).collect::<Option<Vec<_>>>().map(Type::Tuple)
}

fn unify_maps(types: &[&Type]) -> Option<Type> {
    if let Some(object) = unify_objects(types) {
        return Some(object);
    }
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Map(of) => elements.push((**of).clone()),
            Type::Object(members) => elements.extend(members.values().map(|member| member.ty.clone())),
            _ => return None,
        }
    }
    Some(Type::Map(Box::new(unify(&elements)?)))
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let rows = types.iter().map(|ty| if let Type::Object(of) = ty { Some(of) } else { None });
    let rows = rows.collect::<Option<Vec<_>>>()?;
    let first = rows.first()?;
    if rows.iter().any(|row| !row.keys().eq(first.keys())) {
        return None;
    }
    let mut members = BTreeMap::new();
    for name in first.keys() {
        let column =
            rows.iter().filter_map(|row| row.get(name)).map(|member| member.ty.clone()).collect::<Vec<_>>();
        members.insert(name.clone(), Member { ty: unify(&column)?, optional: false });
    }
    Some(Type::Object(members))
}
