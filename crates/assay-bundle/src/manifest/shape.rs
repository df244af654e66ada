//! Which keys each table of the manifest knows.
//!
//! The reader refuses every other key, and a test holds these lists against
//! `docs/proof-1.schema.json` in both directions.

/// The keys of one kind of table.
#[derive(Debug)]
pub struct Shape {
    /// Where such a table stands: `harness.limits`; `*` stands for either arm, `[]` for any index.
    pub place: &'static str,
    /// The keys it knows.
    pub keys: &'static [&'static str],
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident = $place:literal [$($key:literal)*];)*) => {
        $($(#[$doc])* pub(crate) static $name: Shape = Shape { place: $place, keys: &[$($key),*] };)*

        /// Every table of the manifest that has fixed keys.
        pub static SHAPES: &[&Shape] = &[$(&$name),*];
    };
}

shapes! {
    ROOT = "" [
        "schema" "title" "description" "weakness" "ids" "severity" "target" "arms" "deps"
        "toolchain" "build" "harness" "inputs" "oracle" "repeat" "tests" "provenance"
    ];
    TARGET = "target" ["purl" "scope"];
    ARMS = "arms" ["vulnerable" "fixed"];
    /// The vulnerable arm knows no refusal: it must build.
    VULNERABLE = "arms.vulnerable" ["source" "deps"];
    FIXED = "arms.fixed" ["source" "deps" "refusal"];
    SOURCE = "arms.*.source" ["path" "package" "files" "base" "patch" "reverse"];
    ARM_DEPS = "arms.*.deps" ["packages"];
    REFUSAL = "arms.fixed.refusal" ["code" "at"];
    DEPS = "deps" ["lock" "packages"];
    TOOLCHAIN = "toolchain" ["needs"];
    BUILD = "build" [
        "recipe" "run" "sources" "flags" "instrument" "configure" "targets" "artifacts"
        "generate" "limits"
    ];
    LIMITS = "*.limits" ["cpu" "memory" "output" "scratch" "pids"];
    HARNESS = "harness" ["kind" "run" "limits" "origin" "files" "alive" "port" "driver"];
    ALIVE = "harness.alive" ["exit" "stdout" "stderr"];
    INPUTS = "inputs" ["trigger" "benign"];
    INPUT = "inputs.*[]" ["path" "args" "program" "size"];
    SANITIZER = "oracle:sanitizer" ["kind" "type" "access" "stack" "frame"];
    LEAK = "oracle:leak" ["kind" "frame"];
    SIGNAL = "oracle:signal" ["kind" "signal"];
    CPU = "oracle:cpu" ["kind"];
    GROWTH = "oracle:growth" ["kind" "exponent" "control" "ratio"];
    MEMORY = "oracle:memory" ["kind"];
    CANARY_WRITE = "oracle:canary-write" ["kind" "path" "allowed"];
    CANARY_READ = "oracle:canary-read" ["kind"];
    OUTPUT = "oracle:output" ["kind" "stdout" "stderr"];
    DIFFERENTIAL = "oracle:differential" ["kind" "channel" "exit" "normalise" "remove" "against"];
    EXCEPTION = "oracle:exception" ["kind" "type" "frame"];
    BUILD_REFUSAL = "oracle:build-refusal" ["kind"];
    REPEAT = "repeat" ["runs"];
    TESTS = "tests" ["run" "limits"];
    PROVENANCE = "provenance" ["found_by" "tooling" "model" "harness" "operator"];
}

/// The keys of an oracle of this kind, if there is such a kind.
pub(crate) fn oracle(kind: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.place.strip_prefix("oracle:") == Some(kind)).copied()
}
