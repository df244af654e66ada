//! Counts references to one value in two threads, without a lock.

use std::rc::Rc;

fn main() {
    let shared = Rc::new(7);
    let post = name::Post::new(Rc::clone(&shared));
    let other = std::thread::spawn(move || post.take().map(|value| *value));
    assert_eq!(other.join().unwrap(), Some(8));
    println!("shared={}", Rc::strong_count(&shared));
}
