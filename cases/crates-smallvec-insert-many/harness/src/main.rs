// SPDX-License-Identifier: Apache-2.0
//! Inserts as many items as its argument says, from an iterator whose
//! `size_hint` promises none.

use smallvec::SmallVec;

fn main() {
    let items = std::env::args()
        .nth(1)
        .and_then(|text| text.parse::<usize>().ok());
    let Some(items) = items else {
        eprintln!("usage: harness ITEMS");
        std::process::exit(2);
    };
    let mut list: SmallVec<[u8; 0]> = SmallVec::new();
    list.push(0xff);
    list.insert_many(0, (0..items).filter(|_| true).map(|item| item as u8));
    println!("len={}", list.len());
}
