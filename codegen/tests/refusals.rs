//! What codegen refuses: each file of `bad/` stands for one file of the data and names the problems that it makes.
//! To add a case, add a file. A problem counts with its file and line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use podman_driver_codegen::check::{Written, check};
use podman_driver_codegen::load::{FILES, load_texts};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn written() -> Written {
    Written { rules: BTreeSet::from(["image.reference".to_owned()]), syntaxes: BTreeSet::new() }
}

/// The problems of the good data with one file replaced.
fn problems(replaced: &str, by: &str) -> Vec<String> {
    let texts: Vec<(String, String)> = FILES
        .iter()
        .map(|name| {
            let file = folder("good").join(Path::new(name).file_name().unwrap());
            let text = if *name == replaced { by.to_owned() } else { std::fs::read_to_string(file).unwrap() };
            ((*name).to_owned(), text)
        })
        .collect();
    let found = match load_texts(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))) {
        Ok(model) => check(&model, &written()),
        Err(problems) => problems,
    };
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn good_data_holds_together() {
    assert_eq!(problems("", ""), Vec::<String>::new());
}

#[test]
fn bad_data_is_refused_with_file_and_line() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder("bad")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let head = |word: &str| -> Vec<String> {
            let prefix = format!("# {word}: ");
            text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
        };
        let replaced = head("stands for").pop().unwrap();
        let expected = head("expect");
        let found = problems(&replaced, &text);
        let told = |expected: &String| {
            found.iter().any(|problem| {
                let (place, message) = problem.split_once(": ").unwrap();
                let line: usize = place.rsplit(':').next().unwrap().parse().unwrap();
                place.starts_with("schema/") && line > 1 && message.starts_with(expected.as_str())
            })
        };
        if found.len() != expected.len() || !expected.iter().all(told) {
            wrong.push(format!("{}: expected {expected:#?}, found {found:#?}", path.display()));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 35, "only {cases} cases were found");
}
