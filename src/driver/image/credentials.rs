//! Who may pull: the task's own credentials, then the plugin's helper, then its file of credentials, then nobody. The
//! first source that has some wins. What they are is in no text and in no log.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use podman_driver_engine::pull::PullPlan;
use podman_driver_engine::secret::Secret;
use serde::Serialize;

use super::name::Name;
use super::{auth_file, helper};
use crate::podman::AuthHeader;

/// The user name by which a helper says that its secret is a token of the registry's own.
const TOKEN: &str = "<token>";

/// Credentials that a source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) username: String,
    pub(super) password: Secret,
    /// A token of the registry's own, which is exchanged for one that allows to pull.
    pub(super) token: Secret,
}

impl Found {
    /// What a helper says, unless it says nothing.
    pub(super) fn new(username: &str, secret: &str) -> Option<Self> {
        match username {
            TOKEN => Self::with_token("", "", secret),
            _ => Self::with_token(username, secret, ""),
        }
    }

    /// All that there can be, unless all of it is empty.
    pub(super) fn with_token(username: &str, password: &str, token: &str) -> Option<Self> {
        let given = ![username, password, token].iter().all(|part| part.is_empty());
        given.then(|| Self {
            username: username.to_owned(),
            password: Secret::new(password),
            token: Secret::new(token),
        })
    }
}

/// The header for the pull, or `None` for an anonymous one.
///
/// # Errors
/// Why a source could not be asked, unless the plan passes over such failures.
pub(super) async fn header(plan: &PullPlan, name: &str) -> Result<Option<AuthHeader>, String> {
    if let Some(login) = &plan.login
        && let Some(found) = Found::with_token(&login.username, login.password.expose(), "")
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
    let name = Name::of(name);
    if let Some(helper) = &plan.helper
        && let Some(found) = helper::ask(helper, &name.servers()).await.or_else(soft)?
    {
        return Ok(Some(encoded(&found)));
    }
    if let Some(path) = &plan.auth_file
        && let Some(found) = auth_file::look(path, &name).await.or_else(soft)?
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
    let header = Header {
        username: &found.username,
        password: found.password.expose(),
        identitytoken: found.token.expose(),
    };
    AuthHeader::new(URL_SAFE.encode(serde_json::to_vec(&header).unwrap_or_default()))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
