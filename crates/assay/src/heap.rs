//! The memory of a call that ends in milliseconds.

/// What is larger goes back to the system when it is freed, as it does by default from 128 KiB on.
const LARGE: usize = 16 << 20;

/// Lets what is allocated next use the room of what was freed before. For a call that ends soon: a long one would hold on
/// to what it once needed.
///
/// The system hands out memory page by page, and a scan spends a tenth of its time on that. glibc takes the size of the
/// largest block that was ever given back as the bound from which blocks go back at once (`mallopt(3)`,
/// `M_MMAP_THRESHOLD`, *dynamic*); elsewhere this does nothing. No page of the block is touched.
pub fn use_again() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
}
