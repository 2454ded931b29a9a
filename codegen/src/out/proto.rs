//! The protobuf code, made from our own `.proto` files without a `protoc` on the machine.

use std::path::Path;

use prost_build::Module;

use super::Output;
use super::text::rust;

/// Messages that the engine itself builds: the descriptors of both `config` blocks.
const ENGINE: [(&str, &str, &str); 1] =
    [("hclspec.proto", "hashicorp.nomad.plugins.shared.hclspec", "hclspec")];

const HEAD: &str =
    "//! Messages of the wire.\n#![allow(missing_docs, reason = \"the messages are described in proto/\")]\n";

/// Generates from the files in `proto/` below `root`.
pub fn generate(root: &Path) -> Result<Vec<Output>, String> {
    let proto = root.join("proto");
    ENGINE
        .iter()
        .map(|(file, package, name)| {
            let set = protox::compile([file], [&proto]).map_err(|error| format!("proto/{file}: {error}"))?;
            let requests = set
                .file
                .into_iter()
                .map(|file| (Module::from_protobuf_package_name(file.package()), file))
                .collect();
            let mut config = prost_build::Config::new();
            config.btree_map(["."]);
            as_json(&mut config);
            let modules = config.generate(requests).map_err(|error| format!("proto/{file}: {error}"))?;
            let code = modules
                .get(&Module::from_protobuf_package_name(package))
                .ok_or_else(|| format!("proto/{file} does not hold the package {package}"))?;
            Ok(Output {
                path: format!("src/engine/generated/{name}.rs").into(),
                text: rust(&format!("proto/{file}"), &format!("{HEAD}{code}")),
            })
        })
        .collect()
}

/// Messages can be printed as JSON, with the names that protobuf's own JSON has.
fn as_json(config: &mut prost_build::Config) {
    config.type_attribute(".", "#[derive(serde::Serialize)]");
    config.type_attribute(".", "#[serde(rename_all = \"camelCase\")]");
    config.field_attribute("Spec.block", "#[serde(flatten)]");
    config.field_attribute("Spec.block.Attr", "#[serde(rename = \"Attr\")]");
}
