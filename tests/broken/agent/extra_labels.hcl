# Fine by itself: a label about the job for every container.

plugin "nomad-driver-podman" {
  config {
    extra_labels = ["job_name"]
  }
}
