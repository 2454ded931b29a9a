# expect: image_outside_task_folder image

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image = "oci-archive:local/../../other/image.tar"
      }
    }
  }
}
