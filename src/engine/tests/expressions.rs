//! Every recorded expression has the value that Nomad's own job parser gave it, as the text that a string option gets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use podman_driver_engine::jobspec::{Input, parse};
use podman_driver_engine::source::Files;
use podman_driver_engine::value::Value;

const VECTORS: &str = include_str!("../../../tests/vectors/expressions.json");

/// The value of `command` in a job that has this expression there; an error where the job or the option refuses it.
fn command(preamble: &str, expression: &str) -> Result<String, String> {
    let job = format!(
        "{preamble}\njob \"j\" {{\n group \"g\" {{\n  task \"t\" {{\n   driver = \"podman\"\n   config {{\n    command = {expression}\n   }}\n  }}\n }}\n}}\n"
    );
    let mut files = Files::default();
    let file = files.add("job.nomad.hcl", job);
    let parsed = parse(&mut files, file, &Input::nothing());
    if let Some(problem) = parsed.diagnostics.first() {
        return Err(problem.to_string());
    }
    let job = parsed.job.ok_or("no job")?;
    let Value::Object(entries) = &job.groups[0].tasks[0].config.value else { return Err("no object".into()) };
    match &entries[0].node.value {
        Value::Text(text) | Value::Template(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(it) => Ok(it.to_string()),
        other => Err(format!("a string option refuses {}", other.kind())),
    }
}

#[test]
fn expressions_have_the_values_that_nomad_gives_them() {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let preamble = vectors["preamble"].as_str().unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 95);
    let mut wrong = Vec::new();
    for case in cases {
        let expression = case["expression"].as_str().unwrap();
        let got = command(preamble, expression);
        let right = match case["value"].as_str() {
            Some(value) => got.as_deref() == Ok(value),
            None => got.is_err(),
        };
        if !right {
            wrong.push(format!("{expression}\n  wanted {case}\n  got    {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
