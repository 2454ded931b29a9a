//! Nomad job files: HCL2 and both shapes of JSON, evaluated as Nomad's own parser evaluates them, with the place of
//! every part. What belongs to run time stays as text. Which options a driver's `config` may have is not judged here.
//!
//! Evaluation is total: any text gives a job or diagnostics, in bounded time and memory.

mod agent;
mod api;
mod body;
mod budget;
mod convert;
mod decode;
mod document;
mod duration;
mod dynamic;
mod eval;
mod foreign;
mod functions;
mod job;
mod locals;
mod number;
mod raw;
mod schema;
mod scope;
mod suggest;
mod surroundings;
mod types;
mod val;
mod variables;

pub use crate::generated::diagnostics as ids;
pub use agent::{AgentFile, PLUGIN, parse_agent};
pub use document::MAX_BYTES;
pub use functions::names as function_names;
pub use job::{
    Device, Dns, Group, Job, Lifecycle, Network, Pair, Port, Resources, Service, Spanned, Task, Volume,
    VolumeMount,
};
pub use surroundings::{Nothing, Surroundings};

use jsonc_parser::ast;

use self::body::{BlockItem, Body, Item};
use self::document::Document;
use self::eval::{Allowed, Evaluator, Place, Source};
use self::raw::{Head, Raw};
use self::scope::{Env, Scope};
use self::variables::Given;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Files, Span};

/// What is given besides the job file.
pub struct Input<'a> {
    /// Values of `-var name=value`, in order; the last one of a name counts.
    pub variables: &'a [(String, String)],
    /// Files of values (`-var-file`), in order, already in [`Files`].
    pub variable_files: &'a [FileId],
    /// Values of `NOMAD_VAR_name`, under the name without that prefix. Names that the job does not declare are fine.
    pub environment: &'a [(String, String)],
    /// The job file's folder, which relative paths in the job start from; empty for the working folder.
    pub folder: &'a str,
    /// Files and chance.
    pub surroundings: &'a dyn Surroundings,
}

impl Input<'_> {
    /// No values, no files.
    pub fn nothing() -> Self {
        Self { variables: &[], variable_files: &[], environment: &[], folder: "", surroundings: &Nothing }
    }
}

/// What a job file says, and what is wrong with it.
#[derive(Debug)]
pub struct Parsed {
    /// The job; also there when parts of it could not be read.
    pub job: Option<Job>,
    /// All problems, in the order of their places in the job file; those in other files come behind.
    pub diagnostics: Vec<Diagnostic>,
}

/// Adds a file's bytes to the files and parses it. Bytes that are no text, or too many, are not kept.
pub fn parse_bytes(files: &mut Files, name: &str, bytes: &[u8], input: &Input<'_>) -> (FileId, Parsed) {
    let problem = if bytes.len() > MAX_BYTES { Some(document::too_large(bytes.len())) } else { None };
    match (problem, std::str::from_utf8(bytes)) {
        (None, Ok(text)) => {
            let file = files.add(name, text);
            (file, parse(files, file, input))
        }
        (problem, _) => {
            let file = files.add(name, "");
            let problem = problem.unwrap_or_else(document::not_text).spanned(Span::new(file, 0..0));
            (file, Parsed { job: None, diagnostics: vec![problem] })
        }
    }
}

