# expect: extra_label_matches_nothing extra_labels[0]
# expect: extra_label_matches_nothing extra_labels[1]

plugin "nomad-driver-podman" {
  config {
    extra_labels = ["alloc*", "group_name", "task_name"]
  }
}
