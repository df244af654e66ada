//! Joined runs: what goes through the one port, and that nothing else does.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use assay_sandbox::{Collect, End, Exceeded, Into, Join, Joined, Mount, Profile, Sandbox, Spec, run_joined};

use crate::arena::{attack, engine, engine_at, folder, nothing_got_through, text};
use crate::drills::LONGEST;

const PORT: u16 = 7777;

fn side(role: &str, behaviour: &[&str]) -> Spec {
    let port = PORT.to_string();
    let mut spec = attack(&[&[role, &port], behaviour].concat());
    spec.limits.wall = Duration::from_secs(60);
    spec
}

fn join(server: &[&str], driver: &[&str]) -> Join {
    let (server, driver) = (side("serve", server), side("drive", driver));
    Join { server, driver, port: PORT, connections: 100, bytes: 8 << 20 }
}

fn run(server: &[&str], driver: &[&str]) -> Joined {
    run_joined(engine(), &join(server, driver)).unwrap()
}

pub fn bytes_go_both_ways() {
    let joined = run(&[], &[]);
    assert_eq!(text(&joined.driver.stdout), "got 12\n");
    assert_eq!((&joined.driver.end, &joined.server.end), (&End::Exited(0), &End::Stopped));
    let traffic = joined.traffic;
    assert_eq!((traffic.asked, traffic.taken, traffic.to_server, traffic.to_driver), (1, 1, 12, 7), "{traffic:?}");
    assert!(!traffic.server_by_itself && traffic.exceeded.is_none(), "{traffic:?}");
    assert_eq!(joined.said, [b"got 12\n"]);
    let much = run(&[], &["much"]);
    assert_eq!(text(&much.driver.stdout), "got 5000000\n");
    assert_eq!(much.traffic.to_server, 5_000_000);
}

pub fn a_server_that_is_late() {
    let joined = run(&["late"], &[]);
    assert_eq!(text(&joined.driver.stdout), "got 12\n");
    assert_eq!((joined.traffic.asked, joined.traffic.taken), (1, 1));
}

pub fn many_connections() {
    let joined = run(&[], &["many", "100"]);
    assert_eq!(text(&joined.driver.stdout).matches("got 10\n").count(), 100, "{joined:?}");
    assert_eq!((joined.traffic.taken, joined.traffic.exceeded), (100, None));
    assert_eq!(joined.said, vec![b"got 10\n".to_vec(); 100]);
    let joined = run(&[], &["at-once"]);
    assert_eq!(text(&joined.driver.stdout).matches("got 10\n").count(), 100, "{joined:?}");
}

pub fn the_server_is_asked_to_end() {
    assert_eq!(run(&[], &[]).server.end, End::Stopped, "an idle server does not wait for its own limit");
}

pub fn a_server_that_stays() {
    let joined = run(&["stay"], &[]);
    assert_eq!((joined.server.end, joined.driver.end), (End::Stopped, End::Exited(0)));
    assert!(!joined.traffic.server_by_itself);
}

pub fn a_crash_is_the_servers_own() {
    let joined = run(&["crash"], &[]);
    assert_eq!((joined.server.end, joined.driver.end), (End::Signaled(libc::SIGABRT), End::Exited(0)));
    assert_eq!(text(&joined.driver.stdout), "", "the connection is closed without an answer");
}

/// A driver that ends at once after its request must not save the server from what it brings about.
pub fn the_work_of_a_server_is_not_cut_off() {
    let joined = run(&["work-then-crash"], &["forget"]);
    assert_eq!((joined.server.end, joined.driver.end), (End::Signaled(libc::SIGABRT), End::Exited(0)));
    assert!(joined.traffic.server_by_itself, "after its driver, but not by our hand");
    let mut burning = join(&["spin"], &["forget"]);
    burning.server.limits.cpu = Duration::from_millis(500);
    let joined = run_joined(engine(), &burning).unwrap();
    assert_eq!(joined.server.end, End::CpuLimit);
}

