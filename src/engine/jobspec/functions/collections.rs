//! Functions on lists, tuples, maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Fault, Outcome, arg, int_at, items_at, text_at};
use crate::jobspec::convert::{convert, unify};
use crate::jobspec::eval::{Evaluator, NoElement, element as element_of};
use crate::jobspec::types::Type;
use crate::jobspec::val::Val;

pub(super) fn length(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    match arg(args, 0)? {
        Val::List(items) | Val::Tuple(items) | Val::Set(items) => Ok(Val::count(items.len())),
        Val::Map(fields) => Ok(Val::count(fields.len())),
        // Nomad counts the members of a map, and refuses to count those of an object.
        other => Err(Fault::Argument(
            0,
            format!("a list, a map or a tuple is required, and this is {}", other.kind()),
        )),
    }
}

pub(super) fn element(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let items = match arg(args, 0)? {
        Val::List(items) | Val::Tuple(items) => items,
        other => return Err(Fault::Argument(0, format!("elements cannot be read from {}", other.kind()))),
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = int_at(args, 1)?.checked_rem_euclid(length).ok_or("the list is empty")?;
    usize::try_from(at)
        .ok()
        .and_then(|at| items.get(at))
        .cloned()
        .ok_or_else(|| "there is no such element".into())
}

pub(super) fn index(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (val, key) = (arg(args, 0)?, arg(args, 1)?);
    match (val, key) {
        (Val::List(_) | Val::Tuple(_), Val::Number(_)) | (Val::Map(_), Val::Text(_)) => {}
        (Val::List(_) | Val::Tuple(_), _) => {
            return Err(Fault::Argument(1, "the key of a list is a number".to_owned()));
        }
        (Val::Map(_), _) => return Err(Fault::Argument(1, "the key of a map is a string".to_owned())),
        _ => return Err(Fault::Argument(0, "a list, a map or a tuple is required".to_owned())),
    }
    element_of(val, key).map_err(|why| match why {
        NoElement::Key(key) => format!("there is no element \"{key}\"").into(),
        NoElement::Because(why) => why.trim_end_matches('.').into(),
    })
}

pub(super) fn coalesce(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let types: Vec<_> = args.iter().map(Type::of).collect();
    let common = unify(&types).ok_or("all arguments must have the same type")?;
    match args.iter().find(|arg| **arg != Val::Null) {
        Some(val) => Ok(convert(val, &common)?),
        None => Err("no argument has a value".into()),
    }
}

pub(super) fn coalescelist(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    for (at, val) in args.iter().enumerate() {
        match val {
            Val::List(items) | Val::Tuple(items) if items.is_empty() => {}
            Val::List(_) | Val::Tuple(_) => return Ok(val.clone()),
            Val::Null => {}
            _ => return Err(Fault::Argument(at, "a list or tuple is required".to_owned())),
        }
    }
    Err("no argument has an element".into())
}

pub(super) fn compact(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let full = |item: &&Val| matches!(item, Val::Text(text) if !text.is_empty());
    Ok(Val::list(items_at(args, 0)?.iter().filter(full).cloned().collect()))
}

pub(super) fn concat(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    if args.is_empty() {
        return Err("at least one list is needed".into());
    }
    let mut all = Vec::new();
    for (at, val) in args.iter().enumerate() {
        match val {
            Val::List(items) | Val::Tuple(items) => all.extend(items.iter().cloned()),
            _ => {
                return Err(Fault::Argument(
                    at,
                    format!("a list or tuple is required, and this is {}", val.kind()),
                ));
            }
        }
    }
    if args.iter().all(|val| matches!(val, Val::List(_)))
        && let Some(common) = unify(&args.iter().map(Type::of).collect::<Vec<_>>())
    {
        return Ok(convert(&Val::list(all), &common)?);
    }
    Ok(Val::tuple(all))
}

pub(super) fn contains(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let wanted = arg(args, 1)?;
    Ok(Val::Bool(items_at(args, 0)?.contains(wanted)))
}

pub(super) fn distinct(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let items = items_at(args, 0)?;
    let mut seen: Vec<Val> = Vec::new();
    let mut unique = Vec::new();
    for item in items {
        cx.env.budget.charge(item.weight())?;
        if let Err(at) = seen.binary_search_by(|it| crate::jobspec::val::order(it, item)) {
            seen.insert(at, item.clone());
            unique.push(item.clone());
        }
    }
    Ok(Val::list(unique))
}

pub(super) fn chunklist(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let items = items_at(args, 0)?;
    let size = usize::try_from(int_at(args, 1)?)
        .map_err(|_| Fault::Argument(1, "the size is negative".to_owned()))?;
    if items.is_empty() {
        return Ok(Val::list(Vec::new()));
    }
    let size = if size == 0 { items.len() } else { size };
    Ok(Val::list(items.chunks(size).map(|chunk| Val::list(chunk.to_vec())).collect()))
}

pub(super) fn flatten(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let items =
        items_at(args, 0).map_err(|_| Fault::Argument(0, "a list, set or tuple is required".to_owned()))?;
    let mut flat = Vec::new();
    flatten_into(items, &mut flat);
    Ok(Val::tuple(flat))
}

fn flatten_into(items: &[Val], flat: &mut Vec<Val>) {
    for item in items {
        match item.items() {
            Some(inner) => flatten_into(inner, flat),
            None => flat.push(item.clone()),
        }
    }
}

pub(super) fn keys(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let names = |fields: &BTreeMap<Arc<str>, Val>| fields.keys().map(|key| Val::Text(key.clone())).collect();
    match arg(args, 0)? {
        Val::Map(fields) => Ok(Val::list(names(fields))),
        Val::Object(fields) => Ok(Val::tuple(names(fields))),
        other => {
            Err(Fault::Argument(0, format!("a map or object is required, and this is {}", other.kind())))
        }
    }
}

pub(super) fn values(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    match arg(args, 0)? {
        Val::Map(fields) => Ok(Val::list(fields.values().cloned().collect())),
        Val::Object(fields) => Ok(Val::tuple(fields.values().cloned().collect())),
        other => {
            Err(Fault::Argument(0, format!("a map or object is required, and this is {}", other.kind())))
        }
    }
}

pub(super) fn lookup(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (val, key, default) = (arg(args, 0)?, text_at(args, 1)?, arg(args, 2)?);
    let fields = val
        .fields()
        .ok_or_else(|| Fault::Argument(0, format!("a map is required, and this is {}", val.kind())))?;
    if let (Val::Map(_), Some(first)) = (val, fields.values().next()) {
        let same = convert(default, &Type::of(first)).map_err(|_| {
            Fault::Argument(2, "the default has another type than the map's elements".to_owned())
        })?;
        return Ok(fields.get(&key).cloned().unwrap_or(same));
    }
    Ok(fields.get(&key).unwrap_or(default).clone())
}

pub(super) fn merge(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut merged = BTreeMap::new();
    for (at, val) in args.iter().enumerate() {
        match val.fields() {
            Some(fields) => merged.extend(fields.iter().map(|(key, val)| (key.clone(), val.clone()))),
            None if *val == Val::Null => {}
            None => {
                return Err(Fault::Argument(
                    at,
                    format!("a map or object is required, and this is {}", val.kind()),
                ));
            }
        }
    }
    let types: Vec<_> = args.iter().map(Type::of).collect();
    let maps = !args.is_empty() && args.iter().all(|val| matches!(val, Val::Map(_)));
    let same = types.windows(2).all(|pair| pair.first() == pair.last());
    Ok(if maps && same { Val::map(merged) } else { Val::object(merged) })
}

pub(super) fn slice(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let val = arg(args, 0)?;
    let items = match val {
        Val::List(items) | Val::Tuple(items) => items,
        other => {
            return Err(Fault::Argument(
                0,
                format!("a list or tuple is required, and this is {}", other.kind()),
            ));
        }
    };
    let bound = |at: usize| {
        let bound = usize::try_from(int_at(args, at)?).ok().filter(|bound| *bound <= items.len());
        bound.ok_or_else(|| {
            Fault::Argument(at, format!("it is outside of the list, which has {}", items.len()))
        })
    };
    let (start, end) = (bound(1)?, bound(2)?);
    let cut = items.get(start..end).ok_or("the start lies behind the end")?.to_vec();
    Ok(if matches!(val, Val::List(_)) { Val::list(cut) } else { Val::tuple(cut) })
}

pub(super) fn sort(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut texts = Vec::new();
    for item in items_at(args, 0)? {
        match item {
            Val::Text(text) => texts.push(text.clone()),
            _ => return Err(Fault::Argument(0, "an element is null".to_owned())),
        }
    }
    texts.sort();
    Ok(Val::list(texts.into_iter().map(Val::Text).collect()))
}

pub(super) fn zipmap(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let (keys, val) = (items_at(args, 0)?, arg(args, 1)?);
    let values = match val {
        Val::List(items) | Val::Tuple(items) => items,
        other => {
            return Err(Fault::Argument(
                1,
                format!("a list or tuple is required, and this is {}", other.kind()),
            ));
        }
    };
    if keys.len() != values.len() {
        return Err(format!("there are {} keys and {} values", keys.len(), values.len()).into());
    }
    let mut fields = BTreeMap::new();
    for (key, val) in keys.iter().zip(values.iter()) {
        let Val::Text(key) = key else { return Err(Fault::Argument(0, "a key is null".to_owned())) };
        fields.insert(key.clone(), val.clone());
    }
    Ok(if matches!(val, Val::List(_)) { Val::map(fields) } else { Val::object(fields) })
}
