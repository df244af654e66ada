//! Reads an input; looks whether the build script won.
use std::{env, fs};

fn main() {
    let mut arguments = env::args().skip(1);
    let (input, scratch) = (arguments.next().unwrap(), arguments.next().unwrap());
    if fs::read(input).unwrap().first() == Some(&b'b') {
        println!("alive");
        return;
    }
    println!("the build script said: {}", target::SAID);
    if target::SAID != "refused" {
        fs::write(format!("{scratch}/assay-escaped"), "").unwrap();
    }
}
