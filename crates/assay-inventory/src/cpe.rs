//! CPE names, as far as they name a vendor, a product and a version.

/// What a CPE name says. Underscores are given as spaces, because a CPE has no spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpe {
    /// `a` application, `o` operating system, `h` hardware.
    pub part: char,
    /// The vendor.
    pub vendor: String,
    /// The product.
    pub product: String,
    /// The version; none if the name says *any* or *not applicable*.
    pub version: Option<String>,
    /// The update (`sp1`), likewise.
    pub update: Option<String>,
}

/// Reads a CPE name, as a formatted string (`cpe:2.3:...`) or as a URI (`cpe:/a:...`).
///
/// None if it is neither, or names no vendor and product of its own.
pub fn read(written: &str) -> Option<Cpe> {
    if written.len() > crate::limits::PURL {
        return None;
    }
    let fields: Vec<String> = if let Some(rest) = written.strip_prefix("cpe:2.3:") {
        formatted(rest)
    } else {
        let rest = written.strip_prefix("cpe:/")?;
        rest.split(':').map(percent).collect::<Option<_>>()?
    };
    let mut fields = fields.into_iter();
    let part = fields.next()?;
    let mut value = || fields.next().filter(|v| !v.is_empty() && v != "*" && v != "-");
    let vendor = value()?;
    let product = value()?;
    let part = match part.as_str() {
        "a" => 'a',
        "o" => 'o',
        "h" => 'h',
        _ => return None,
    };
    let words = |text: String| text.replace('_', " ");
    Some(Cpe { part, vendor: words(vendor), product: words(product), version: value(), update: value() })
}

/// Splits at colons that no backslash quotes, and takes the quotes away.
fn formatted(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            ':' => {
                fields.push(String::new());
                continue;
            }
            '\\' => match chars.next() {
                Some(quoted) => quoted,
                None => break,
            },
            c => c,
        };
        if let Some(field) = fields.last_mut() {
            field.push(c);
        }
    }
    fields
}

/// Percent-decoded; none if that is no text.
fn percent(field: &str) -> Option<String> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field.bytes();
    while let Some(c) = rest.next() {
        match c {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            c => out.push(c),
        }
    }
    String::from_utf8(out).ok()
}
