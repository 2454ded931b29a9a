//! The calls that ask for something of one task: from the wire to the task, and its answer back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::errors::Failure;
use super::moment;
use super::signals;
use super::store::Store;
use super::task::{Exit, Phase};
use crate::plugin::generated::driver as wire;

/// `WaitTask`: answers when the task has ended.
///
/// # Errors
/// There is no such task.
pub async fn wait(store: &Store, request: wire::WaitTaskRequest) -> Result<wire::WaitTaskResponse, Failure> {
    let task = store.get(&request.task_id)?;
    let exit = task.wait().await;
    Ok(wire::WaitTaskResponse { result: Some(result(&exit)), err: exit.error })
}

/// `StopTask`: ends the task within a time.
///
/// # Errors
/// There is no such task, the signal is none, or the task does not end.
pub async fn stop(store: &Store, request: wire::StopTaskRequest) -> Result<wire::StopTaskResponse, Failure> {
    let task = store.get(&request.task_id)?;
    let signal = match request.signal.as_str() {
        "" => None,
        text => Some(signals::parse(text).map_err(Failure::new)?),
    };
    task.stop(signal, duration(request.timeout.as_ref())).await?;
    Ok(wire::StopTaskResponse {})
}

/// `DestroyTask`: forgets the task, and removes its container.
///
/// # Errors
/// There is no such task, or it runs and is not to be forced.
pub async fn destroy(
    store: &Store,
    request: wire::DestroyTaskRequest,
) -> Result<wire::DestroyTaskResponse, Failure> {
    store.get(&request.task_id)?.destroy(request.force).await?;
    Ok(wire::DestroyTaskResponse {})
}

/// `SignalTask`: sends a signal.
///
/// # Errors
/// There is no such task, the signal is none, the task has ended, or Podman refuses.
pub async fn signal(
    store: &Store,
    request: wire::SignalTaskRequest,
) -> Result<wire::SignalTaskResponse, Failure> {
    let task = store.get(&request.task_id)?;
    let signal = signals::parse(&request.signal).map_err(Failure::new)?;
    task.signal(signal).await?;
    Ok(wire::SignalTaskResponse {})
}

/// `InspectTask`: the state of the task.
///
/// # Errors
/// There is no such task.
pub fn inspect(
    store: &Store,
    request: &wire::InspectTaskRequest,
) -> Result<wire::InspectTaskResponse, Failure> {
    let task = store.get(&request.task_id)?;
    let status = task.status.borrow().clone();
    let (state, exit) = match &status.phase {
        Phase::Running => (wire::TaskState::Running, Exit::default()),
        Phase::Ended(exit) => (wire::TaskState::Exited, exit.clone()),
        Phase::Unknown => (wire::TaskState::Unknown, Exit::default()),
    };
    let mut attributes = BTreeMap::from([
        ("container_id".to_owned(), task.container_id.clone()),
        ("socket".to_owned(), task.socket.name.clone()),
    ]);
    if let Some(pid) = status.pid {
        attributes.insert("pid".to_owned(), pid.to_string());
    }
    Ok(wire::InspectTaskResponse {
        task: Some(wire::TaskStatus {
            id: task.ident.task_id.clone(),
            name: task.ident.task_name.clone(),
            state: state.into(),
            started_at: Some(moment::wire_or_never(status.started_at)),
            completed_at: Some(moment::wire_or_never(exit.completed_at)),
            result: Some(result(&exit)),
        }),
        driver: Some(wire::TaskDriverStatus { attributes }),
        network_override: None,
    })
}

fn result(exit: &Exit) -> wire::ExitResult {
    wire::ExitResult { exit_code: exit.code, signal: 0, oom_killed: exit.oom_killed }
}

/// A client's time; a negative one, or none, is no time at all.
pub fn duration(wire: Option<&prost_types::Duration>) -> Duration {
    wire.and_then(|duration| Duration::try_from(*duration).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_clients_keep_their_parts_of_a_second() {
        let of = |seconds, nanos| duration(Some(&prost_types::Duration { seconds, nanos }));
        assert_eq!(of(1, 500_000_000), Duration::from_millis(1500));
        assert_eq!(of(0, 20_000_000), Duration::from_millis(20));
        assert_eq!(of(0, 0), Duration::ZERO);
        assert_eq!(of(-3, 0), Duration::ZERO, "a time before now");
        assert_eq!(duration(None), Duration::ZERO);
        assert_eq!(of(i64::MAX, 999_999_999).as_secs(), i64::MAX as u64);
    }
}
