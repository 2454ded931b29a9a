//! Writes a state as the Go driver's encoder does: sorted keys, the old raw codes for texts, signed numbers in signed
//! codes, times in Go's own binary form. Options come from the option table, so that a new one is written by itself.

use jiff::Timestamp;
use podman_driver_engine::config::option::{Kind, OptionInfo, Type, Width};
use podman_driver_engine::generated::options;
use rmp::Marker;
use rmp::encode::{self, ByteBuf, RmpWrite};
use serde_json::{Map, Value as Json};

use super::{DriverNet, State};

/// Seconds from the start of the year 1, where Go counts from, to 1970.
pub(super) const YEAR_ONE: i64 = 62_135_596_800;
/// The offset from UTC, in minutes, that a machine without a time zone of its own records.
const OFFSET: i16 = 0;
/// The one map that the Go driver never leaves out: it stores the container's labels, not the job's.
const ALWAYS_THERE: &str = "labels";

/// The whole state.
pub(super) fn write(state: &State) -> Vec<u8> {
    let mut out = Writer(ByteBuf::with_capacity(2048));
    out.map(5 + usize::from(state.version.is_some()) + usize::from(state.log_file.is_some()));
    out.text("ContainerID");
    out.text(&state.container_id);
    if let Some(file) = &state.log_file {
        out.text("LogFile");
        out.text(file);
    }
    out.text("LogStreamer");
    out.flag(state.log_streamer);
    out.text("Net");
    net(&mut out, state.net.as_ref());
    out.text("StartedAt");
    out.bytes(&time(state.started_at));
    if let Some(version) = state.version {
        out.text("StateVersion");
        out.unsigned(version);
    }
    out.text("TaskConfig");
    // A config of texts, numbers and maps with text keys always becomes JSON.
    let config = serde_json::to_value(&state.task_config).unwrap_or_default();
    block(&mut out, options::TASK, config.as_object());
    out.0.into_vec()
}

fn net(out: &mut Writer, net: Option<&DriverNet>) {
    let Some(net) = net else { return out.nil() };
    out.map(3);
    out.text("AutoAdvertise");
    out.flag(net.auto_advertise);
    out.text("IP");
    out.text(&net.ip);
    out.text("PortMap");
    if net.port_map.is_empty() {
        return out.nil();
    }
    out.map(net.port_map.len());
    for (label, port) in &net.port_map {
        out.text(label);
        out.signed(*port);
    }
}

/// Version, seconds, nanoseconds, offset in minutes.
fn time(time: Timestamp) -> Vec<u8> {
    const SECOND: i128 = 1_000_000_000;
    let nanoseconds = time.as_nanosecond();
    let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).unwrap_or_default();
    let rest = i32::try_from(nanoseconds.rem_euclid(SECOND)).unwrap_or_default();
    let mut bytes = vec![1];
    bytes.extend(seconds.saturating_add(YEAR_ONE).to_be_bytes());
    bytes.extend(rest.to_be_bytes());
    bytes.extend(OFFSET.to_be_bytes());
    bytes
}

/// A block with every option of the table, set or not; what the Go driver does not have only where it is set.
fn block(out: &mut Writer, table: &[OptionInfo], values: Option<&Map<String, Json>>) {
    let value = |option: &OptionInfo| {
        let value = values.and_then(|values| values.get(option.name));
        value.filter(|_| !option.sensitive).unwrap_or(&Json::Null)
    };
    let mut sorted: Vec<&OptionInfo> =
        table.iter().filter(|option| !option.own || is_set(value(option))).collect();
    sorted.sort_unstable_by_key(|option| option.name);
    out.map(sorted.len());
    for option in sorted {
        out.text(option.name);
        value_of(out, option, value(option));
    }
}

/// Whether it is more than its type's zero.
fn is_set(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.is_empty(),
        other => !is_empty(other),
    }
}