pub fn a_server_that_ends_first() {
    let joined = run(&["once"], &[]);
    assert_eq!((&joined.server.end, &joined.driver.end), (&End::Exited(7), &End::Exited(0)));
    assert!(joined.traffic.server_by_itself);
    assert_eq!(text(&joined.driver.stdout), "got 12\n", "what it sent last still arrives");
}

pub fn a_server_that_never_listens() {
    let mut deaf = join(&["deaf"], &[]);
    deaf.server.limits.wall = Duration::from_millis(500);
    let joined = run_joined(engine(), &deaf).unwrap();
    assert_eq!((joined.server.end, joined.driver.end), (End::WallLimit, End::Exited(0)));
    let traffic = joined.traffic;
    assert_eq!((traffic.asked, traffic.taken, traffic.to_server, traffic.server_by_itself), (1, 0, 0, true));
}

pub fn a_driver_that_never_connects() {
    let joined = run(&[], &["absent"]);
    assert_eq!((joined.server.end, joined.driver.end), (End::Stopped, End::Exited(0)));
    assert_eq!((joined.traffic.asked, joined.traffic.taken), (0, 0));
}

pub fn a_driver_that_hangs() {
    let mut hanging = join(&[], &["hang"]);
    hanging.driver.limits.wall = Duration::from_millis(500);
    let joined = run_joined(engine(), &hanging).unwrap();
    assert_eq!((joined.server.end, joined.driver.end), (End::Stopped, End::WallLimit));
    hanging.driver.limits.wall = Duration::from_secs(20);
    hanging.server.limits.wall = Duration::from_millis(500);
    let joined = run_joined(engine(), &hanging).unwrap();
    assert_eq!((joined.server.end, joined.driver.end), (End::WallLimit, End::Stopped));
}

pub fn a_slow_driver() {
    let mut slow = join(&[], &["loris"]);
    slow.server.limits.wall = Duration::from_millis(500);
    let joined = run_joined(engine(), &slow).unwrap();
    assert_eq!(joined.server.end, End::WallLimit);
    assert!(matches!(joined.driver.end, End::Exited(3) | End::Stopped), "{:?}", joined.driver.end);
}

pub fn too_many_bytes() {
    let mut flood = join(&[], &["much"]);
    flood.bytes = 100_000;
    let joined = run_joined(engine(), &flood).unwrap();
    assert_eq!(joined.traffic.exceeded, Some(Exceeded::BytesToServer));
    assert!(joined.traffic.to_server < 100_000 + (64 << 10), "{:?}", joined.traffic);
    let mut flood = join(&["flood"], &[]);
    flood.bytes = 1 << 20;
    let joined = run_joined(engine(), &flood).unwrap();
    assert_eq!(joined.traffic.exceeded, Some(Exceeded::BytesToDriver));
    assert!(joined.said.iter().map(Vec::len).sum::<usize>() < (1 << 20) + (256 << 10), "what is kept is bounded");
}

pub fn too_many_connections() {
    let mut many = join(&[], &["many", "8"]);
    many.connections = 5;
    let joined = run_joined(engine(), &many).unwrap();
    assert_eq!((joined.traffic.exceeded, joined.traffic.taken), (Some(Exceeded::Connections), 5));
}

pub fn a_side_that_cannot_start() {
    let missing = |spec: &mut Spec| spec.mounts[0] = Mount::ReadOnly { host: "/no/such".into(), at: "/x".into() };
    let mut broken = join(&[], &["hang"]);
    missing(&mut broken.server);
    broken.driver.limits.wall = 5 * LONGEST;
    let begun = Instant::now();
    let error = run_joined(engine(), &broken).expect_err("it ran");
    assert!(error.to_string().contains("/no/such"), "{error}");
    let mut broken = join(&[], &[]);
    missing(&mut broken.driver);
    let error = run_joined(engine(), &broken).expect_err("it ran");
    assert!(error.to_string().contains("/no/such"), "{error}");
    assert!(begun.elapsed() < LONGEST, "the other side is not waited for: {:?}", begun.elapsed());
    let mut absent = join(&[], &[]);
    absent.server = Spec { mounts: Vec::new(), ..absent.server };
    let joined = run_joined(engine(), &absent).unwrap();
    assert!(matches!(joined.server.end, End::NotStarted(_)), "{:?}", joined.server.end);
}

