//! The table of functions: their names, what they take and who runs them. Calling them is done next door.

use hcl_edit::expr::{Expression, FuncCall};

use super::{
    Outcome, collections, crypto, dates, encoding, files, format, lazy as unevaluated, network, numbers,
    sets, texts, yaml,
};
use crate::jobspec::eval::{Eval, Evaluator};
use crate::jobspec::scope::Scope;
use crate::jobspec::val::Val;

/// What an argument is converted to before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Text,
    Number,
    List,
    TextList,
    Set,
}

/// A parameter; only `Any` that says so takes null.
#[derive(Debug, Clone, Copy)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) null: bool,
}

const fn any(name: &'static str) -> Param {
    Param { name, kind: Kind::Any, null: false }
}

const fn nullable(name: &'static str) -> Param {
    Param { name, kind: Kind::Any, null: true }
}

const fn text(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, null: false }
}

const fn num(name: &'static str) -> Param {
    Param { name, kind: Kind::Number, null: false }
}

const fn list(name: &'static str) -> Param {
    Param { name, kind: Kind::List, null: false }
}

const fn texts_param(name: &'static str) -> Param {
    Param { name, kind: Kind::TextList, null: false }
}

const fn set(name: &'static str) -> Param {
    Param { name, kind: Kind::Set, null: false }
}

#[derive(Clone, Copy)]
pub(super) enum Run {
    /// Works on values.
    Values(fn(&Evaluator<'_>, &[Val]) -> Outcome),
    /// Works on the arguments' expressions.
    Expressions(fn(&Evaluator<'_>, &FuncCall, &Expression, &Scope) -> Eval),
}

pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) params: &'static [Param],
    pub(super) rest: Option<Param>,
    pub(super) run: Run,
    /// Reads files; not available in a variable's check.
    pub(super) files: bool,
}

const fn plain(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: None, run: Run::Values(run), files: false }
}

const fn many(
    name: &'static str,
    params: &'static [Param],
    rest: Param,
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: Some(rest), run: Run::Values(run), files: false }
}

const fn file(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Evaluator<'_>, &[Val]) -> Outcome,
) -> Function {
    Function { name, params, rest: None, run: Run::Values(run), files: true }
}

