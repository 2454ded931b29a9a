//! gRPC's reflection, by which tools such as grpcurl learn what is served. The tables are made when somebody first
//! asks: a host never does, and launch must be quick.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, FutureExt};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_reflection::pb;
use tonic_reflection::server::{Builder, Error};

use super::generated::descriptions::DESCRIPTIONS;

/// The current version of the service.
#[derive(Debug, Clone, Default)]
pub struct V1(Tables);

/// The version that older tools ask for.
#[derive(Debug, Clone, Default)]
pub struct V1Alpha(Tables);

#[derive(Debug, Clone, Default)]
struct Tables(Arc<OnceLock<Option<Routes>>>);

impl Tables {
    fn call(
        &self,
        build: fn(Builder<'static>) -> Result<Routes, Error>,
        request: http::Request<Body>,
    ) -> BoxFuture<'static, Result<http::Response<Body>, Infallible>> {
        let routes = self.0.get_or_init(|| build(descriptions()).inspect_err(complain).ok());
        match routes.clone() {
            Some(mut routes) => routes.call(request).boxed(),
            None => {
                async { Ok(Status::unknown("the descriptions of this plugin cannot be read").into_http()) }
                    .boxed()
            }
        }
    }
}

fn complain(error: &Error) {
    tracing::error!(error = error as &dyn std::error::Error, "no reflection");
}

/// Everything that is served, the same in both versions.
fn descriptions() -> Builder<'static> {
    Builder::configure()
        .include_reflection_service(false)
        .register_encoded_file_descriptor_set(DESCRIPTIONS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(pb::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(pb::v1alpha::FILE_DESCRIPTOR_SET)
}

impl NamedService for V1 {
    const NAME: &'static str = pb::v1::server_reflection_server::SERVICE_NAME;
}

impl NamedService for V1Alpha {
    const NAME: &'static str = pb::v1alpha::server_reflection_server::SERVICE_NAME;
}

impl Service<http::Request<Body>> for V1 {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.0.call(|builder| Ok(Routes::new(builder.build_v1()?)), request)
    }
}

impl Service<http::Request<Body>> for V1Alpha {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.0.call(|builder| Ok(Routes::new(builder.build_v1alpha()?)), request)
    }
}
