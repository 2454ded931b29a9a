# Everything that a check can report. An id is never given to another problem, also after its own is gone.
#
#   diagnostic "name"   its constant in Rust is the name in capitals
#     id               1-49 files and syntax, 50-99 jobs, 100-149 options, then by topic as headed below
#     severity         error: the task cannot start like this; warning: it starts, and something has no effect or surprises
#     title            one line
#     doc              what `explain` prints: meaning, reason, an example, the mend

# 1-49: files, HCL and JSON, evaluation of expressions

diagnostic "file_too_large" {
  id       = 1
  severity = error
  title    = "The file is too large for a job file"
  doc      = <<-EOT
    A job file has at most 4 MiB here. Nomad's servers keep the source of a job up to 1 MB
    and drop it above that, so a larger file is almost always something else that came in
    by its name. Data that a task needs belongs into an artifact, a volume or a variable of
    Nomad, not into the job.
  EOT
}

diagnostic "file_not_text" {
  id       = 2
  severity = error
  title    = "The file is not text"
  doc      = <<-EOT
    A job file is HCL or JSON in UTF-8. This one has bytes that are neither: it may be an
    archive, an image, or a text in another encoding such as UTF-16, as some editors on
    Windows write it. Save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`.
  EOT
}

diagnostic "file_empty" {
  id       = 3
  severity = error
  title    = "The file is empty"
  doc      = <<-EOT
    The file holds nothing but blanks. When it comes from standard input, the command that
    should have written it has probably failed.
  EOT
}

diagnostic "foreign_template" {
  id       = 4
  severity = error
  title    = "The file is a template of another tool"
  doc      = <<-EOT
    Outside of any string stand the marks of a tool that makes job files: `[[ … ]]` of
    Levant or Nomad Pack, `{{ … }}` of Go templates or Jinja, `<% … %>` of ERB, `$${…}` of
    Terraform's `templatefile`. As it stands the file is no HCL, and nothing in it can be
    checked.

        group "web" {
          count = [[ .count ]]
        }

    Let that tool write the job and check what it wrote, for instance
    `levant render web.nomad | podman-driver-render check -`.
  EOT
}

diagnostic "hcl_syntax" {
  id       = 5
  severity = error
  title    = "The text is not HCL"
  doc      = <<-EOT
    The file, or a template inside a text of a JSON job, or a value that was given for a
    variable, cannot be read as HCL. The place is where reading stopped; the mistake is
    there or shortly before, such as a brace or a quote that is missing.

        config {
          image = "docker.io/library/redis:7
        }

    Blocks, lists and calls can lie 64 deep inside each other, which is more than a job
    needs.
  EOT
}

diagnostic "json_syntax" {
  id       = 6
  severity = error
  title    = "The text is not JSON"
  doc      = <<-EOT
    A file that begins with `{` is read as JSON, as Nomad does it, and this one is none.
    Comments and a comma behind the last member, which HCL allows, are errors in JSON.

        {"job": {"web": {"type": "batch",}}}
  EOT
}

diagnostic "file_unreadable" {
  id       = 7
  severity = error
  title    = "A file cannot be read"
  doc      = <<-EOT
    The file is not there, or the system does not let this user read it; the message holds
    the system's own words. A check of several files goes on with the others and ends with
    exit code 2, since it cannot say that everything is fine.

        podman-driver-render check no-such.nomad.hcl
  EOT
}

diagnostic "unknown_variable" {
  id       = 10
  severity = error
  title    = "A variable is not declared"
  doc      = <<-EOT
    An expression says `var.name`, and the file has no `variable "name"` block. Nomad takes
    variables from the job file alone; a value from `-var` does not declare one.

        variable "tag" { default = "7" }
        …
        image = "docker.io/library/redis:$${var.tga}"

    Declare the variable, or take the name that the message suggests. To keep the text for
    the shell inside the container, write `$$${var.tga}`.
  EOT
}

diagnostic "unknown_local" {
  id       = 11
  severity = error
  title    = "A local does not exist"
  doc      = <<-EOT
    An expression says `local.name`, and no `locals` block of the file defines the name.

        locals {
          registry = "docker.io/library"
        }
        …
        image = "$${local.registri}/redis:7"

    Define it, or take the name that the message suggests.
  EOT
}

diagnostic "name_not_allowed" {
  id       = 12
  severity = error
  title    = "Only a written-out value may stand here"
  doc      = <<-EOT
    The default of a variable and a value that is given for one are written out: they can
    refer to no other variable, no local and no name of run time, and call no function.

        variable "image" {
          default = "$${var.registry}/redis:7"
        }

    Put what is computed into `locals`.
  EOT
}

diagnostic "unknown_function" {
  id       = 13
  severity = error
  title    = "A function does not exist"
  doc      = <<-EOT
    The expression calls a function that Nomad's job files do not have. Some that Terraform
    has are missing, such as `tostring`, `templatefile` and `timestamp`; `convert(x, string)`
    stands for the first. In the check of a variable the functions that read files are
    missing too.

        command = tostring(5)
  EOT
}

diagnostic "wrong_argument_count" {
  id       = 14
  severity = error
  title    = "A function gets too few or too many arguments"
  doc      = <<-EOT
    The message says how many arguments the function takes, and their names. A list is
    spread over several arguments with `...` behind it.

        command = upper("a", "b")
        args    = [max([3, 5]...)]
  EOT
}

diagnostic "function_failed" {
  id       = 15
  severity = error
  title    = "A function refuses its arguments"
  doc      = <<-EOT
    An argument has the wrong type or a value that the function cannot work with, or a file
    cannot be read. Paths of `file`, `fileset` and their kin start from the job file's
    folder.

        data  = file("nginx.conf")
        count = parseint("ten", 10)

    Some functions differ from Terraform's of the same name: `index` takes a key,
    `reverse` turns a string around, `length` does not count the members of an object.
  EOT
}

diagnostic "wrong_operand" {
  id       = 16
  severity = error
  title    = "An operator cannot work with this value"
  doc      = <<-EOT
    Arithmetic and comparisons need numbers, `!`, `&&` and `||` need bools; a text that
    reads as one counts as one. Texts are put together inside of a string, not with `+`.
    Division by zero has no result.

        image = "docker.io/library/" + var.name

    A value that is known only when the task runs, such as `$${NOMAD_ALLOC_INDEX}`, is a
    text for Nomad's parser and cannot be computed with.
  EOT
}

diagnostic "wrong_index" {
  id       = 18
  severity = error
  title    = "A value does not have this element"
  doc      = <<-EOT
    The attribute or index behind the value does not exist: a name that the object does not
    have, an index behind the end of the list, an index into something that has no
    elements.

        locals { ports = { http = 80 } }
        …
        to = local.ports.htpp

    `try(local.ports.htpp, 80)` gives a value where there may be none.
  EOT
}

diagnostic "wrong_template_part" {
  id       = 19
  severity = error
  title    = "A value has no text form"
  doc      = <<-EOT
    Inside of a text only strings, numbers and bools can stand. A list is put into a text
    with `join(",", list)`, an object with `jsonencode(object)`; null has no text.

        command = "run $${var.args}"
  EOT
}

diagnostic "wrong_condition" {
  id       = 20
  severity = error
  title    = "A condition cannot be decided"
  doc      = <<-EOT
    What stands before `?`, behind `if` or in `%%{ if … }` is a bool, and the two results of
    `a ? b : c` need a type in common, whichever is taken.

        args = var.debug ? ["-v"] : "none"

    Names of run time are texts for Nomad's parser: `$${NOMAD_DC} == "a"` compares the text
    with its braces and is always false.
  EOT
}

diagnostic "wrong_iteration" {
  id       = 21
  severity = error
  title    = "A loop cannot run, or makes keys that are none"
  doc      = <<-EOT
    `for` runs over a list, a set, a map or an object. The keys of what `{for …}` makes are
    strings, each one once; with `...` behind the value equal keys are grouped.

        args = [for x in "abc" : x]
  EOT
}

diagnostic "local_cycle" {
  id       = 22
  severity = error
  title    = "Locals are defined by each other"
  doc      = <<-EOT
    The definition of a local leads back to itself, so that none of those in the circle has
    a value.

        locals {
          a = "$${local.b}-1"
          b = local.a
        }
  EOT
}

diagnostic "duplicate_name" {
  id       = 23
  severity = error
  title    = "A name is defined twice"
  doc      = <<-EOT
    Variables and locals have one definition each in a file, over all of its `locals`
    blocks, and a task has one `config`, one `env` and one `meta`.

        locals { a = 1 }
        locals { a = 2 }
  EOT
}

diagnostic "missing_variable_value" {
  id       = 24
  severity = error
  title    = "A variable has no value"
  doc      = <<-EOT
    The variable is declared without default, and no value is given for it.

        variable "tag" { type = string }

    Values are given as with `nomad job run`: `-var tag=7`, `-var-file values.hcl`, or
    NOMAD_VAR_tag in the environment, the first being the strongest. Variables without
    default must have a value also where nothing uses them.
  EOT
}

diagnostic "wrong_variable_value" {
  id       = 25
  severity = error
  title    = "A value does not fit its variable"
  doc      = <<-EOT
    The default or a given value cannot be converted to the variable's type. Without a
    `type` the default's own type counts, so that a variable with the default `["a"]` takes
    lists of exactly one string; `type = list(string)` takes any.

        variable "count" {
          type    = number
          default = "many"
        }
  EOT
}

diagnostic "wrong_type_constraint" {
  id       = 26
  severity = error
  title    = "A type is none"
  doc      = <<-EOT
    Types are `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`,
    `tuple([…])` and `object({…})`, where a member may be `optional(…)`.

        variable "args" { type = strings }
  EOT
}

diagnostic "validation_failed" {
  id       = 27
  severity = error
  title    = "A variable's own check refuses its value"
  doc      = <<-EOT
    The variable has a `validation` block whose condition is false for the value. The text
    is the one that the author of the job wrote.

        variable "tag" {
          default = "latest"
          validation {
            condition     = var.tag != "latest"
            error_message = "Name a version."
          }
        }
  EOT
}

diagnostic "wrong_validation" {
  id       = 28
  severity = error
  title    = "A validation block cannot be used"
  doc      = <<-EOT
    A `validation` has a `condition` that looks at its own variable and nothing else, and a
    literal `error_message`.

        variable "tag" {
          default = "7"
          validation {
            condition     = var.other != ""
            error_message = "Name a version."
          }
        }
  EOT
}

diagnostic "undeclared_variable" {
  id       = 29
  severity = error
  title    = "A value is given for a variable that is not declared"
  doc      = <<-EOT
    A value from `-var` or a file of values has a name for which the job has no `variable`
    block; Nomad refuses such a run unless it is told `-hcl2-strict=false`. Values from the
    environment may have any name.
  EOT
}

diagnostic "evaluation_too_large" {
  id       = 30
  severity = error
  title    = "An evaluation takes too much"
  doc      = <<-EOT
    The expressions of the file make values that are too many, too large or too deep. Each
    file has a budget that ordinary jobs use a thousandth of; what ends here usually builds
    a value from copies of itself.

        locals {
          a = "0123456789"
          b = join(",", [for x in range(1000) : local.a])
          c = join(",", [for x in range(1000) : local.b])
        }
  EOT
}

diagnostic "wrong_variable_file" {
  id       = 31
  severity = error
  title    = "A file of values holds something else"
  doc      = <<-EOT
    A file that is passed with `-var-file` has lines such as `tag = "7"` and nothing else.
    Variables are declared in the job file.

        variable "tag" { default = "7" }
  EOT
}

# 50-99: the job around the tasks

diagnostic "no_job" {
  id       = 50
  severity = error
  title    = "There is no job in the file"
  doc      = <<-EOT
    A job file has one `job "name" { … }` block at its top level, or in JSON a member `job`
    or `Job`. Files with variables or with a volume, a quota or a policy of Nomad are no job
    files.
  EOT
}

diagnostic "several_jobs" {
  id       = 51
  severity = error
  title    = "There is more than one job in the file"
  doc      = <<-EOT
    Nomad takes one job for each file. Here the first one is looked at, and the others are
    not.
  EOT
}

diagnostic "wrong_labels" {
  id       = 52
  severity = error
  title    = "A block has no name, or too many"
  doc      = <<-EOT
    A job, a group, a task, a volume, a port, a device and a variable have exactly one name
    behind their kind; `network`, `config`, `resources` and their like have none.

        group {
          task "web" { … }
        }
  EOT
}

diagnostic "wrong_dynamic" {
  id       = 53
  severity = error
  title    = "A dynamic block cannot be expanded"
  doc      = <<-EOT
    A `dynamic` block has one label, the kind of block that it makes, a `for_each` that is a
    list, a set, a map or an object, and a `content` block.

        dynamic "task" {
          for_each = ["a", "b"]
          labels   = [task.value]
          content { … }
        }
  EOT
}

diagnostic "dynamic_in_config" {
  id       = 54
  severity = error
  title    = "Nomad does not expand dynamic blocks here"
  doc      = <<-EOT
    Inside of `config`, `env` and `meta` Nomad knows no kinds of blocks, and passes a
    `dynamic` block on as an option of that name, which no driver has.

        config {
          dynamic "logging" { … }
        }

    Where the option is a list, write it with `for`: `volumes = [for v in var.volumes : …]`.
  EOT
}

diagnostic "wrong_job_value" {
  id       = 55
  severity = error
  title    = "A part of the job has another type"
  doc      = <<-EOT
    Something in the job that a task's container depends on, such as a port, the memory or
    an environment variable, has a value of another type. Numbers and bools may also be
    texts that read as one; what is known only when the task runs cannot stand there.

        resources {
          memory = "plenty"
        }
  EOT
}

diagnostic "unknown_top_level" {
  id       = 56
  severity = error
  title    = "Something at the top of the file is no part of a job file"
  doc      = <<-EOT
    At the top level stand `job`, `variable`, `variables` and `locals`. Everything else
    belongs inside of the job; files of Nomad's agent and of Nomad Pack have other blocks.

        group "web" { … }
  EOT
}

# 100-149: decoding of options

diagnostic "unknown_option" {
  id       = 101
  severity = error
  title    = "An option does not exist"
  doc      = <<-EOT
    The `config` block holds a name that the podman driver does not know. Nomad's servers do
    not look into `config`, so that such a job is accepted, planned and placed, and fails
    only on the client, with "No argument or block type is named …".

        config {
          imge = "docker.io/library/redis:7"
        }

    The message names the option that comes nearest. `podman-driver-render docs` lists all
    options of a task and of the plugin. A name that stands in the wrong place is unknown
    there too: `auth_soft_fail` stands beside the `auth` block, not in it.
  EOT
}

diagnostic "docker_option" {
  id       = 102
  severity = error
  title    = "An option belongs to the docker driver"
  doc      = <<-EOT
    The option exists in Nomad's docker driver, and the podman driver calls it something
    else or has nothing like it. Jobs that move from one driver to the other fail on these
    names first.

        config {
          image    = "docker.io/library/redis:7"
          work_dir = "/srv"
        }

    Where there is another name, the message says it: `work_dir` is `working_dir`,
    `mac_address` is `static_mac`, `userns_mode` is `userns`. Where there is none, it says
    what does the same: a `mount` block of type `bind` becomes an entry of `volumes`, name
    servers go into the group's `network { dns { … } }`. An option without any counterpart
    must go.
  EOT
}

diagnostic "missing_option" {
  id       = 103
  severity = error
  title    = "A required option is missing"
  doc      = <<-EOT
    An option that must be there is not. A task needs `image`; a `socket` block of the
    plugin needs `socket_path`.

        task "cache" {
          driver = "podman"
          config {
            command = "redis-server"
          }
        }

    Add it: `image = "docker.io/library/redis:7"`. An option that is set to `null` counts as
    left out.
  EOT
}

diagnostic "wrong_type" {
  id       = 104
  severity = error
  title    = "A value has the wrong type"
  doc      = <<-EOT
    The value is of a type that Nomad cannot turn into the type of the option. Numbers and
    bools may be written as texts (`"64"`, `"true"`), and texts that Nomad fills in on the
    client may stand for anything; everything else must be of the right type.

        config {
          image = "docker.io/library/redis:7"
          args  = "--port 7000"
          tty   = "maybe"
        }

    A list stands in brackets, with each argument as an element of its own: `args =
    ["--port", "7000"]`. A bool is `true` or `false` without quotes.
  EOT
}

diagnostic "number_out_of_range" {
  id       = 105
  severity = error
  title    = "A number is outside its range"
  doc      = <<-EOT
    The number does not fit the option: `oom_score_adj` has 16 bits, the others 64, and
    `cpu_cfs_period` cannot be negative. Nomad passes such a number on, and the driver then
    cannot read the config at all: "failed to decode driver config".

        config {
          image         = "docker.io/library/redis:7"
          oom_score_adj = 100000
        }

    Write a number in the range that the message gives.
  EOT
}

diagnostic "number_not_whole" {
  id       = 106
  severity = error
  title    = "A number is not whole"
  doc      = <<-EOT
    The number is a fraction, and the option counts things that cannot be divided. Nomad
    passes a fraction on, and the driver then cannot read the config at all: "failed to
    decode driver config".

        config {
          image      = "docker.io/library/redis:7"
          pids_limit = 1.5
        }

    Write a whole number. The result of a division in an expression needs `floor(…)` or
    `ceil(…)` around it.
  EOT
}

diagnostic "duplicate_option" {
  id       = 107
  severity = error
  title    = "An option is given twice"
  doc      = <<-EOT
    The option stands twice in one place, and only one of them can count. In HCL the text
    itself is refused then (PDR0005); in JSON, and where an option is written as a block and
    as an attribute, Nomad refuses it on the client.

        "config": {
          "image": "docker.io/library/redis:7",
          "image": "docker.io/library/redis:8"
        }

    Keep one of them. Options that hold keys and values may be repeated and are merged:
    `labels`, `sysctl`, `ulimit`, `port_map` and the `options` of a task's `logging`.
  EOT
}

diagnostic "duplicate_block" {
  id       = 108
  severity = error
  title    = "A block is given twice"
  doc      = <<-EOT
    The block stands twice, and it may stand only once. Nomad refuses this on the client;
    the two are not merged.

        config {
          image = "registry.example.com/shop:2.1"
          auth { username = "ci" }
          auth { password = var.registry_password }
        }

    Write everything into one block. In the plugin's config, the blocks `socket` and
    `registry` may be repeated, the latter with another label each time.
  EOT
}

diagnostic "block_not_accepted" {
  id       = 109
  severity = error
  title    = "An option is written as a block"
  doc      = <<-EOT
    A block stands where a value is expected. A block has braces and no equals sign; this
    option is an attribute, with an equals sign and one value.

        config {
          image {
            name = "docker.io/library/redis:7"
          }
        }

    Write `image = "docker.io/library/redis:7"`. Blocks are `auth` and `logging`; options
    with keys and values (`labels`, `sysctl`, `ulimit`, `port_map`) take both forms. The
    docker driver's repeated `devices` blocks become a list of texts here: `devices =
    ["/dev/fuse"]`.
  EOT
}

diagnostic "attribute_not_accepted" {
  id       = 110
  severity = error
  title    = "A block is written as an attribute"
  doc      = <<-EOT
    A plain value stands where a block is expected. A block holds options of its own, so
    that a text, a number or a list of them cannot stand for it.

        config {
          image   = "docker.io/library/redis:7"
          logging = "journald"
        }

    Write a block: `logging { driver = "journald" }`. An object after an equals sign works
    too: `logging = { driver = "journald" }`.
  EOT
}

diagnostic "deprecated_option" {
  id       = 111
  severity = warning
  title    = "An option is deprecated"
  doc      = <<-EOT
    The option still works and has a successor that does the same better. It stays for old
    jobs and gets no further care.

        config {
          image = "docker.io/library/redis:7"
          port_map {
            redis = 6379
          }
        }

    For `port_map`, move the `network` block from the task's `resources` to the group, give
    the port its container side there, and name it in `ports`:

        network {
          port "redis" { to = 6379 }
        }
        …
        ports = ["redis"]
  EOT
}

# 150-169: image and pull

diagnostic "image_empty" {
  id       = 150
  severity = error
  title    = "The image is empty"
  doc      = <<-EOT
    The image is an empty text. This mostly comes from a variable or a template that gave
    nothing.

        config {
          image = ""
        }

    Write a reference such as `docker.io/library/redis:7`. If the image comes from a
    variable, give that variable a value with `-var`, in a variable file, or as its default.
  EOT
}

diagnostic "bad_image_reference" {
  id       = 151
  severity = error
  title    = "An image reference is malformed"
  doc      = <<-EOT
    The image is not a reference that a registry could know. A reference is a repository in
    lower case, perhaps after the name of a registry, then a tag after a colon or a digest
    after `@`.

        config {
          image = "docker.io/Library/Redis:bad tag"
        }

    Write `docker.io/library/redis:7`. A tag has letters, digits, `_`, `.` and `-`; a digest
    is `sha256:` and 64 hexadecimal digits. Spaces, upper case before the tag and a leading
    `http://` are not possible. An archive needs a path after its colon.
  EOT
}

diagnostic "unsupported_transport" {
  id       = 152
  severity = error
  title    = "An image uses a transport that is not supported"
  doc      = <<-EOT
    The image begins with a way of fetching images that this driver does not have. It takes
    registries (a plain reference, or `docker://` before it), archives (`docker-archive:`
    and `oci-archive:` with a path or a web address) and folders (`oci:` and `dir:`).

        config {
          image = "docker-daemon:redis:7"
        }

    Pack the image with `podman save --format oci-archive` and write
    `oci-archive:/srv/images/redis.tar`, or push it to a registry. A misspelt reference with
    a colon too many can read like a transport: look for it first.
  EOT
}

diagnostic "bad_pull_timeout" {
  id       = 154
  severity = error
  title    = "image_pull_timeout is no duration"
  doc      = <<-EOT
    `image_pull_timeout` is no span of time that is longer than zero. It is written as
    numbers with units: `ns`, `us`, `ms`, `s`, `m`, `h`. Without a usable limit the task
    does not start.

        config {
          image              = "docker.io/library/redis:7"
          image_pull_timeout = "soon"
        }

    Write for instance `"90s"`, `"10m"` or `"1h30m"`. A number alone is not enough: `"300"`
    has no unit. Leave the option away for five minutes.
  EOT
}

diagnostic "tls_verify_off" {
  id       = 155
  severity = warning
  title    = "The registry's certificate is not verified"
  doc      = <<-EOT
    The image is pulled without looking at the registry's certificate. Whoever can reach the
    traffic between client and registry can hand out another image, and read the credentials
    that are sent.

        config {
          image = "registry.example.com/shop:2.1"
          auth {
            username   = "ci"
            password   = var.registry_password
            tls_verify = false
          }
        }

    Leave `tls_verify` away, and give the client the certificate of your authority: in
    `/etc/containers/certs.d/registry.example.com/ca.crt`. If this is a test network and you
    know it, the warning can stay.
  EOT
}

diagnostic "incomplete_credentials" {
  id       = 156
  severity = warning
  title    = "Credentials are only half given"
  doc      = <<-EOT
    The `auth` block has a user name without a password, or a password without a user name.
    The half is sent as it is, and registries answer with "unauthorized", which reads as if
    the password were wrong.

        config {
          image = "registry.example.com/shop:2.1"
          auth {
            username = "ci"
          }
        }

    Write both, or leave the block away so that the plugin's credentials count. Registries
    that take tokens still want a user name; which one is in their documentation.
  EOT
}

diagnostic "platform_without_effect" {
  id       = 157
  severity = warning
  title    = "A platform is asked of an archive"
  doc      = <<-EOT
    `arch`, `os` or `variant` are set, and the image comes from an archive. An archive holds
    the platform that it was made with; nothing is chosen from it.

        config {
          image = "oci-archive:/srv/images/shop.tar"
          arch  = "arm64"
        }

    Leave the options away, or use one archive for each platform, for instance with the
    client's architecture in the name.
  EOT
}

diagnostic "credentials_without_effect" {
  id       = 158
  severity = warning
  title    = "Credentials are given for an archive"
  doc      = <<-EOT
    The task has credentials for a registry, and its image comes from an archive, for which
    nobody is asked for credentials. An archive at a web address is fetched without them as
    well.

        config {
          image = "oci-archive:https://files.example.com/shop.tar"
          auth {
            username = "ci"
            password = var.registry_password
          }
        }

    Leave the `auth` block away. If the file is protected, fetch it with an `artifact`
    block, which can authenticate, and load it from the task's folder.
  EOT
}

diagnostic "image_outside_task_folder" {
  id       = 159
  severity = error
  title    = "A relative path of an image leads out of the task's folder"
  doc      = <<-EOT
    A relative path of an archive or folder starts in the task's folder and has to stay
    there: a job could otherwise read what belongs to others. Links are followed under the
    same condition, on the client.

        config {
          image = "oci-archive:../other/image.tar"
        }

    Put the file into the task's folder, for instance with an `artifact` block, and write
    `oci-archive:local/image.tar`; or write an absolute path: `$${NOMAD_ALLOC_DIR}/image.tar`
    is one.
  EOT
}

diagnostic "bad_image_checksum" {
  id       = 160
  severity = error
  title    = "image_checksum is no checksum"
  doc      = <<-EOT
    `image_checksum` is no SHA-256 of a file. Without a usable one the archive cannot be
    verified, and the task does not start.

        config {
          image          = "oci-archive:https://files.example.com/shop.tar"
          image_checksum = "md5:9e107d9d372bb6826bd81d3542a419d6"
        }

    Write `sha256:` and the 64 hexadecimal digits that `sha256sum shop.tar` prints.
  EOT
}

diagnostic "checksum_without_file" {
  id       = 161
  severity = error
  title    = "A checksum is given where there is no file to verify"
  doc      = <<-EOT
    `image_checksum` is that of an archive, a single file. The image comes from a registry or
    from a folder, where it could not be verified, so that the task does not start.

        config {
          image          = "registry.example.com/shop:2.1"
          image_checksum = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
        }

    An image in a registry is verified by its digest: write `registry.example.com/shop@sha256:…`.
    Pack a folder into an archive, or leave the option away.
  EOT
}

# 170-179: process

diagnostic "bad_entrypoint" {
  id       = 170
  severity = error
  title    = "entrypoint is neither a list nor a text"
  doc      = <<-EOT
    `entrypoint` is neither a list of texts nor a text, so that no program can be made of
    it.

        config {
          image      = "docker.io/library/redis:7"
          entrypoint = 12
        }

    Write a list with the program first: `entrypoint = ["/bin/sh", "-c"]`. Leave the option
    away for the image's own entrypoint; an empty list runs the command without any.
  EOT
}

diagnostic "entrypoint_string" {
  id       = 171
  severity = warning
  title    = "entrypoint as a text is deprecated"
  doc      = <<-EOT
    `entrypoint` is a text. It is taken as the name of one program, with its spaces: no
    shell takes it apart. The form is deprecated, because it looks as if arguments could
    follow.

        config {
          image      = "docker.io/library/redis:7"
          entrypoint = "/bin/sh -c"
        }

    Write a list: `entrypoint = ["/bin/sh", "-c"]`.
  EOT
}

diagnostic "entrypoint_empty" {
  id       = 172
  severity = warning
  title    = "An empty entrypoint takes the image's away"
  doc      = <<-EOT
    `entrypoint` is an empty list: the image's entrypoint is taken away, and the command
    runs by itself. The Go driver did not send an empty list, so that the image's entrypoint
    stayed; a job that was written for it may behave differently now.

        config {
          image      = "docker.io/library/redis:7"
          entrypoint = []
          command    = "redis-server"
        }

    If that is meant, the warning can stay. If the image's own entrypoint is to run, leave
    the option away.
  EOT
}

diagnostic "init_path_without_init" {
  id       = 173
  severity = warning
  title    = "init_path has no effect without init"
  doc      = <<-EOT
    `init_path` says which init program to use, and `init` does not say that one is wanted.
    The path is sent and has no effect.

        config {
          image     = "docker.io/library/redis:7"
          init_path = "/usr/libexec/podman/catatonit"
        }

    Add `init = true`, or leave `init_path` away.
  EOT
}

diagnostic "bad_container_name" {
  id       = 174
  severity = error
  title    = "The task's name cannot be part of a container's name"
  doc      = <<-EOT
    A container is named after its task and the allocation: `web-f8b2e5a0-…`. Podman takes
    letters, digits, `_`, `.` and `-` in such a name, with a letter or digit at its
    beginning. This task's name has something else in it, so that Podman would refuse the
    container.

        task "web server" {
          driver = "podman"
        }

    Rename the task, for instance to `web-server`. Its folder, its log files and its
    environment change with the name.
  EOT
}

# 180-199: labels, logging

diagnostic "label_overwritten" {
  id       = 180
  severity = warning
  title    = "A label is overwritten by one of Nomad's"
  doc      = <<-EOT
    The task sets a label that the plugin sets too, since its `extra_labels` ask for it.
    Nomad's value wins, so that tools can trust these labels.

        config {
          image = "docker.io/library/redis:7"
          labels = {
            "com.hashicorp.nomad.alloc_id" = "mine"
          }
        }

    Call the label something else. Names that begin with `com.hashicorp.nomad.` are better
    left to Nomad.
  EOT
}

diagnostic "extra_label_matches_nothing" {
  id       = 181
  severity = warning
  title    = "A pattern of extra_labels matches nothing"
  doc      = <<-EOT
    A pattern in the plugin's `extra_labels` fits none of the seven words that there are:
    `job_name`, `job_id`, `task_group_name`, `task_name`, `namespace`, `node_name`,
    `node_id`. It adds no label. Only the allocation's ID is added, which comes with any
    pattern.

        config {
          extra_labels = ["alloc*", "group_name"]
        }

    Write the words as above, or patterns that fit them: `*` stands for any text, everything
    else for itself, and upper and lower case differ.
  EOT
}

diagnostic "bad_log_driver" {
  id       = 185
  severity = error
  title    = "The task's log driver does not exist"
  doc      = <<-EOT
    The task's `logging` names a log driver that there is not. There are two: `nomad`, which
    gives the output to Nomad, and `journald`, which writes it to the host's journal.

        config {
          image = "docker.io/library/redis:7"
          logging {
            driver = "syslog"
          }
        }

    Write `journald`; the journal can pass lines on to syslog. Podman's `k8s-file` and
    docker's `json-file` are what `nomad` is here.
  EOT
}

diagnostic "bad_plugin_log_driver" {
  id       = 186
  severity = error
  title    = "The plugin's log driver does not exist"
  doc      = <<-EOT
    The plugin's `logging` names a log driver that there is not: it takes `nomad` and
    `journald`. The agent starts with this, and then every task without a `logging` block of
    its own fails.

        plugin "nomad-driver-podman" {
          config {
            logging {
              driver = "k8s-file"
            }
          }
        }

    Write `nomad` or `journald`, or leave the block away for `nomad`.
  EOT
}

diagnostic "log_options_without_effect" {
  id       = 187
  severity = warning
  title    = "Log options have no effect with this driver"
  doc      = <<-EOT
    There are log options, and the log driver is `nomad`, which has none: output goes
    through a pipe to Nomad, and size and number of files are Nomad's own setting.

        config {
          image = "docker.io/library/redis:7"
          logging {
            driver = "nomad"
            options = {
              "max-size" = "10m"
            }
          }
        }

    Leave the options away and use the task's `logs` block: `logs { max_files = 3
    max_file_size = 10 }`, in megabytes. A `tag` needs the driver `journald`.
  EOT
}

diagnostic "log_collection_off" {
  id       = 188
  severity = warning
  title    = "Output is not collected on this client"
  doc      = <<-EOT
    The task asks for the log driver `nomad`, and the plugin on this client collects no
    output (`disable_log_collection`). The container then uses Podman's own log driver, and
    `nomad alloc logs` shows nothing.

        plugin "nomad-driver-podman" {
          config {
            disable_log_collection = true
          }
        }

    Use `journald` and read with `journalctl CONTAINER_NAME=…`, or have collection switched
    on.
  EOT
}

diagnostic "log_driver_not_inherited" {
  id       = 189
  severity = warning
  title    = "Log options without a driver replace the plugin's driver"
  doc      = <<-EOT
    The task's `logging` block has options and no driver. Such a block replaces the plugin's
    whole `logging`, its driver too, so that the driver is `nomad`, although the plugin says
    something else. Its options then have no effect.

        config {
          image = "docker.io/library/redis:7"
          logging {
            options {
              tag = "redis"
            }
          }
        }

    Write the driver as well: `driver = "journald"`.
  EOT
}

diagnostic "unknown_log_option" {
  id       = 190
  severity = warning
  title    = "Podman's log driver does not know an option"
  doc      = <<-EOT
    `journald` does not know this option, and Podman passes over it without a word. It takes
    `tag`, a name for the lines of this container.

        config {
          image = "docker.io/library/redis:7"
          logging {
            driver = "journald"
            options {
              tags = "redis"
            }
          }
        }

    Write `tag`, or leave the option away. How long the journal keeps lines is set on the
    host, in journald.conf.
  EOT
}

diagnostic "log_tag_refused" {
  id       = 191
  severity = error
  title    = "This Podman refuses a tag without journald"
  doc      = <<-EOT
    There is a log option `tag`, and the log driver is not `journald`. Podman before 6.0
    passed over it; Podman 6 refuses the container.

        config {
          image = "docker.io/library/redis:7"
          logging {
            driver = "nomad"
            options {
              tag = "redis"
            }
          }
        }

    Leave the tag away, or use `driver = "journald"`.
  EOT
}

diagnostic "split_without_effect" {
  id       = 192
  severity = warning
  title    = "Output is split anyway with this driver"
  doc      = <<-EOT
    The block says `split`, and its driver is `journald`. That one gives Nomad clean lines in
    two streams without being told to; `split` is for the driver `nomad`.

        config {
          image = "docker.io/library/redis:7"
          logging {
            driver = "journald"
            split  = true
          }
        }

    Leave `split` away, or use `driver = "nomad"` so that the journal is not needed.
  EOT
}

# 200-219: mounts

diagnostic "bad_volume" {
  id       = 200
  severity = error
  title    = "A volume is not SOURCE:DESTINATION"
  doc      = <<-EOT
    An entry of `volumes` has no destination. It is written as `SOURCE:DESTINATION`, and
    perhaps options after another colon; the path alone does not say where it appears in the
    container.

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/redis"]
        }

    Write `"/srv/redis:/data"`. If a folder in memory is meant, use `tmpfs = ["/data"]`.
  EOT
}

diagnostic "volume_too_many_fields" {
  id       = 201
  severity = error
  title    = "A volume has more than three fields"
  doc      = <<-EOT
    An entry of `volumes` has a fourth field. There are source, destination and options, and
    a path cannot hold a colon. The Go driver left away what stood after the third colon.

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/redis:/data:ro:z"]
        }

    Options are separated by commas: `"/srv/redis:/data:ro,z"`. A file whose name has a
    colon needs a link without one.
  EOT
}

diagnostic "volume_field_empty" {
  id       = 202
  severity = error
  title    = "A volume has an empty field"
  doc      = <<-EOT
    The source or the destination of a volume is empty. An empty source would be the task's
    own folder as a whole, with its secrets, which nobody means; the Go driver mounted it.

        config {
          image   = "docker.io/library/redis:7"
          volumes = [":/data"]
        }

    Write both paths. An empty one mostly comes from a variable without a value.
  EOT
}

diagnostic "volumes_disabled" {
  id       = 203
  severity = error
  title    = "The plugin does not allow paths of the host"
  doc      = <<-EOT
    The volume lies outside of the allocation's folder, and this client's plugin does not
    allow that: its config says `volumes { enabled = false }`. The task would not start
    there.

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/redis:/data"]
        }

    Use a host volume, which the operator of the client offers and the job asks for with
    `volume` and `volume_mount`, or keep to folders of the task: `"local/data:/data"`. A
    relative path that climbs out with `..` counts as outside.
  EOT
}

diagnostic "volume_is_folder" {
  id       = 204
  severity = warning
  title    = "What looks like a named volume is a folder of the task"
  doc      = <<-EOT
    The source is one word, as the name of a volume would be. There are no named volumes
    here: it is the folder of that name in the task's own folder. It must exist before the
    task starts, and it goes away with the allocation, so that data in it is not kept.

        config {
          image   = "docker.io/library/postgres:17"
          volumes = ["data:/var/lib/postgresql/data"]
        }

    For data that stays, use a host volume or CSI volume (`volume` in the group,
    `volume_mount` in the task), or a path of the host such as
    `"/srv/pg:/var/lib/postgresql/data"`. For the task's own folder, write it so that
    everybody sees it: `"local/data:/data"`. The folders that every task has, such as
    `local` and `secrets`, are not warned of.
  EOT
}

diagnostic "unknown_volume_option" {
  id       = 205
  severity = warning
  title    = "A volume option is not known"
  doc      = <<-EOT
    Podman is not known to have this option for a volume. If it does not, it refuses the
    container: "unknown mount option".

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/redis:/data:readonly"]
        }

    Known are `ro`, `rw`, `z`, `Z`, `U`, `exec`, `noexec`, `suid`, `nosuid`, `dev`, `nodev`,
    `bind`, `rbind`, `idmap`, and the propagations `private`, `rprivate`, `shared`,
    `rshared`, `slave`, `rslave`. Here `ro` is meant. If your Podman is newer and has it,
    the warning can stay.
  EOT
}

diagnostic "bad_mount_destination" {
  id       = 206
  severity = error
  title    = "A mount's destination is not an absolute path"
  doc      = <<-EOT
    The place in the container where something is mounted must be an absolute path. Podman
    refuses others.

        config {
          image = "docker.io/library/redis:7"
          tmpfs = ["scratch:size=64m"]
        }

    Write `"/scratch:size=64m"`. For `volumes` it is the second field: `"/srv/redis:/data"`.
  EOT
}

diagnostic "duplicate_mount_destination" {
  id       = 207
  severity = error
  title    = "Two mounts have the same destination"
  doc      = <<-EOT
    Two mounts go to the same place in the container. Podman refuses that: "duplicate mount
    destination". Mounts are those of `volumes` and `tmpfs`, those of `volume_mount`, and
    Nomad's own at `/alloc`, `/local` and `/secrets`.

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/a:/data", "/srv/b:/data"]
        }

    Give each its own place. What should appear in the task's folders can be written there
    directly, by `template` or `artifact`, and needs no mount.
  EOT
}

diagnostic "unknown_tmpfs_option" {
  id       = 208
  severity = warning
  title    = "A tmpfs option is not known"
  doc      = <<-EOT
    Podman is not known to have this option for a folder in memory. If it does not, it
    refuses the container.

        config {
          image = "docker.io/library/redis:7"
          tmpfs = ["/scratch:banana"]
        }

    Known are `size=…`, `mode=…`, `ro`, `rw`, `exec`, `noexec`, `suid`, `nosuid`, `dev`,
    `nodev`, `noatime`, `noswap`, `tmpcopyup`, `notmpcopyup`, `U` and the propagations. A
    size has a unit in lower case: `size=64m`.
  EOT
}

diagnostic "conflicting_mount_options" {
  id       = 209
  severity = error
  title    = "Two mount options exclude each other"
  doc      = <<-EOT
    Two options of one mount say the opposite of each other: `ro` and `rw`, `z` and `Z`,
    `exec` and `noexec`, `suid` and `nosuid`, `dev` and `nodev`, or two propagations. Podman
    refuses such a mount.

        config {
          image   = "docker.io/library/redis:7"
          volumes = ["/srv/redis:/data:ro,rw"]
        }

    Keep the one that is meant.
  EOT
}

diagnostic "selinuxlabel_on_privileged" {
  id       = 210
  severity = warning
  title    = "The SELinux label is not used for a privileged task"
  doc      = <<-EOT
    The plugin gives mounts an SELinux label (`volumes { selinuxlabel = "z" }`), and this
    task is privileged. SELinux does not confine privileged containers, so that no label is
    set for this one. Other containers may then not be able to read what it writes.

        config {
          image      = "docker.io/library/busybox:1.37"
          privileged = true
        }

    If other tasks read the same files, say so for the volume: `volumes = ["/srv/x:/x:z"]`.
    Otherwise this needs no change.
  EOT
}

diagnostic "unknown_propagation" {
  id       = 211
  severity = warning
  title    = "A mount that Nomad adds has an unknown propagation"
  doc      = <<-EOT
    A mount that Nomad adds, such as a `volume_mount`, carries a word for its propagation
    that is not known: it takes `private`, `host-to-task` and `bidirectional`. The mount is
    made without propagation, which is as `private`.

        volume_mount {
          volume           = "data"
          destination      = "/data"
          propagation_mode = "shared"
        }

    Write Nomad's own word: `bidirectional` is what mount calls shared, `host-to-task` what
    it calls slave.
  EOT
}

# 220-229: devices

diagnostic "bad_device" {
  id       = 220
  severity = error
  title    = "A device is not HOST:CONTAINER:RIGHTS"
  doc      = <<-EOT
    An entry of `devices` is neither the path of a device nor the name of a CDI device. It
    is `HOST`, `HOST:CONTAINER` or `HOST:CONTAINER:RIGHTS` with absolute paths.

        config {
          image   = "docker.io/library/busybox:1.37"
          devices = ["dev/fuse"]
        }

    Write `"/dev/fuse"`. A CDI name has a slash and an equals sign: `"nvidia.com/gpu=all"`.
    The docker driver's blocks with `host_path` and `container_path` become texts:
    `"/dev/sda1:/dev/xvda1:r"`.
  EOT
}

diagnostic "bad_device_rights" {
  id       = 221
  severity = error
  title    = "The rights of a device are not out of rwm"
  doc      = <<-EOT
    The rights of a device have a letter that does not exist. There are `r` (read), `w`
    (write) and `m` (make device nodes), in any combination.

        config {
          image   = "docker.io/library/busybox:1.37"
          devices = ["/dev/sda1:/dev/xvda1:rx"]
        }

    Write `"/dev/sda1:/dev/xvda1:rw"`. Without rights the container gets all three.
  EOT
}

diagnostic "device_given_twice" {
  id       = 222
  severity = warning
  title    = "A device is given twice"
  doc      = <<-EOT
    The same place in the container is given to a device twice: twice in `devices`, or once
    there and once by a device that Nomad reserved for the task. It is added once; where the
    two differ, the entry of the task counts.

        config {
          image   = "docker.io/nvidia/cuda:12.8.0-base-ubuntu24.04"
          devices = ["/dev/nvidia0"]
        }
        resources {
          device "nvidia/gpu" {}
        }

    Leave the entry of `devices` away: devices of the `resources` block are added by
    themselves.
  EOT
}

# 230-259: resources

diagnostic "bad_size" {
  id       = 230
  severity = error
  title    = "A size is malformed"
  doc      = <<-EOT
    The size is not a whole number with a unit. Units are `b`, `k`, `m`, `g` and `t`, in
    powers of 1024; without a unit the number counts bytes.

        config {
          image    = "docker.io/library/postgres:17"
          shm_size = "lots"
        }

    Write for instance `"256m"`. Fractions do not work: `"1.5g"` is `"1536m"`. `"512MiB"` is
    `"512m"`.
  EOT
}

diagnostic "size_out_of_range" {
  id       = 231
  severity = error
  title    = "A size is negative or too large"
  doc      = <<-EOT
    The size is negative, or more than can be counted. The Go driver passed such numbers on
    to Podman, which then refused the container or took them for something else.

        config {
          image              = "docker.io/library/redis:7"
          memory_reservation = "-5m"
        }

    Write a size between 0 and 8388607t. Only `memory_swap` knows "no limit": `memory_swap =
    "-1"`. To run without a memory limit, use `memory_max = -1` in the task's `resources`.
  EOT
}

diagnostic "reservation_above_limit" {
  id       = 232
  severity = warning
  title    = "The memory reservation is larger than the limit"
  doc      = <<-EOT
    `memory_reservation` is larger than the task's memory limit. More than the limit can
    never be used, and Podman may refuse the container.

        config {
          image              = "docker.io/library/redis:7"
          memory_reservation = "1g"
        }
        resources {
          memory = 256
        }

    Lower it below the task's `memory`, or raise that. A reservation is what the kernel
    leaves to the task when the host runs short; it does not reserve anything with Nomad.
  EOT
}

diagnostic "reservation_lowered" {
  id       = 233
  severity = warning
  title    = "The memory reservation is lowered to the task's memory"
  doc      = <<-EOT
    The task may use more memory than it reserves (`memory_max`), and its
    `memory_reservation` is larger than its `memory`. Nomad set only `memory` aside on this
    client, so that the reservation is lowered to that.

        config {
          image              = "docker.io/library/redis:7"
          memory_reservation = "300m"
        }
        resources {
          memory     = 256
          memory_max = 512
        }

    Leave `memory_reservation` away, which means the same here, or raise `memory`.
  EOT
}

diagnostic "swap_below_memory" {
  id       = 234
  severity = error
  title    = "memory_swap is smaller than the memory limit"
  doc      = <<-EOT
    `memory_swap` counts memory and swap together, and it is smaller than the memory alone.
    The kernel does not take such a pair.

        config {
          image       = "docker.io/library/redis:7"
          memory_swap = "128m"
        }
        resources {
          memory = 256
        }

    For a task with 256 MiB of memory: `"256m"` means no swap, `"384m"` means 128 MiB of
    swap, `"-1"` as much as there is.
  EOT
}

diagnostic "swap_without_limit" {
  id       = 235
  severity = warning
  title    = "memory_swap is given without a memory limit"
  doc      = <<-EOT
    `memory_swap` is given, and the task has no memory limit (`memory_max = -1`). Memory and
    swap together cannot be limited without limiting memory; Podman refuses the pair or
    drops the limit.

        config {
          image       = "docker.io/library/redis:7"
          memory_swap = "2g"
        }
        resources {
          memory     = 256
          memory_max = -1
        }

    Give `memory_max` a number, or leave `memory_swap` away.
  EOT
}

diagnostic "swappiness_without_effect" {
  id       = 236
  severity = warning
  title    = "memory_swappiness has no effect on cgroup version 2"
  doc      = <<-EOT
    The host has cgroup version 2, where swappiness is no property of a container any more.
    The option is not sent.

        config {
          image             = "docker.io/library/redis:7"
          memory_swappiness = 10
        }

    Leave it away. To keep a task out of swap on such hosts, set `memory_swap` to the size
    of its memory.
  EOT
}

diagnostic "bad_swappiness" {
  id       = 237
  severity = error
  title    = "memory_swappiness is not between 0 and 100"
  doc      = <<-EOT
    Swappiness goes from 0 to 100. The kernel takes no other number.

        config {
          image             = "docker.io/library/redis:7"
          memory_swappiness = 250
        }

    Write a number between 0 (swap only when nothing else helps) and 100. It counts on hosts
    with cgroup version 1 only.
  EOT
}

diagnostic "cpu_period_without_hard_limit" {
  id       = 238
  severity = warning
  title    = "cpu_cfs_period has no effect without cpu_hard_limit"
  doc      = <<-EOT
    `cpu_cfs_period` is the period in which a hard CPU limit counts, and the task has no
    hard limit. The option is not used.

        config {
          image          = "docker.io/library/redis:7"
          cpu_cfs_period = 50000
        }

    Add `cpu_hard_limit = true`, or leave the period away.
  EOT
}

diagnostic "cpu_period_too_large" {
  id       = 239
  severity = error
  title    = "cpu_cfs_period is above one second"
  doc      = <<-EOT
    The period of the CPU limit is longer than a second, which the kernel does not take. The
    number counts microseconds.

        config {
          image          = "docker.io/library/redis:7"
          cpu_hard_limit = true
          cpu_cfs_period = 1000001
        }

    Write a number from 1000 to 1000000. Leave it away for 100000, a tenth of a second.
  EOT
}

diagnostic "cpu_period_raised" {
  id       = 240
  severity = warning
  title    = "cpu_cfs_period is raised to one millisecond"
  doc      = <<-EOT
    The period of the CPU limit is shorter than a millisecond, which the kernel does not
    take. It is raised to 1000 microseconds.

        config {
          image          = "docker.io/library/redis:7"
          cpu_hard_limit = true
          cpu_cfs_period = 100
        }

    The number counts microseconds: 100 milliseconds are 100000. Leave the option away for
    just that.
  EOT
}

diagnostic "pids_limit_negative" {
  id       = 241
  severity = error
  title    = "pids_limit is negative"
  doc      = <<-EOT
    `pids_limit` is negative. The Go driver passed over such a number without a word, so
    that the task ran with Podman's own limit, usually 2048, where -1 was written to mean
    none.

        config {
          image      = "docker.io/library/redis:7"
          pids_limit = -1
        }

    Write how many processes and threads the task may have; a large number, such as 4194304,
    is as good as none. Leave the option away for Podman's own limit.
  EOT
}

diagnostic "pids_limit_zero" {
  id       = 242
  severity = warning
  title    = "pids_limit of 0 sets no limit"
  doc      = <<-EOT
    `pids_limit = 0` is the same as leaving it away: the container gets Podman's own limit,
    usually 2048 processes and threads. It does not mean "none".

        config {
          image      = "docker.io/library/redis:7"
          pids_limit = 0
        }

    Leave it away, or write a number above zero.
  EOT
}

diagnostic "bad_oom_score_adj" {
  id       = 243
  severity = error
  title    = "oom_score_adj is not between -1000 and 1000"
  doc      = <<-EOT
    `oom_score_adj` goes from -1000 (never kill) to 1000 (kill first). The kernel takes no
    other number.

        config {
          image         = "docker.io/library/redis:7"
          oom_score_adj = 2000
        }

    Write a number in that range. Leave it away for 0.
  EOT
}

diagnostic "oom_score_adj_rootless" {
  id       = 244
  severity = warning
  title    = "A rootless Podman cannot protect a task from the OOM killer"
  doc      = <<-EOT
    The task asks to be spared when the host runs out of memory (a negative
    `oom_score_adj`), and its Podman is rootless. An ordinary user may not protect
    processes; Podman takes the nearest value that it may.

        config {
          image         = "docker.io/library/redis:7"
          socket        = "app"
          oom_score_adj = -500
        }

    Run the task on a rootful Podman, or protect less important tasks less: a positive
    number on those has the same effect.
  EOT
}

diagnostic "bad_ulimit" {
  id       = 245
  severity = error
  title    = "A ulimit is malformed"
  doc      = <<-EOT
    The value of a limit is not a whole number or two with a colon between them: `N` for
    both, or `SOFT:HARD`. `-1` means no limit.

        config {
          image = "docker.io/library/redis:7"
          ulimit {
            nofile = "4096:unlimited"
          }
        }

    Write `nofile = "4096:-1"`, or numbers for both.
  EOT
}

diagnostic "unknown_ulimit" {
  id       = 246
  severity = error
  title    = "A ulimit does not exist"
  doc      = <<-EOT
    The kernel has no limit of this name, so that Podman would refuse it. There are `as`,
    `core`, `cpu`, `data`, `fsize`, `locks`, `memlock`, `msgqueue`, `nice`, `nofile`,
    `nproc`, `rss`, `rtprio`, `rttime`, `sigpending` and `stack`.

        config {
          image = "docker.io/library/redis:7"
          ulimit {
            nofiles = "4096"
          }
        }

    The message names the one that comes nearest. `RLIMIT_NOFILE` is written `nofile`.
  EOT
}

diagnostic "ulimit_soft_above_hard" {
  id       = 247
  severity = error
  title    = "A soft limit is above its hard limit"
  doc      = <<-EOT
    A soft limit is larger than its hard limit. The hard limit is what the soft one may be
    raised to, so that the kernel refuses the pair and the container does not start.

        config {
          image = "docker.io/library/redis:7"
          ulimit {
            nofile = "8192:4096"
          }
        }

    Write the smaller number first: `"4096:8192"`. One number sets both.
  EOT
}

diagnostic "shm_size_needs_own_ipc" {
  id       = 248
  severity = error
  title    = "shm_size needs an IPC namespace of the task's own"
  doc      = <<-EOT
    `shm_size` sizes the container's own shared memory, and `ipc_mode` says that it has none
    of its own: it uses that of the host or of another container, or none at all.

        config {
          image    = "docker.io/library/postgres:17"
          ipc_mode = "host"
          shm_size = "256m"
        }

    Leave one of them away, or use `ipc_mode = "private"` or `"shareable"`. With
    `task:NAME`, the size belongs to the task that is joined.
  EOT
}

diagnostic "controller_not_delegated" {
  id       = 249
  severity = warning
  title    = "A limit is left out because its controller is not delegated"
  doc      = <<-EOT
    A rootless Podman can limit only what systemd delegated to its user. The controller of
    this limit was not, so that the limit is left out: the container would not start with
    it. The task runs without that limit.

        config {
          image      = "docker.io/library/redis:7"
          socket     = "app"
          pids_limit = 100
        }

    On the host, let systemd delegate more: in
    `/etc/systemd/system/user@.service.d/delegate.conf`, write `Delegate=cpu cpuset io
    memory pids` under `[Service]`, and log the user in again. `podman info --format json`
    lists what is there, as `cgroupControllers`.
  EOT
}

# 260-289: security

diagnostic "unknown_capability" {
  id       = 260
  severity = error
  title    = "A capability does not exist"
  doc      = <<-EOT
    Linux has no capability of this name, so that Podman would refuse the container:
    "unknown capability".

        config {
          image   = "docker.io/library/busybox:1.37"
          cap_add = ["NET_ADMN"]
        }

    The message names the one that comes nearest; here `NET_ADMIN` is meant. `CAP_` may
    stand before a name, upper and lower case are the same, and `ALL` means all of them.
  EOT
}

diagnostic "capability_added_and_dropped" {
  id       = 261
  severity = error
  title    = "A capability is both added and dropped"
  doc      = <<-EOT
    One capability stands in `cap_add` and in `cap_drop`, or `ALL` in both. The process cannot
    get what both say, and Podman refuses the container: "cannot be dropped and added".

        config {
          image    = "docker.io/library/busybox:1.37"
          cap_add  = ["NET_RAW"]
          cap_drop = ["NET_RAW"]
        }

    Keep one. To allow just a few, drop all and add those: `cap_drop = ["ALL"]` with
    `cap_add = ["NET_RAW"]`; these two do go together, and so
    does `cap_add = ["ALL"]` with a few to drop.
  EOT
}

diagnostic "capabilities_on_privileged" {
  id       = 262
  severity = warning
  title    = "Capabilities have no effect on a privileged task"
  doc      = <<-EOT
    The task is privileged, and so it has all capabilities already: `cap_add` changes
    nothing.

        config {
          image      = "docker.io/library/busybox:1.37"
          privileged = true
          cap_add    = ["NET_ADMIN"]
        }

    If the added capabilities are all that the task needs, leave `privileged` away: that is
    much the safer way. Otherwise leave `cap_add` away.
  EOT
}

diagnostic "bad_security_opt" {
  id       = 263
  severity = error
  title    = "A security option does not exist"
  doc      = <<-EOT
    An entry of `security_opt` is none that Podman has, or lacks its value. There are
    `no-new-privileges`, `label=…`, `apparmor=…`, `seccomp=PATH`, `proc-opts=…`,
    `mask=PATH:PATH`, `unmask=…` and `systempaths=unconfined`.

        config {
          image        = "docker.io/library/busybox:1.37"
          security_opt = ["label", "secomp=/etc/strict.json"]
        }

    The message says which entry it is and what comes nearest. An SELinux label needs its
    value: `label=disable`, `label=type:svirt_apache_t`.
  EOT
}

diagnostic "bad_systempaths" {
  id       = 264
  severity = error
  title    = "systempaths takes only unconfined"
  doc      = <<-EOT
    `systempaths` takes one value, `unconfined`, which shows all of /proc and /sys that
    Podman hides otherwise.

        config {
          image        = "docker.io/library/busybox:1.37"
          security_opt = ["systempaths=all"]
        }

    Write `systempaths=unconfined`. To show only a few paths,
    `unmask=/proc/acpi:/sys/firmware` is the smaller step.
  EOT
}

diagnostic "apparmor_profile_overridden" {
  id       = 266
  severity = warning
  title    = "apparmor_profile is overridden by security_opt"
  doc      = <<-EOT
    The AppArmor profile is given twice: as `apparmor_profile` and in `security_opt`. The
    one in `security_opt` counts.

        config {
          image            = "docker.io/library/busybox:1.37"
          apparmor_profile = "my-profile"
          security_opt     = ["apparmor=unconfined"]
        }

    Keep one of them.
  EOT
}

diagnostic "apparmor_not_available" {
  id       = 267
  severity = warning
  title    = "The host has no AppArmor"
  doc      = <<-EOT
    The task names an AppArmor profile, and the host does not have AppArmor switched on.
    Podman refuses such a container.

        config {
          image            = "docker.io/library/busybox:1.37"
          apparmor_profile = "my-profile"
        }

    Place the task on hosts that have it: a constraint on the attribute
    `driver.podman.appArmor` does that. `unconfined` works everywhere.
  EOT
}

diagnostic "selinux_not_available" {
  id       = 268
  severity = warning
  title    = "The host has no SELinux"
  doc      = <<-EOT
    The task has SELinux options, and the host does not have SELinux switched on. They have
    no effect there: the container runs without that confinement.

        config {
          image        = "docker.io/library/busybox:1.37"
          selinux_opts = ["type:my_container.process"]
        }

    If the task relies on it, place it on hosts that have it, with a constraint on the
    attribute `driver.podman.selinuxEnabled`.
  EOT
}

diagnostic "security_opt_repeated" {
  id       = 269
  severity = warning
  title    = "A security option is given twice"
  doc      = <<-EOT
    An entry of `security_opt` that can have one value only stands there twice: `seccomp`,
    `apparmor`, `proc-opts` or `no-new-privileges`. The last one counts.

        config {
          image        = "docker.io/library/busybox:1.37"
          security_opt = ["seccomp=/etc/a.json", "seccomp=/etc/b.json"]
        }

    Keep the one that is meant. `label`, `mask` and `unmask` may be repeated, and add up.
  EOT
}

diagnostic "bad_userns" {
  id       = 270
  severity = error
  title    = "A user namespace mode does not exist"
  doc      = <<-EOT
    `userns` is no user namespace that this driver can ask for: `host`, `auto`, `keep-id`,
    `nomap`, or `ns:PATH`.

        config {
          image  = "docker.io/library/busybox:1.37"
          userns = "private"
        }

    For IDs of its own, a container gets `auto`. To run as the user of a rootless Podman, it
    is `keep-id`. Leave the option away for Podman's own choice.
  EOT
}

diagnostic "bad_userns_option" {
  id       = 271
  severity = error
  title    = "An option of a user namespace is malformed"
  doc      = <<-EOT
    The part after the colon of `userns` is malformed. `auto` takes `size=N`,
    `uidmapping=CONTAINER:HOST:SIZE` and `gidmapping=CONTAINER:HOST:SIZE`; `keep-id` takes
    `uid=N` and `gid=N`, and from Podman 5.4 on `size=N`; several are separated by commas.

        config {
          image  = "docker.io/library/busybox:1.37"
          userns = "auto:sise=65536"
        }

    Write `auto:size=65536`. `host` and `nomap` take nothing.
  EOT
}

diagnostic "bad_id_mapping" {
  id       = 272
  severity = error
  title    = "An ID mapping is malformed"
  doc      = <<-EOT
    A mapping of IDs is not three numbers with colons between them: the first ID in the
    container, the first on the host, and how many.

        config {
          image  = "docker.io/library/busybox:1.37"
          userns = "auto:uidmapping=0:100000"
        }

    Write for instance `auto:uidmapping=0:100000:65536`. The numbers lie between 0 and
    4294967295.
  EOT
}

diagnostic "keep_id_rootful" {
  id       = 273
  severity = warning
  title    = "A user namespace mode is meant for rootless Podman"
  doc      = <<-EOT
    `keep-id` and `nomap` are about the user that runs a rootless Podman. This Podman runs
    as root: depending on its version it refuses the container, or the option does nothing.

        config {
          image  = "docker.io/library/busybox:1.37"
          userns = "keep-id"
        }

    Run the task on a rootless Podman, by its `socket`, or use `auto` for a user namespace
    of its own.
  EOT
}

# 290-309: namespaces

diagnostic "bad_ipc_mode" {
  id       = 290
  severity = error
  title    = "An IPC mode does not exist"
  doc      = <<-EOT
    `ipc_mode` is no IPC namespace: `private`, `shareable`, `host`, `none`, or `container:`,
    `task:` or `ns:` with a name or path after the colon.

        config {
          image    = "docker.io/library/postgres:17"
          ipc_mode = "shared"
        }

    `shareable` is what others can join: with `ipc_mode = "task:db"`, if the task is called
    `db`. A colon needs something after it.
  EOT
}

diagnostic "sysctl_of_shared_namespace" {
  id       = 292
  severity = error
  title    = "A kernel parameter belongs to a namespace that is shared"
  doc      = <<-EOT
    The kernel parameter belongs to a namespace that this container shares with the host:
    `net.*` to the network, `kernel.shm*`, `kernel.msg*`, `kernel.sem` and `fs.mqueue.*` to
    IPC. Setting it would change the host, and Podman refuses the container.

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "host"
          sysctl = {
            "net.core.somaxconn" = "1024"
          }
        }

    Give the container a namespace of its own (`network_mode = "bridge"`), or set the
    parameter on the host.
  EOT
}

# 310-349: network, ports, DNS

diagnostic "unknown_network" {
  id       = 310
  severity = error
  title    = "A Podman network does not exist"
  doc      = <<-EOT
    `network_mode` names a Podman network that does not exist on this host. A word that is
    no mode is taken as the name of a network, so a misspelt mode ends up here too.

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "brigde"
        }

    `podman network ls` lists the networks, of the same Podman and user that the task runs
    on; `podman network create NAME` makes one. The modes are `bridge`, `host`, `none`,
    `pasta`, `slirp4netns`, `container:NAME`, `task:NAME` and `ns:PATH`.
  EOT
}

diagnostic "network_mode_ignored" {
  id       = 311
  severity = warning
  title    = "The group's network namespace wins over network_mode"
  doc      = <<-EOT
    The group has a network namespace that Nomad makes (`network { mode = "bridge" }` or
    `cni/…`), and all its tasks join it. The task's `network_mode` is then not used,
    whatever it says.

        group "web" {
          network {
            mode = "bridge"
          }
          task "web" {
            driver = "podman"
            config {
              image        = "docker.io/library/nginx:1.29"
              network_mode = "host"
            }
          }
        }

    Leave `network_mode` away. For a task that needs the host's network, put it into a group
    of its own with `network { mode = "host" }`.
  EOT
}

diagnostic "pasta_needs_rootless" {
  id       = 312
  severity = warning
  title    = "pasta works only with a rootless Podman"
  doc      = <<-EOT
    `pasta` connects containers of ordinary users. This Podman runs as root and refuses such
    a container: "pasta networking is only supported for rootless mode".

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "pasta"
        }

    Use `bridge`, or run the task on a rootless Podman, by its `socket`.
  EOT
}

diagnostic "pasta_too_old" {
  id       = 313
  severity = error
  title    = "This Podman has no pasta"
  doc      = <<-EOT
    This Podman is older than 4.4 and does not know `pasta`.

        config {
          image        = "docker.io/library/redis:7"
          socket       = "app"
          network_mode = "pasta"
        }

    Use `slirp4netns` on such a host, or leave `network_mode` away: the driver then picks
    what the version has.
  EOT
}

diagnostic "slirp4netns_gone" {
  id       = 314
  severity = error
  title    = "This Podman has no slirp4netns"
  doc      = <<-EOT
    Podman 6 has no `slirp4netns` any more and refuses such a container.

        config {
          image        = "docker.io/library/redis:7"
          socket       = "app"
          network_mode = "slirp4netns"
        }

    Use `pasta`, which rootless Podman has had since 4.4. If the word comes from the
    plugin's `networking { default_rootless_mode = … }`, change it there.
  EOT
}

diagnostic "bad_network_mode" {
  id       = 315
  severity = error
  title    = "A network mode does not exist"
  doc      = <<-EOT
    `network_mode` is no mode, and can be no network's name either: a network's name has
    letters, digits, `_`, `.` and `-`. Modes that join something need its name after the
    colon, and `pasta` and `slirp4netns` take no options here.

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "pasta:--map-gw"
        }

    Leave the options away. On the client, `pasta_options` in containers.conf sets them for
    all containers of a user.
  EOT
}

diagnostic "bad_static_address" {
  id       = 316
  severity = error
  title    = "A static address is no IP address"
  doc      = <<-EOT
    The address is no IP address. The Go driver dropped such an address without a word, and
    the container got a random one.

        config {
          image        = "docker.io/library/redis:7"
          ipv4_address = "10.88.0.500"
        }

    Write an address without a mask: `10.88.0.50`, not `10.88.0.50/16`. It must lie in the
    range of the Podman network.
  EOT
}

diagnostic "bad_static_mac" {
  id       = 317
  severity = error
  title    = "A static hardware address is malformed"
  doc      = <<-EOT
    The hardware address is not six bytes in hexadecimal with colons between them. The Go
    driver dropped such an address without a word.

        config {
          image      = "docker.io/library/redis:7"
          static_mac = "92:d0:c6:0a:29"
        }

    Write for instance `92:d0:c6:0a:29:33`. In the first byte, the second digit should be 2,
    6, a or e: addresses that nobody else was given.
  EOT
}

diagnostic "static_address_outside_bridge" {
  id       = 318
  severity = error
  title    = "A static address needs a bridge network"
  doc      = <<-EOT
    The task asks for an address of its own, and its network does not give any: only the
    mode `bridge` and Podman networks by name do. With the host's network, with another
    container's, or in a group whose namespace Nomad makes, the container uses addresses
    that are there already. The Go driver dropped the option without a word.

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "host"
          ipv4_address = "10.88.0.50"
        }

    Use `network_mode = "bridge"` or a Podman network, or leave the address away.
  EOT
}

diagnostic "static_address_family" {
  id       = 319
  severity = warning
  title    = "A static address is of the other family"
  doc      = <<-EOT
    `ipv4_address` holds an IPv6 address, or `ipv6_address` an IPv4 address. It is used all
    the same, but it reads as a mistake, and a Podman before 4.0 refuses it.

        config {
          image        = "docker.io/library/redis:7"
          ipv4_address = "fd00::50"
        }

    Write it in the option of its family. `static_ips` takes both.
  EOT
}

diagnostic "static_ips_too_old" {
  id       = 320
  severity = error
  title    = "This Podman takes only one address of each family"
  doc      = <<-EOT
    Podman before 4.0 knows one IPv4 and one IPv6 address of a container, and no list. The
    Go driver dropped `static_ips` there without a word.

        config {
          image      = "docker.io/library/redis:7"
          static_ips = ["10.88.0.51", "10.88.0.52"]
        }

    Use `ipv4_address` and `ipv6_address` on such a host, or a newer Podman.
  EOT
}

diagnostic "ports_and_port_map" {
  id       = 325
  severity = error
  title    = "ports and port_map exclude each other"
  doc      = <<-EOT
    The task has both `ports` and `port_map`. The first takes ports of the group's network,
    the second those of the task's own `resources`, and only one of them can say what is
    published.

        config {
          image = "docker.io/library/redis:7"
          ports = ["redis"]
          port_map {
            redis = 6379
          }
        }

    Keep `ports`, and write the container's port into the group's `network` block: `port
    "redis" { to = 6379 }`.
  EOT
}

diagnostic "port_map_without_network" {
  id       = 326
  severity = error
  title    = "port_map needs a network in the task's resources"
  doc      = <<-EOT
    `port_map` maps ports of a `network` block in the task's own `resources`, and there is
    none. A `network` block of the group is not enough for it.

        config {
          image = "docker.io/library/redis:7"
          port_map {
            redis = 6379
          }
        }

    Use the group's `network { port "redis" { to = 6379 } }` and `ports = ["redis"]` in the
    task.
  EOT
}

diagnostic "ports_without_network" {
  id       = 327
  severity = error
  title    = "ports needs a network block in the group"
  doc      = <<-EOT
    `ports` names ports of the group's `network` block, and the group has none, so that
    Nomad gave it no ports.

        group "cache" {
          task "redis" {
            driver = "podman"
            config {
              image = "docker.io/library/redis:7"
              ports = ["redis"]
            }
          }
        }

    Add to the group: `network { port "redis" { to = 6379 } }`.
  EOT
}

diagnostic "unknown_port" {
  id       = 328
  severity = error
  title    = "A port is not declared in the group"
  doc      = <<-EOT
    A label in `ports` is none of the ports that the group's `network` block declares.

        network {
          port "http" { to = 8080 }
        }
        …
        config {
          image = "docker.io/library/nginx:1.29"
          ports = ["htpp"]
        }

    The message names the label that comes nearest. `ports` holds labels, not numbers: for
    port 8080, declare `port "http" { to = 8080 }` and write `ports = ["http"]`.
  EOT
}

diagnostic "port_map_label_unknown" {
  id       = 329
  severity = warning
  title    = "A label of port_map is no port of the task"
  doc      = <<-EOT
    A label of `port_map` is none of the ports in the task's `resources`. Nothing is
    published for it; only a variable `NOMAD_PORT_` is set, to a port that nobody can reach.

        resources {
          network {
            port "redis" {}
          }
        }
        …
        port_map {
          rediss = 6379
        }

    Write the label as it stands in `resources`, or better, use `ports` with a `network`
    block of the group.
  EOT
}

diagnostic "ports_without_effect" {
  id       = 330
  severity = warning
  title    = "Ports are not published in this network mode"
  doc      = <<-EOT
    The task publishes ports, and its network does not let it. On the host's network a
    process listens there at once; with another container's, with `none`, or in a namespace
    that Nomad makes for the group, publishing is not this container's business. Podman
    drops the ports with a warning.

        config {
          image        = "docker.io/library/nginx:1.29"
          network_mode = "host"
          ports        = ["http"]
        }

    Leave `ports` away. On the host's network, let the process listen on the port that Nomad
    chose, which is in `NOMAD_PORT_http`. In a group of mode `bridge`, Nomad forwards the
    ports of its `network` block by itself.
  EOT
}

diagnostic "bad_port_number" {
  id       = 331
  severity = error
  title    = "A port is not between 1 and 65535"
  doc      = <<-EOT
    A port lies between 1 and 65535. The Go driver cut other numbers to 16 bits, so that
    another port was published than the job said.

        config {
          image = "docker.io/library/redis:7"
          port_map {
            redis = 70000
          }
        }

    Write the port that the process in the container listens on.
  EOT
}

diagnostic "port_given_twice" {
  id       = 332
  severity = warning
  title    = "A port is published twice"
  doc      = <<-EOT
    A label stands twice in `ports`. Publishing the same port twice is refused by Podman as
    a conflict, so that it is published once.

        config {
          image = "docker.io/library/nginx:1.29"
          ports = ["http", "http"]
        }

    Keep it once. To reach one port of the container under two numbers, declare two ports in
    the group with the same `to`.
  EOT
}

diagnostic "bad_extra_host" {
  id       = 335
  severity = error
  title    = "An extra host is not NAME:ADDRESS"
  doc      = <<-EOT
    An entry of `extra_hosts` is not `NAME:ADDRESS`, with something on both sides of the
    first colon.

        config {
          image       = "docker.io/library/nginx:1.29"
          extra_hosts = ["db"]
        }

    Write `"db:10.0.0.5"`. An IPv6 address follows in the same way: `"db:fd00::5"`.
  EOT
}

diagnostic "bad_extra_host_address" {
  id       = 336
  severity = warning
  title    = "An extra host's address is no IP address"
  doc      = <<-EOT
    The address of an extra host is no IP address and not `host-gateway`. It goes to Podman
    as it is, which refuses it or writes a line into /etc/hosts that nobody can use.

        config {
          image       = "docker.io/library/nginx:1.29"
          extra_hosts = ["db:database.example.com"]
        }

    Write an IP address. For another name of a host that has a name already, the file
    /etc/hosts is not the place; use DNS.
  EOT
}

diagnostic "extra_hosts_in_joined_network" {
  id       = 337
  severity = error
  title    = "Extra hosts cannot be added to a joined network"
  doc      = <<-EOT
    The container joins the network of another container, and with it its /etc/hosts. Podman
    refuses to add hosts to that.

        config {
          image        = "docker.io/library/nginx:1.29"
          network_mode = "task:proxy"
          extra_hosts  = ["db:10.0.0.5"]
        }

    Give `extra_hosts` to the task that is joined.
  EOT
}

diagnostic "bad_dns_server" {
  id       = 340
  severity = error
  title    = "A name server of the group is no IP address"
  doc      = <<-EOT
    A name server in the group's `network { dns { servers = … } }` is no IP address. A name
    server cannot be given by name: who would look it up?

        network {
          dns {
            servers = ["one.one.one.one"]
          }
        }

    Write its address: `"1.1.1.1"`. A port cannot be given.
  EOT
}

diagnostic "plugin_dns_without_effect" {
  id       = 341
  severity = warning
  title    = "The plugin's name servers are not used for this group"
  doc      = <<-EOT
    The plugin has `dns_servers`, and the group has a `dns` block without any. Such a block,
    even an empty one, switches the plugin's name servers off, so that the container has
    those of its network or host.

        network {
          dns {
            searches = ["example.com"]
          }
        }

    Write the servers into the block as well, or leave the block away.
  EOT
}

# 350-369: plugin config

diagnostic "unknown_socket" {
  id       = 350
  severity = error
  title    = "A socket is not configured"
  doc      = <<-EOT
    The task asks for a Podman under a name that the plugin on this client has not
    configured. A name that is right on one client can be missing on another.

        config {
          image  = "docker.io/library/redis:7"
          socket = "other"
        }

    Write the name of one of the plugin's `socket` blocks, or configure it there. A
    constraint on the attribute `driver.podman.NAME.health` keeps the task from clients
    without it. A task without `socket` uses the one called `default`.
  EOT
}

diagnostic "sockets_and_socket_path" {
  id       = 351
  severity = error
  title    = "socket and socket_path exclude each other"
  doc      = <<-EOT
    The plugin's config has `socket` blocks and `socket_path`. The second is the short form
    for a single Podman, and with both nobody knows which one is meant. The agent does not
    start like this.

        config {
          socket_path = "unix:///run/podman/podman.sock"
          socket {
            name        = "app"
            socket_path = "unix:///run/user/1000/podman/podman.sock"
          }
        }

    Move `socket_path` into a block: `socket { name = "default"  socket_path =
    "unix:///run/podman/podman.sock" }`.
  EOT
}

diagnostic "duplicate_socket_name" {
  id       = 352
  severity = warning
  title    = "Two sockets have the same name"
  doc      = <<-EOT
    Two `socket` blocks of the plugin have the same name; a block without a name is called
    `default`. The first one is used, and no task can reach the second.

        config {
          socket { socket_path = "unix:///run/podman/podman.sock" }
          socket { socket_path = "unix:///run/user/1000/podman/podman.sock" }
        }

    Give each block a name of its own.
  EOT
}

diagnostic "bad_socket_address" {
  id       = 353
  severity = error
  title    = "A socket's address is not supported"
  doc      = <<-EOT
    The address of a Podman is neither `unix://` with an absolute path nor `http://` with a
    host. There is no ssh and no TLS.

        config {
          socket_path = "/run/podman/podman.sock"
        }

    Write `unix:///run/podman/podman.sock`, with three slashes. To use a Podman of another
    machine, forward its socket with `ssh -L`, or run the plugin there.
  EOT
}

