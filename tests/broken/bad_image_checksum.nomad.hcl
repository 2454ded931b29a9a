# expect: bad_image_checksum image_checksum

job "broken" {
  group "cache" {
    task "redis" {
      driver = "podman"

      config {
        image          = "oci-archive:https://files.example.com/shop.tar"
        image_checksum = "md5:9e107d9d372bb6826bd81d3542a419d6"
      }
    }
  }
}
