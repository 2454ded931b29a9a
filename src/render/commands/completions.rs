//! `completions SHELL`: what a shell needs to complete this tool's arguments.

use clap::CommandFactory as _;

use crate::render::answer::{Answer, Failure};
use crate::render::cli::{Cli, Completions};

pub(in crate::render) fn run(arguments: &Completions) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "podman-driver-render", &mut script);
    Ok(Answer::clean(String::from_utf8_lossy(&script)))
}
