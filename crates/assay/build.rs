//! Puts the shipped examples into the program, so that `assay demo` works from
//! anywhere and needs no checkout beside it.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../examples");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("&[\n");
    // A bundle has a manifest; what has none is something else that ships beside them.
    for example in sorted(&root)?.iter().filter(|path| path.join("proof.toml").is_file()) {
        writeln!(code, "    ({:?}, &[", name(example)?)?;
        files(&mut code, example, "")?;
        code.push_str("    ]),\n");
    }
    code.push_str("]\n");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    fs::write(out.join("examples.rs"), code)?;
    let mut code = String::from("&[\n");
    files(&mut code, &root.join("hospital"), "")?;
    code.push_str("]\n");
    fs::write(out.join("hospital.rs"), code)?;
    Ok(())
}

fn files(code: &mut String, folder: &Path, prefix: &str) -> Result<(), Box<dyn Error>> {
    for path in sorted(folder)? {
        let inside = format!("{prefix}{}", name(&path)?);
        if path.is_dir() {
            files(code, &path, &format!("{inside}/"))?;
        } else {
            writeln!(code, "        ({inside:?}, include_bytes!({:?})),", fs::canonicalize(&path)?)?;
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<&str, Box<dyn Error>> {
    path.file_name().and_then(|name| name.to_str()).ok_or_else(|| "an example's file has no plain name".into())
}
