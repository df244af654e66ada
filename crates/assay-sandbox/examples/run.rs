//! Runs a command in the sandbox: `cargo run -p assay-sandbox --example run -- ls /`.
//! `ASSAY_SANDBOX=bubblewrap` chooses that engine, `ASSAY_TIER=F` asks for that tier.

use assay_sandbox::{Choice, Spec, Task};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    assay_sandbox::take_over_if_asked(&[]);
    let argv: Vec<String> = std::env::args().skip(1).collect();
    let mut choice = Choice::default();
    if let Ok(engine) = std::env::var("ASSAY_SANDBOX") {
        choice.engine = engine.parse()?;
    }
    if let Ok(tier) = std::env::var("ASSAY_TIER") {
        choice.minimum = tier.parse()?;
    }
    let sandbox = choice.open()?;
    println!("{:#?}", sandbox.layers());
    let env = vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
    let started = std::time::Instant::now();
    let finished = sandbox.run(&Spec::of(Task::Exec { argv, env }))?;
    println!("{:?} {:?} in {:?}", finished.end, finished.usage, started.elapsed());
    print!("{}{}", String::from_utf8_lossy(&finished.stdout), String::from_utf8_lossy(&finished.stderr));
    Ok(())
}
