//! Bounds on a walk. Each ends in a refusal that names it.

/// Bytes of one inventory, as everywhere.
pub const FILE: u64 = assay_inventory::limits::FILE as u64;

/// Bytes of an rpm database, which is held in memory. A large server's has a quarter of that.
pub const DATABASE: u64 = 512 << 20;

/// Folders in folders.
pub const DEPTH: usize = 64;

/// Files and folders that are looked at.
pub const ENTRIES: usize = 5_000_000;

/// Inventories of one walk.
pub const INVENTORIES: usize = 20_000;

/// Components of all inventories of one walk.
pub const COMPONENTS: usize = 5_000_000;

/// Bytes of one pom.xml that others name as their parent; of a longer one nothing is known.
pub const PARENT: u64 = 4 << 20;

/// Bytes of parents that are joined to others in one walk, each counted as often as it is: beyond that, versions that
/// parents set are not known.
pub const PARENTS: u64 = 1 << 30;

/// Bytes of parents that are kept in memory; the others are read again for each file that names them.
pub const KEPT_PARENTS: u64 = 64 << 20;

/// Bytes of all inventories of one image, which are held until its last layer is read.
pub const KEPT: u64 = 1 << 30;

/// Bytes of all layers of one image after unpacking.
pub const UNPACKED: u64 = 64 << 30;

/// How many times its size a layer may have after unpacking, beyond the first 64 MiB. Real ones have up to 20 times.
pub const RATIO: u64 = 200;

/// Files of an image's archive, and layers of an image.
pub const BLOBS: usize = 10_000;

/// Bytes of an image's index or manifest.
pub const MANIFEST: u64 = 8 << 20;

/// Threads at most: reading is then bound by the disk.
pub const THREADS: usize = 8;
