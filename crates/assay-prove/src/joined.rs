//! Servers and their drivers: the target runs in one sandbox, what feeds it in
//! another, and one port joins them.
//!
//! The oracle looks at the server's side alone: its end, its CPU time, its log
//! folder, its files, and what the relay saw it send. A driver cannot do the
//! deed itself, for there is nothing of the target on its side; what it prints
//! counts as a sign of life and as nothing else. A driver that crashes, floods,
//! never connects or gives up makes the run no evidence at all.

use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::{Input, InputContent};
use assay_sandbox::{End, Exceeded, Finished, Join, Mount, Profile, RunLimits, Spec, Stdin, Task, Traffic, run_joined};

use crate::execute::{Built, CPU, Executor};
use crate::layout::{BUNDLE, DEPS, OUT, SCRATCH, SRC};
use crate::oracle::alive::SignsOfLife;
use crate::oracle::end_words;
use crate::{recipe, sender, variable};

/// Connections that a driver may make in one run.
const CONNECTIONS: u16 = 100;

/// Bytes that may go in each direction in one run.
const BYTES: u64 = 16 << 20;

/// Names without a resolver: what both sides are given in `/etc`.
pub const NAMES: [(&str, &str); 2] = [("etc/hosts", "127.0.0.1 localhost\n"), ("etc/nsswitch.conf", "hosts: files\n")];

/// What the target's side of a joined run met.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// The driver's side.
    pub driver: Finished,
    /// What went between them.
    pub traffic: Traffic,
    /// What the server sent, connection by connection. Hostile.
    pub said: Vec<Vec<u8>>,
}

impl Executor<'_> {
    /// The driver's side for an input, where the harness has one: to be given to the run as `Extra::driver`.
    #[must_use]
    pub fn driver(&self, arm: &Built, out: &Path, input: &Input) -> Option<Spec> {
        let path = match &input.content {
            InputContent::Path(path) | InputContent::Program(path) => Some(format!("{BUNDLE}/{path}")),
            InputContent::Args(_) => None,
        };
        let arguments = match &input.content {
            InputContent::Args(arguments) => Some(arguments.as_slice()),
            InputContent::Path(_) | InputContent::Program(_) => None,
        };
        self.driver_for(arm, out, path.as_deref(), arguments)
    }

    /// The driver's side for an input at a path of the sandbox, which a mount added to it may bring, or for arguments.
    #[must_use]
    pub fn driver_for(
        &self,
        arm: &Built,
        out: &Path,
        path: Option<&str>,
        arguments: Option<&[String]>,
    ) -> Option<Spec> {
        let join = self.manifest.harness.join.as_ref()?;
        let Some(command) = &join.driver else {
            let mounts = vec![Mount::Data { host: self.bundle.to_owned(), at: BUNDLE.into() }];
            let task = sender::task(join.port, path.unwrap_or_default());
            return Some(self.driver_spec(task, mounts));
        };
        let mut env = recipe::common_env(&self.toolchain.path_variable());
        env.extend(self.toolchain.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut mounts = self.toolchain.mounts.clone();
        let read_only = |host: &Path, at: &str| Mount::ReadOnly { host: host.to_owned(), at: at.into() };
        mounts.push(read_only(self.bundle, BUNDLE));
        // Of the target it sees what its command names: that is then in the open, in the manifest.
        for (name, host, at) in
            [("SRC", arm.source.as_path(), SRC), ("OUT", out, OUT), ("DEPS", arm.deps.as_path(), DEPS)]
        {
            if command.iter().any(|argument| variable::names(argument, name)) {
                mounts.push(read_only(host, at));
            }
        }
        mounts.push(Mount::Scratch { at: SCRATCH.into(), size: self.scratch() });
        let argv = variable::command(command, path, arguments);
        Some(self.driver_spec(Task::Exec { argv, env }, mounts))
    }

    fn driver_spec(&self, task: Task, mounts: Vec<Mount>) -> Spec {
        // What one run is given is given to each side; but the driver's time is no part of the question.
        let server = self.limits();
        let limits = RunLimits {
            cpu: CPU,
            // It waits for the server, whose own clock is the one that counts.
            wall: server.wall.saturating_add(server.cpu.saturating_mul(15)).saturating_add(Duration::from_secs(10)),
            ..server
        };
        let mut spec = Spec { mounts, limits, cwd: BUNDLE.into(), ..Spec::of(task) };
        spec.stdin = Stdin::Empty;
        spec.profile = Profile::Default;
        self.add_names(&mut spec);
        spec
    }

    fn add_names(&self, spec: &mut Spec) {
        spec.mounts
            .extend(NAMES.map(|(name, _)| Mount::Data { host: self.hooks.join(name), at: Path::new("/").join(name) }));
    }

    /// Runs a spec: by itself, or as the server of a driver.
    pub(crate) fn carry_out(&self, spec: &Spec, driver: Option<Spec>) -> Result<(Finished, Option<Met>), String> {
        let (Some(driver), Some(join)) = (driver, &self.manifest.harness.join) else {
            return Ok((self.sandbox.run(spec).map_err(|error| error.to_string())?, None));
        };
        let mut server = spec.clone();
        self.add_names(&mut server);
        let join = Join { server, driver, port: join.port, connections: CONNECTIONS, bytes: BYTES };
        let joined = run_joined(self.sandbox, &join).map_err(|error| error.to_string())?;
        Ok((joined.server, Some(Met { driver: joined.driver, traffic: joined.traffic, said: joined.said })))
    }
}

