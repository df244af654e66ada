//! Names and their letters.

/// The letter of a name at this place.
#[inline(never)]
pub fn letter(name: &[u8], place: usize) -> Option<u8> {
    let first = name.as_ptr();
    // SAFETY: wrong on purpose; this is what the example's fix mends.
    Some(unsafe { std::ptr::read_volatile(first.add(place)) })
}
