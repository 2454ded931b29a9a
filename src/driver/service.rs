//! The driver's calls, each of which is one call of the module that it belongs to. What needs no module, since it is
//! the same for every node and task, is answered here.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use podman_driver_engine::generated::descriptors;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tonic::{Request, Response, Status, Streaming};

use super::{Driver, commands, exec, exec_stream, fingerprint, recover, start, stats};
use crate::plugin::generated::driver::driver_capabilities::FsIsolation;
use crate::plugin::generated::driver::driver_server::Driver as DriverService;
use crate::plugin::generated::driver::network_isolation_spec::NetworkIsolationMode;
use crate::plugin::generated::driver::{
    CapabilitiesRequest, CapabilitiesResponse, CreateNetworkRequest, CreateNetworkResponse,
    DestroyNetworkRequest, DestroyNetworkResponse, DestroyTaskRequest, DestroyTaskResponse,
    DriverCapabilities, DriverTaskEvent, ExecTaskRequest, ExecTaskResponse, ExecTaskStreamingRequest,
    ExecTaskStreamingResponse, FingerprintRequest, FingerprintResponse, InitRequest, InitResponse,
    InspectTaskRequest, InspectTaskResponse, RecoverTaskRequest, RecoverTaskResponse, ShutdownRequest,
    ShutdownResponse, SignalTaskRequest, SignalTaskResponse, StartTaskRequest, StartTaskResponse,
    StopTaskRequest, StopTaskResponse, TaskConfigSchemaRequest, TaskConfigSchemaResponse, TaskEventsRequest,
    TaskStatsRequest, TaskStatsResponse, WaitTaskRequest, WaitTaskResponse,
};

/// What a call answers.
type Answer<T> = Result<Response<T>, Status>;
/// What a call with many answers gives.
type Answers<T> = BoxStream<'static, Result<T, Status>>;

/// The service.
#[derive(Debug)]
pub struct Service {
    driver: Arc<Driver>,
}

impl Service {
    /// The service of this driver.
    pub fn new(driver: Arc<Driver>) -> Self {
        Self { driver }
    }
}

/// A duration on the wire; `None` for one that is not there, or negative.
fn duration(duration: Option<prost_types::Duration>) -> Option<Duration> {
    duration.and_then(|duration| duration.try_into().ok())
}

#[tonic::async_trait]
impl DriverService for Service {
    type FingerprintStream = Answers<FingerprintResponse>;
    type TaskStatsStream = Answers<TaskStatsResponse>;
    type TaskEventsStream = Answers<DriverTaskEvent>;
    type ExecTaskStreamingStream = Answers<ExecTaskStreamingResponse>;

    async fn init(&self, _: Request<InitRequest>) -> Answer<InitResponse> {
        Ok(Response::new(InitResponse {}))
    }

    async fn task_config_schema(
        &self,
        _: Request<TaskConfigSchemaRequest>,
    ) -> Answer<TaskConfigSchemaResponse> {
        Ok(Response::new(TaskConfigSchemaResponse { spec: Some(descriptors::task()) }))
    }

    async fn capabilities(&self, _: Request<CapabilitiesRequest>) -> Answer<CapabilitiesResponse> {
        Ok(Response::new(CapabilitiesResponse { capabilities: Some(capabilities()) }))
    }

    async fn fingerprint(&self, _: Request<FingerprintRequest>) -> Answer<Self::FingerprintStream> {
        Ok(Response::new(fingerprint::stream(self.driver.clone()).map(Ok).boxed()))
    }

    async fn recover_task(&self, request: Request<RecoverTaskRequest>) -> Answer<RecoverTaskResponse> {
        Ok(Response::new(recover::recover(&self.driver, request.into_inner()).await?))
    }

    async fn start_task(&self, request: Request<StartTaskRequest>) -> Answer<StartTaskResponse> {
        Ok(Response::new(start::start(&self.driver, request.into_inner()).await?))
    }

