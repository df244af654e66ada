//! Reads one YAML file.

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let text = std::fs::read_to_string(path).expect("UTF-8 text");
    match yaml_rust::YamlLoader::load_from_str(&text) {
        Ok(documents) => println!("documents={}", documents.len()),
        Err(error) => println!("refused: {error}"),
    }
}
