//! What every plugin of Nomad answers: who it is, which configuration it takes, and the taking of it.
//! The sockets that the configuration names are made by `settings`.

use std::sync::Arc;

use podman_driver_engine::config::{Sources, decode};
use podman_driver_engine::generated::descriptors;
use tonic::{Request, Response, Status};

use super::errors::Failure;
use super::settings::{Node, Settings};
use super::{Driver, NAME};
use crate::plugin::generated::base::base_plugin_server::BasePlugin;
use crate::plugin::generated::base::{
    ClientTopology, ClientTopologyCore, ConfigSchemaRequest, ConfigSchemaResponse, PluginInfoRequest,
    PluginInfoResponse, PluginType, SetConfigRequest, SetConfigResponse,
};

/// The version of Nomad's plugin API that is spoken.
const API: &str = "v0.1.0";

/// The service.
#[derive(Debug)]
pub struct Base {
    driver: Arc<Driver>,
}

impl Base {
    /// The service of this driver.
    pub fn new(driver: Arc<Driver>) -> Self {
        Self { driver }
    }
}

#[tonic::async_trait]
impl BasePlugin for Base {
    async fn plugin_info(
        &self,
        _: Request<PluginInfoRequest>,
    ) -> Result<Response<PluginInfoResponse>, Status> {
        Ok(Response::new(PluginInfoResponse {
            r#type: PluginType::Driver.into(),
            plugin_api_versions: vec![API.to_owned()],
            plugin_version: env!("CARGO_PKG_VERSION").to_owned(),
            name: NAME.to_owned(),
        }))
    }

    async fn config_schema(
        &self,
        _: Request<ConfigSchemaRequest>,
    ) -> Result<Response<ConfigSchemaResponse>, Status> {
        Ok(Response::new(ConfigSchemaResponse { spec: Some(descriptors::plugin()) }))
    }

    async fn set_config(
        &self,
        request: Request<SetConfigRequest>,
    ) -> Result<Response<SetConfigResponse>, Status> {
        let settings = read(request.get_ref(), &self.driver.settings()).map_err(|failure| {
            tracing::error!(error = failure.message(), "the plugin's configuration is refused");
            Failure::new(format!("SetConfig failed: {}", failure.message()))
        })?;
        self.driver.set_settings(settings);
        Ok(Response::new(SetConfigResponse {}))
    }
}

/// From a client's configuration to settings. Nothing outside of this process is touched.
fn read(request: &SetConfigRequest, before: &Settings) -> Result<Settings, Failure> {
    let plugin = decode::plugin_from_msgpack(&request.msgpack_config).map_err(Failure::new)?;
    let topology = request.nomad_config.as_ref().and_then(|nomad| nomad.driver.as_ref()?.topology.as_ref());
    Settings::build(plugin, Sources::default(), topology.map(node).unwrap_or_default(), before)
}

/// The figures that Nomad's own drivers derive from the same topology: cores that are switched off count too.
fn node(topology: &ClientTopology) -> Node {
    let speed = |core: &ClientTopologyCore| {
        [core.base_speed, core.max_speed, core.guess_speed]
            .into_iter()
            .find(|speed| *speed > 0)
            .unwrap_or_default()
    };
    let sum = topology.cores.iter().map(speed).fold(0, u64::saturating_add);
    let set = topology.override_total_compute;
    Node {
        compute: if set > 0 { set } else { sum },
        cores: u64::try_from(topology.cores.len()).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topology(speeds: &[(u64, u64, u64)], set: u64) -> ClientTopology {
        let cores = speeds.iter().map(|&(base_speed, max_speed, guess_speed)| ClientTopologyCore {
            base_speed,
            max_speed,
            guess_speed,
            disable: true,
            ..ClientTopologyCore::default()
        });
        ClientTopology { cores: cores.collect(), override_total_compute: set, ..ClientTopology::default() }
    }

    #[test]
    fn the_compute_is_the_sum_of_the_first_known_speeds() {
        let speeds = [(1, 20, 300), (0, 20, 300), (0, 0, 300), (0, 0, 0)];
        assert_eq!(node(&topology(&speeds, 0)), Node { compute: 321, cores: 4 });
        assert_eq!(node(&topology(&speeds, 7)), Node { compute: 7, cores: 4 });
        assert_eq!(node(&topology(&[(u64::MAX, 0, 0); 2], 0)).compute, u64::MAX);
        assert_eq!(node(&topology(&[], 0)), Node::default());
    }

    #[test]
    fn no_bytes_are_a_configuration_without_options() {
        let settings = read(&SetConfigRequest::default(), &Settings::default()).unwrap();
        assert_eq!(settings.node, Node::default());
    }
}
