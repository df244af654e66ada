//! Ids of the review room. All are random: none carries a product's name, a
//! number of predecessors, or a time.

use assay_base::id_type;

id_type!(
    /// The handle of a model under review. The model's product name has no place in this crate:
    /// an endpoint that can be guessed from a name is how outsiders get in (R64).
    ModelId, "mdl", "model handle"
);
id_type!(
    /// A family of models, as its developer declares it. All its checkpoints and
    /// re-openings share the thirty days (R61).
    FamilyId, "fam", "model family id"
);
id_type!(
    /// One person's access under one agreement.
    GrantId, "gra", "grant id"
);
id_type!(
    /// A credential that lives for minutes.
    PassId, "pas", "pass id"
);
id_type!(
    /// Something of the review that is still left with the reviewing organisation.
    ResidualId, "rsd", "residual id"
);
