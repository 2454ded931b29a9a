//! The plugin's entrance.

use std::process::ExitCode;

use nomad_driver_podman::{driver, plugin};
use podman_driver_engine::secret::is_secret_name;

const IDENTITY: plugin::Identity = plugin::Identity {
    program: env!("CARGO_PKG_NAME"),
    logger: driver::NAME,
    version: env!("CARGO_PKG_VERSION"),
    is_secret: is_secret_name,
};

fn main() -> ExitCode {
    plugin::run(&IDENTITY, driver::services)
}
