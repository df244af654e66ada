//! Progress on stderr: a bar on a terminal, else one plain line per phase for
//! work that takes longer than a moment.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use assay_prove::pipeline::Progress as Event;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Work that is done before this is not talked about.
const QUIET: Duration = Duration::from_millis(1_500);
/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(2);

/// Tells a person who waits what is going on.
pub struct Progress {
    way: Way,
}

enum Way {
    Silent,
    Bar(ProgressBar),
    Lines(Lines),
}

impl Progress {
    /// Begins to tell of work on `what`, which is already harmless text.
    pub fn start(what: &str, wanted: bool) -> Self {
        let way = if !wanted {
            Way::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner().with_prefix(what.to_owned());
            bar.set_style(spinner());
            bar.enable_steady_tick(Duration::from_millis(120));
            Way::Bar(bar)
        } else {
            Way::Lines(Lines::start(what))
        };
        Self { way }
    }

    /// Hears of the next step of a proof.
    pub fn hear(&self, event: Event) {
        let text = match event {
            Event::Preparing => "preparing".to_owned(),
            Event::Building(arm) => format!("building {arm}"),
            Event::Running { done, total } => {
                if let Way::Bar(bar) = &self.way {
                    if bar.length().is_none() {
                        bar.set_style(counter());
                    }
                    bar.set_length(total as u64);
                    bar.set_position(done as u64);
                    return;
                }
                format!("runs {done}/{total}")
            }
        };
        self.say(&text);
    }

    /// Tells of any other step.
    pub fn say(&self, text: &str) {
        match &self.way {
            Way::Silent => {}
            Way::Bar(bar) => bar.set_message(text.to_owned()),
            Way::Lines(lines) => lines.set(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.way {
            Way::Silent => {}
            Way::Bar(bar) => bar.finish_and_clear(),
            Way::Lines(lines) => lines.stop(),
        }
    }
}

/// Progress over many bundles that are worked on side by side: one bar on a terminal, and else nothing, since
/// their lines come as they are done.
pub struct Overall {
    bar: Option<ProgressBar>,
    /// What is being worked on, by its place.
    now: Mutex<BTreeMap<usize, (String, String)>>,
}

impl Overall {
    /// Begins to tell of so many bundles.
    pub fn start(total: usize, wanted: bool) -> Self {
        let bar = (wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total as u64);
            bar.set_style(overall());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, now: Mutex::default() }
    }

    /// Work on this one begins. `what` is already harmless text.
    pub fn begin(&self, place: usize, what: &str) {
        lock(&self.now).insert(place, (what.to_owned(), String::new()));
        self.tell();
    }

    /// Hears of the next step of a proof.
    pub fn hear(&self, place: usize, event: Event) {
        if let Some((_, phase)) = lock(&self.now).get_mut(&place) {
            *phase = match event {
                Event::Preparing => " preparing".to_owned(),
                Event::Building(arm) => format!(" building {arm}"),
                Event::Running { done, total } => format!(" runs {done}/{total}"),
            };
        }
        self.tell();
    }

    /// One is done.
    pub fn done(&self, place: usize) {
        lock(&self.now).remove(&place);
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        self.tell();
    }

    /// Prints something beside the bar.
    pub fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// All are done.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn tell(&self) {
        if let Some(bar) = &self.bar {
            let now = lock(&self.now);
            let all: Vec<String> = now.values().map(|(what, phase)| format!("{what}{phase}")).collect();
            bar.set_message(all.join(", "));
        }
    }
}

fn overall() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {pos}/{len} {bar:20} {elapsed}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix}  {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn counter() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix}  runs {pos}/{len} {bar:24} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Plain lines, by a thread of their own: a phase that lasts is told while it lasts.
struct Lines {
    shared: Arc<(Mutex<State>, Condvar)>,
    teller: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    phase: String,
    done: bool,
}

impl Lines {
    fn start(what: &str) -> Self {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (theirs, what) = (Arc::clone(&shared), what.to_owned());
        // Without a thread there is no talk, and the work goes on.
        let teller = std::thread::Builder::new().spawn(move || tell(&theirs, &what)).ok();
        Self { shared, teller }
    }

    fn set(&self, phase: &str) {
        phase.clone_into(&mut lock(&self.shared.0).phase);
    }

    fn stop(&mut self) {
        lock(&self.shared.0).done = true;
        self.shared.1.notify_all();
        if let Some(teller) = self.teller.take() {
            let _ = teller.join();
        }
    }
}

fn tell(shared: &(Mutex<State>, Condvar), what: &str) {
    let (mutex, condvar) = shared;
    let mut told = String::new();
    let mut next = Instant::now() + QUIET;
    let mut state = lock(mutex);
    while !state.done {
        let wait = next.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            state = condvar.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        next = Instant::now() + PAUSE;
        if state.phase != told {
            told.clone_from(&state.phase);
            output::say(&format!("{what}: {told}"));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
