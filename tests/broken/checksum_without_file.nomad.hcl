# expect: checksum_without_file image_checksum

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image          = "registry.example.com/shop:2.1"
        image_checksum = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
      }
    }
  }
}
