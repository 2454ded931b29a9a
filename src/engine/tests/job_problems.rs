//! What can be wrong with a job file: each row is a text and the diagnostics that it gives, in order, each with the
//! text that it points at. Every id of the module is raised here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use podman_driver_engine::jobspec::{Input, Nothing, Parsed, ids, parse, parse_bytes};
use podman_driver_engine::source::Files;

/// A job whose task has this config body, after this preamble.
fn job(preamble: &str, config: &str) -> String {
    format!(
        "{preamble}\njob \"j\" {{\n  group \"g\" {{\n    task \"t\" {{\n      driver = \"podman\"\n      config {{\n        {config}\n      }}\n    }}\n  }}\n}}\n"
    )
}

/// Numbers of the diagnostics of a text with the text that each points at.
fn problems(text: &str, input: &Input<'_>) -> Vec<(u16, String)> {
    let mut files = Files::default();
    let file = files.add("job.nomad.hcl", text);
    let parsed = parse(&mut files, file, input);
    told(&files, &parsed)
}

fn told(files: &Files, parsed: &Parsed) -> Vec<(u16, String)> {
    let told = parsed.diagnostics.iter();
    told.map(|it| {
        assert!(it.message.ends_with(['.', '!']), "a message is a sentence: {}", it.message);
        (it.id.number(), files.snippet(it.span.expect("a problem has a place")).to_owned())
    })
    .collect()
}

/// Compares and remembers the ids.
fn check(seen: &mut BTreeSet<u16>, name: &str, got: Vec<(u16, String)>, want: &[(u16, &str)]) {
    seen.extend(got.iter().map(|(id, _)| *id));
    let want: Vec<_> = want.iter().map(|(id, text)| (*id, (*text).to_owned())).collect();
    assert_eq!(got, want, "{name}");
}

/// Rows of preamble, config and what is told.
type Row<'r> = (&'r str, &'r str, &'r str, &'r [(u16, &'r str)]);