diagnostic "bad_http_timeout" {
  id       = 354
  severity = error
  title    = "client_http_timeout is no duration"
  doc      = <<-EOT
    `client_http_timeout` is no span of time that is longer than zero. It is written as
    numbers with units: `ms`, `s`, `m`, `h`. The agent does not start like this.

        config {
          client_http_timeout = "30 bananas"
        }

    Write for instance `"30s"`. Leave it away for 60 seconds.
  EOT
}

diagnostic "no_default_socket" {
  id       = 355
  severity = warning
  title    = "No socket is the default one"
  doc      = <<-EOT
    The plugin has `socket` blocks, and none of them is called `default`. Tasks that name no
    socket fail: "podman client with name "default" not found".

        config {
          socket {
            name        = "app"
            socket_path = "unix:///run/user/1000/podman/podman.sock"
          }
        }

    Call one of them `default`, or leave its name away. If every task names its socket, the
    warning can stay.
  EOT
}

diagnostic "bad_plugin_dns_server" {
  id       = 356
  severity = error
  title    = "A name server of the plugin is no IP address"
  doc      = <<-EOT
    A name server in the plugin's `dns_servers` is no IP address. The agent starts with it,
    and then every task fails whose group has no `dns` block.

        config {
          dns_servers = ["dns.example.com"]
        }

    Write its address, without a port.
  EOT
}

