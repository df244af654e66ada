//! Grants: what the developer proposes and how the other side signs it (R65, R113, R114).

use assay_base::Answer;
use assay_bundle::digest::Sha256;

use super::{MAX_GRANTS, Room};
use crate::agreement::Agreement;
use crate::event::Happened;
use crate::grant::Grant;
use crate::ids::GrantId;
use crate::refusal::Refusal;

/// Most purposes of one agreement.
pub const MAX_PURPOSES: usize = 16;
/// Most uses that one grant is good for.
pub const MAX_USES: u32 = 1_000_000;

impl Room<'_> {
    pub(super) fn grant(&self, grant: &GrantId) -> Result<&Grant, Refusal> {
        self.engagement.grants.get(grant).ok_or(Refusal::NoGrant)
    }

    /// A grant that is not over.
    pub(super) fn standing(&self, grant: &GrantId) -> Result<&Grant, Refusal> {
        let grant = self.grant(grant)?;
        let state = self.engagement.grant_state(grant, self.at);
        if state.stands() { Ok(grant) } else { Err(Refusal::GrantNotOpen(state)) }
    }

    pub(super) fn propose(&self, agreement: &Agreement, uses: u32) -> Result<Happened, Refusal> {
        self.not_ended()?;
        let engagement = self.engagement;
        let same_terms = agreement.engagement == self.statement.engagement
            && agreement.organisation == engagement.organisation.member
            && agreement.criteria == engagement.criteria;
        if !same_terms {
            return Err(Refusal::OtherAgreement);
        }
        // In the whole family, so that an id names one grant in every record.
        if self.state.engagements.values().any(|engagement| engagement.grants.contains_key(&agreement.grant)) {
            return Err(Refusal::IdTaken);
        }
        if engagement.grants.len() >= MAX_GRANTS {
            return Err(Refusal::TooMany { what: "grants of one engagement", most: MAX_GRANTS });
        }
        self.own_key(agreement)?;
        purposes(agreement)?;
        for (question, fact) in agreement.facts.all() {
            if fact.decided_at > self.at {
                return Err(Refusal::FutureDated("a fact"));
            }
            match fact.answer {
                Answer::No => {}
                Answer::Unknown => return Err(Refusal::FactUnknown(question)),
                Answer::Yes => return Err(Refusal::FactAgainst(question)),
            }
        }
        in_range(uses)?;
        Ok(Happened::GrantProposed { agreement: agreement.clone(), digest: agreement.digest()?, uses })
    }

    /// A person's key is nobody else's: not a party's, and not another person's (R64).
    fn own_key(&self, agreement: &Agreement) -> Result<(), Refusal> {
        let holder = agreement.holder;
        let parties = [self.engagement.developer.key, self.engagement.organisation.key];
        let holders = self.engagement.grants.values().map(|grant| grant.agreement.holder);
        let another = holders.into_iter().any(|other| other.key == holder.key && other.person != holder.person);
        if parties.contains(&holder.key) || another { Err(Refusal::SharedKey) } else { Ok(()) }
    }

    pub(super) fn countersign(&self, id: &GrantId, digest: Sha256) -> Result<Happened, Refusal> {
        let grant = self.standing(id)?;
        if grant.state != crate::grant::GrantState::Proposed {
            return Err(Refusal::GrantNotOpen(grant.state));
        }
        if grant.digest != digest {
            return Err(Refusal::OtherAgreement);
        }
        Ok(Happened::GrantCountersigned { grant: *id, digest })
    }

    pub(super) fn set_quota(&self, id: &GrantId, uses: u32, raise: bool) -> Result<Happened, Refusal> {
        let grant = self.standing(id)?;
        if raise {
            in_range(uses)?;
        }
        if uses == grant.quota || (uses > grant.quota) != raise {
            return Err(Refusal::QuotaDirection(grant.quota));
        }
        Ok(Happened::QuotaSet { grant: *id, uses })
    }
}

fn in_range(uses: u32) -> Result<(), Refusal> {
    match uses {
        0 => Err(Refusal::Empty("the number of uses")),
        1..=MAX_USES => Ok(()),
        _ => Err(Refusal::TooMany { what: "uses of one grant", most: 1_000_000 }),
    }
}

fn purposes(agreement: &Agreement) -> Result<(), Refusal> {
    let purposes = &agreement.purposes;
    if purposes.is_empty() {
        return Err(Refusal::Empty("the list of purposes"));
    }
    if purposes.len() > MAX_PURPOSES {
        return Err(Refusal::TooMany { what: "purposes of one agreement", most: MAX_PURPOSES });
    }
    let mut sorted = purposes.clone();
    sorted.sort();
    sorted.dedup();
    if sorted.len() == purposes.len() { Ok(()) } else { Err(Refusal::Twice("purpose")) }
}