const EXPRESSIONS: &[Row<'_>] = &[
    ("nothing wrong", "", "image = \"a\"", &[]),
    ("unknown variable", "variable \"tag\" { default = 1 }", "x = var.tga", &[(10, "var.tga")]),
    ("unknown local", "locals { a = 1 }", "x = \"${local.b}\"", &[(11, "local.b")]),
    ("a default with a name", "variable \"v\" { default = NOMAD_IP }", "x = 1", &[(12, "NOMAD_IP")]),
    ("a default with a call", "variable \"v\" { default = upper(\"a\") }", "x = var.v", &[(12, "upper")]),
    ("unknown function", "", "x = tostring(1)", &[(13, "tostring")]),
    ("too few arguments", "", "x = upper()", &[(14, "upper()")]),
    ("too many arguments", "", "x = can(1, 2)", &[(14, "can(1, 2)")]),
    ("an argument of another kind", "", "x = upper([1])", &[(15, "[1]")]),
    ("an argument that is null", "", "x = upper(null)", &[(15, "null")]),
    ("a file that does not exist", "", "x = file(\"a.txt\")", &[(15, "\"a.txt\"")]),
    ("an operand of another kind", "", "x = \"a\" + 1", &[(16, "\"a\"")]),
    ("a division by zero", "", "x = 1 / 0", &[(16, "1 / 0")]),
    ("run time in arithmetic", "", "x = NOMAD_ALLOC_INDEX + 1", &[(16, "NOMAD_ALLOC_INDEX")]),
    ("a missing attribute", "locals { o = { key = 1 } }", "x = local.o.kye", &[(18, ".kye")]),
    ("an index behind the end", "", "x = [1][1]", &[(18, "[1]")]),
    ("a list in a text", "", "x = \"a ${[1]}\"", &[(19, "[1]")]),
    ("a text over two lines", "", "x = \"a\n b\"", &[(5, "\"a\n b\"")]),
    ("null in a text", "", "x = \"a ${null}\"", &[(19, "null")]),
    ("a condition that is none", "", "x = \"maybe\" ? 1 : 2", &[(20, "\"maybe\"")]),
    ("results without common type", "", "x = true ? \"a\" : [1]", &[(20, "true ? \"a\" : [1]")]),
    ("a loop over a text", "", "x = [for a in \"abc\" : a]", &[(21, "\"abc\"")]),
    (
        "two equal keys of a loop",
        "",
        "x = {for a in [1, 2] : \"k\" => a}",
        &[(21, "{for a in [1, 2] : \"k\" => a}")],
    ),
    ("a circle of locals", "locals {\n a = local.b\n b = local.a\n}", "x = local.a", &[(22, "a")]),
    ("a circle of one", "locals {\n a = \"${local.a}\"\n}", "x = 1", &[(22, "a")]),
    ("two locals of a name", "locals { a = 1 }\nlocals { a = 2 }", "x = local.a", &[(23, "a")]),
    (
        "two variables of a name",
        "variable \"a\" { default = 1 }\nvariable \"a\" { default = 2 }",
        "x = var.a",
        &[(23, "\"a\"")],
    ),
    ("a variable without value", "variable \"a\" {}", "x = var.a\n y = var.a", &[(24, "\"a\"")]),
    (
        "a default of another type",
        "variable \"a\" {\n type = number\n default = \"many\"\n}",
        "x = var.a",
        &[(25, "\"many\"")],
    ),
    (
        "a type that is none",
        "variable \"a\" {\n type = strings\n default = 1\n}",
        "x = var.a",
        &[(26, "strings")],
    ),
    (
        "a refused value",
        "variable \"a\" {\n default = \"latest\"\n validation {\n condition = var.a != \"latest\"\n error_message = \"Name a version.\"\n }\n}",
        "x = var.a",
        &[(27, "\"latest\"")],
    ),
    (
        "a check of something else",
        "variable \"a\" {\n default = 1\n validation {\n condition = true\n error_message = \"No.\"\n }\n}",
        "x = var.a",
        &[(28, "true")],
    ),
    (
        "a block in config that is dynamic",
        "",
        "dynamic \"logging\" {\n for_each = [1]\n content {}\n}",
        &[(54, "dynamic")],
    ),
    (
        "several problems at once",
        "",
        "a = [var.x, local.y, \"${nope()}\"]\n b = 1 / 0",
        &[(10, "var.x"), (11, "local.y"), (13, "nope"), (16, "1 / 0")],
    ),
    (
        "what is not taken is not judged",
        "",
        "x = true ? 1 : 1 / 0\n y = try(local.no, 1)\n z = can(var.no)",
        &[],
    ),
];

