//! The command line: commands, flags, and help texts that show examples.
//! What a command does stands in `commands`, one file each.

use std::path::PathBuf;

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
    /// When to use colours; NO_COLOR counts too
    #[arg(long, value_enum, global = true, default_value_t = Color::Auto)]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal only
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prints what Podman would be asked for
    #[command(after_help = RENDER_EXAMPLES)]
    Render(Render),
    /// Reports everything that is wrong with the podman tasks of jobs
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
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

const RENDER_EXAMPLES: &str = "Examples:
  podman-driver-render render web.nomad.hcl
  podman-driver-render render web.nomad.hcl --task server --explain
  podman-driver-render render web.nomad.hcl -var image_tag=1.27 --format yaml
  podman-driver-render render web.nomad.hcl --host unix:///run/podman/podman.sock --show-secrets |
    curl --unix-socket /run/podman/podman.sock -H 'Content-Type: application/json' -d @- \\
      http://d/v4.0.0/libpod/containers/create";

#[derive(Debug, Args)]
pub(super) struct Render {
    /// Job files; `-` is standard input
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<PathBuf>,
    #[command(flatten)]
    pub pick: Pick,
    /// What to print
    #[arg(long, value_enum, default_value_t = RenderFormat::Json)]
    pub format: RenderFormat,
    /// Prints each member with its rule, the options it comes from and their lines
    #[arg(long, conflicts_with = "format")]
    pub explain: bool,
    /// Writes to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Shows secrets, which are <redacted> otherwise; a spec that is posted needs them
    #[arg(long)]
    pub show_secrets: bool,
    /// Prints no warnings and no notes
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub known: JobArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RenderFormat {
    /// The spec as Podman's API takes it; of several tasks a list with job, group, task and spec
    Json,
    /// The same as YAML
    Yaml,
    /// A few lines a task
    Summary,
    /// What is known besides the job, as --facts takes it; for bug reports
    Facts,
}

const CHECK_EXAMPLES: &str = "Examples:
  podman-driver-render check web.nomad.hcl
  podman-driver-render check jobs/ --plugin-config /etc/nomad.d/podman.hcl
  levant render web.nomad | podman-driver-render check -
  podman-driver-render check jobs/ --format json > problems.json";

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Job files, or folders with them; `-` is standard input
    #[arg(required = true, value_name = "JOB|FOLDER")]
    pub paths: Vec<PathBuf>,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Prints nothing: the exit code says it
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub known: JobArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people: the line, what is wrong with it, what helps
    Text,
    /// For programs
    Json,
}

/// Which tasks.
#[derive(Debug, Default, Args)]
pub(super) struct Pick {
    /// Only the task of this name
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// Only the group of this name
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
}

/// What is known besides the job.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is known besides the job")]
pub(super) struct JobArgs {
    /// Value of a variable of the job
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// File with values of variables
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<PathBuf>,
    /// The agent's configuration with the plugin's config block
    #[arg(long, value_name = "FILE")]
    pub plugin_config: Option<PathBuf>,
    /// Version of Podman; 5.4.2 if nothing says otherwise
    #[arg(long, value_name = "VERSION")]
    pub podman_version: Option<String>,
    /// Podman runs as an ordinary user
    #[arg(long)]
    pub rootless: bool,
    /// Version of the host's cgroups; v2 if nothing says otherwise
    #[arg(long, value_enum)]
    pub cgroup: Option<Cgroup>,
    /// Takes the facts of the host from a real Podman
    #[arg(long, value_name = "unix://SOCKET")]
    pub host: Option<String>,
    /// JSON file with facts: `host`, `nomad` and `plugin`, each with what is known of it
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Cgroup {
    /// One hierarchy a controller
    V1,
    /// The unified hierarchy
    V2,
}

const EXPLAIN_EXAMPLES: &str = "Examples:
  podman-driver-render explain PDR0101
  podman-driver-render explain memory_swap
  podman-driver-render explain plugin.volumes.enabled
  podman-driver-render explain resource_limits.memory.limit
  podman-driver-render explain env.NOMAD_PORT_http web.nomad.hcl";

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A diagnostic (PDR0101), an option (auth.tls_verify), or a path in the spec (resource_limits.memory.limit)
    pub subject: String,
    /// A job file: explains what the option or member is there, and why
    pub job: Option<PathBuf>,
    #[command(flatten)]
    pub known: JobArgs,
    #[command(flatten)]
    pub pick: Pick,
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
