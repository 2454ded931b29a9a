//! Who may pull: the task's own credentials, then the plugin's file of credentials, then its helper. The first source
//! that has some wins. What they are is in no text and in no log.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use podman_driver_engine::pull::PullPlan;
use podman_driver_engine::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{go_text, helper};
use crate::podman::AuthHeader;

/// A file of credentials is no longer than this, in bytes.
const LONGEST_FILE: u64 = 4 << 20;
/// The user name by which a helper says that its secret is a token of the registry's own.
const TOKEN: &str = "<token>";

/// Credentials that a source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) username: String,
    pub(super) secret: Secret,
}

impl Found {
    /// Both parts, unless both are empty.
    pub(super) fn new(username: &str, secret: &str) -> Option<Self> {
        let found = Self { username: username.to_owned(), secret: Secret::new(secret) };
        (!username.is_empty() || !secret.is_empty()).then_some(found)
    }
}

/// The header for the pull, or `None` for an anonymous one.
///
/// # Errors
/// Why a source could not be asked, unless the plan passes over such failures.
pub(super) async fn header(plan: &PullPlan, name: &str) -> Result<Option<AuthHeader>, String> {
    if let Some(login) = &plan.login
        && let Some(found) = Found::new(&login.username, login.password.expose())
    {
        return Ok(Some(encoded(&found)));
    }
    let soft = |failure: String| {
        if plan.soft_fail {
            tracing::warn!(image = name, error = failure, "a source of credentials is passed over");
            Ok(None)
        } else {
            Err(failure)
        }
    };
    if let Some(path) = &plan.auth_file
        && let Some(found) = in_file(path, name).await.or_else(soft)?
    {
        return Ok(Some(encoded(&found)));
    }
    if let Some(helper) = &plan.helper
        && let Some(found) = helper::ask(helper, &servers(name)).await.or_else(soft)?
    {
        return Ok(Some(encoded(&found)));
    }
    Ok(None)
}

fn encoded(found: &Found) -> AuthHeader {
    #[derive(Serialize)]
    struct Header<'a> {
        #[serde(skip_serializing_if = "str::is_empty")]
        username: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        password: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        identitytoken: &'a str,
    }
    let secret = found.secret.expose();
    let header = match found.username.as_str() {
        TOKEN => Header { username: "", password: "", identitytoken: secret },
        username => Header { username, password: secret, identitytoken: "" },
    };
    AuthHeader::new(URL_SAFE.encode(serde_json::to_vec(&header).unwrap_or_default()))
}

/// Registry and path of a name, without tag and digest.
fn repository(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or_default();
    match name.rsplit_once(':') {
        // A colon before the last slash belongs to the registry's port.
        Some((before, tag)) if !tag.contains('/') => before,
        _ => name,
    }
}

/// The registry of a name; short names have none, and Podman decides where they come from.
fn registry(name: &str) -> Option<&str> {
    let (host, _) = repository(name).split_once('/')?;
    (host.contains(['.', ':']) || host == "localhost").then_some(host)
}

/// By which names a helper knows the image's registry. Docker's own goes by an address of old.
fn servers(name: &str) -> Vec<String> {
    match registry(name) {
        Some("docker.io") => vec!["https://index.docker.io/v1/".to_owned(), "docker.io".to_owned()],
        Some(host) => vec![host.to_owned()],
        None => Vec::new(),
    }
}

#[derive(Deserialize)]
struct AuthFile {
    #[serde(default)]
    auths: Option<serde_json::Map<String, Value>>,
}

async fn in_file(path: &str, name: &str) -> Result<Option<Found>, String> {
    let failed = |error: std::io::Error| format!("open {path}: {}", go_text(&error));
    let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
    if !metadata.is_file() || metadata.len() > LONGEST_FILE {
        return Err(format!("open {path}: it is no file of credentials"));
    }
    let bytes = tokio::fs::read(path).await.map_err(failed)?;
    // Only where the file is wrong: the parser's words could show a part of it.
    let file: AuthFile = serde_json::from_slice(&bytes).map_err(|error| {
        format!(
            "{path} is not the JSON of an auth.json: see line {}, column {}",
            error.line(),
            error.column()
        )
    })?;
    Ok(best(&file.auths.unwrap_or_default(), repository(name)))
}

/// The entry of the longest index that the name lies below; one that holds nothing usable does not count.
fn best(auths: &serde_json::Map<String, Value>, repository: &str) -> Option<Found> {
    let usable = auths.iter().filter_map(|(index, entry)| {
        let index = normal(index);
        let below = repository.strip_prefix(index)?;
        let found = (below.is_empty() || below.starts_with('/')).then(|| decoded(entry)).flatten()?;
        Some((index.len(), found))
    });
    usable.max_by_key(|(length, _)| *length).map(|(_, found)| found)
}

/// An index as a registry with a path: some tools write an address.
fn normal(index: &str) -> &str {
    let index = index.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    match index {
        "index.docker.io/v1" | "index.docker.io/v2" | "index.docker.io" | "registry-1.docker.io" => {
            "docker.io"
        }
        other => other,
    }
}

fn decoded(entry: &Value) -> Option<Found> {
    let bytes = STANDARD.decode(entry.get("auth")?.as_str()?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (username, secret) = text.split_once(':')?;
    // Docker once padded the password.
    Found::new(username, secret.trim_end_matches('\0'))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
