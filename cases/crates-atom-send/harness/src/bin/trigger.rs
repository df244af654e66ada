//! Hands a counted reference that is not thread-safe to another thread.

use std::rc::Rc;

use atom::Atom;

fn main() {
    let mine = Rc::new(7);
    let post: Atom<Box<Rc<i32>>> = Atom::empty();
    post.swap(Box::new(Rc::clone(&mine)));
    // Only the other thread touches the counter while it runs: the program shows the hole and does not fall in.
    let other = std::thread::spawn(move || post.take().map(|value| **value));
    println!("taken={}", other.join().unwrap().unwrap());
    drop(mine);
}
