# Everything that a check can report. An id is never given to another problem, also after its own is gone.
#
#   diagnostic "name"   its constant in Rust is the name in capitals
#     id               1-49 files and syntax, 50-99 jobs, 100-149 options, then by topic as headed below
#     severity         error: the task cannot start like this; warning: it starts, and something has no effect or surprises
#     title            one line
#     doc              what `explain` prints: meaning, reason, an example, the mend

# 100-149: decoding of options

diagnostic "unknown_option" {
  id       = 101
  severity = error
  title    = "An option does not exist"
  doc      = <<-EOT
    An option does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "docker_option" {
  id       = 102
  severity = error
  title    = "An option belongs to the docker driver"
  doc      = <<-EOT
    An option belongs to the docker driver. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "missing_option" {
  id       = 103
  severity = error
  title    = "A required option is missing"
  doc      = <<-EOT
    A required option is missing. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "wrong_type" {
  id       = 104
  severity = error
  title    = "A value has the wrong type"
  doc      = <<-EOT
    A value has the wrong type. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "number_out_of_range" {
  id       = 105
  severity = error
  title    = "A number is outside its range"
  doc      = <<-EOT
    A number is outside its range. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "number_not_whole" {
  id       = 106
  severity = error
  title    = "A number is not whole"
  doc      = <<-EOT
    A number is not whole. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "duplicate_option" {
  id       = 107
  severity = error
  title    = "An option is given twice"
  doc      = <<-EOT
    An option is given twice. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "duplicate_block" {
  id       = 108
  severity = error
  title    = "A block is given twice"
  doc      = <<-EOT
    A block is given twice. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "block_not_accepted" {
  id       = 109
  severity = error
  title    = "An attribute is written as a block"
  doc      = <<-EOT
    An attribute is written as a block. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "attribute_not_accepted" {
  id       = 110
  severity = error
  title    = "A block is written as an attribute"
  doc      = <<-EOT
    A block is written as an attribute. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "deprecated_option" {
  id       = 111
  severity = warning
  title    = "An option is deprecated"
  doc      = <<-EOT
    An option is deprecated. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 150-169: image and pull

diagnostic "image_empty" {
  id       = 150
  severity = error
  title    = "The image has no name"
  doc      = <<-EOT
    The image has no name. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_image_reference" {
  id       = 151
  severity = error
  title    = "An image reference is malformed"
  doc      = <<-EOT
    An image reference is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unsupported_transport" {
  id       = 152
  severity = error
  title    = "An image uses a transport that is not supported"
  doc      = <<-EOT
    An image uses a transport that is not supported. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "archive_reference_ignored" {
  id       = 153
  severity = warning
  title    = "The reference after an archive's path is not used"
  doc      = <<-EOT
    The reference after an archive's path is not used. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_pull_timeout" {
  id       = 154
  severity = error
  title    = "image_pull_timeout is no duration"
  doc      = <<-EOT
    image_pull_timeout is no duration. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "tls_verify_off" {
  id       = 155
  severity = warning
  title    = "The registry's certificate is not verified"
  doc      = <<-EOT
    The registry's certificate is not verified. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "incomplete_credentials" {
  id       = 156
  severity = warning
  title    = "Credentials are only half given"
  doc      = <<-EOT
    Credentials are only half given. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "platform_without_effect" {
  id       = 157
  severity = warning
  title    = "A platform is asked of an archive"
  doc      = <<-EOT
    A platform is asked of an archive. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "credentials_without_effect" {
  id       = 158
  severity = warning
  title    = "Credentials are given for an archive"
  doc      = <<-EOT
    Credentials are given for an archive. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 170-179: process

diagnostic "bad_entrypoint" {
  id       = 170
  severity = error
  title    = "entrypoint is neither a list nor a text"
  doc      = <<-EOT
    entrypoint is neither a list nor a text. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "entrypoint_string" {
  id       = 171
  severity = warning
  title    = "entrypoint as a text is deprecated"
  doc      = <<-EOT
    entrypoint as a text is deprecated. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "entrypoint_empty" {
  id       = 172
  severity = warning
  title    = "An empty entrypoint takes the image's away"
  doc      = <<-EOT
    An empty entrypoint takes the image's away. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "init_path_without_init" {
  id       = 173
  severity = warning
  title    = "init_path has no effect without init"
  doc      = <<-EOT
    init_path has no effect without init. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_container_name" {
  id       = 174
  severity = error
  title    = "The task's name cannot be part of a container's name"
  doc      = <<-EOT
    The task's name cannot be part of a container's name. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 180-199: labels, logging

diagnostic "label_overwritten" {
  id       = 180
  severity = warning
  title    = "A label is overwritten by one of Nomad's"
  doc      = <<-EOT
    A label is overwritten by one of Nomad's. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "extra_label_matches_nothing" {
  id       = 181
  severity = warning
  title    = "A pattern of extra_labels matches nothing"
  doc      = <<-EOT
    A pattern of extra_labels matches nothing. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_log_driver" {
  id       = 185
  severity = error
  title    = "The task's log driver does not exist"
  doc      = <<-EOT
    The task's log driver does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_plugin_log_driver" {
  id       = 186
  severity = error
  title    = "The plugin's log driver does not exist"
  doc      = <<-EOT
    The plugin's log driver does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "log_options_without_effect" {
  id       = 187
  severity = warning
  title    = "Log options have no effect with this driver"
  doc      = <<-EOT
    Log options have no effect with this driver. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "log_collection_off" {
  id       = 188
  severity = warning
  title    = "Output is not collected on this client"
  doc      = <<-EOT
    Output is not collected on this client. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "log_driver_not_inherited" {
  id       = 189
  severity = warning
  title    = "Log options without a driver replace the plugin's driver"
  doc      = <<-EOT
    Log options without a driver replace the plugin's driver. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_log_option" {
  id       = 190
  severity = warning
  title    = "Podman's log driver does not know an option"
  doc      = <<-EOT
    Podman's log driver does not know an option. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "log_tag_refused" {
  id       = 191
  severity = error
  title    = "This Podman refuses a tag without journald"
  doc      = <<-EOT
    This Podman refuses a tag without journald. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 200-219: mounts

diagnostic "bad_volume" {
  id       = 200
  severity = error
  title    = "A volume is not SOURCE:DESTINATION"
  doc      = <<-EOT
    A volume is not SOURCE:DESTINATION. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "volume_too_many_fields" {
  id       = 201
  severity = error
  title    = "A volume has more than three fields"
  doc      = <<-EOT
    A volume has more than three fields. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "volume_field_empty" {
  id       = 202
  severity = error
  title    = "A volume has an empty field"
  doc      = <<-EOT
    A volume has an empty field. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "volumes_disabled" {
  id       = 203
  severity = error
  title    = "The plugin does not allow paths of the host"
  doc      = <<-EOT
    The plugin does not allow paths of the host. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "volume_is_folder" {
  id       = 204
  severity = warning
  title    = "What looks like a named volume is a folder of the task"
  doc      = <<-EOT
    What looks like a named volume is a folder of the task. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_volume_option" {
  id       = 205
  severity = error
  title    = "A volume option does not exist"
  doc      = <<-EOT
    A volume option does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_mount_destination" {
  id       = 206
  severity = error
  title    = "A mount's destination is not an absolute path"
  doc      = <<-EOT
    A mount's destination is not an absolute path. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "duplicate_mount_destination" {
  id       = 207
  severity = error
  title    = "Two mounts have the same destination"
  doc      = <<-EOT
    Two mounts have the same destination. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_tmpfs_option" {
  id       = 208
  severity = error
  title    = "A tmpfs option does not exist"
  doc      = <<-EOT
    A tmpfs option does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "conflicting_mount_options" {
  id       = 209
  severity = error
  title    = "Two mount options exclude each other"
  doc      = <<-EOT
    Two mount options exclude each other. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "selinuxlabel_on_privileged" {
  id       = 210
  severity = warning
  title    = "The SELinux label is not used for a privileged task"
  doc      = <<-EOT
    The SELinux label is not used for a privileged task. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_propagation" {
  id       = 211
  severity = warning
  title    = "A mount that Nomad adds has an unknown propagation"
  doc      = <<-EOT
    A mount that Nomad adds has an unknown propagation. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 220-229: devices

diagnostic "bad_device" {
  id       = 220
  severity = error
  title    = "A device is not HOST:CONTAINER:RIGHTS"
  doc      = <<-EOT
    A device is not HOST:CONTAINER:RIGHTS. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_device_rights" {
  id       = 221
  severity = error
  title    = "The rights of a device are not out of rwm"
  doc      = <<-EOT
    The rights of a device are not out of rwm. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "device_given_twice" {
  id       = 222
  severity = warning
  title    = "A device is given twice"
  doc      = <<-EOT
    A device is given twice. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 230-259: resources

diagnostic "bad_size" {
  id       = 230
  severity = error
  title    = "A size is malformed"
  doc      = <<-EOT
    A size is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "size_out_of_range" {
  id       = 231
  severity = error
  title    = "A size is negative or too large"
  doc      = <<-EOT
    A size is negative or too large. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "reservation_above_limit" {
  id       = 232
  severity = warning
  title    = "The memory reservation is larger than the limit"
  doc      = <<-EOT
    The memory reservation is larger than the limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "reservation_lowered" {
  id       = 233
  severity = warning
  title    = "The memory reservation is lowered to the task's memory"
  doc      = <<-EOT
    The memory reservation is lowered to the task's memory. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "swap_below_memory" {
  id       = 234
  severity = error
  title    = "memory_swap is smaller than the memory limit"
  doc      = <<-EOT
    memory_swap is smaller than the memory limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "swap_without_limit" {
  id       = 235
  severity = warning
  title    = "memory_swap is given without a memory limit"
  doc      = <<-EOT
    memory_swap is given without a memory limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "swappiness_without_effect" {
  id       = 236
  severity = warning
  title    = "memory_swappiness has no effect on cgroup version 2"
  doc      = <<-EOT
    memory_swappiness has no effect on cgroup version 2. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_swappiness" {
  id       = 237
  severity = error
  title    = "memory_swappiness is not between 0 and 100"
  doc      = <<-EOT
    memory_swappiness is not between 0 and 100. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "cpu_period_without_hard_limit" {
  id       = 238
  severity = warning
  title    = "cpu_cfs_period has no effect without cpu_hard_limit"
  doc      = <<-EOT
    cpu_cfs_period has no effect without cpu_hard_limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "cpu_period_too_large" {
  id       = 239
  severity = error
  title    = "cpu_cfs_period is above one second"
  doc      = <<-EOT
    cpu_cfs_period is above one second. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "cpu_period_raised" {
  id       = 240
  severity = warning
  title    = "cpu_cfs_period is raised to one millisecond"
  doc      = <<-EOT
    cpu_cfs_period is raised to one millisecond. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "pids_limit_negative" {
  id       = 241
  severity = error
  title    = "pids_limit is negative"
  doc      = <<-EOT
    pids_limit is negative. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "pids_limit_zero" {
  id       = 242
  severity = warning
  title    = "pids_limit of 0 sets no limit"
  doc      = <<-EOT
    pids_limit of 0 sets no limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_oom_score_adj" {
  id       = 243
  severity = error
  title    = "oom_score_adj is not between -1000 and 1000"
  doc      = <<-EOT
    oom_score_adj is not between -1000 and 1000. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "oom_score_adj_rootless" {
  id       = 244
  severity = warning
  title    = "A rootless Podman cannot protect a task from the OOM killer"
  doc      = <<-EOT
    A rootless Podman cannot protect a task from the OOM killer. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_ulimit" {
  id       = 245
  severity = error
  title    = "A ulimit is malformed"
  doc      = <<-EOT
    A ulimit is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_ulimit" {
  id       = 246
  severity = error
  title    = "A ulimit does not exist"
  doc      = <<-EOT
    A ulimit does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "ulimit_soft_above_hard" {
  id       = 247
  severity = error
  title    = "A soft limit is above its hard limit"
  doc      = <<-EOT
    A soft limit is above its hard limit. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "shm_size_needs_own_ipc" {
  id       = 248
  severity = error
  title    = "shm_size needs an IPC namespace of the task's own"
  doc      = <<-EOT
    shm_size needs an IPC namespace of the task's own. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "controller_not_delegated" {
  id       = 249
  severity = warning
  title    = "A limit is left out because its controller is not delegated"
  doc      = <<-EOT
    A limit is left out because its controller is not delegated. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 260-289: security

diagnostic "unknown_capability" {
  id       = 260
  severity = error
  title    = "A capability does not exist"
  doc      = <<-EOT
    A capability does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "capability_added_and_dropped" {
  id       = 261
  severity = warning
  title    = "A capability is both added and dropped"
  doc      = <<-EOT
    A capability is both added and dropped. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "capabilities_on_privileged" {
  id       = 262
  severity = warning
  title    = "Capabilities have no effect on a privileged task"
  doc      = <<-EOT
    Capabilities have no effect on a privileged task. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_security_opt" {
  id       = 263
  severity = error
  title    = "A security option does not exist"
  doc      = <<-EOT
    A security option does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_systempaths" {
  id       = 264
  severity = error
  title    = "systempaths takes only unconfined"
  doc      = <<-EOT
    systempaths takes only unconfined. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_no_new_privileges" {
  id       = 265
  severity = error
  title    = "no-new-privileges takes only true or false"
  doc      = <<-EOT
    no-new-privileges takes only true or false. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "apparmor_profile_overridden" {
  id       = 266
  severity = warning
  title    = "apparmor_profile is overridden by security_opt"
  doc      = <<-EOT
    apparmor_profile is overridden by security_opt. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "apparmor_not_available" {
  id       = 267
  severity = warning
  title    = "The host has no AppArmor"
  doc      = <<-EOT
    The host has no AppArmor. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "selinux_not_available" {
  id       = 268
  severity = warning
  title    = "The host has no SELinux"
  doc      = <<-EOT
    The host has no SELinux. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "security_opt_repeated" {
  id       = 269
  severity = warning
  title    = "A security option is given twice"
  doc      = <<-EOT
    A security option is given twice. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_userns" {
  id       = 270
  severity = error
  title    = "A user namespace mode does not exist"
  doc      = <<-EOT
    A user namespace mode does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_userns_option" {
  id       = 271
  severity = error
  title    = "An option of a user namespace is malformed"
  doc      = <<-EOT
    An option of a user namespace is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_id_mapping" {
  id       = 272
  severity = error
  title    = "An ID mapping is malformed"
  doc      = <<-EOT
    An ID mapping is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "keep_id_rootful" {
  id       = 273
  severity = warning
  title    = "A user namespace mode is meant for rootless Podman"
  doc      = <<-EOT
    A user namespace mode is meant for rootless Podman. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 290-309: namespaces

diagnostic "bad_ipc_mode" {
  id       = 290
  severity = error
  title    = "An IPC mode does not exist"
  doc      = <<-EOT
    An IPC mode does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "namespace_target_empty" {
  id       = 291
  severity = error
  title    = "A namespace to join is not named"
  doc      = <<-EOT
    A namespace to join is not named. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "sysctl_of_shared_namespace" {
  id       = 292
  severity = error
  title    = "A kernel parameter belongs to a namespace that is shared"
  doc      = <<-EOT
    A kernel parameter belongs to a namespace that is shared. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 310-349: network, ports, DNS

diagnostic "unknown_network" {
  id       = 310
  severity = error
  title    = "A Podman network does not exist"
  doc      = <<-EOT
    A Podman network does not exist. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "network_mode_ignored" {
  id       = 311
  severity = warning
  title    = "The group's network namespace wins over network_mode"
  doc      = <<-EOT
    The group's network namespace wins over network_mode. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "pasta_needs_rootless" {
  id       = 312
  severity = warning
  title    = "pasta works only with a rootless Podman"
  doc      = <<-EOT
    pasta works only with a rootless Podman. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "pasta_too_old" {
  id       = 313
  severity = error
  title    = "This Podman has no pasta"
  doc      = <<-EOT
    This Podman has no pasta. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "slirp4netns_gone" {
  id       = 314
  severity = error
  title    = "This Podman has no slirp4netns"
  doc      = <<-EOT
    This Podman has no slirp4netns. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "network_mode_options" {
  id       = 315
  severity = error
  title    = "network_mode takes no options"
  doc      = <<-EOT
    network_mode takes no options. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_static_address" {
  id       = 316
  severity = error
  title    = "A static address is no IP address"
  doc      = <<-EOT
    A static address is no IP address. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_static_mac" {
  id       = 317
  severity = error
  title    = "A static hardware address is malformed"
  doc      = <<-EOT
    A static hardware address is malformed. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "static_address_outside_bridge" {
  id       = 318
  severity = error
  title    = "A static address needs a bridge network"
  doc      = <<-EOT
    A static address needs a bridge network. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "static_address_family" {
  id       = 319
  severity = warning
  title    = "A static address is of the other family"
  doc      = <<-EOT
    A static address is of the other family. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "static_ips_too_old" {
  id       = 320
  severity = error
  title    = "This Podman takes only one address of each family"
  doc      = <<-EOT
    This Podman takes only one address of each family. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "ports_and_port_map" {
  id       = 325
  severity = error
  title    = "ports and port_map exclude each other"
  doc      = <<-EOT
    ports and port_map exclude each other. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "port_map_without_network" {
  id       = 326
  severity = error
  title    = "port_map needs a network in the task's resources"
  doc      = <<-EOT
    port_map needs a network in the task's resources. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "ports_without_network" {
  id       = 327
  severity = error
  title    = "ports needs a network block in the group"
  doc      = <<-EOT
    ports needs a network block in the group. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "unknown_port" {
  id       = 328
  severity = error
  title    = "A port is not declared in the group"
  doc      = <<-EOT
    A port is not declared in the group. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "port_map_label_unknown" {
  id       = 329
  severity = warning
  title    = "A label of port_map is no port of the task"
  doc      = <<-EOT
    A label of port_map is no port of the task. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "ports_without_effect" {
  id       = 330
  severity = warning
  title    = "Ports are not published in this network mode"
  doc      = <<-EOT
    Ports are not published in this network mode. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_port_number" {
  id       = 331
  severity = error
  title    = "A port is not between 1 and 65535"
  doc      = <<-EOT
    A port is not between 1 and 65535. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "port_given_twice" {
  id       = 332
  severity = warning
  title    = "A port is published twice"
  doc      = <<-EOT
    A port is published twice. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "port_not_published" {
  id       = 333
  severity = warning
  title    = "A port of the group is not published"
  doc      = <<-EOT
    A port of the group is not published. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_extra_host" {
  id       = 335
  severity = error
  title    = "An extra host is not NAME:ADDRESS"
  doc      = <<-EOT
    An extra host is not NAME:ADDRESS. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_extra_host_address" {
  id       = 336
  severity = warning
  title    = "An extra host's address is no IP address"
  doc      = <<-EOT
    An extra host's address is no IP address. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "extra_hosts_in_joined_network" {
  id       = 337
  severity = error
  title    = "Extra hosts cannot be added to a joined network"
  doc      = <<-EOT
    Extra hosts cannot be added to a joined network. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_dns_server" {
  id       = 340
  severity = error
  title    = "A name server of the group is no IP address"
  doc      = <<-EOT
    A name server of the group is no IP address. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "plugin_dns_without_effect" {
  id       = 341
  severity = warning
  title    = "The plugin's name servers are not used for this group"
  doc      = <<-EOT
    The plugin's name servers are not used for this group. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 350-369: plugin config

diagnostic "unknown_socket" {
  id       = 350
  severity = error
  title    = "A socket is not configured"
  doc      = <<-EOT
    A socket is not configured. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "sockets_and_socket_path" {
  id       = 351
  severity = error
  title    = "socket and socket_path exclude each other"
  doc      = <<-EOT
    socket and socket_path exclude each other. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "duplicate_socket_name" {
  id       = 352
  severity = warning
  title    = "Two sockets have the same name"
  doc      = <<-EOT
    Two sockets have the same name. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_socket_address" {
  id       = 353
  severity = error
  title    = "A socket's address is not supported"
  doc      = <<-EOT
    A socket's address is not supported. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_http_timeout" {
  id       = 354
  severity = error
  title    = "client_http_timeout is no duration"
  doc      = <<-EOT
    client_http_timeout is no duration. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "no_default_socket" {
  id       = 355
  severity = warning
  title    = "No socket is the default one"
  doc      = <<-EOT
    No socket is the default one. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_plugin_dns_server" {
  id       = 356
  severity = error
  title    = "A name server of the plugin is no IP address"
  doc      = <<-EOT
    A name server of the plugin is no IP address. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_rootless_mode" {
  id       = 357
  severity = warning
  title    = "default_rootless_mode is no network mode"
  doc      = <<-EOT
    default_rootless_mode is no network mode. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "recover_stopped_risky" {
  id       = 358
  severity = warning
  title    = "recover_stopped may keep an agent from starting"
  doc      = <<-EOT
    recover_stopped may keep an agent from starting. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "bad_selinuxlabel" {
  id       = 359
  severity = warning
  title    = "selinuxlabel is neither z nor Z"
  doc      = <<-EOT
    selinuxlabel is neither z nor Z. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

# 370-389: Podman version and host

diagnostic "member_not_known" {
  id       = 370
  severity = error
  title    = "This Podman cannot do what an option asks for"
  doc      = <<-EOT
    This Podman cannot do what an option asks for. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "member_without_effect" {
  id       = 371
  severity = warning
  title    = "This Podman does not know what an option asks for"
  doc      = <<-EOT
    This Podman does not know what an option asks for. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "podman_too_old" {
  id       = 372
  severity = warning
  title    = "This Podman is older than any that was tested"
  doc      = <<-EOT
    This Podman is older than any that was tested. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "cgroup_v1_gone" {
  id       = 373
  severity = error
  title    = "Podman 6 does not run on cgroup version 1"
  doc      = <<-EOT
    Podman 6 does not run on cgroup version 1. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}

diagnostic "ulimit_defaults_lost" {
  id       = 374
  severity = warning
  title    = "This Podman raises other limits when one is given"
  doc      = <<-EOT
    This Podman raises other limits when one is given. The option, its value and what is accepted instead stand in the message; the reference page of the option says more.
  EOT
}
