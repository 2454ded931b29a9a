//! Plans of a task that says of its image where it comes from, and nothing else.

use std::time::Duration;

use podman_driver_engine::pull::{ImageSource, Platform, PullPlan, PullPolicy};

/// Where it is missing, within a minute, over verified TLS, by nobody.
pub fn plan(source: ImageSource) -> PullPlan {
    PullPlan {
        source,
        policy: PullPolicy::IfMissing,
        platform: Platform::default(),
        timeout: Duration::from_secs(60),
        activity_timeout: None,
        tls_verify: true,
        login: None,
        auth_file: None,
        helper: None,
        soft_fail: false,
    }
}
