//! How a transition table is declared: states, triggers, and what follows.
//!
//! Each of CERT/CC's machines is one total function `step`; the text form of
//! all its rows is a stored file, so that a change of a rule is a visible diff.

/// One machine: a state that triggers move.
pub trait Machine: Copy + Eq + 'static {
    /// What moves it.
    type Trigger: Copy + 'static;
    /// Its name, as CERT/CC writes it.
    const NAME: &'static str;
    /// Every state.
    const STATES: &'static [Self];
    /// Every trigger.
    const TRIGGERS: &'static [Self::Trigger];

    /// The word of the state.
    fn word(self) -> &'static str;
    /// The word of a trigger.
    fn trigger(trigger: Self::Trigger) -> &'static str;
    /// The next state; none if the trigger is refused here.
    fn step(self, trigger: Self::Trigger) -> Option<Self>;
}

/// All rows: `from  trigger  to`, with `refused` where there is no way.
pub fn render<M: Machine>() -> String {
    let mut out = format!("# {}: from | trigger | to. Written by the test `tables` with UPDATE=1.\n", M::NAME);
    for state in M::STATES {
        for trigger in M::TRIGGERS {
            let to = state.step(*trigger).map_or("refused", M::word);
            out.push_str(&format!("{:<12} | {:<16} | {to}\n", state.word(), M::trigger(*trigger)));
        }
    }
    out
}

/// Declares the words of an enum: serde name, `ALL` and `as_str`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
