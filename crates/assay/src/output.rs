//! Where words go: answers to stdout, talk to stderr. Whatever of it came from
//! a stranger is neutralised before it gets here.

use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::ColorChoice;
use anstyle::AnsiColor;
use serde::Serialize;

use crate::cli::Format;
use crate::failure::Failure;
use crate::report::paint;
use crate::report::plain::{block, json_safe};

/// Whether some of an answer could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// Prints an answer.
pub fn answer(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // Where colours are not wanted they go first, so that the answer is written at once and not between them.
    let written = match anstream::AutoStream::choice(&stdout) {
        ColorChoice::Never => stdout.write_all(anstream::adapter::strip_str(text).to_string().as_bytes()),
        _ => anstream::stdout().lock().write_all(text.as_bytes()),
    }
    .and_then(|()| stdout.flush());
    // A reader that has seen enough (`| head`) is no failure of ours; a full disk is.
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        say(&format!("the answer could not be written to stdout: {error}"));
    }
}

/// Whether some of an answer could not be written: no exit code may then stand for it.
pub fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Prints an answer for programs.
pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|error| {
        // Maps with text keys and finite numbers cannot fail; a program still gets JSON.
        format!(
            "{{ \"error\": {{ \"code\": \"not-json\", \"message\": \"{}\" }} }}",
            error.to_string().escape_default()
        )
    });
    let mut text = json_safe(&text);
    text.push('\n');
    answer(&text);
}

/// Tells the person at the terminal something beside the answer.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Tells why there is no answer, in the asked-for format, and gives the exit code.
pub fn fail(format: Format, failure: &Failure) -> u8 {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'a Failure,
    }
    match format {
        Format::Json => json(&Error { error: failure }),
        Format::Text => {
            let error = paint(AnsiColor::Red, &format!("error[{}]", failure.code));
            let mut text = format!("{error}: {}", block(&failure.message));
            if let Some(help) = &failure.help {
                text.push_str(&format!("\n{}: {}", paint(AnsiColor::Cyan, "help"), block(help)));
            }
            say(&text);
        }
    }
    failure.exit
}
