#![allow(clippy::unwrap_used)]

use assay_bundle::manifest::Alive;
use assay_sandbox::Usage;

use super::*;

fn finished(end: End, stdout: &str) -> Finished {
    let stdout = stdout.as_bytes().to_vec();
    Finished { end, usage: Usage::default(), stdout, stderr: Vec::new(), trees: Vec::new(), pid: 2 }
}

fn met(driver: End, by_itself: bool) -> Met {
    let traffic =
        Traffic { asked: 1, taken: 1, to_server: 10, to_driver: 7, server_by_itself: by_itself, exceeded: None };
    Met { driver: finished(driver, "pong\n"), traffic, said: vec![b"pong\n".to_vec()] }
}

fn alive() -> SignsOfLife {
    SignsOfLife::new(&Alive { exit: 0, stdout: Some("^pong$".to_owned()), stderr: None }).unwrap()
}

#[test]
fn a_driver_that_did_its_part_is_no_fault() {
    assert_eq!(met(End::Exited(0), false).fault(&End::Stopped, 0), None);
    assert_eq!(met(End::Exited(3), false).fault(&End::Stopped, 3), None, "the declared status of a live driver");
    assert_eq!(met(End::Exited(0), true).fault(&End::Signaled(6), 0), None);
    assert_eq!(met(End::Exited(1), true).fault(&End::Signaled(6), 0), None, "its connection was reset");
    assert_eq!(met(End::Stopped, true).fault(&End::CpuLimit, 0), None, "it waited for an answer");
}

#[test]
fn cheat_a_driver_that_crashes_or_floods_or_gives_up() {
    for end in [
        End::Signaled(11),
        End::Signaled(6),
        End::CpuLimit,
        End::WallLimit,
        End::MemoryLimit,
        End::OutputLimit,
        End::NotStarted("no such file".into()),
    ] {
        for by_itself in [false, true] {
            assert!(met(end.clone(), by_itself).fault(&End::Signaled(6), 0).is_some(), "{end:?} {by_itself}");
        }
    }
    let gave_up = met(End::Exited(1), false).fault(&End::Stopped, 0).unwrap();
    assert!(gave_up.contains("after `pong`") && gave_up.contains("let it exit 0"), "{gave_up}");
    assert!(met(End::Stopped, false).fault(&End::Stopped, 0).is_some());
}

#[test]
fn cheat_bounds_passed() {
    for bound in [Exceeded::Connections, Exceeded::BytesToServer, Exceeded::BytesToDriver] {
        let mut over = met(End::Exited(0), true);
        over.traffic.exceeded = Some(bound);
        assert!(over.fault(&End::Signaled(6), 0).is_some(), "{bound:?}");
    }
}

#[test]
fn cheat_a_driver_that_never_comes_and_a_server_that_never_listens() {
    let mut absent = met(End::Exited(0), true);
    (absent.traffic.asked, absent.traffic.taken) = (0, 0);
    assert!(absent.fault(&End::Signaled(6), 0).unwrap().contains("never connected"), "whatever the server did");
    absent.traffic.asked = 1;
    assert!(absent.fault(&End::Signaled(6), 0).unwrap().contains("took no connection"));
}

#[test]
fn life_is_on_both_sides() {
    assert_eq!(met(End::Exited(0), false).missing(&alive(), &End::Stopped), None);
    assert_eq!(met(End::Exited(0), true).missing(&alive(), &End::Exited(0)), None, "a server of one request");
    assert_eq!(met(End::Exited(0), false).missing(&alive(), &End::Exited(143)), None, "it answers SIGTERM so");
    for (end, by_itself) in [(End::Exited(1), true), (End::Signaled(6), true), (End::WallLimit, true)] {
        let missing = met(End::Exited(0), by_itself).missing(&alive(), &end).unwrap();
        assert!(missing.starts_with("the server ended by"), "{missing}");
    }
    let mut silent = met(End::Exited(0), false);
    silent.traffic.to_driver = 0;
    let missing = silent.missing(&alive(), &End::Stopped).unwrap();
    assert!(missing.contains("answered nothing"), "what a driver prints is no answer: {missing}");
    let mut other = met(End::Exited(0), false);
    other.driver.stdout = b"error\n".to_vec();
    assert!(other.missing(&alive(), &End::Stopped).unwrap().starts_with("of the driver: "));
}
