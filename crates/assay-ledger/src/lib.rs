//! C2SP transparency log: tiles, checkpoints, proofs, commitments, and the verifier.
