fn main() -> Result<(), Box<dyn std::error::Error>> {
    assay_sandbox::take_over_if_asked(assay_prove::pipeline::BUILTINS);
    let sandbox = assay_sandbox::Native::open(&assay_sandbox::NativeOptions::default());
    let cache = assay_prove::fetch::Cache::open(&assay_prove::fetch::default_root(|n| std::env::var_os(n)).unwrap())?;
    for path in std::env::args().skip(1) {
        let t = std::time::Instant::now();
        let bundle = assay_prove::load::LoadedBundle::read(path.as_ref())?;
        let manifest = match assay_bundle::manifest::parse(&bundle.manifest) {
            Ok(m) => m,
            Err(p) => { for p in p { println!("{p:?}"); } continue; }
        };
        let prover = assay_prove::pipeline::Prover { sandbox: sandbox.as_ref().map(|s| s as &dyn assay_sandbox::Sandbox), cache: &cache };
        let proof = prover.prove(&bundle, &manifest, &|_| ())?;
        println!("{path}: {} {:?} {:?} in {:?}\n  {}\n  expected {:?}", proof.ruling.verdict.as_str(), proof.ruling.controls, proof.assurance, t.elapsed(), proof.ruling.sentence, bundle.expected);
        if std::env::var("V").is_ok() {
            println!("{:#?} {:#?}", proof.ruling.reasons, proof.evidence.vulnerable);
            println!("{:?} reach {:?}", proof.evidence.fixed, proof.evidence.reach);
            for r in &proof.evidence.runs { println!("  {:?} {:?} alive={:?} {} | {} {:?}", r.cell, r.outcome, r.alive, r.saw, r.end, r.cpu); }
        }
    }
    Ok(())
}
