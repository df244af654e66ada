//! Letters of a name.

/// The letter at this place, if there is one.
#[inline(never)]
pub fn nth_letter(name: &[u8], place: usize) -> Option<u8> {
    let copy = Box::into_raw(name.to_vec().into_boxed_slice());
    let letter = *unsafe { &*copy }.get(place)?;
    drop(unsafe { Box::from_raw(copy) });
    Some(letter)
}