diagnostic "bad_rootless_mode" {
  id       = 357
  severity = warning
  title    = "default_rootless_mode is no network mode"
  doc      = <<-EOT
    The plugin's `default_rootless_mode` is no network mode that a rootless Podman has:
    `pasta`, `slirp4netns`, `bridge`, `host` or `none`. It goes to Podman as it is, which
    may refuse every task that chooses no network.

        config {
          networking {
            default_rootless_mode = "slirp"
          }
        }

    Write one of these words. Leave it away for what fits the version of Podman.
  EOT
}

diagnostic "recover_stopped_risky" {
  id       = 358
  severity = warning
  title    = "recover_stopped may keep an agent from starting"
  doc      = <<-EOT
    The plugin starts containers again that stopped while the agent was down
    (`recover_stopped = true`). After a reboot of the host this happens before the agent is
    ready, and it may hang or not start at all. Nomad would start the tasks anew anyway.

        config {
          recover_stopped = true
        }

    Leave it away, unless you know that you need it.
  EOT
}

diagnostic "bad_selinuxlabel" {
  id       = 359
  severity = warning
  title    = "selinuxlabel is neither z nor Z"
  doc      = <<-EOT
    The plugin's `selinuxlabel` is neither `z` (shared by containers) nor `Z` (for one
    container alone). It goes to Podman as a mount option, which refuses it, and then no
    task starts.

        config {
          volumes {
            enabled      = true
            selinuxlabel = "shared"
          }
        }

    Write `z`: folders of an allocation are shared by its tasks.
  EOT
}

