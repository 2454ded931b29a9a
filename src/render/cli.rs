//! The command line: commands, flags, and help texts that show examples.
//! What a command does stands in `commands`, one file each.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Shows what the podman tasks of Nomad jobs become, and what is wrong with them.
#[derive(Debug, Parser)]
#[command(
    name = "podman-driver-render",
    version,
    about,
    long_about = "Shows what the podman tasks of Nomad jobs become before they run, and what is wrong with them.\n\n\
                  It needs neither a Nomad nor a Podman: a job file is enough.",
    after_help = "Exit codes: 0 nothing is wrong, or there are only warnings; 1 a task has problems; \
                  2 the command could not run.",
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Explains a diagnostic, an option, or a member of the container's spec
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Prints the schema of a config block
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(Schema),
    /// Prints the reference, in Markdown
    #[command(after_help = DOCS_EXAMPLES)]
    Docs(Docs),
    /// Prints the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// Prints the manual page
    #[command(after_help = MAN_EXAMPLES)]
    Man(Man),
}

const EXPLAIN_EXAMPLES: &str = "Examples:
  podman-driver-render explain PDR0101
  podman-driver-render explain memory_swap
  podman-driver-render explain plugin.volumes.enabled
  podman-driver-render explain resource_limits.memory.limit";

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A diagnostic (PDR0101), an option (auth.tls_verify), or a path in the spec (resource_limits.memory.limit)
    pub subject: String,
}

const SCHEMA_EXAMPLES: &str = "Examples:
  podman-driver-render schema task > podman-task.json
  podman-driver-render schema plugin --format hclspec-json";

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Whose config block
    pub of: ConfigOf,
    /// What kind of schema
    #[arg(long, value_enum, default_value_t = SchemaFormat::JsonSchema)]
    pub format: SchemaFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ConfigOf {
    /// The config block of a task with driver "podman"
    Task,
    /// The config block of plugin "nomad-driver-podman" in the agent's configuration
    Plugin,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaFormat {
    /// JSON Schema, draft 2020-12
    JsonSchema,
    /// The descriptor that Nomad's client gets from the plugin, as protobuf's JSON
    HclspecJson,
}

const DOCS_EXAMPLES: &str = "Examples:
  podman-driver-render docs | less
  podman-driver-render docs diagnostics > diagnostics.md";

#[derive(Debug, Args)]
pub(super) struct Docs {
    /// Which page; without it the options of task and plugin
    pub page: Option<DocsPage>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum DocsPage {
    /// Options of a task
    Task,
    /// Options of the plugin
    Plugin,
    /// Members of the container's spec
    Members,
    /// All diagnostics
    Diagnostics,
}

const COMPLETIONS_EXAMPLES: &str = "Example:
  podman-driver-render completions bash > /etc/bash_completion.d/podman-driver-render";

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    pub shell: Shell,
}

const MAN_EXAMPLES: &str = "Examples:
  podman-driver-render man > podman-driver-render.1
  podman-driver-render man check > podman-driver-render-check.1";

#[derive(Debug, Args)]
pub(super) struct Man {
    /// A command; without it the tool itself
    pub command: Option<String>,
}
