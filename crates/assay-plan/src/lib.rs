//! From exposures to tonight's work: due instants for each asset, and action
//! cards as text and as one page.
