//! Functions on sets.

use super::{Fault, Outcome, arg, items_at};
use crate::jobspec::convert::{convert, unify};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::types::Type;
use crate::jobspec::val::Val;

pub(super) fn setunion(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let sets = unified(args)?;
    Ok(Val::set(sets.into_iter().flatten().collect()))
}

pub(super) fn setintersection(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let mut sets = unified(args)?.into_iter();
    let mut common = sets.next().unwrap_or_default();
    for set in sets {
        // Both are sorted sets: one pass through each.
        let both = Val::set(set);
        let other = both.items().unwrap_or(&[]);
        common.retain(|item| other.binary_search_by(|it| crate::jobspec::val::order(it, item)).is_ok());
    }
    Ok(Val::set(common))
}

fn unified(args: &[Val]) -> Result<Vec<Vec<Val>>, Fault> {
    let types: Vec<_> = args.iter().map(Type::of).collect();
    let common = unify(&types).ok_or("the sets have no common type of element")?;
    let mut sets = Vec::new();
    for (at, set) in args.iter().enumerate() {
        let set = convert(set, &common).map_err(|why| Fault::Argument(at, why))?;
        sets.push(set.items().unwrap_or(&[]).to_vec());
    }
    Ok(sets)
}

pub(super) fn setproduct(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    if args.len() < 2 {
        return Err("at least two arguments are needed".into());
    }
    let mut columns = Vec::new();
    let mut total = 1_u64;
    for at in 0..args.len() {
        columns.push(column(items_at(args, at)?, at)?);
        total = total.saturating_mul(items_at(args, at)?.len() as u64);
    }
    cx.env.budget.charge(total.saturating_mul(args.len() as u64))?;
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    for column in &columns {
        rows = rows.iter().flat_map(|row| column.iter().map(move |item| with(row, item))).collect();
    }
    let rows = rows.into_iter().map(Val::tuple).collect();
    // Among sets only, order has no meaning, and the result is a set.
    let ordered = (0..args.len()).any(|at| !matches!(arg(args, at), Ok(Val::Set(_))));
    Ok(if ordered { Val::list(rows) } else { Val::set(rows) })
}

fn column(items: &[Val], at: usize) -> Result<Vec<Val>, Fault> {
    let wrong = || Fault::Argument(at, "its elements have no common type".to_owned());
    let common = unify(&items.iter().map(Type::of).collect::<Vec<_>>()).ok_or_else(wrong)?;
    items.iter().map(|item| convert(item, &common).map_err(|why| Fault::Argument(at, why))).collect()
}

fn with(row: &[Val], item: &Val) -> Vec<Val> {
    let mut row = row.to_vec();
    row.push(item.clone());
    row
}
