//! The escape suite: a hostile program of our own against the sandbox.
//!
//! The suite starts itself again for each engine, as it is and (when that is root) once more as
//! an ordinary user, and compares the host before and after.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arena;
mod collected;
mod drills;
mod exhaust;
mod host;
mod joined;
mod reach;
mod runs;

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use assay_sandbox::{Bubblewrap, BubblewrapOptions, Engine, Layer, Native, NativeOptions};
use libtest_mimic::{Arguments, Trial};

/// The variable that tells a process of the suite what it is.
const ROLE: &str = "ASSAY_ESCAPE_ROLE";

/// The variable by which one engine alone is tried.
const ONLY: &str = "ASSAY_ESCAPE_ONLY";

/// The ordinary user.
const USER: u32 = 12345;

fn main() -> ExitCode {
    assay_sandbox::take_over_if_asked(&[("break", runs::breaking), ("echo", runs::echoing)]);
    let role = std::env::var(ROLE).unwrap_or_default();
    match role.as_str() {
        "" => everything(),
        "suite" => libtest_mimic::run(&Arguments::from_args(), suite()).exit_code(),
        "drills" => libtest_mimic::run(&Arguments::from_args(), drills()).exit_code(),
        "shared mounts" => {
            println!("{}", drills::mount_inside_a_mount());
            ExitCode::SUCCESS
        }
        "run for ever" => drills::run_for_ever(),
        "a thousand runs" => {
            println!("{:?}", runs::a_thousand_runs());
            ExitCode::SUCCESS
        }
        _ => match drills::open_without(role.strip_prefix("without ").expect("an unknown role")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("{}", serde_json::to_string(&error).unwrap());
                ExitCode::from(3)
            }
        },
    }
}

/// Runs the roles one after the other, in an arena of their own.
fn everything() -> ExitCode {
    let before = host::Snapshot::take();
    let folder = tempfile::Builder::new().prefix("assay-escape-").tempdir().unwrap();
    runs::open_to_all(folder.path());
    arena::build(folder.path());
    let program = folder.path().join("suite");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let root = rustix::process::geteuid().is_root();
    let mut failed = false;
    for engine in engines(&mut failed) {
        for (role, as_user) in [("suite", false), ("suite", true), ("drills", false)] {
            if as_user && !root {
                continue;
            }
            println!("\n{engine}: {role}, as {}", if as_user || !root { "an ordinary user" } else { "root" });
            let mut command = Command::new(&program);
            command.args(std::env::args_os().skip(1)).env(ROLE, role);
            command.env(arena::ARENA, folder.path()).env(arena::ENGINE, engine.as_str());
            arena::give_to(folder.path(), if as_user { USER } else { rustix::process::geteuid().as_raw() });
            if as_user {
                command.uid(USER).gid(USER);
            }
            failed |= !command.status().unwrap().success();
        }
    }
    // The suites keep their engines to the end and leave their control groups, empty, to the next that opens.
    drop(Native::open(&NativeOptions::default()));
    let arena = folder.path().file_name().unwrap().to_str().unwrap().to_owned();
    drop(folder);
    let changed = before.changes(&arena);
    println!(
        "\nthe host before and after: {}",
        if changed.is_empty() { "the same".into() } else { changed.join("; ") }
    );
    if failed || !changed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The engines of this machine. That of a package that is not installed is passed over, but not where this is CI.
fn engines(failed: &mut bool) -> Vec<Engine> {
    let mut engines = vec![Engine::Native];
    match Bubblewrap::open(&BubblewrapOptions::default()) {
        Err(error) if error.layer == Layer::Engine => {
            println!("\nbubblewrap: skipped. {error}");
            *failed |= std::env::var_os("CI").is_some();
        }
        _ => engines.push(Engine::Bubblewrap),
    }
    if let Ok(only) = std::env::var(ONLY) {
        engines.retain(|engine| engine.as_str() == only);
    }
    engines
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn drills() -> Vec<Trial> {
    vec![
        trial("missing_layers", drills::missing_layers),
        trial("shared_mounts", drills::shared_mounts),
        trial("killed_runners", drills::killed_runners),
        trial("what_bwrap_has_half_made", drills::what_bwrap_has_half_made),
        trial("nothing_leaks", drills::nothing_leaks),
    ]
}

macro_rules! trials {
    ($($module:ident: $($test:ident)*;)*) => {
        vec![$($(trial(concat!(stringify!($module), "::", stringify!($test)), $module::$test)),*),*]
    };
}

fn suite() -> Vec<Trial> {
    let mut trials = trials! {
        reach: network interfaces_and_routes mounts_of_the_host what_the_helper_was_shown reading_the_host writing_the_host
            tracing tracing_with_the_leak_profile
            system_calls system_calls_with_the_leak_profile reaching_init foreign_architectures log_folder log_folder_in_another_mount;
        exhaust: memory_of_one memory_of_many memory_shared memory_of_page_tables memory_within_the_limit
            memory_without_an_owner memory_that_a_control_group_counts memory_of_pipes disk_bytes disk_entries disk_of_the_log_folder
            processes threads fork_bomb shell_bomb cpu_of_one cpu_of_many cpu_of_children_that_nobody_reaps
            cpu_is_charged_exactly sleeping_for_ever stopping_itself output output_up_to_the_limit_is_no_flood
            no_limit_at_all;
        collected: litter_into_memory litter_into_a_folder deep_folders many_entries many_bytes after_a_limit
            a_folder_replaced_by_a_link;
        joined: bytes_go_both_ways a_server_that_is_late many_connections the_server_is_asked_to_end
            a_server_that_stays a_crash_is_the_servers_own the_work_of_a_server_is_not_cut_off
            a_server_that_ends_first a_server_that_never_listens a_driver_that_never_connects
            a_driver_that_hangs a_slow_driver too_many_bytes too_many_connections a_side_that_cannot_start
            nothing_else_is_opened_to_the_server nothing_else_is_opened_to_the_driver
            nothing_else_is_opened_with_the_leak_profile killing_everything eight_joins_at_once bounds_of_a_join;
        runs: builtins exit_statuses signals closed_stdio killing_everything nothing_is_inherited
            programs_that_cannot_start host_paths_that_are_missing standard_input_must_be_a_file
            mounts_through_links_or_outside data_is_no_code copies_that_do_not_fit an_unreadable_toolchain many_mounts large_arguments
            a_daemon_does_not_outlive_its_run eight_threads_at_once;
    };
    for abi in [1, 3, 4] {
        trials.push(Trial::test(format!("joined::landlock_abi_{abi}"), move || {
            joined::old_landlock(abi);
            Ok(())
        }));
    }
    for abi in [1, 2, 3, 4, 5] {
        trials.push(Trial::test(format!("reach::landlock_abi_{abi}"), move || {
            reach::old_landlock(abi);
            Ok(())
        }));
    }
    if rustix::process::geteuid().is_root() {
        trials.push(trial("runs::a_folder_below_a_private_one", runs::a_folder_below_a_private_one));
    }
    trials
}
