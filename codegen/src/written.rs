//! Which rule functions and small syntaxes somebody wrote: read from the engine's sources, without compiling them.

use std::path::Path;

use crate::check::Written;

/// Looks into `src/engine/rules` (public functions) and `src/engine/config/syntax` (files) below `root`.
pub fn find(root: &Path) -> std::io::Result<Written> {
    let mut written = Written::default();
    for (topic, path) in sources(&root.join("src/engine/rules"))? {
        let code = std::fs::read_to_string(path)?;
        let Ok(file) = syn::parse_file(&code) else { continue };
        for item in file.items {
            if let syn::Item::Fn(function) = item
                && matches!(function.vis, syn::Visibility::Public(_))
            {
                written.rules.insert(format!("{topic}.{}", function.sig.ident));
            }
        }
    }
    for (name, _) in sources(&root.join("src/engine/config/syntax"))? {
        written.syntaxes.insert(name);
    }
    Ok(written)
}

fn sources(folder: &Path) -> std::io::Result<Vec<(String, std::path::PathBuf)>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "mod" {
            found.push((name, path));
        }
    }
    Ok(found)
}
