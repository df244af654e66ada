//! Hands a counted reference that is thread-safe to another thread.

use std::sync::Arc;

use atom::Atom;

fn main() {
    let mine = Arc::new(7);
    let post: Atom<Box<Arc<i32>>> = Atom::empty();
    post.swap(Box::new(Arc::clone(&mine)));
    let other = std::thread::spawn(move || post.take().map(|value| **value));
    println!("taken={}", other.join().unwrap().unwrap());
    drop(mine);
}
