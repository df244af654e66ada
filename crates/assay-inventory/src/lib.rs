//! Package URLs, version orderings, lockfiles, SBOMs and product lists.
