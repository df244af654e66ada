//! Compiles one expression.

fn main() {
    let expression = std::env::args().nth(1).unwrap_or_default();
    println!("compiled={}", regex::Regex::new(&expression).is_ok());
}
