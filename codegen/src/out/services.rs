//! The services of the wire, with their messages: what the plugin serves. One file for each package, and the compiled
//! descriptions that reflection answers with. The messages that the engine builds are `proto`'s.

use std::fmt::Write as _;
use std::path::Path;

use prost::Message as _;
use prost_types::FileDescriptorSet;

use super::Output;
use super::text::rust;

/// File in `proto/`, its package, the module that is made of it.
const SERVED: [(&str, &str, &str); 5] = [
    ("base.proto", "hashicorp.nomad.plugins.base.proto", "base"),
    ("driver.proto", "hashicorp.nomad.plugins.drivers.proto", "driver"),
    ("structs.proto", "hashicorp.nomad.plugins.shared.structs", "structs"),
    ("plugin.proto", "plugin", "goplugin"),
    ("rpc_status.proto", "google.rpc", "rpc_status"),
];
/// The engine's own, which the services refer to.
const ENGINE: (&str, &str) =
    (".hashicorp.nomad.plugins.shared.hclspec", "::podman_driver_engine::generated::hclspec");
/// What puts messages on the wire.
const CODEC: &str = "crate::plugin::codec::SmallBuffers";
const FOLDER: &str = "src/plugin/generated";
const HEAD: &str = "//! Services and messages of the wire.\n\
    #![allow(missing_docs, clippy::all, clippy::unwrap_used, reason = \"described in proto/, written by tonic\")]\n";

/// Generates from the files in `proto/` below `root`.
pub fn generate(root: &Path) -> Result<Vec<Output>, String> {
    let files = SERVED.map(|(file, _, _)| file);
    let set = protox::compile(files, [root.join("proto")]).map_err(|error| format!("proto/: {error}"))?;
    let mut outputs = Vec::new();
    for (file, package, name) in SERVED {
        let code = package_code(&set, package).map_err(|error| format!("proto/{file}: {error}"))?;
        outputs.push(output(name, &format!("proto/{file}"), &format!("{HEAD}{code}")));
    }
    outputs.push(output("descriptions", "proto/", &descriptions(set)));
    outputs.push(output("mod", "proto/", &modules()));
    Ok(outputs)
}

fn output(name: &str, from: &str, code: &str) -> Output {
    Output { path: format!("{FOLDER}/{name}.rs").into(), text: rust(from, code) }
}

/// The code of one package. tonic writes files only, so it gets a folder of its own; the other packages are named as
/// modules that exist already.
fn package_code(set: &FileDescriptorSet, package: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut builder = tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .btree_map(".")
        .bytes(".")
        .codec_path(CODEC)
        .out_dir(folder.path())
        .extern_path(ENGINE.0, ENGINE.1);
    for (_, other, name) in SERVED.iter().filter(|(_, other, _)| *other != package) {
        builder = builder.extern_path(format!(".{other}"), format!("crate::plugin::generated::{name}"));
    }
    let mut own = set.clone();
    own.file.retain(|file| {
        file.package() == package || SERVED.iter().all(|(_, other, _)| file.package() != *other)
    });
    builder.compile_fds(own).map_err(|error| error.to_string())?;
    std::fs::read_to_string(folder.path().join(format!("{package}.rs"))).map_err(|error| error.to_string())
}

/// The compiled descriptions without comments, as bytes in a Rust file.
fn descriptions(mut set: FileDescriptorSet) -> String {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    let mut code = String::from(
        "//! What reflection answers with.\n\n/// All files of `proto/` and what they import: a `FileDescriptorSet` of protobuf.\n\
         pub const DESCRIPTIONS: &[u8] = b\"",
    );
    for chunk in set.encode_to_vec().chunks(40) {
        code.push_str("\\\n    ");
        for byte in chunk {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'/' => code.push(char::from(*byte)),
                // Writing to a string does not fail.
                _ => _ = write!(code, "\\x{byte:02x}"),
            }
        }
    }
    code.push_str("\";\n");
    code
}

fn modules() -> String {
    let mut code = String::from("//! What the plugin serves.\n\n");
    for name in ["base", "descriptions", "driver", "goplugin", "rpc_status", "structs"] {
        _ = writeln!(code, "pub mod {name};");
    }
    code
}
