//! `podman-driver-render`: shows what a Nomad job's podman tasks become before they run, and what is wrong with them.

use std::process::ExitCode;

/// A translation is mostly small allocations; see docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    nomad_driver_podman::render::run(std::env::args_os())
}
