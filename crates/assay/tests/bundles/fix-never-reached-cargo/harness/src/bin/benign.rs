fn main() {
    let name = vec![b'a'; 4];
    println!("{}", name::nth_letter(&name, 1));
}