const fn lazy(
    name: &'static str,
    run: fn(&Evaluator<'_>, &FuncCall, &Expression, &Scope) -> Eval,
) -> Function {
    Function { name, params: &[], rest: None, run: Run::Expressions(run), files: false }
}

/// In order of their names, for the search. `strrev` and `reverse` are one function, as in Nomad.
pub(super) static FUNCTIONS: &[Function] = &[
    plain("abs", &[num("num")], numbers::abs),
    file("abspath", &[text("path")], files::abspath),
    plain("base64decode", &[text("str")], encoding::base64decode),
    plain("base64encode", &[text("str")], encoding::base64encode),
    file("basename", &[text("path")], files::basename),
    many("bcrypt", &[text("str")], num("cost"), crypto::bcrypt),
    lazy("can", unevaluated::can),
    plain("ceil", &[num("num")], numbers::ceil),
    plain("chomp", &[text("str")], texts::chomp),
    plain("chunklist", &[list("list"), num("size")], collections::chunklist),
    plain("cidrhost", &[text("prefix"), num("hostnum")], network::cidrhost),
    plain("cidrnetmask", &[text("prefix")], network::cidrnetmask),
    plain("cidrsubnet", &[text("prefix"), num("newbits"), num("netnum")], network::cidrsubnet),
    many("cidrsubnets", &[text("prefix")], num("newbits"), network::cidrsubnets),
    many("coalesce", &[], nullable("vals"), collections::coalesce),
    many("coalescelist", &[], nullable("vals"), collections::coalescelist),
    plain("compact", &[texts_param("list")], collections::compact),
    many("concat", &[], any("seqs"), collections::concat),
    plain("contains", &[any("list"), nullable("value")], collections::contains),
    lazy("convert", unevaluated::convert_to),
    plain("csvdecode", &[text("str")], encoding::csvdecode),
    file("dirname", &[text("path")], files::dirname),
    plain("distinct", &[list("list")], collections::distinct),
    plain("element", &[any("list"), num("index")], collections::element),
    file("file", &[text("path")], files::file),
    file("filebase64", &[text("path")], files::filebase64),
    file("fileexists", &[text("path")], files::fileexists),
    file("fileset", &[text("path"), text("pattern")], files::fileset),
    plain("flatten", &[any("list")], collections::flatten),
    plain("floor", &[num("num")], numbers::floor),
    many("format", &[text("format")], nullable("args"), format::format),
    plain("formatdate", &[text("format"), text("time")], dates::formatdate),
    many("formatlist", &[text("format")], nullable("args"), format::formatlist),
    plain("indent", &[num("spaces"), text("str")], texts::indent),
    plain("index", &[any("collection"), any("key")], collections::index),
    many("join", &[text("separator")], texts_param("lists"), texts::join),
    plain("jsondecode", &[text("str")], encoding::jsondecode),
    plain("jsonencode", &[nullable("val")], encoding::jsonencode),
    plain("keys", &[any("inputMap")], collections::keys),
    plain("length", &[any("collection")], collections::length),
    plain("log", &[num("num"), num("base")], numbers::log),
    plain("lookup", &[any("inputMap"), text("key"), any("default")], collections::lookup),
    plain("lower", &[text("str")], texts::lower),
    many("max", &[], num("numbers"), numbers::max),
    plain("md5", &[text("str")], crypto::md5),
    many("merge", &[], nullable("maps"), collections::merge),
    many("min", &[], num("numbers"), numbers::min),
    plain("parseint", &[any("number"), num("base")], numbers::parseint),
    file("pathexpand", &[text("path")], files::pathexpand),
    plain("pow", &[num("num"), num("power")], numbers::pow),
    many("range", &[], num("params"), numbers::range),
    plain("regex_replace", &[text("string"), text("pattern"), text("replacement")], texts::regex_replace),
    plain("replace", &[text("str"), text("substr"), text("replace")], texts::replace),
    plain("reverse", &[text("str")], texts::strrev),
    plain("rsadecrypt", &[text("ciphertext"), text("privatekey")], crypto::rsadecrypt),
    many("setintersection", &[set("first_set")], set("other_sets"), sets::setintersection),
    many("setproduct", &[], any("sets"), sets::setproduct),
    many("setunion", &[set("first_set")], set("other_sets"), sets::setunion),
    plain("sha1", &[text("str")], crypto::sha1),
    plain("sha256", &[text("str")], crypto::sha256),
    plain("sha512", &[text("str")], crypto::sha512),
    plain("signum", &[num("num")], numbers::signum),
    plain("slice", &[any("list"), num("start_index"), num("end_index")], collections::slice),
    plain("sort", &[texts_param("list")], collections::sort),
    plain("split", &[text("separator"), text("str")], texts::split),
    plain("strlen", &[text("str")], texts::strlen),
    plain("strrev", &[text("str")], texts::strrev),
    plain("substr", &[text("str"), num("offset"), num("length")], texts::substr),
    plain("timeadd", &[text("timestamp"), text("duration")], dates::timeadd),
    plain("title", &[text("str")], texts::title),
    plain("trim", &[text("str"), text("cutset")], texts::trim),
    plain("trimprefix", &[text("str"), text("prefix")], texts::trimprefix),
    plain("trimspace", &[text("str")], texts::trimspace),
    plain("trimsuffix", &[text("str"), text("suffix")], texts::trimsuffix),
    lazy("try", unevaluated::try_each),
    plain("upper", &[text("str")], texts::upper),
    plain("urlencode", &[text("str")], encoding::urlencode),
    plain("uuidv4", &[], crypto::uuidv4),
    plain("uuidv5", &[text("namespace"), text("name")], crypto::uuidv5),
    plain("values", &[any("mapping")], collections::values),
    plain("yamldecode", &[text("src")], yaml::yamldecode),
    plain("yamlencode", &[nullable("value")], yaml::yamlencode),
    plain("zipmap", &[texts_param("keys"), any("values")], collections::zipmap),
];
