//! Files of credentials, as `docker login` and `podman login` write them: a helper for each registry, credentials by
//! registry and path, and a helper for all the rest, looked at in this order.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::credentials::Found;
use super::name::Name;
use super::{go_text, helper};

/// A file of credentials is no longer than this, in bytes.
const LONGEST: u64 = 4 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AuthFile {
    auths: Option<Map<String, Value>>,
    cred_helpers: Option<Map<String, Value>>,
    creds_store: Option<String>,
}

/// What the file has for an image.
///
/// # Errors
/// The file cannot be read, or a helper that it names fails. Nothing of its contents is in an error.
pub(super) async fn look(path: &str, name: &Name<'_>) -> Result<Option<Found>, String> {
    let file = read(path).await?;
    let ask = async |key: &str, helper: &str| {
        let found = helper::ask(helper, &name.servers()).await;
        found.map_err(|error| format!("`{key}` of {path}: {error}"))
    };
    // Where a registry has a helper of its own, what that says counts, also if it is nothing.
    if let Some(helper) = file.helper_of(name) {
        return ask("credHelpers", helper).await;
    }
    if let Some(found) = file.best(name) {
        return Ok(Some(found));
    }
    match file.creds_store.as_deref() {
        Some(store) if !store.is_empty() => ask("credsStore", store).await,
        _ => Ok(None),
    }
}

async fn read(path: &str) -> Result<AuthFile, String> {
    let failed = |error: std::io::Error| format!("open {path}: {}", go_text(&error));
    let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(format!("open {path}: it is no file of credentials"));
    }
    let bytes = tokio::fs::read(path).await.map_err(failed)?;
    // Only where the file is wrong: the parser's words could show a part of it.
    serde_json::from_slice(&bytes).map_err(|error| {
        format!(
            "{path} is not the JSON of an auth.json: see line {}, column {}",
            error.line(),
            error.column()
        )
    })
}

impl AuthFile {
    /// The helper of the image's registry. The exact name comes before an address of it.
    fn helper_of(&self, name: &Name<'_>) -> Option<&str> {
        let registry = name.registry()?;
        let helpers = self.cred_helpers.as_ref()?;
        let exact = helpers.get(registry);
        let helper = exact
            .or_else(|| helpers.iter().find(|(key, _)| normal(key) == registry).map(|(_, helper)| helper));
        helper?.as_str().filter(|helper| !helper.is_empty())
    }

    /// The entry of the longest index that the name lies below; one that holds nothing usable does not count.
    fn best(&self, name: &Name<'_>) -> Option<Found> {
        name.registry()?;
        let usable = self.auths.iter().flatten().filter_map(|(index, entry)| {
            let index = normal(index);
            let below = name.repository().strip_prefix(index)?;
            let found = (below.is_empty() || below.starts_with('/')).then(|| decoded(entry)).flatten()?;
            Some((index.len(), found))
        });
        usable.max_by_key(|(length, _)| *length).map(|(_, found)| found)
    }
}

/// An index as a registry with a path. Some tools write an address, with the version of its API behind it.
fn normal(index: &str) -> &str {
    let bare = index.trim_end_matches('/');
    let address = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://"));
    let versionless = |address: &str| {
        let (host, path) = address.split_once('/')?;
        ["v1", "v2"].contains(&path).then_some(host.len())
    };
    let index = match address {
        Some(address) => address.get(..versionless(address).unwrap_or(address.len())).unwrap_or(address),
        None => bare,
    };
    match index {
        "index.docker.io/v1" | "index.docker.io" | "registry-1.docker.io" => "docker.io",
        other => other,
    }
}

/// User and password stand in `auth`, or in members of their own; a token of the registry's stands beside them.
fn decoded(entry: &Value) -> Option<Found> {
    let text = |member: &str| entry.get(member).and_then(Value::as_str).unwrap_or_default();
    let (username, password) =
        joined(text("auth")).unwrap_or_else(|| (text("username").to_owned(), text("password").to_owned()));
    Found::with_token(&username, &password, text("identitytoken"))
}

fn joined(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    // Docker once padded the password.
    Some((username.to_owned(), password.trim_end_matches('\0').to_owned()))
}

#[cfg(test)]
#[path = "auth_file_tests.rs"]
mod tests;
