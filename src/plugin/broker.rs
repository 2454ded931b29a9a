//! go-plugin's broker of further connections. Nomad's drivers use none: what comes is read and dropped, nothing is
//! sent, and the stream ends when the client ends its half.

use futures_util::stream::{BoxStream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::generated::goplugin::ConnInfo;
use super::generated::goplugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};

/// The service.
#[derive(Debug, Default)]
pub struct Service;

/// The service as the server takes it.
pub fn service() -> GrpcBrokerServer<Service> {
    GrpcBrokerServer::new(Service)
}

#[tonic::async_trait]
impl GrpcBroker for Service {
    type StartStreamStream = BoxStream<'static, Result<ConnInfo, Status>>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let answers = request.into_inner().filter_map(async |offer| offer.err().map(Err));
        Ok(Response::new(answers.boxed()))
    }
}