/// A listener of the host, and what the two sides must not share.
fn attacked(engine: &dyn Sandbox, change: impl Fn(&mut Join), more: &[&str]) -> Joined {
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let its_port = host.local_addr().unwrap().port().to_string();
    let arguments = [&["attack", &its_port], more].concat();
    let mut join = join(&arguments, &arguments);
    join.server.mounts.push(Mount::ReadOnly { host: folder().join("canary"), at: "/server-only".into() });
    join.server.mounts.push(Mount::LogFolder { at: "/log".into(), size: 1 << 20 });
    join.driver.mounts.push(Mount::ReadOnly { host: folder().join("canary"), at: "/driver-only".into() });
    join.server.collect = vec![Collect { from: "/log".into(), into: Into::Memory, max_bytes: 100, max_entries: 10 }];
    change(&mut join);
    let joined = run_joined(engine, &join).unwrap();
    host.set_nonblocking(true).unwrap();
    assert!(host.accept().is_err(), "a connection reached the host");
    assert!(joined.server.trees[0].entries.is_empty(), "the log folder is the server's alone");
    joined
}

pub fn nothing_else_is_opened_to_the_server() {
    let said = text(&attacked(engine(), |_| {}, &[]).server.stdout);
    assert!(said.contains("another port") && !said.contains("GOT THROUGH") && !said.contains("SHOULD WORK"), "{said}");
    assert!(said.contains("here: /server-only\nhere: /log\n") && !said.contains("here: /driver-only"), "{said}");
}

pub fn nothing_else_is_opened_to_the_driver() {
    let driver = attacked(engine(), |_| {}, &[]).driver;
    nothing_got_through(&driver);
    let said = text(&driver.stdout);
    assert!(said.ends_with("here: /driver-only\ngot 12\n"), "{said}");
}

pub fn nothing_else_is_opened_with_the_leak_profile() {
    let joined = attacked(engine(), |join| join.server.profile = Profile::Lsan, &[]);
    let said = text(&joined.server.stdout);
    assert!(said.contains("another port") && !said.contains("GOT THROUGH"), "{said}");
}

/// Where Landlock knows no ports, the two networks still hold nothing but the port.
pub fn old_landlock(abi: i32) {
    let engine = engine_at(abi);
    let joined = attacked(&engine, |_| {}, if abi < 4 { &["old-landlock"] } else { &[] });
    nothing_got_through(&joined.driver);
    let said = text(&joined.server.stdout);
    assert!(said.contains("another port") && !said.contains("GOT THROUGH"), "{said}");
}

/// Neither side can end the other, or the relay.
pub fn killing_everything() {
    let joined = run(&["kill"], &["kill"]);
    assert_eq!(joined.driver.end, End::Exited(0), "kill(-1) spares its caller and finds nobody else");
    assert_eq!(text(&joined.driver.stdout), "got 12\n");
    assert_eq!(joined.server.end, End::Stopped);
}

pub fn eight_joins_at_once() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert_eq!(text(&run(&[], &[]).driver.stdout), "got 12\n");
                }
            });
        }
    });
}

pub fn bounds_of_a_join() {
    for (port, connections) in [(80, 1), (PORT, 0), (PORT, 129)] {
        let join = Join { port, connections, ..join(&[], &[]) };
        assert!(run_joined(engine(), &join).is_err(), "{port} {connections}");
    }
    // A run by itself still has no network at all.
    nothing_got_through(&crate::arena::run(&attack(&["network"])));
}
