//! The recorded cases of the Go driver, as far as tests of the driver use them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use serde_json::Value;

const TOPICS: [&str; 9] =
    ["basics", "images", "labels", "logging", "mounts", "network", "plugin", "resources", "security"];

/// A recorded case.
pub struct Case {
    /// Its name; no two are the same within a topic.
    pub name: String,
    /// The case as it stands in its file.
    pub json: Value,
}

impl Case {
    /// The task's state as the Go driver gave it to the client, if the task started.
    pub fn driver_state(&self) -> Option<Vec<u8>> {
        let hex = self.json["result"]["driver_state_hex"].as_str()?;
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        Some((0..hex.len()).step_by(2).map(byte).collect())
    }
}

/// All cases.
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for topic in TOPICS {
        let path = format!("{}/tests/vectors/{topic}.json", env!("CARGO_MANIFEST_DIR"));
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let name = |json: &Value| format!("{topic}: {}", json["name"].as_str().unwrap());
        all.extend(cases.into_iter().map(|json| Case { name: name(&json), json }));
    }
    all
}

/// The case of this topic and name.
pub fn case(name: &str) -> Case {
    all().into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name:?}"))
}
