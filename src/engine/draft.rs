//! The spec while rules fill it: who set which member after reading what, and what is wrong.
//! A member has one writer. A second one changes nothing and is remembered as a clash, which is a defect of the rules.

use crate::diagnostic::Diagnostic;
use crate::generated::draft::Elements;
use crate::generated::spec::{ContainerSpec, Member};
use crate::inputs::{ReadLog, ReadSet};
use crate::provenance::{Key, Origin};
use crate::pull::PullPlan;

/// Index of a rule in the table; it orders what several rules add to one list.
pub(crate) type RuleIndex = u16;

/// Which rule wrote something, and what it had read by then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) rule: RuleIndex,
    pub(crate) reads: ReadSet,
}

/// An element of a list that several rules fill.
#[derive(Debug)]
pub(crate) struct Element<T> {
    pub(crate) value: T,
    pub(crate) claim: Claim,
}

/// What rules write to.
#[derive(Debug)]
pub struct Draft<'a> {
    pub(crate) spec: ContainerSpec,
    pub(crate) elements: Elements,
    pull: Option<PullPlan>,
    pub(crate) origins: Vec<Origin>,
    problems: Vec<(RuleIndex, Diagnostic)>,
    pub(crate) clashes: Vec<Member>,
    claimed: u128,
    rule: RuleIndex,
    log: &'a ReadLog,
}

/// The draft keeps one bit for each member.
const _: () = assert!(Member::ALL.len() <= 128);

/// What is left when all rules have run.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) spec: ContainerSpec,
    pub(crate) pull: Option<PullPlan>,
    pub(crate) origins: Vec<Origin>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) clashes: Vec<Member>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(log: &'a ReadLog) -> Self {
        Self {
            spec: ContainerSpec::default(),
            elements: Elements::default(),
            pull: None,
            origins: Vec::with_capacity(96),
            problems: Vec::new(),
            clashes: Vec::new(),
            claimed: 0,
            rule: 0,
            log,
        }
    }

    /// Tells a problem; the rule goes on, so that a user sees all problems at once.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push((self.rule, diagnostic));
    }

    /// Says how the image is to be had. Part of the translation, not of the spec.
    pub fn set_pull_plan(&mut self, plan: PullPlan) {
        self.pull = Some(plan);
    }

    /// Ends one decision of a rule that makes several: what it read so far has no part in what it sets from now on.
    pub fn next_decision(&mut self) {
        self.log.clear();
    }

    pub(crate) fn begin(&mut self, rule: RuleIndex) {
        self.rule = rule;
        self.log.clear();
    }

    /// Claims a whole member for the current rule; false where it has an owner already.
    pub(crate) fn claim(&mut self, member: Member) -> bool {
        let bit = 1_u128 << (member as u8);
        if self.claimed & bit != 0 {
            self.clashes.push(member);
            return false;
        }
        self.claimed |= bit;
        self.origins.push(Origin::new(member, Key::Whole, self.claim_now()));
        true
    }

    pub(crate) fn claim_now(&self) -> Claim {
        Claim { rule: self.rule, reads: self.log.seen() }
    }

    pub(crate) fn finish(mut self) -> Finished {
        let origins = &mut self.origins;
        self.elements.finish(&mut self.spec, |member, index, claim| {
            origins.push(Origin::new(member, Key::Index(index), claim));
        });
        // A rule adds the entries of a map in one order always, so that they need not be compared.
        self.origins.sort_by_key(|origin| (origin.member, origin.rule_index()));
        self.problems.sort_by_key(|(rule, _)| *rule);
        Finished {
            spec: self.spec,
            pull: self.pull,
            origins: self.origins,
            problems: self.problems.into_iter().map(|(_, diagnostic)| diagnostic).collect(),
            clashes: self.clashes,
        }
    }
}

/// Elements in the order of their rules, whatever order the rules ran in.
pub(crate) fn in_order<T>(mut elements: Vec<Element<T>>, mut tell: impl FnMut(usize, Claim)) -> Vec<T> {
    elements.sort_by_key(|element| element.claim.rule);
    elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| {
            tell(index, element.claim);
            element.value
        })
        .collect()
}