/// Parses and evaluates a job file. Values that are given as text are added to the files, for the sake of spans.
pub fn parse(files: &mut Files, file: FileId, input: &Input<'_>) -> Parsed {
    let mut add = |how: &str, values: &[(String, String)]| -> Vec<(String, FileId)> {
        let values = values.iter();
        values
            .map(|(name, text)| (name.clone(), files.add(format!("<{how} var.{name} >"), text.as_str())))
            .collect()
    };
    let environment = add("environment:", input.environment);
    let arguments = add("argument:", input.variables);
    let given = Given { environment: &environment, files: input.variable_files, arguments: &arguments };
    let document = match document::open(files, file) {
        Ok(document) => document,
        Err(problem) => return Parsed { job: None, diagnostics: vec![*problem] },
    };
    let text = files.text(file);
    let env = Env::new(input.folder, input.surroundings);
    let source = Source { file, text: document::body(text), place: Place::From(document::base(text)) };
    let cx = Evaluator { env: &env, source, allowed: Allowed::All };
    let raw = match &document {
        Document::Hcl(body) => evaluate(&cx, Body::Hcl(body), files, &given),
        Document::Json(ast::Value::Object(root)) => match api::job(root) {
            Some(job) => Some(api::read(&cx, job)),
            None => evaluate(&cx, Body::Json(root), files, &given),
        },
        Document::Json(_) => {
            no_job(&cx);
            None
        }
    };
    let job = raw.map(|raw| decode::job(&cx, raw));
    let mut diagnostics = env.take_problems();
    diagnostics.sort_by_key(|problem| problem.span.map(|span| (span.file != file, span)));
    diagnostics.dedup();
    Parsed { job, diagnostics }
}

/// Whether a text has a job at its top level, for picking job files out of a folder. Cheap, and right about every
/// file that parses; of the others it says yes where a line begins like a job.
pub fn looks_like_job(text: &str) -> bool {
    let trimmed = document::body(text).trim_start();
    if trimmed.starts_with('{') {
        return trimmed.contains("\"job\"")
            || trimmed.contains("\"Job\"")
            || trimmed.contains("\"TaskGroups\"");
    }
    text.lines().any(|line| {
        let rest = line.strip_prefix('\u{feff}').unwrap_or(line).trim_start().strip_prefix("job");
        let rest = rest.filter(|rest| rest.starts_with([' ', '\t', '"']));
        rest.is_some_and(|rest| !rest.trim_start().starts_with('=') && rest.contains(['{', '"']))
    })
}

/// Reads the top level: variables, locals, then the job.
fn evaluate(cx: &Evaluator<'_>, body: Body<'_>, files: &Files, given: &Given<'_>) -> Option<Raw> {
    let labels = |name: &str| match name {
        "variable" | "job" => Some(1),
        "variables" | "locals" => Some(0),
        _ => None,
    };
    let (mut declarations, mut locals, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
    for item in body.items(cx, labels) {
        match item {
            Item::Block(block) => match block.kind {
                "variable" | "variables" => declarations.push(block),
                "locals" => locals.push(block),
                "job" => jobs.push(block),
                other => unknown_top_level(cx, other, block.kind_span),
            },
            Item::Attribute(attribute) => unknown_top_level(cx, attribute.name, attribute.name_span),
        }
    }
    variables::evaluate(cx, &declarations, files, given);
    locals::evaluate(cx, &locals);
    let mut jobs = jobs.into_iter();
    let Some(job) = jobs.next() else {
        no_job(cx);
        return None;
    };
    for other in jobs {
        cx.env.report(
            Diagnostic::error(ids::SEVERAL_JOBS, "The file has more than one job.")
                .spanned(other.kind_span)
                .related(job.kind_span, "the first one"),
        );
    }
    let BlockItem { kind_span, labels, body, span, .. } = job;
    let labels = labels.into_iter().map(|label| (label.text.to_owned(), label.span)).collect();
    Some(raw::read(cx, &schema::JOB, Head { labels, kind_span, span, scope: &Scope::default() }, body))
}

fn no_job(cx: &Evaluator<'_>) {
    cx.env.report(
        Diagnostic::error(ids::NO_JOB, "The file has no job.")
            .spanned(Span::new(cx.source.file, 0..0))
            .accepts("a block job \"name\" { … } at the top level"),
    );
}

fn unknown_top_level(cx: &Evaluator<'_>, name: &str, span: Option<Span>) {
    cx.env.report(
        Diagnostic::error(
            ids::UNKNOWN_TOP_LEVEL,
            format!("\"{name}\" cannot stand at the top of a job file."),
        )
        .spanned(span)
        .accepts("job, variable, variables and locals"),
    );
}
