//! The commands of `podman-driver-render`: job files in, what Podman would be asked for and what is wrong out.
//! A command computes an [`Answer`] and prints nothing; one output format is one file below `format`. What a task
//! means is the engine's business, and nothing here decides about it.

mod answer;
mod cli;
mod colour;
mod commands;
mod flags;
mod format;
mod host;
mod input;
mod job;
pub mod schema;
mod settings;
mod spec;
mod surroundings;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

pub use answer::{Answer, Exit, Failure};
use cli::{Cli, Command};
pub use host::facts as host_facts;
pub use job::{Translated, TranslatedTask, translate_file, translate_text};
pub use settings::Settings;
pub use spec::{redacted, specs};
pub use surroundings::Machine;

/// Runs the tool with a program's arguments, the program's name first, and says how the process ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(flags::with_two_dashes(arguments)) {
        Ok(cli) => cli,
        Err(usage) => {
            // Nobody is left to tell when even this cannot be printed.
            let _ = usage.print();
            return if usage.use_stderr() { Exit::CouldNotRun.into() } else { Exit::Clean.into() };
        }
    };
    answer(&cli).unwrap_or_else(Answer::from).write()
}

fn answer(cli: &Cli) -> Result<Answer, Failure> {
    match &cli.command {
        Command::Render(arguments) => commands::render::run(arguments, cli.color),
        Command::Check(arguments) => commands::check::run(arguments, cli.color),
        Command::Explain(arguments) => commands::explain::run(arguments, cli.color),
        Command::Schema(arguments) => commands::schema::run(arguments),
        Command::Docs(arguments) => commands::docs::run(arguments),
        Command::Completions(arguments) => commands::completions::run(arguments),
        Command::Man(arguments) => commands::man::run(arguments),
    }
}

/// The text report of everything that is wrong with job files, without colours, as `check` prints it; for tests.
pub fn report(translated: &[Translated]) -> String {
    format::problems_text::report(translated, false)
}
