//! The container that already has the task's name: adopted, taken away, or a reason not to start.
//! Names are made of task and allocation, so that a namesake is an earlier start of this very task, or nobody's.

use super::plan::Plan;
use super::refusal::{Step, refused};
use crate::driver::Driver;
use crate::driver::errors::Failure;
use crate::driver::mark::Mark;
use crate::podman::{Container, RemoveOptions, Status};

/// Seconds that a container has to end before it is killed, when it is replaced.
const GRACE: u64 = 10;

/// Looks for a namesake and settles what becomes of it. The one that it gives runs, and is the task's container from now
/// on; otherwise there is none any more.
pub(super) async fn settle(driver: &Driver, plan: &Plan, mark: &Mark) -> Result<Option<Container>, Failure> {
    let found = plan.socket.podman.inspect_container(&plan.name).await;
    let Some(container) = found.map_err(|error| refused(Step::Namesake, plan, &error))? else {
        return Ok(None);
    };
    let theirs = Mark::read(&container.config.annotations);
    if let Some(theirs) = theirs.as_ref().filter(|theirs| theirs.alloc_id != mark.alloc_id) {
        return Err(Failure::new(format!(
            "failed to start task: the container {} belongs to allocation {}. Remove it, if that allocation is gone",
            plan.name, theirs.alloc_id
        )));
    }
    if container.state.status == Status::Paused {
        return Err(Failure::new(format!(
            "failed to start task: the container {} of an earlier start is paused, and so neither runs nor is dead. \
             Unpause or remove it: podman unpause {0}",
            plan.name
        )));
    }
    if !container.state.running {
        take_away(plan, &container).await?;
        return Ok(None);
    }
    match theirs {
        None => {
            tell(
                driver,
                plan,
                "A running container of this name, which this driver did not make, is adopted as it is",
            );
            Ok(Some(container))
        }
        Some(theirs) if theirs.digest == mark.digest => {
            tell(driver, plan, "The container of an earlier start runs and is adopted");
            Ok(Some(container))
        }
        Some(_) => {
            tell(
                driver,
                plan,
                "The container of an earlier start runs with another configuration and is replaced",
            );
            end(plan, &container).await?;
            take_away(plan, &container).await?;
            Ok(None)
        }
    }
}

fn tell(driver: &Driver, plan: &Plan, message: &str) {
    tracing::warn!(task_id = plan.ident.task_id, container = plan.name, "{message}");
    driver.events.emit(&plan.ident, format!("{message}: {}", plan.name));
}

async fn end(plan: &Plan, container: &Container) -> Result<(), Failure> {
    let limit = std::time::Duration::from_secs(GRACE + 10);
    match plan.socket.podman.stop_container(&container.id, GRACE, limit).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_absent() => Ok(()),
        Err(error) => Err(refused(Step::Replace, plan, &error)),
    }
}

async fn take_away(plan: &Plan, container: &Container) -> Result<(), Failure> {
    match plan.socket.podman.remove_container(&container.id, &RemoveOptions::BY_FORCE).await {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(Step::Remove, plan, &error)),
    }
}
