//! `man [COMMAND]`: the manual page of the tool, or of one of its commands.

use clap::CommandFactory as _;
use clap_mangen::Man as Page;

use crate::render::answer::{Answer, Failure};
use crate::render::cli::{Cli, Man};

pub(in crate::render) fn run(arguments: &Man) -> Result<Answer, Failure> {
    // The whole command is built first, so that pages of commands know the tool's name.
    let mut tool = Cli::command();
    tool.build();
    let command = match &arguments.command {
        None => tool,
        Some(name) => tool.find_subcommand(name).cloned().ok_or_else(|| {
            Failure(format!("There is no command `{name}`; `podman-driver-render --help` lists all."))
        })?,
    };
    let mut page = Vec::new();
    Page::new(command)
        .render(&mut page)
        .map_err(|error| Failure(format!("The page cannot be made: {error}.")))?;
    Ok(Answer::clean(String::from_utf8_lossy(&page)))
}
