# expect: bad_plugin_log_driver logging.driver

plugin "nomad-driver-podman" {
  config {
    logging {
      driver = "k8s-file"
    }
  }
}
