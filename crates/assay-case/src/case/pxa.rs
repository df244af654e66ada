//! PXA: what the world knows, one per case (CERT/CC's names): Public aware,
//! eXploit public, Attacks observed. A capital letter says that it is so.
//! What was once so stays so.

use super::table::{Machine, words};

words! {
    /// What the world knows.
    #[derive(Default)]
    Pxa {
        /// Nothing.
        #[default]
        Quiet = "pxa",
        /// The public knows of the flaw.
        P = "Pxa",
        /// An exploit is public.
        X = "pXa",
        /// Both.
        PX = "PXa",
        /// Attacks were seen.
        A = "pxA",
        /// Attacks, and the public knows.
        PA = "PxA",
        /// Attacks, and an exploit is public.
        XA = "pXA",
        /// All three.
        PXA = "PXA",
    }
}

words! {
    /// What moves [`Pxa`].
    PxaTrigger {
        /// The public knows of the flaw.
        PublicAware = "public-aware",
        /// An exploit is public.
        ExploitPublic = "exploit-public",
        /// Attacks were seen.
        AttacksObserved = "attacks-observed",
    }
}

impl Pxa {
    fn flags(self) -> (bool, bool, bool) {
        let word = self.as_str();
        (word.contains('P'), word.contains('X'), word.contains('A'))
    }

    /// Whether the public knows of the flaw.
    pub fn public(self) -> bool {
        self.flags().0
    }

    /// Whether an exploit is public.
    pub fn exploit(self) -> bool {
        self.flags().1
    }

    /// Whether attacks were seen.
    pub fn attacks(self) -> bool {
        self.flags().2
    }

    /// Whether an embargo can still keep anything (DESIGN section 6): public
    /// knowledge or a public exploit ends it, attacks alone do not.
    pub fn allows_embargo(self) -> bool {
        !self.public() && !self.exploit()
    }
}

impl Machine for Pxa {
    type Trigger = PxaTrigger;
    const NAME: &'static str = "PXA";
    const STATES: &'static [Self] = Self::ALL;
    const TRIGGERS: &'static [PxaTrigger] = PxaTrigger::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn trigger(trigger: PxaTrigger) -> &'static str {
        trigger.as_str()
    }

    fn step(self, trigger: PxaTrigger) -> Option<Self> {
        let (mut p, mut x, mut a) = self.flags();
        let flag = match trigger {
            PxaTrigger::PublicAware => &mut p,
            PxaTrigger::ExploitPublic => &mut x,
            PxaTrigger::AttacksObserved => &mut a,
        };
        if std::mem::replace(flag, true) {
            return None;
        }
        Self::ALL.iter().copied().find(|state| state.flags() == (p, x, a))
    }
}
