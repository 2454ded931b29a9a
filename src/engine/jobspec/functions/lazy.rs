//! Functions that look at their arguments' expressions: `try` and `can`, which survive failures, and `convert`, whose
//! second argument is a type.

use hcl_edit::expr::{Expression, FuncCall};

use crate::jobspec::convert::convert;
use crate::jobspec::eval::{Eval, Evaluator, described};
use crate::jobspec::scope::Scope;
use crate::jobspec::val::Val;
use crate::jobspec::{ids, types};

/// Whether the expression has a value.
pub(super) fn can(cx: &Evaluator<'_>, call: &FuncCall, expr: &Expression, scope: &Scope) -> Eval {
    let [only] = exactly(cx, call, expr)?;
    let mark = cx.env.mark();
    let val = cx.eval(only, scope);
    cx.env.forget(mark);
    Ok(Val::Bool(val.is_ok()))
}

/// The value of the first expression that has one.
pub(super) fn try_each(cx: &Evaluator<'_>, call: &FuncCall, expr: &Expression, scope: &Scope) -> Eval {
    let mark = cx.env.mark();
    for arg in call.args.iter() {
        if let Ok(val) = cx.eval(arg, scope) {
            cx.env.forget(mark);
            return Ok(val);
        }
    }
    cx.env.forget(mark);
    cx.fail(
        ids::FUNCTION_FAILED,
        cx.span_of(expr),
        "The call of try fails: none of its expressions has a value.",
    )
}

/// A value as another type.
pub(super) fn convert_to(cx: &Evaluator<'_>, call: &FuncCall, expr: &Expression, scope: &Scope) -> Eval {
    let [value, ty] = exactly(cx, call, expr)?;
    let val = cx.eval(value, scope)?;
    cx.pay(val.weight(), cx.span_of(expr))?;
    let ty = match types::read(ty) {
        Ok(ty) => ty,
        Err(why) => return cx.fail(ids::WRONG_TYPE_CONSTRAINT, cx.span(why.range), why.message),
    };
    match convert(&val, &ty) {
        Ok(val) => Ok(val),
        Err(why) => cx.fail(
            ids::FUNCTION_FAILED,
            cx.span_of(value),
            format!("The call of convert fails: {why}, and this is {}.", described(&val)),
        ),
    }
}

fn exactly<'c, const N: usize>(
    cx: &Evaluator<'_>,
    call: &'c FuncCall,
    expr: &Expression,
) -> Eval<[&'c Expression; N]> {
    let args: Vec<_> = call.args.iter().collect();
    <[&Expression; N]>::try_from(args).or_else(|args| {
        let name = call.name.name.as_str();
        let message = format!("{name} takes {N} argument(s), and here are {}.", args.len());
        cx.fail(ids::WRONG_ARGUMENT_COUNT, cx.span_of(expr), message)
    })
}
