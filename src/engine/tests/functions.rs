//! What the functions of job files give, beyond the recorded expressions: facts of go-cty's and Nomad's function
//! libraries, and published test vectors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use podman_driver_engine::jobspec::{Input, parse};
use podman_driver_engine::source::Files;
use podman_driver_engine::value::Value;

fn value(expression: &str) -> String {
    let text = format!("job \"a\" {{\n task \"t\" {{\n config {{\n x = {expression}\n }}\n }}\n}}\n");
    let mut files = Files::default();
    let file = files.add("job.hcl", text);
    let parsed = parse(&mut files, file, &Input::nothing());
    if let Some(problem) = parsed.diagnostics.first() {
        return format!("error: {}", problem.message);
    }
    let job = parsed.job.unwrap();
    let Value::Object(entries) = &job.groups[0].tasks[0].config.value else { panic!() };
    match &entries[0].node.value {
        Value::Text(text) | Value::Template(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(it) => it.to_string(),
        other => panic!("{expression}: {other:?}"),
    }
}

const ROWS: &[(&str, &str)] = &[
    ("format(\"%v %v %v\", 1000000, 1.5, 999999)", "1e+06 1.5 999999"),
    ("format(\"%#x %o %b %X\", 255, 8, 5, 255)", "0xff 10 101 FF"),
    ("format(\"%e %g\", 12345.678, 0.00001)", "1.234568e+04 1e-05"),
    ("format(\"%-5s|%5s|%05d|%+d\", \"a\", \"b\", 42, 7)", "a    |    b|00042|+7"),
    ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "b a"),
    ("format(\"100%%\")", "100%"),
    ("jsonencode(\"<a&b>\")", "\"\\u003ca\\u0026b\\u003e\""),
    ("jsonencode({b = null, a = [1.50, true]})", "{\"a\":[1.5,true],\"b\":null}"),
    ("md5(\"abc\")", "900150983cd24fb0d6963f7d28e17f72"),
    ("sha1(\"abc\")", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("substr(sha512(\"abc\"), 0, 16)", "ddaf35a193617aba"),
    ("substr(bcrypt(\"a\", 4), 0, 7)", "$2a$04$"),
    ("base64decode(base64encode(\"héllo\"))", "héllo"),
    ("urlencode(\"a b&c/é~\")", "a+b%26c%2F%C3%A9~"),
    ("title(\"hello wörld it's\")", "Hello Wörld It'S"),
    ("strrev(\"añb\")", "bña"),
    ("chomp(\"a\\r\\n\\n\")", "a"),
    ("substr(\"hello\", 1, 3)", "ell"),
    ("jsonencode(split(\",\", \"a,b,\"))", "[\"a\",\"b\",\"\"]"),
    ("jsonencode(chunklist([\"a\", \"b\", \"c\"], 2))", "[[\"a\",\"b\"],[\"c\"]]"),
    ("jsonencode(concat([\"a\"], [1]))", "[\"a\",1]"),
    ("jsonencode(distinct([\"b\", \"a\", \"b\"]))", "[\"b\",\"a\"]"),
    ("jsonencode(merge({a = 1, b = 1}, {b = 2}))", "{\"a\":1,\"b\":2}"),
    ("jsonencode(zipmap([\"a\", \"b\"], [1, 2]))", "{\"a\":1,\"b\":2}"),
    ("jsonencode(keys({b = 1, a = 2}))", "[\"a\",\"b\"]"),
    ("jsonencode(setunion([\"b\"], [\"a\", \"b\"]))", "[\"a\",\"b\"]"),
    ("jsonencode(setintersection([\"b\", \"c\"], [\"c\"]))", "[\"c\"]"),
    ("jsonencode(coalescelist([], [\"a\"]))", "[\"a\"]"),
    ("element([\"a\", \"b\"], -1)", "b"),
    ("jsonencode(range(3))", "[0,1,2]"),
    ("jsonencode(range(1, -2))", "[1,0,-1]"),
    ("min(3, 1, 2)", "1"),
    ("max([3, 5]...)", "5"),
    ("ceil(1.2)", "2"),
    ("parseint(\"ff\", 16)", "255"),
    ("cidrnetmask(\"10.1.0.0/12\")", "255.240.0.0"),
    (
        "jsonencode(cidrsubnets(\"10.1.0.0/16\", 4, 4, 8, 4))",
        "[\"10.1.0.0/20\",\"10.1.16.0/20\",\"10.1.32.0/24\",\"10.1.48.0/20\"]",
    ),
    ("cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)", "fd00:fd12:3456:7800:a200::/72"),
    ("formatdate(\"DD MMM YYYY hh:mm ZZZ\", \"2018-01-02T23:12:01Z\")", "02 Jan 2018 23:12 UTC"),
    (
        "formatdate(\"EEEE, DD-MMM-YY hh:mm:ss ZZZ\", \"2018-01-02T23:12:01-08:00\")",
        "Tuesday, 02-Jan-18 23:12:01 -0800",
    ),
    ("formatdate(\"h'h'mm''\", \"2018-01-02T03:12:01Z\")", "3h12'"),
    ("timeadd(\"2017-11-22T00:00:00+02:00\", \"-10m\")", "2017-11-21T23:50:00+02:00"),
    (
        "yamlencode({a = [1, \"x\"], b = {c = \"d\\ne\\n\"}})",
        "\"a\":\n- 1\n- \"x\"\n\"b\":\n  \"c\": |\n    d\n    e\n",
    ),
    ("yamlencode([])", "[]\n"),
    (
        "jsonencode(yamldecode(\"a: yes\\nb: 0x10\\nc: '1'\\nd: 2001-12-14\\ne: ~\"))",
        "{\"a\":true,\"b\":16,\"c\":\"1\",\"d\":\"2001-12-14T00:00:00Z\",\"e\":null}",
    ),
    ("jsonencode(yamldecode(\"x: &x {a: 1}\\nz:\\n  <<: *x\\n  b: 2\").z)", "{\"a\":1,\"b\":2}"),
    ("dirname(\"/a/b/c.txt\")", "/a/b"),
    ("basename(\"\")", "."),
    ("regex_replace(\"a1b22\", \"[0-9]+\", \"<$0>\")", "a<1>b<22>"),
    ("uuidv5(\"url\", \"x\")", "4cd605e7-afa2-5360-b5b9-c5e9fb5c76f4"),
    ("lookup({a = \"x\"}, \"a\", \"d\")", "x"),
    ("trimspace(\"\\u00a0x\\n\")", "x"),
    ("\"$${HOME} %%{x}\"", "${HOME} %{x}"),
    ("env[\"X\"]", "${env[\"X\"]}"),
    ("\"${env[\"X\"]}/y\"", "${env[\"X\"]}/y"),
    ("upper(node.class)", "${NODE.CLASS}"),
    ("\"{${NOMAD_IP}}\"", "{${NOMAD_IP}}}"),
    ("\"${ NOMAD_IP }\"", "${ NOMAD_IP }"),
    ("<<-EOT\n  a\n\n    b\n  EOT\n", "a\n\n  b\n"),
    ("<<EOT\n  a ${1 + 1}\nEOT\n", "  a 2\n"),
];

#[test]
fn functions_and_run_time_names_give_what_nomad_gives() {
    let wrong: Vec<_> = ROWS
        .iter()
        .map(|(expression, want)| (expression, want, value(expression)))
        .filter(|(_, want, got)| got != *want)
        .map(|(expression, want, got)| format!("{expression}\n  wanted {want:?}\n  got    {got:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