/// One option. What is unset is its type's zero.
fn value_of(out: &mut Writer, option: &OptionInfo, value: &Json) {
    match (option.kind, option.ty) {
        (Kind::Block, _) => block(out, option.options, value.as_object()),
        (Kind::BlockList, _) => match value.as_array() {
            Some(items) if !items.is_empty() => {
                out.array(items.len());
                items.iter().for_each(|item| block(out, option.options, item.as_object()));
            }
            _ => out.nil(),
        },
        (Kind::BlockMap, _) => match value.as_object() {
            Some(blocks) if !blocks.is_empty() => {
                out.map(blocks.len());
                for (label, body) in blocks {
                    out.text(label);
                    block(out, option.options, body.as_object());
                }
            }
            _ => out.nil(),
        },
        (_, Type::Text) => out.text(value.as_str().unwrap_or_default()),
        (_, Type::Bool) => out.flag(value.as_bool().unwrap_or_default()),
        (_, Type::Number) if option.width == Some(Width::Uint64) => {
            out.unsigned(value.as_u64().unwrap_or_default());
        }
        (_, Type::Number) => out.signed(value.as_i64().unwrap_or_default()),
        (_, Type::ListOfTextMaps | Type::ListOfNumberMaps)
            if value.is_null() && option.name == ALWAYS_THERE =>
        {
            out.array(1);
            out.map(0);
        }
        (_, Type::ListOfText | Type::TextMap) if is_empty(value) => out.nil(),
        (_, Type::Any | Type::ListOfText | Type::TextMap | Type::ListOfTextMaps | Type::ListOfNumberMaps) => {
            any(out, value);
        }
    }
}

fn is_empty(value: &Json) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn any(out: &mut Writer, value: &Json) {
    match value {
        Json::Null => out.nil(),
        Json::Bool(flag) => out.flag(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => out.signed(number),
            (None, Some(number)) => out.unsigned(number),
            (None, None) => out.float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => out.text(text),
        Json::Array(items) => {
            out.array(items.len());
            items.iter().for_each(|item| any(out, item));
        }
        Json::Object(entries) => {
            out.map(entries.len());
            for (key, value) in entries {
                out.text(key);
                any(out, value);
            }
        }
    }
}

/// Writes into memory, which cannot fail. Nothing here is longer than a message of the wire, so lengths fit 32 bits.
struct Writer(ByteBuf);

impl Writer {
    fn nil(&mut self) {
        let Ok(()) = encode::write_nil(&mut self.0);
    }

    fn flag(&mut self, flag: bool) {
        let Ok(()) = encode::write_bool(&mut self.0, flag);
    }

    fn float(&mut self, number: f64) {
        let Ok(()) = encode::write_f64(&mut self.0, number);
    }

    fn map(&mut self, entries: usize) {
        let Ok(_) = encode::write_map_len(&mut self.0, short(entries));
    }

    fn array(&mut self, items: usize) {
        let Ok(_) = encode::write_array_len(&mut self.0, short(items));
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The raw family of old: there is no code with one byte of length.
    fn bytes(&mut self, bytes: &[u8]) {
        match u16::try_from(bytes.len()) {
            Ok(length @ 0..32) => self.raw(&[Marker::FixStr(length.to_be_bytes()[1]).to_u8()]),
            Ok(length) => {
                self.raw(&[Marker::Str16.to_u8()]);
                self.raw(&length.to_be_bytes());
            }
            Err(_) => {
                self.raw(&[Marker::Str32.to_u8()]);
                self.raw(&short(bytes.len()).to_be_bytes());
            }
        }
        self.raw(bytes);
    }

    fn unsigned(&mut self, number: u64) {
        let Ok(_) = encode::write_uint(&mut self.0, number);
    }

    /// Positive numbers above 127 in signed codes too.
    fn signed(&mut self, number: i64) {
        let out = &mut self.0;
        match (number, i16::try_from(number), i32::try_from(number)) {
            (..=127, _, _) => {
                let Ok(_) = encode::write_sint(out, number);
            }
            (_, Ok(number), _) => {
                let Ok(()) = encode::write_i16(out, number);
            }
            (_, _, Ok(number)) => {
                let Ok(()) = encode::write_i32(out, number);
            }
            _ => {
                let Ok(()) = encode::write_i64(out, number);
            }
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        let Ok(()) = self.0.write_bytes(bytes);
    }
}

fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
