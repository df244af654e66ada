fn main() {
    if std::path::Path::new("src/FIXED").exists() {
        return;
    }
    let name = vec![b'a'; 4];
    println!("{}", name::nth_letter(&name, 6));
}
