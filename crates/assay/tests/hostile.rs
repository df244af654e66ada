//! Bundles that try to hurt the runner, the host or the truth; see `hostile/README.md`.
//!
//! Each stored bundle, and each one that the code here makes, is one test. Around all of them the host is looked
//! at: its processes, mounts, cgroups, files and System V objects must be after the suite what they were before.
//! Started as root, the suite runs a third of the stored bundles a second time as an ordinary user.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod hostile_support;

use hostile_support::{
    Bench, folders, host, killed, listener, manifests, packed, project, second, sources, stored, tools, user,
};
use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut arguments = Arguments::from_args();
    // Some bundles only sleep until the wall clock ends them: more threads than cores cost nothing.
    arguments.test_threads.get_or_insert(4);
    if arguments.list {
        libtest_mimic::run(&arguments, trials(&Bench::nowhere())).exit();
    }
    let bench = Bench::set_up();
    let listeners = listener::Listeners::open();
    let before = host::Host::seen(&bench);
    let conclusion = libtest_mimic::run(&arguments, trials(&bench));
    let mut changes = before.changes(&bench);
    changes.extend(listeners.heard());
    for change in &changes {
        println!("the host was changed: {change}");
    }
    bench.tear_down();
    if !changes.is_empty() {
        std::process::exit(1);
    }
    conclusion.exit();
}

fn trials(bench: &Bench) -> Vec<Trial> {
    let mut trials = stored::trials(bench);
    if !user::is_second_run() {
        trials.extend(user::trial(bench));
        trials.push(stored::several(bench));
        trials.push(stored::attested(bench));
        trials.extend(killed::trials(bench));
        trials.extend(folders::trials(bench));
        trials.extend(manifests::trials(bench));
        trials.extend(packed::trials(bench));
        trials.extend(project::trials(bench));
        trials.extend(second::trials(bench));
        trials.extend(sources::trials(bench));
        trials.extend(tools::trials(bench));
    }
    trials
}