impl Met {
    /// Why the run is no evidence of anything, whatever the server did. `exit` is the status of a live driver.
    #[must_use]
    pub fn fault(&self, server: &End, exit: i32) -> Option<String> {
        let traffic = &self.traffic;
        match traffic.exceeded {
            None => {}
            Some(Exceeded::Connections) => return Some(format!("the driver made more than {CONNECTIONS} connections")),
            Some(Exceeded::BytesToServer) => return Some(format!("the driver sent more than {} MiB", BYTES >> 20)),
            Some(Exceeded::BytesToDriver) => return Some(format!("the server sent more than {} MiB", BYTES >> 20)),
        }
        let ended = end_words(&self.driver.end);
        match self.driver.end {
            // What a driver makes of a server that is gone says nothing.
            End::Exited(status) if status == 0 || status == exit || traffic.server_by_itself => {}
            End::Stopped if traffic.server_by_itself => {}
            End::Exited(_) => {
                return Some(format!(
                    "the driver ended by {ended} beside a server that was there{}; let it exit {exit} when it has \
                     sent its input, whatever the answer",
                    crate::oracle::alive::last_words(&self.driver)
                ));
            }
            _ => return Some(format!("the driver ended by {ended}, which says nothing of the server")),
        }
        if traffic.asked == 0 {
            return Some("the driver never connected to the server".into());
        }
        if traffic.taken == 0 {
            return Some(format!("the server took no connection at its port; it ended by {}", end_words(server)));
        }
        None
    }

    /// What a benign run lacks of life, in words: on the driver's side, whose answers come from the server, and on
    /// the server's, which must still be there or have ended well.
    #[must_use]
    pub fn missing(&self, alive: &SignsOfLife, server: &End) -> Option<String> {
        let well = match server {
            End::Stopped | End::Exited(0) => true,
            End::Exited(_) => !self.traffic.server_by_itself,
            _ => false,
        };
        if !well {
            return Some(format!("the server ended by {}", end_words(server)));
        }
        if self.traffic.to_driver == 0 {
            return Some("the server answered nothing".into());
        }
        alive.missing_in(&self.driver).map(|missing| format!("of the driver: {missing}"))
    }

    /// What went between the two, for people.
    #[must_use]
    pub fn words(&self) -> String {
        let Traffic { taken, to_server, to_driver, .. } = self.traffic;
        let connections = if taken == 1 { "1 connection".to_owned() } else { format!("{taken} connections") };
        format!("{connections}, {to_server} bytes in, {to_driver} bytes out")
    }
}

#[cfg(test)]
#[path = "joined_tests.rs"]
mod tests;
