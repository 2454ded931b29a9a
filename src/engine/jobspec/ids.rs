//! The ids of what can be wrong with a job file itself, before any option of a task is looked at. Titles and long
//! texts are data, in `schema/diagnostics.hcl`.

use crate::diagnostic::Id;

/// The file has more bytes than a job file may have.
pub const FILE_TOO_LARGE: Id = Id::new(1);
/// The file is not text in UTF-8.
pub const FILE_NOT_TEXT: Id = Id::new(2);
/// The file holds nothing.
pub const FILE_EMPTY: Id = Id::new(3);
/// The file is input of another tool, which makes a job file of it.
pub const FOREIGN_TEMPLATE: Id = Id::new(4);
/// The text is not HCL.
pub const HCL_SYNTAX: Id = Id::new(5);
/// The text is not JSON.
pub const JSON_SYNTAX: Id = Id::new(6);
/// `var.x` where no `variable "x"` is declared.
pub const UNKNOWN_VARIABLE: Id = Id::new(10);
/// `local.x` where no `locals` block has `x`.
pub const UNKNOWN_LOCAL: Id = Id::new(11);
/// A name or a function where only literal values may stand.
pub const NAME_NOT_ALLOWED: Id = Id::new(12);
/// A call of a function that does not exist.
pub const UNKNOWN_FUNCTION: Id = Id::new(13);
/// A call with too few or too many arguments.
pub const WRONG_ARGUMENT_COUNT: Id = Id::new(14);
/// A function refuses its arguments.
pub const FUNCTION_FAILED: Id = Id::new(15);
/// An operator cannot work with these values.
pub const WRONG_OPERAND: Id = Id::new(16);
/// An attribute or index that the value does not have.
pub const WRONG_INDEX: Id = Id::new(18);
/// Something inside a text that has no text form.
pub const WRONG_TEMPLATE_PART: Id = Id::new(19);
/// A condition that is not a bool, or whose results have nothing in common.
pub const WRONG_CONDITION: Id = Id::new(20);
/// A `for` that cannot run over its value, or makes keys that are no keys.
pub const WRONG_ITERATION: Id = Id::new(21);
/// Locals that are defined by each other.
pub const LOCAL_CYCLE: Id = Id::new(22);
/// A second variable, local or block of one name.
pub const DUPLICATE_NAME: Id = Id::new(23);
/// A variable without default for which no value is given.
pub const MISSING_VARIABLE_VALUE: Id = Id::new(24);
/// A value that does not fit the variable's type.
pub const WRONG_VARIABLE_VALUE: Id = Id::new(25);
/// A type constraint that is none.
pub const WRONG_TYPE_CONSTRAINT: Id = Id::new(26);
/// A variable's own check refuses its value.
pub const VALIDATION_FAILED: Id = Id::new(27);
/// A `validation` block that cannot be used.
pub const WRONG_VALIDATION: Id = Id::new(28);
/// A value for a variable that the job does not declare.
pub const UNDECLARED_VARIABLE: Id = Id::new(29);
/// An evaluation that takes too long, becomes too large or too deep.
pub const EVALUATION_TOO_LARGE: Id = Id::new(30);
/// A file with values of variables that holds something else.
pub const WRONG_VARIABLE_FILE: Id = Id::new(31);
/// There is no job in the file.
pub const NO_JOB: Id = Id::new(50);
/// There is more than one job in the file.
pub const SEVERAL_JOBS: Id = Id::new(51);
/// A block without its name, or with too many.
pub const WRONG_LABELS: Id = Id::new(52);
/// A `dynamic` block that cannot be expanded.
pub const WRONG_DYNAMIC: Id = Id::new(53);
/// A `dynamic` block where Nomad does not expand it.
pub const DYNAMIC_IN_CONFIG: Id = Id::new(54);
/// A part of the job that has another type.
pub const WRONG_JOB_VALUE: Id = Id::new(55);
/// Something at the top of the file that is no part of a job file.
pub const UNKNOWN_TOP_LEVEL: Id = Id::new(56);
