//! What is tried, each by itself: it hands in jobs of its own, holds what has to hold, and leaves no container.

mod access;
mod disturbances;
mod ends;
mod files;
mod network;
mod rootless;
mod stopping;
mod swap;
mod updates;

use crate::cluster::Cluster;

/// Panics with what is wrong.
pub type Scenario = fn(&Cluster<'_>);

/// Scenarios that leave each other alone.
pub const TOGETHER: &[(&str, Scenario)] = &[
    ("a service runs until it is stopped", ends::a_service_runs_until_it_is_stopped),
    ("a batch job completes", ends::a_batch_job_completes),
    ("output is split", ends::output_is_split),
    ("a failing task is started again and then fails", ends::a_failing_task_is_started_again),
    ("a task that needs too much memory is killed", ends::a_task_that_needs_too_much_memory_is_killed),
    ("published ports are reached", network::published_ports_are_reached),
    ("a group shares a network with a resolver", network::a_group_shares_a_network),
    ("a task joins the network of another", network::a_task_joins_the_network_of_another),
    ("templates and secrets are in the container", files::templates_and_secrets_are_in_the_container),
    ("commands run in a task", access::commands_run_in_a_task),
    ("a terminal in a task", access::a_terminal_in_a_task),
    ("a signal reaches a task", access::a_signal_reaches_a_task),
    ("a task is restarted", access::a_task_is_restarted),
    ("statistics are told", access::statistics_are_told),
    ("the job's kill signal ends a task", stopping::the_kill_signal_ends_a_task),
    ("a task that ignores the kill signal is killed", stopping::a_task_that_ignores_it_is_killed),
    ("tasks of the Go driver are taken over", swap::a_task_of_the_go_driver_is_taken_over),
    ("an update in place leaves containers alone", updates::an_update_in_place),
];

/// Scenarios with a second, rootless Podman.
pub const BESIDE: &[(&str, Scenario)] = &[
    ("tasks run on a rootless Podman", rootless::tasks_run_on_a_rootless_podman),
    ("a batch job completes", ends::a_batch_job_completes),
    ("a service runs until it is stopped", ends::a_service_runs_until_it_is_stopped),
    ("output is split", ends::output_is_split),
    ("commands run in a task", access::commands_run_in_a_task),
    ("tasks of the Go driver are taken over", swap::a_task_of_the_go_driver_is_taken_over),
];

/// Scenarios during which nothing else may run.
pub const ALONE: &[(&str, Scenario)] = &[
    ("Podman is restarted", disturbances::podman_is_restarted),
    ("the plugin is killed", disturbances::the_plugin_is_killed),
    ("the agent is restarted", disturbances::the_agent_is_restarted),
    ("the agent is killed", disturbances::the_agent_is_killed),
    ("agent and plugin are killed", disturbances::agent_and_plugin_are_killed),
    ("the node is drained", disturbances::the_node_is_drained),
];