/// What is told: numbers of ids and the texts pointed at.
type Told<'r> = &'r [(u16, &'r str)];

const FILES: &[(&str, &str, Told<'_>)] = &[
    ("empty", " \n", &[(3, "")]),
    ("zero bytes", "job \"\0\" {}", &[(2, "\0")]),
    ("levant", "job \"a\" {\n count = [[ .count ]]\n}\n", &[(4, "[[ .count ]]")]),
    ("jinja", "{% if x %}\njob \"a\" {}\n{% endif %}\n", &[(4, "{% if x %}")]),
    ("a brace that is missing", "job \"a\" {\n  type = [1\n}\n", &[(5, "}")]),
    ("broken JSON", "{\"job\": {\"a\": {},}}", &[(6, ",")]),
    ("only variables", "variable \"a\" { default = 1 }\n", &[(50, "")]),
    ("JSON without job", "{}", &[(50, "")]),
    ("two jobs", "job \"a\" {}\njob \"b\" {}\n", &[(51, "job")]),
    ("a group without name", "job \"a\" {\n group {\n }\n}\n", &[(52, "group")]),
    ("a network with name", "job \"a\" {\n group \"g\" {\n network \"n\" {}\n }\n}\n", &[(52, "network")]),
    (
        "a dynamic group without list",
        "job \"a\" {\n dynamic \"group\" {\n content {}\n }\n}\n",
        &[(53, "dynamic")],
    ),
    (
        "a dynamic group of run time",
        "job \"a\" {\n dynamic \"group\" {\n for_each = meta.x\n content {}\n }\n}\n",
        &[(53, "meta.x")],
    ),
    (
        "memory in words",
        "job \"a\" {\n task \"t\" {\n resources { memory = \"plenty\" }\n }\n}\n",
        &[(55, "\"plenty\"")],
    ),
    ("config that is a list", "job \"a\" {\n task \"t\" {\n config = [1]\n }\n}\n", &[(55, "[1]")]),
    ("a group at the top", "group \"g\" {}\njob \"a\" {}\n", &[(56, "group")]),
    (
        "a local that doubles",
        "locals {\n a = \"0123456789\"\n b = join(\",\", [for x in range(1000) : local.a])\n c = join(\",\", [for x in range(1000) : local.b])\n d = join(\",\", [for x in range(1000) : local.c])\n}\njob \"a\" {}\n",
        &[(30, "[for x in range(1000) : local.c]")],
    ),
];

#[test]
fn every_problem_is_told_at_its_place_and_every_id_is_raised() {
    let mut seen = BTreeSet::new();
    for (name, preamble, config, want) in EXPRESSIONS {
        check(&mut seen, name, problems(&job(preamble, config), &Input::nothing()), want);
    }
    for (name, text, want) in FILES {
        check(&mut seen, name, problems(text, &Input::nothing()), want);
    }
    check(&mut seen, "bytes", bytes(&[0xff, 0xfe, b'j']), &[(2, "")]);
    check(&mut seen, "10 MB", bytes(&vec![b'#'; 10 << 20]), &[(1, "")]);
    given_values(&mut seen);
    for id in [
        ids::FILE_TOO_LARGE,
        ids::FILE_NOT_TEXT,
        ids::FILE_EMPTY,
        ids::FOREIGN_TEMPLATE,
        ids::HCL_SYNTAX,
        ids::JSON_SYNTAX,
        ids::UNKNOWN_VARIABLE,
        ids::UNKNOWN_LOCAL,
        ids::NAME_NOT_ALLOWED,
        ids::UNKNOWN_FUNCTION,
        ids::WRONG_ARGUMENT_COUNT,
        ids::FUNCTION_FAILED,
        ids::WRONG_OPERAND,
        ids::WRONG_INDEX,
        ids::WRONG_TEMPLATE_PART,
        ids::WRONG_CONDITION,
        ids::WRONG_ITERATION,
        ids::LOCAL_CYCLE,
        ids::DUPLICATE_NAME,
        ids::MISSING_VARIABLE_VALUE,
        ids::WRONG_VARIABLE_VALUE,
        ids::WRONG_TYPE_CONSTRAINT,
        ids::VALIDATION_FAILED,
        ids::WRONG_VALIDATION,
        ids::UNDECLARED_VARIABLE,
        ids::EVALUATION_TOO_LARGE,
        ids::WRONG_VARIABLE_FILE,
        ids::NO_JOB,
        ids::SEVERAL_JOBS,
        ids::WRONG_LABELS,
        ids::WRONG_DYNAMIC,
        ids::DYNAMIC_IN_CONFIG,
        ids::WRONG_JOB_VALUE,
        ids::UNKNOWN_TOP_LEVEL,
    ] {
        assert!(seen.contains(&id.number()), "{id} is raised by no row");
    }
}

fn bytes(bytes: &[u8]) -> Vec<(u16, String)> {
    let mut files = Files::default();
    let (_, parsed) = parse_bytes(&mut files, "job.hcl", bytes, &Input::nothing());
    told(&files, &parsed)
}

fn given_values(seen: &mut BTreeSet<u16>) {
    let text = "variable \"tag\" { default = \"7\" }\nvariable \"n\" {\n type = list(number)\n default = []\n}\njob \"a\" {}\n";
    type Values<'r> = &'r [(&'r str, &'r str)];
    let rows: &[(&str, Values<'_>, &str, Told<'_>)] = &[
        ("a value for a name that is not declared", &[("tga", "8")], "", &[(29, "8")]),
        ("a value of another type", &[("n", "[\"x\"]")], "", &[(25, "[\"x\"]")]),
        ("a value that is not HCL", &[("n", "[1")], "", &[(5, "[1")]),
        ("a value with a call", &[("n", "range(3)")], "", &[(12, "range")]),
        ("a file that declares", &[], "variable \"x\" {}", &[(31, "variable")]),
        ("a file with an unknown name", &[], "tga = 1", &[(29, "tga")]),
        ("a file that is JSON", &[], "{\"tag\": \"9\", \"n\": [\"a\"]}", &[(25, "[\"a\"]")]),
    ];
    for (name, arguments, values, want) in rows {
        let mut files = Files::default();
        let file = files.add("job.nomad.hcl", text);
        let values = files.add("values.hcl", *values);
        let arguments: Vec<_> =
            arguments.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        let variable_files = [values];
        let input = Input { variables: &arguments, variable_files: &variable_files, ..Input::nothing() };
        let parsed = parse(&mut files, file, &input);
        check(seen, name, told(&files, &parsed), want);
    }
}

#[test]
fn suggestions_name_what_was_probably_meant() {
    let rows = [
        ("variable \"registry\" { default = 1 }", "x = var.registri", "Did you mean var.registry?"),
        ("locals { version = 1 }", "x = local.vresion", "Did you mean local.version?"),
        ("", "x = joni(\",\", [])", "Did you mean join(…)?"),
        ("locals { o = { http = 1 } }", "x = local.o.htpp", "Did you mean \"http\"?"),
    ];
    for (preamble, config, want) in rows {
        let mut files = Files::default();
        let file = files.add("job.nomad.hcl", job(preamble, config));
        let parsed = parse(&mut files, file, &Input::nothing());
        assert_eq!(parsed.diagnostics[0].suggestion.as_deref(), Some(want), "{config}");
    }
}

#[test]
fn what_is_hostile_ends_in_diagnostics() {
    let deep =
        |open: &str, close: &str| job("", &format!("x = {}1{}", open.repeat(10_000), close.repeat(10_000)));
    let chain: String = (1..50_000).map(|at| format!(" l{at} = [local.l{}]\n", at - 1)).collect();
    let circle: String = (1..50_000).map(|at| format!(" l{at} = local.l{}\n", at - 1)).collect();
    let doubled: String = (1..64).map(|at| format!(" l{at} = [local.l{0}, local.l{0}]\n", at - 1)).collect();
    let texts = [
        deep("(", ")"),
        deep("[", "]"),
        deep("{ a = ", "}"),
        deep("upper(", ")"),
        deep("-", ""),
        deep("!", ""),
        deep("true ? 1 : ", ""),
        deep("\"${", "}\""),
        job("", &format!("x = 1{}", " + 1".repeat(10_000))),
        job("", &"b {\n".repeat(10_000)),
        format!("{{\"job\": {}", "[".repeat(100_000)),
        format!("{{\"job\": {}", "{\"a\":".repeat(100_000)),
        format!("locals {{\n l0 = 1\n{chain}}}\njob \"a\" {{}}\n"),
        format!("locals {{\n l0 = local.l49999\n{circle}}}\njob \"a\" {{}}\n"),
        format!("locals {{\n l0 = [1]\n{doubled}}}\njob \"a\" {{}}\n"),
        job("", "x = format(\"%999999999d\", 1)"),
        job("", "x = indent(999999999, \"a\\nb\")"),
        job("", "x = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]"),
        job("", "x = setproduct(range(1000), range(1000), range(1000))"),
        job(
            "locals { a = join(\"\", [for x in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]) }",
            "x = replace(local.a, \"a\", local.a)",
        ),
        job(
            "",
            "x = yamldecode(\"a: &a [x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\\nh: [*g,*g,*g,*g,*g,*g,*g,*g]\")",
        ),
        job("", "x = bcrypt(\"a\", 31)"),
        job("", "x = jsondecode(\"[[[[[[[[[[[[[[[[[[[[\")"),
        job("", &format!("x = regex_replace(\"a\", \"{}\", \"\")", "(a{1000}){1000}")),
        job("", "x = pow(10, 999999999)"),
        "\u{feff}".to_owned(),
        "{".repeat(1000),
        "<<EOT".to_owned(),
    ];
    for text in texts {
        #[allow(clippy::disallowed_methods, reason = "a test looks at the clock to tell a hang")]
        let start = std::time::Instant::now();
        let got = problems(&text, &Input::nothing());
        let shown: String = text.chars().take(60).collect();
        assert!(!got.is_empty(), "accepted: {shown}");
        assert!(start.elapsed().as_secs() < 20, "took {:?}: {shown}", start.elapsed());
    }
}

/// Deletes, doubles, swaps and replaces pieces of jobs, always in the same way, and wants an answer for each.
#[test]
fn mutated_jobs_never_panic() {
    let seeds = [
        job("variable \"v\" {\n type = object({ a = optional(string), b = list(number) })\n default = { b = [1] }\n}\nlocals {\n a = { for k, v in { x = 1 } : k => \"${v}\" if v > 0 }\n b = local.a[\"x\"]\n}", "image = \"a:${local.b}-${NOMAD_DC}\"\n args = [for x in var.v.b[*] : format(\"%03d|%s\", x, \"é\")]\n t = <<-EOT\n    %{ for x in [1, 2] ~}\n    ${x}\n    %{ endfor ~}\n  EOT\n b {\n  c = try(var.v.a, 1) ? 1 : -2 % 3\n }"),
        "{\"variable\": {\"v\": {\"default\": [1, 2.5e3, null]}}, \"job\": {\"a\": {\"dynamic\": {\"group\": {\"for_each\": \"${var.v}\", \"labels\": [\"g${group.key}\"], \"content\": {\"task\": {\"t\": {\"config\": {\"x\": \"a\\u00e9${upper(\\\"b\\\")}\"}}}}}}}}}".to_owned(),
        "{\"Job\": {\"ID\": \"a\", \"TaskGroups\": [{\"Name\": \"g\", \"Tasks\": [{\"Name\": \"t\", \"Config\": {\"image\": \"x\"}, \"Env\": {\"A\": \"b\"}}]}]}}".to_owned(),
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    let (mut jobs, rounds) = (0, 4000);
    for round in 0..rounds {
        let mut letters: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..=next(2) {
            let (at, length) = (next(letters.len()), 1 + next(6));
            let end = (at + length).min(letters.len());
            let piece: Vec<char> = letters[at..end].to_vec();
            let to = next(letters.len());
            match next(4) {
                0 => drop(letters.drain(at..end)),
                1 => drop(letters.splice(to..to, piece)),
                2 => letters[at] = ['"', '{', '}', '$', '%', '[', '~', '\n', '9', 'é', '\\'][next(11)],
                _ => letters.swap(at, to),
            }
        }
        let mut files = Files::default();
        let file = files.add("job.hcl", letters.into_iter().collect::<String>());
        let parsed = parse(&mut files, file, &Input::nothing());
        assert!(parsed.job.is_some() || !parsed.diagnostics.is_empty());
        jobs += usize::from(parsed.job.is_some());
    }
    assert!(jobs * 10 > rounds, "only {jobs} of {rounds} still had a job");
}

#[test]
fn inputs_are_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Nothing);
    shared(&Input::nothing());
}
