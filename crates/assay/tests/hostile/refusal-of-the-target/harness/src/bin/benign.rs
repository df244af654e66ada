//! Sends what may be sent.

use std::sync::Arc;

fn main() {
    let shared = Arc::new(7);
    let post = name::Post::new(Arc::clone(&shared));
    let other = std::thread::spawn(move || post.take().map(|value| *value));
    assert_eq!(other.join().unwrap(), Some(7));
    println!("shared={}", Arc::strong_count(&shared));
}
