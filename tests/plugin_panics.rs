//! Panics of a service's calls: each becomes that call's answer, and connection, server and process go on.
//! The services here are the test's own, on the plugin's server in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/wire.rs"]
mod wire;

use futures_util::stream::{self, BoxStream, StreamExt};
use nomad_driver_podman::plugin::generated::base::base_plugin_server::{BasePlugin, BasePluginServer};
use nomad_driver_podman::plugin::generated::base::{
    ConfigSchemaRequest, ConfigSchemaResponse, PluginInfoRequest, PluginInfoResponse, SetConfigRequest,
    SetConfigResponse,
};
use nomad_driver_podman::plugin::generated::goplugin::StdioData;
use nomad_driver_podman::plugin::generated::goplugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use nomad_driver_podman::plugin::{Routes, server};
use tokio::net::UnixListener;
use tonic::{Request, Response, Status};
use wire::Wire;

struct Panicking;

#[tonic::async_trait]
impl BasePlugin for Panicking {
    async fn plugin_info(
        &self,
        _: Request<PluginInfoRequest>,
    ) -> Result<Response<PluginInfoResponse>, Status> {
        panic!("in a call with number {}", 7)
    }

    async fn config_schema(
        &self,
        _: Request<ConfigSchemaRequest>,
    ) -> Result<Response<ConfigSchemaResponse>, Status> {
        tokio::spawn(async { panic!("in a task beside the call") }).await.unwrap_err();
        Ok(Response::new(ConfigSchemaResponse::default()))
    }

    async fn set_config(&self, _: Request<SetConfigRequest>) -> Result<Response<SetConfigResponse>, Status> {
        std::panic::panic_any(7)
    }
}

/// Only its stream panics, after an answer.
struct PanickingStream;

#[tonic::async_trait]
impl GrpcStdio for PanickingStream {
    type StreamStdioStream = BoxStream<'static, Result<StdioData, Status>>;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        let answer = StdioData { channel: 1, data: vec![7].into() };
        let answers = stream::iter([Ok(answer)]).chain(stream::once(async {
            // Answers that are ready together are sent together; this one is to be on its way before.
            tokio::task::yield_now().await;
            panic!("in a stream")
        }));
        Ok(Response::new(answers.boxed()))
    }
}

async fn connected(services: Routes) -> (tempfile::TempDir, Wire) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let socket = UnixListener::bind(&path).unwrap();
    tokio::spawn(server::serve_services(socket, services));
    (folder, Wire::connect(&path).await)
}

#[tokio::test]
async fn a_call_that_panics_is_answered_and_the_connection_goes_on() {
    let (_folder, wire) = connected(Routes::new(BasePluginServer::new(Panicking))).await;
    let base = "/hashicorp.nomad.plugins.base.proto.BasePlugin";
    for _ in 0..3 {
        let refused = wire.call::<()>(&format!("{base}/PluginInfo"), &()).await.unwrap_err();
        assert_eq!(refused.code, 2);
        assert!(
            refused.message.starts_with("internal error of the plugin: in a call with number 7."),
            "{refused:?}"
        );
        let refused = wire.call::<()>(&format!("{base}/SetConfig"), &()).await.unwrap_err();
        assert!(refused.message.contains("no text"), "{refused:?}");
        wire.call::<ConfigSchemaResponse>(&format!("{base}/ConfigSchema"), &()).await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_that_panics_ends_with_a_status_behind_its_answers() {
    let (_folder, wire) = connected(Routes::new(GrpcStdioServer::new(PanickingStream))).await;
    for _ in 0..3 {
        let mut call = wire.open("/plugin.GRPCStdio/StreamStdio", Some(&()), true).await;
        assert_eq!(call.next::<StdioData>().await.unwrap().data, vec![7]);
        assert!(call.next::<StdioData>().await.is_none());
        let refused = call.end().await;
        assert_eq!(refused.code, 2);
        assert!(refused.message.contains("in a stream"), "{refused:?}");
    }
}
