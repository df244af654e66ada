fn main() {
    let name = vec![b'a'; 4];
    println!("letter={:?}", greet::letter(&name, 2));
}
