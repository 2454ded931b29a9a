//! gRPC's health service. A plugin that answers is well; there is nothing here that could be ill by itself.

use futures_util::stream::{self, BoxStream, StreamExt};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// The name that go-plugin's clients ask for.
const PLUGIN: &str = "plugin";

/// The service.
#[derive(Debug, Default)]
pub struct Service;

/// The service as the server takes it.
pub fn service() -> HealthServer<Service> {
    HealthServer::new(Service)
}

fn status(request: &Request<HealthCheckRequest>) -> ServingStatus {
    match request.get_ref().service.as_str() {
        "" | PLUGIN => ServingStatus::Serving,
        _ => ServingStatus::ServiceUnknown,
    }
}

#[tonic::async_trait]
impl Health for Service {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match status(&request) {
            ServingStatus::Serving => {
                Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
            }
            _ => Err(Status::not_found("unknown service")),
        }
    }

    /// The one answer that will ever be, and then silence: a stream that ends would be opened again and again.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let answer = HealthCheckResponse { status: status(&request).into() };
        Ok(Response::new(stream::iter([Ok(answer)]).chain(stream::pending()).boxed()))
    }
}