diagnostic "bad_pull_activity_timeout" {
  id       = 362
  severity = error
  title    = "pull_activity_timeout is no duration"
  doc      = <<-EOT
    `pull_activity_timeout` is no span of time. It is written as numbers with units: `ms`,
    `s`, `m`, `h`. The agent does not start like this.

        config {
          pull_activity_timeout = "2 minutes"
        }

    Write for instance `"2m"`. Leave it away, or write `"0s"`, for no limit of its own.
  EOT
}

diagnostic "bad_image_delay" {
  id       = 363
  severity = error
  title    = "image_delay is no duration"
  doc      = <<-EOT
    `image_delay` is no span of time. It is written as numbers with units: `ms`, `s`, `m`,
    `h`. The agent does not start like this.

        config {
          gc {
            image       = true
            image_delay = "soon"
          }
        }

    Write for instance `"3m"`, which is also what counts without the option.
  EOT
}

diagnostic "bad_registry_host" {
  id       = 364
  severity = warning
  title    = "A registry block names no host"
  doc      = <<-EOT
    The label of a `registry` block is no host with or without a port, so that it fits no
    image and has no effect.

        config {
          registry "https://registry.example.com/team" {
            tls_verify = false
          }
        }

    Write the host as images name it, with its port where they do:
    `registry "registry.example.com:5000"`. Images of a short name have no host; name it in
    the image.
  EOT
}

