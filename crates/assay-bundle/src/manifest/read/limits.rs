//! `limits`: what one sandboxed program may use.

use std::time::Duration;

use crate::manifest::bounds;
use crate::manifest::document::Value;
use crate::manifest::fault::Fault;
use crate::manifest::measure;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::Limits;

pub(in crate::manifest) fn read(section: &Reader<'_>) -> Limits {
    let Some(limits) = section.table("limits", &shape::LIMITS) else {
        return Limits::default();
    };
    Limits {
        cpu: duration(&limits, "cpu"),
        memory: size(&limits, "memory"),
        output: size(&limits, "output"),
        scratch: size(&limits, "scratch"),
        pids: limits.integer("pids", 1..=bounds::PIDS).and_then(|pids| u32::try_from(pids).ok()),
    }
}

fn duration(limits: &Reader<'_>, key: &str) -> Option<Duration> {
    if let Value::Integer(number) = &limits.node(key)?.value {
        let fault = Fault::new("bad-duration", format!("{number} has no unit"));
        limits.fault(key, fault.help(format!("write `{key} = \"{number}s\"` for seconds")));
        return None;
    }
    limits.parsed(key, measure::duration)
}

fn size(limits: &Reader<'_>, key: &str) -> Option<u64> {
    match &limits.node(key)?.value {
        Value::Integer(number) => match measure::bytes(*number) {
            Ok(bytes) => Some(bytes),
            Err(fault) => {
                limits.fault(key, fault);
                None
            }
        },
        _ => limits.parsed(key, measure::size),
    }
}
