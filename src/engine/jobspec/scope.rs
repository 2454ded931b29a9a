//! What names mean while a job file is evaluated: its variables, its locals, and inside loops and dynamic blocks the
//! names that those bring. Every other name belongs to run time and has no entry here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::budget::Budget;
use super::surroundings::Surroundings;
use super::val::Val;
use crate::diagnostic::Diagnostic;

/// Names of loops and dynamic blocks, from the innermost outwards.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope(Option<Rc<Frame>>);

#[derive(Debug)]
struct Frame {
    name: String,
    val: Val,
    outer: Scope,
}

impl Scope {
    /// This scope with one more name.
    pub(crate) fn with(&self, name: &str, val: Val) -> Scope {
        Scope(Some(Rc::new(Frame { name: name.to_owned(), val, outer: self.clone() })))
    }

    /// What the name stands for, where a loop or dynamic block gave it.
    pub(crate) fn get(&self, name: &str) -> Option<&Val> {
        let mut scope = self;
        while let Some(frame) = &scope.0 {
            if frame.name == name {
                return Some(&frame.val);
            }
            scope = &frame.outer;
        }
        None
    }
}

/// The value of a variable or local; `None` after a problem that is already reported.
pub(crate) type Slot = Option<Val>;

/// What all evaluations of one job file share.
pub(crate) struct Env<'a> {
    /// Values of `var.…`.
    pub(crate) variables: RefCell<BTreeMap<String, Slot>>,
    /// Values of `local.…`.
    pub(crate) locals: RefCell<BTreeMap<String, Slot>>,
    /// The job file's folder, for functions that read files; empty for the working folder.
    pub(crate) folder: &'a str,
    /// Files and chance.
    pub(crate) surroundings: &'a dyn Surroundings,
    /// What is left to spend.
    pub(crate) budget: Budget,
    problems: RefCell<Vec<Diagnostic>>,
    exhausted: RefCell<bool>,
}

/// A point in the list of problems that can be returned to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

impl<'a> Env<'a> {
    /// Nothing known yet.
    pub(crate) fn new(folder: &'a str, surroundings: &'a dyn Surroundings) -> Self {
        Self {
            variables: RefCell::default(),
            locals: RefCell::default(),
            folder,
            surroundings,
            budget: Budget::new(),
            problems: RefCell::default(),
            exhausted: RefCell::new(false),
        }
    }

    /// Takes a problem down.
    pub(crate) fn report(&self, problem: Diagnostic) {
        self.problems.borrow_mut().push(problem);
    }

    /// Takes down that the budget is used up, the first time only.
    pub(crate) fn report_exhausted(&self, problem: impl FnOnce() -> Diagnostic) {
        if !self.exhausted.replace(true) {
            self.report(problem());
        }
    }

    /// Where the list of problems ends now.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.problems.borrow().len())
    }

    /// Forgets the problems since the mark. That the budget is used up is never forgotten.
    pub(crate) fn forget(&self, mark: Mark) {
        let mut problems = self.problems.borrow_mut();
        let mut at = 0;
        problems.retain(|problem| {
            at += 1;
            at <= mark.0 || problem.id == super::ids::EVALUATION_TOO_LARGE
        });
    }

    /// All problems; leaves none.
    pub(crate) fn take_problems(&self) -> Vec<Diagnostic> {
        self.problems.take()
    }
}