    async fn wait_task(&self, request: Request<WaitTaskRequest>) -> Answer<WaitTaskResponse> {
        Ok(Response::new(commands::wait(&self.driver.store, request.into_inner()).await?))
    }

    async fn stop_task(&self, request: Request<StopTaskRequest>) -> Answer<StopTaskResponse> {
        Ok(Response::new(commands::stop(&self.driver.store, request.into_inner()).await?))
    }

    async fn destroy_task(&self, request: Request<DestroyTaskRequest>) -> Answer<DestroyTaskResponse> {
        Ok(Response::new(commands::destroy(&self.driver.store, request.into_inner()).await?))
    }

    async fn inspect_task(&self, request: Request<InspectTaskRequest>) -> Answer<InspectTaskResponse> {
        Ok(Response::new(commands::inspect(&self.driver.store, request.get_ref())?))
    }

    async fn task_stats(&self, request: Request<TaskStatsRequest>) -> Answer<Self::TaskStatsStream> {
        let TaskStatsRequest { task_id, collection_interval } = request.into_inner();
        let task = self.driver.store.get(&task_id)?;
        let stats = stats::stream(self.driver.clone(), &task, duration(collection_interval));
        Ok(Response::new(stats.map(Ok).boxed()))
    }

    async fn task_events(&self, _: Request<TaskEventsRequest>) -> Answer<Self::TaskEventsStream> {
        Ok(Response::new(events(&self.driver)))
    }

    /// A notice that the agent goes. Tasks run on.
    async fn shutdown(&self, _: Request<ShutdownRequest>) -> Answer<ShutdownResponse> {
        Ok(Response::new(ShutdownResponse {}))
    }

    async fn signal_task(&self, request: Request<SignalTaskRequest>) -> Answer<SignalTaskResponse> {
        Ok(Response::new(commands::signal(&self.driver.store, request.into_inner()).await?))
    }

    async fn exec_task(&self, request: Request<ExecTaskRequest>) -> Answer<ExecTaskResponse> {
        let ExecTaskRequest { task_id, command, timeout } = request.into_inner();
        let task = self.driver.store.get(&task_id)?;
        Ok(Response::new(exec::run(&task, command, duration(timeout)).await?))
    }

    async fn exec_task_streaming(
        &self,
        requests: Request<Streaming<ExecTaskStreamingRequest>>,
    ) -> Answer<Self::ExecTaskStreamingStream> {
        let answers = exec_stream::stream(self.driver.store.clone(), requests.into_inner());
        Ok(Response::new(answers.boxed()))
    }

    async fn create_network(&self, _: Request<CreateNetworkRequest>) -> Answer<CreateNetworkResponse> {
        Err(Status::unimplemented("CreateNetwork RPC not supported by driver"))
    }

    async fn destroy_network(&self, _: Request<DestroyNetworkRequest>) -> Answer<DestroyNetworkResponse> {
        Err(Status::unimplemented("DestroyNetwork RPC not supported by driver"))
    }
}

/// What the Go driver says of itself. It leaves the last three members alone whatever its configuration is.
fn capabilities() -> DriverCapabilities {
    let modes = [NetworkIsolationMode::Group, NetworkIsolationMode::Host, NetworkIsolationMode::Task];
    DriverCapabilities {
        send_signals: true,
        exec: true,
        fs_isolation: FsIsolation::Image.into(),
        network_isolation_modes: modes.map(i32::from).to_vec(),
        ..DriverCapabilities::default()
    }
}

/// All events from now on. The stream never ends: a client would open it again at once.
fn events(driver: &Driver) -> Answers<DriverTaskEvent> {
    BroadcastStream::new(driver.events.subscribe())
        .filter_map(async |event| match event {
            Ok(event) => Some(Ok(event)),
            Err(BroadcastStreamRecvError::Lagged(count)) => {
                tracing::warn!(count, "a client was too slow for task events and misses some");
                None
            }
        })
        .boxed()
}
