//! The plugin's entrance.

use std::process::ExitCode;

use nomad_driver_podman::driver::logs::holder;
use nomad_driver_podman::{driver, plugin};
use podman_driver_engine::secret::is_secret_name;

const IDENTITY: plugin::Identity = plugin::Identity {
    program: env!("CARGO_PKG_NAME"),
    logger: driver::NAME,
    version: env!("CARGO_PKG_VERSION"),
    is_secret: is_secret_name,
};

fn main() -> ExitCode {
    // The process that this one starts beside itself, where a task's output needs it.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == holder::ARGUMENT) {
        return holder::serve();
    }
    plugin::run(&IDENTITY, driver::services)
}
