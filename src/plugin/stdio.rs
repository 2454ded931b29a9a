//! go-plugin's stream of what a plugin prints. This one prints nothing: the stream stays open and silent.

use futures_util::stream::{self, Pending};
use tonic::{Request, Response, Status};

use super::generated::goplugin::StdioData;
use super::generated::goplugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};

/// The service.
#[derive(Debug, Default)]
pub struct Service;

/// The service as the server takes it.
pub fn service() -> GrpcStdioServer<Service> {
    GrpcStdioServer::new(Service)
}

#[tonic::async_trait]
impl GrpcStdio for Service {
    type StreamStdioStream = Pending<Result<StdioData, Status>>;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(stream::pending()))
    }
}
