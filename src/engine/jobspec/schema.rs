//! Which blocks and attributes of a job are read, with their names in HCL and in the API's JSON. One table for the
//! readers of both; everything that is not in it is left alone.

/// A kind of block.
pub(crate) struct Kind {
    /// Its name in HCL.
    pub(crate) name: &'static str,
    /// Its property in the API's JSON.
    pub(crate) api: &'static str,
    /// Whether it has a label in HCL, and the property that holds it in the API's JSON.
    pub(crate) label: Option<&'static str>,
    /// Its attributes: name in HCL and in the API.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// What has keys of the author's choice, as a block or as an attribute.
    pub(crate) free: &'static [(&'static str, &'static str)],
    /// The blocks inside of it.
    pub(crate) blocks: &'static [&'static Kind],
}

impl Kind {
    /// The kind of the block inside of this one that has the name.
    pub(crate) fn block(&self, name: &str) -> Option<&'static Kind> {
        self.blocks.iter().copied().find(|kind| kind.name == name)
    }

    /// Whether the name is one of keys of the author's choice.
    pub(crate) fn is_free(&self, name: &str) -> bool {
        self.free.iter().any(|(free, _)| *free == name)
    }
}

const fn kind(name: &'static str, api: &'static str) -> Kind {
    Kind { name, api, label: None, attributes: &[], free: &[], blocks: &[] }
}

const META: (&str, &str) = ("meta", "Meta");

/// The job itself.
pub(crate) static JOB: Kind = Kind {
    label: Some("ID"),
    attributes: &[
        ("id", "ID"),
        ("name", "Name"),
        ("type", "Type"),
        ("namespace", "Namespace"),
        ("region", "Region"),
        ("datacenters", "Datacenters"),
    ],
    free: &[META],
    blocks: &[&GROUP, &TASK],
    ..kind("job", "Job")
};

static GROUP: Kind = Kind {
    label: Some("Name"),
    attributes: &[("count", "Count")],
    free: &[META],
    blocks: &[&NETWORK, &VOLUME, &TASK, &SERVICE],
    ..kind("group", "TaskGroups")
};

static NETWORK: Kind = Kind {
    attributes: &[("mode", "Mode"), ("hostname", "Hostname")],
    blocks: &[&DNS, &PORT, &RESERVED],
    ..kind("network", "Networks")
};

static DNS: Kind = Kind {
    attributes: &[("servers", "Servers"), ("searches", "Searches"), ("options", "Options")],
    ..kind("dns", "DNS")
};

const PORT_ATTRIBUTES: &[(&str, &str)] =
    &[("static", "Value"), ("to", "To"), ("host_network", "HostNetwork")];

static PORT: Kind =
    Kind { label: Some("Label"), attributes: PORT_ATTRIBUTES, ..kind("port", "DynamicPorts") };

/// HCL has one block for both kinds of port.
static RESERVED: Kind =
    Kind { label: Some("Label"), attributes: PORT_ATTRIBUTES, ..kind("", "ReservedPorts") };

static VOLUME: Kind = Kind {
    label: Some("Name"),
    attributes: &[("type", "Type"), ("source", "Source"), ("read_only", "ReadOnly")],
    ..kind("volume", "Volumes")
};

const TASK_ATTRIBUTES: &[(&str, &str)] = &[
    ("name", "Name"),
    ("driver", "Driver"),
    ("user", "User"),
    ("leader", "Leader"),
    ("kill_timeout", "KillTimeout"),
    ("kill_signal", "KillSignal"),
];

const TASK_FREE: &[(&str, &str)] = &[("config", "Config"), ("env", "Env"), META];

static TASK: Kind = Kind {
    label: Some("Name"),
    attributes: TASK_ATTRIBUTES,
    free: TASK_FREE,
    blocks: &[&RESOURCES, &VOLUME_MOUNT, &LIFECYCLE],
    ..kind("task", "Tasks")
};

static RESOURCES: Kind = Kind {
    attributes: &[
        ("cpu", "CPU"),
        ("cores", "Cores"),
        ("memory", "MemoryMB"),
        ("memory_max", "MemoryMaxMB"),
        ("secrets", "SecretsMB"),
    ],
    blocks: &[&DEVICE, &NETWORK],
    ..kind("resources", "Resources")
};

static DEVICE: Kind =
    Kind { label: Some("Name"), attributes: &[("count", "Count")], ..kind("device", "Devices") };

static VOLUME_MOUNT: Kind = Kind {
    attributes: &[
        ("volume", "Volume"),
        ("destination", "Destination"),
        ("read_only", "ReadOnly"),
        ("propagation_mode", "PropagationMode"),
        ("selinux_label", "SELinuxLabel"),
    ],
    ..kind("volume_mount", "VolumeMounts")
};

static LIFECYCLE: Kind =
    Kind { attributes: &[("hook", "Hook"), ("sidecar", "Sidecar")], ..kind("lifecycle", "Lifecycle") };

static SERVICE: Kind =
    Kind { attributes: &[("name", "Name")], blocks: &[&CONNECT], ..kind("service", "Services") };

static CONNECT: Kind = Kind { blocks: &[&SIDECAR_TASK, &GATEWAY], ..kind("connect", "Connect") };

static SIDECAR_TASK: Kind = Kind {
    attributes: TASK_ATTRIBUTES,
    free: TASK_FREE,
    blocks: &[&RESOURCES, &VOLUME_MOUNT],
    ..kind("sidecar_task", "SidecarTask")
};

static GATEWAY: Kind = Kind { blocks: &[&INGRESS, &TERMINATING, &MESH], ..kind("gateway", "Gateway") };

static INGRESS: Kind = kind("ingress", "Ingress");

static TERMINATING: Kind = kind("terminating", "Terminating");

static MESH: Kind = kind("mesh", "Mesh");
