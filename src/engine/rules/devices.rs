//! Devices: those of the task, and those that Nomad's device plugins reserved for it.
//! Finding a device, and what rights it gives in the end, is left to Podman.

use crate::config::syntax::device::DeviceError;
use crate::config::syntax::{Device as DeviceText, Syntax};
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::spec::Device;

/// Passes the task's devices on, each place in the container once.
pub fn devices(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let mut taken: Vec<String> = Vec::new();
    for (index, text) in cx.task.devices().iter().enumerate() {
        let path = format!("devices[{index}]");
        match text.parse::<DeviceText>() {
            Ok(device) => {
                let place = place(&device);
                if taken.contains(&place) {
                    out.report(cx.at(&path, given_twice(&place)));
                    continue;
                }
                taken.push(place);
            }
            Err(_) if cx.is_open(text) => {}
            Err(error) => {
                out.report(cx.at(&path, not_a_device(&error)));
                continue;
            }
        }
        out.push_devices(Device::named(text));
    }
}

/// Adds the devices that were reserved for the task, which the Go driver leaves out.
pub fn plugin_devices(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let by_task = |place: &str| {
        cx.task
            .devices()
            .iter()
            .position(|text| matches!(text.parse(), Ok(device) if self::place(&device) == place))
    };
    for device in cx.nomad.devices() {
        let place = if device.task_path.is_empty() { &device.host_path } else { &device.task_path };
        if let Some(index) = by_task(place) {
            out.report(cx.at(&format!("devices[{index}]"), given_twice(place)));
            continue;
        }
        let rights = Some(device.permissions.as_str()).filter(|rights| !rights.is_empty()).unwrap_or("rwm");
        out.push_devices(Device::named(format!("{}:{place}:{rights}", device.host_path)));
    }
}

/// Where a device appears in the container; of a CDI device only its name is known.
fn place(device: &DeviceText) -> String {
    match device {
        DeviceText::File { host, container, .. } => container.as_ref().unwrap_or(host).clone(),
        DeviceText::Cdi(name) => name.clone(),
    }
}

fn given_twice(place: &str) -> Diagnostic {
    let message = format!("The device {place:?} is given twice; it is added once.");
    Diagnostic::warning(ids::DEVICE_GIVEN_TWICE, message).suggest("Leave this entry of `devices` away.")
}

fn not_a_device(error: &DeviceError) -> Diagnostic {
    let id = match error {
        DeviceError::NotAbsolute(_) | DeviceError::Container { .. } => ids::BAD_DEVICE,
        DeviceError::Permissions { .. } => ids::BAD_DEVICE_RIGHTS,
    };
    Diagnostic::error(id, error.to_string()).accepts(DeviceText::ACCEPTED)
}

#[cfg(test)]
#[path = "devices/tests.rs"]
pub(crate) mod tests;