# 370-389: Podman version and host

diagnostic "member_not_known" {
  id       = 370
  severity = error
  title    = "This Podman cannot do what an option asks for"
  doc      = <<-EOT
    This Podman is too old, or too new, for what an option asks for, and the task cannot run
    as the job wants it. Podman passes over members that it does not know without a word, so
    that nobody would notice.

        config {
          image        = "docker.io/library/redis:7"
          network_mode = "shop"
        }

    With Podman 3.4, for instance, a container cannot join networks by this driver. The
    message says since or until which version it works. Update Podman on the clients, place
    the task with a constraint on `attr.driver.podman.version`, or do without the option.
  EOT
}

diagnostic "member_without_effect" {
  id       = 371
  severity = warning
  title    = "This Podman does not know what an option asks for"
  doc      = <<-EOT
    This Podman does not know what an option asks for, and the task runs without it. The
    part is left out of what is sent.

        config {
          image        = "quay.io/podman/stable"
          security_opt = ["label=nested"]
        }

    With Podman 4.3, for instance, `label=nested` has no effect; it needs 4.5. Update Podman
    on the clients, or do without the option.
  EOT
}

diagnostic "podman_too_old" {
  id       = 372
  severity = warning
  title    = "This Podman is older than any that was tested"
  doc      = <<-EOT
    This Podman is older than 4.3, the oldest that this driver is tested with. Most of a job
    works there, and nobody has looked at the rest.

        podman-driver-render render --podman-version 3.4 web.nomad.hcl

    Update Podman. Known differences of Podman 3: a container has one address of each family
    only, and networks cannot be looked up.
  EOT
}

diagnostic "cgroup_v1_gone" {
  id       = 373
  severity = error
  title    = "Podman 6 does not run on cgroup version 1"
  doc      = <<-EOT
    Podman 6 does not run on a host with cgroup version 1: its service ends at once with
    "Cgroups v1 not supported". The given host cannot exist.

        podman-driver-render render --podman-version 6.0 --cgroup v1 web.nomad.hcl

    Boot the host with version 2, which every current distribution does by default (remove
    `systemd.unified_cgroup_hierarchy=0` from the kernel's command line), or stay with
    Podman 5.
  EOT
}

diagnostic "ulimit_defaults_lost" {
  id       = 374
  severity = warning
  title    = "This Podman raises other limits when one is given"
  doc      = <<-EOT
    Up to Podman 4.4, a container that is given any limit loses the default limits of
    containers.conf, and `nofile` and `nproc` are set to 1048576 unless they are given too.
    Where the service may not raise limits that far, the container does not start: "error
    setting rlimit type".

        config {
          image = "docker.io/library/redis:7"
          ulimit {
            memlock = "-1"
          }
        }

    Give all of them: `nofile = "4096:8192"` and `nproc = "4096"` beside what you need.
    Podman 4.5 and later do not need that.
  EOT
}
