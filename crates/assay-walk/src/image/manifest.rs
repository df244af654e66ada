//! Which layers make up an image: Docker's `manifest.json`, or OCI's index and
//! manifests.

use serde::Deserialize;

use super::blobs::Blobs;
use crate::{Passed, limits};

/// An image: its name, if it has one, and its layers by their names in the archive, the lowest first.
#[derive(Debug, Default)]
pub struct Image {
    pub name: Option<String>,
    pub layers: Vec<String>,
}

/// The images that are read, and what is not.
#[derive(Debug, Default)]
pub struct Images {
    pub chosen: Vec<Image>,
    pub passed: Vec<Passed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Docker {
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    platform: Option<Platform>,
    #[serde(default)]
    annotations: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Deserialize, Clone)]
struct Platform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Descriptor>,
}

/// An index may name another index; one level is what tools write.
const DEPTH: usize = 4;

/// The images of an archive or a layout.
pub fn images(blobs: &Blobs) -> Result<Images, String> {
    let mut images = Images::default();
    if blobs.has("index.json") {
        let index = parse::<Index>(blobs, "index.json")?;
        oci(blobs, index, None, 0, &mut images)?;
    } else if blobs.has("manifest.json") {
        for image in parse::<Vec<Docker>>(blobs, "manifest.json")? {
            let name = image.repo_tags.and_then(|tags| tags.into_iter().next());
            images.chosen.push(Image { name, layers: image.layers });
        }
    } else {
        return Err("neither `index.json` nor `manifest.json` is in it; is it a container image?".to_owned());
    }
    if images.chosen.is_empty() {
        return Err("no image is in it".to_owned());
    }
    if images.chosen.iter().map(|image| image.layers.len()).sum::<usize>() > limits::BLOBS {
        return Err(format!("it has more than {} layers", limits::BLOBS));
    }
    Ok(images)
}

fn parse<T: for<'de> Deserialize<'de>>(blobs: &Blobs, name: &str) -> Result<T, String> {
    serde_json::from_slice(&blobs.small(name)?).map_err(|e| format!("{name}: {e}"))
}

/// Images of an index. Of one image for several platforms, one is read: this machine's, else the first.
fn oci(blobs: &Blobs, index: Index, name: Option<String>, depth: usize, images: &mut Images) -> Result<(), String> {
    if depth > DEPTH {
        return Err("its indexes are nested too deep".to_owned());
    }
    if index.manifests.len() > limits::BLOBS {
        return Err(format!("it lists more than {} images", limits::BLOBS));
    }
    // Attestations are manifests of an unknown platform.
    let is_image = |d: &&Descriptor| d.platform.as_ref().is_none_or(|p| p.architecture != "unknown");
    let found: Vec<&Descriptor> = index.manifests.iter().filter(is_image).collect();
    let here =
        |d: &Descriptor| d.platform.as_ref().is_some_and(|p| p.os == "linux" && p.architecture == architecture());
    let by_platform = found.len() > 1 && found.iter().all(|d| d.platform.is_some());
    let chosen: Vec<&Descriptor> = if by_platform {
        let best = found.iter().find(|d| here(d)).or_else(|| found.first());
        for other in found.iter().filter(|d| best.is_none_or(|best| best.digest != d.digest)) {
            let of = other.platform.clone().map_or_else(String::new, |p| format!("{}/{}", p.os, p.architecture));
            let of: String = of.chars().filter(|c| !c.is_control()).take(60).collect();
            images.passed.push(Passed { what: format!("images for the platform {of}"), times: 1 });
        }
        best.into_iter().copied().collect()
    } else {
        found
    };
    for descriptor in chosen {
        let own = descriptor.annotations.as_ref().and_then(|a| a.get("org.opencontainers.image.ref.name").cloned());
        let name = own.or_else(|| name.clone());
        let at = blob(&descriptor.digest)?;
        // A registry may list manifests that were not fetched.
        if !blobs.has(&at) {
            let what = "images that the index names and the archive does not hold".to_owned();
            images.passed.push(Passed { what, times: 1 });
            continue;
        }
        if descriptor.media_type.contains("index") || descriptor.media_type.contains("manifest.list") {
            oci(blobs, parse(blobs, &at)?, name, depth + 1, images)?;
            continue;
        }
        let manifest = parse::<Manifest>(blobs, &at)?;
        let layers = manifest.layers.iter().map(|layer| blob(&layer.digest)).collect::<Result<_, _>>()?;
        images.chosen.push(Image { name, layers });
    }
    Ok(())
}

/// The file of a digest: `blobs/sha256/...`.
fn blob(digest: &str) -> Result<String, String> {
    let (algorithm, hex) = digest.split_once(':').unwrap_or_default();
    let plain = |text: &str| !text.is_empty() && text.len() <= 128 && text.bytes().all(|c| c.is_ascii_alphanumeric());
    if !plain(algorithm) || !plain(hex) {
        let shown: String = digest.chars().filter(|c| !c.is_control()).take(80).collect();
        return Err(format!("`{shown}` is no digest"));
    }
    Ok(format!("blobs/{algorithm}/{hex}"))
}

/// This machine's architecture by the name that images give it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
