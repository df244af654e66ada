//! Letters of a name.

/// The letter at this place.
#[inline(never)]
pub fn nth_letter(name: &[u8], place: usize) -> u8 {
    unsafe { *name.as_ptr().add(place) }
}
