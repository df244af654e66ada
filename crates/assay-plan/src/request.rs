//! What a plan is made from.

use std::collections::BTreeSet;

use assay_base::Instant;
use assay_clock::{Directive, Organisation, Zone};
use assay_inventory::component::Inventory;
use assay_match::exposure::Exposure;
use assay_match::vex::Suppressed;
use jiff::civil::Date;

use crate::assets::Assets;
use crate::previous::Previous;
use crate::uptake::Reports;
use crate::vendors::VendorHistory;

/// Where nothing was proven.
static NOTHING: BTreeSet<String> = BTreeSet::new();

/// Everything that a plan is a function of.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The directive whose rows give the terms.
    pub directive: &'a Directive,
    /// Whose plan it is.
    pub organisation: &'a Organisation,
    /// What time it is.
    pub now: Instant,
    /// Where the clocks of its readers stand.
    pub zone: Zone,
    /// The inventories that were looked at.
    pub inventories: &'a [Inventory],
    /// What touches them. Those that are not affected are passed over.
    pub exposures: &'a [Exposure],
    /// The day of the KEV snapshot at hand; none if there is none, and then nobody knows what is not in it.
    pub kev_as_of: Option<Date>,
    /// An earlier plan.
    pub previous: Option<&'a Previous>,
    /// What people reported about cards.
    pub reports: Option<&'a Reports>,
    /// What the operator knows of things beside their lists. [`Assets::apply`] has been called.
    pub assets: Option<&'a Assets>,
    /// How often KEV has listed each vendor.
    pub vendors: Option<&'a VendorHistory>,
    /// Ids of records whose flaw was reproduced, with controls, by a runner that this organisation trusts.
    pub proven: &'a BTreeSet<String>,
    /// How many updates a month holds; none if nobody has said.
    pub capacity: Option<u16>,
    /// What VEX statements took off the list. It is on no card, and the plan says whose word that was.
    pub suppressed: &'a [Suppressed],
    /// What the caller has to say beside the cards: how old its records are.
    pub notes: &'a [String],
}

impl<'a> Request<'a> {
    /// One without anything in it.
    pub fn new(directive: &'a Directive, organisation: &'a Organisation, now: Instant, zone: Zone) -> Self {
        Self {
            directive,
            organisation,
            now,
            zone,
            inventories: &[],
            exposures: &[],
            kev_as_of: None,
            previous: None,
            reports: None,
            assets: None,
            vendors: None,
            proven: &NOTHING,
            capacity: organisation.capacity,
            suppressed: &[],
            notes: &[],
        }
    }
}
