//! go-plugin's controller: the host's word that the plugin is to end. The answer goes out first; streams that are open
//! then are cut, since none of them ends by itself.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::generated::goplugin::Empty;
use super::generated::goplugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use super::server::Peer;

/// How long a client that has its answer may keep its connection open. The host kills what still runs after 2 s.
const LEAVE: Duration = Duration::from_millis(250);

/// The service.
#[derive(Debug)]
pub struct Service {
    end: CancellationToken,
}

/// The service as the server takes it; `end` is cancelled when the program is to end.
pub fn service(end: CancellationToken) -> GrpcControllerServer<Service> {
    GrpcControllerServer::new(Service { end })
}

#[tonic::async_trait]
impl GrpcController for Service {
    async fn shutdown(&self, request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the host ends the plugin");
        let peer = request.extensions().get::<Peer>().cloned();
        let end = self.end.clone();
        tokio::spawn(async move {
            // A client that has read the answer closes its connection: that the answer arrived has no other sign.
            if let Some(peer) = peer {
                let _ = timeout(LEAVE, peer.closed()).await;
            }
            end.cancel();
        });
        Ok(Response::new(Empty {}))
    }
}
