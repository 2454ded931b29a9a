//! HCL's operators. Arithmetic and comparison work on numbers, logic on bools, and a text that reads as one counts as
//! one; equality never converts. Both sides are always evaluated.

use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};

use super::{Eval, Evaluator, described};
use crate::jobspec::convert::convert;
use crate::jobspec::scope::Scope;
use crate::jobspec::types::Type;
use crate::jobspec::val::Val;
use crate::jobspec::{ids, number};
use crate::value::Number;

impl Evaluator<'_> {
    /// `-a` and `!a`.
    pub(super) fn unary(&self, it: &UnaryOp, _: &Expression, scope: &Scope) -> Eval {
        let val = self.eval(&it.expr, scope)?;
        match it.operator.value() {
            UnaryOperator::Neg => Ok(Val::Number(number::negate(self.number(&val, &it.expr)?))),
            UnaryOperator::Not => Ok(Val::Bool(!self.bool(&val, &it.expr)?)),
        }
    }

    /// `a + b` and the like.
    pub(super) fn binary(&self, it: &BinaryOp, expr: &Expression, scope: &Scope) -> Eval {
        let lhs = self.eval(&it.lhs_expr, scope);
        let rhs = self.eval(&it.rhs_expr, scope);
        let (lhs, rhs) = (lhs?, rhs?);
        let numbers = || {
            let lhs = self.number(&lhs, &it.lhs_expr);
            let rhs = self.number(&rhs, &it.rhs_expr);
            Ok((lhs?, rhs?))
        };
        let bools = || {
            let lhs = self.bool(&lhs, &it.lhs_expr);
            let rhs = self.bool(&rhs, &it.rhs_expr);
            Ok((lhs?, rhs?))
        };
        let compare = |wanted: fn(std::cmp::Ordering) -> bool| {
            let (a, b) = numbers()?;
            Ok(Val::Bool(wanted(number::compare(a, b))))
        };
        let equal = || {
            self.pay(lhs.weight().min(rhs.weight()), self.span_of(expr))?;
            Ok(lhs == rhs)
        };
        let zero = |result: Option<Number>| match result {
            Some(number) => Ok(Val::Number(number)),
            None => self.fail(ids::WRONG_OPERAND, self.span_of(expr), "This divides by zero."),
        };
        match it.operator.value() {
            BinaryOperator::Eq => equal().map(Val::Bool),
            BinaryOperator::NotEq => equal().map(|it| Val::Bool(!it)),
            BinaryOperator::LessEq => compare(std::cmp::Ordering::is_le),
            BinaryOperator::GreaterEq => compare(std::cmp::Ordering::is_ge),
            BinaryOperator::Less => compare(std::cmp::Ordering::is_lt),
            BinaryOperator::Greater => compare(std::cmp::Ordering::is_gt),
            BinaryOperator::Plus => numbers().map(|(a, b)| Val::Number(number::add(a, b))),
            BinaryOperator::Minus => numbers().map(|(a, b)| Val::Number(number::subtract(a, b))),
            BinaryOperator::Mul => numbers().map(|(a, b)| Val::Number(number::multiply(a, b))),
            BinaryOperator::Div => numbers().and_then(|(a, b)| zero(number::divide(a, b))),
            BinaryOperator::Mod => numbers().and_then(|(a, b)| zero(number::modulo(a, b))),
            BinaryOperator::And => bools().map(|(a, b)| Val::Bool(a && b)),
            BinaryOperator::Or => bools().map(|(a, b)| Val::Bool(a || b)),
        }
    }

    fn number(&self, val: &Val, expr: &Expression) -> Eval<Number> {
        match convert(val, &Type::Number) {
            Ok(Val::Number(number)) => Ok(number),
            _ => self.operand(val, "a number", expr),
        }
    }

    fn bool(&self, val: &Val, expr: &Expression) -> Eval<bool> {
        match convert(val, &Type::Bool) {
            Ok(Val::Bool(it)) => Ok(it),
            _ => self.operand(val, "a bool", expr),
        }
    }

    fn operand<T>(&self, val: &Val, wanted: &str, expr: &Expression) -> Eval<T> {
        self.fail(
            ids::WRONG_OPERAND,
            self.span_of(expr),
            format!("The operator needs {wanted} here; this is {}.", described(val)),
        )
    }
}
