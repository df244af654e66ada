//! Names of weaknesses. CSAF wants the name beside the number, exactly as the
//! CWE list has it (test 6.1.11); a weakness that is not here goes into a note.

/// Number and name, sorted by number: the weaknesses that proofs and reports usually name.
const NAMES: &[(u32, &str)] = &[
    (20, "Improper Input Validation"),
    (22, "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')"),
    (23, "Relative Path Traversal"),
    (29, "Path Traversal: '\\..\\filename'"),
    (36, "Absolute Path Traversal"),
    (41, "Improper Resolution of Path Equivalence"),
    (59, "Improper Link Resolution Before File Access ('Link Following')"),
    (61, "UNIX Symbolic Link (Symlink) Following"),
    (73, "External Control of File Name or Path"),
    (74, "Improper Neutralization of Special Elements in Output Used by a Downstream Component ('Injection')"),
    (77, "Improper Neutralization of Special Elements used in a Command ('Command Injection')"),
    (78, "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')"),
    (79, "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"),
    (88, "Improper Neutralization of Argument Delimiters in a Command ('Argument Injection')"),
    (89, "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')"),
    (94, "Improper Control of Generation of Code ('Code Injection')"),
    (113, "Improper Neutralization of CRLF Sequences in HTTP Headers ('HTTP Request/Response Splitting')"),
    (119, "Improper Restriction of Operations within the Bounds of a Memory Buffer"),
    (120, "Buffer Copy without Checking Size of Input ('Classic Buffer Overflow')"),
    (121, "Stack-based Buffer Overflow"),
    (122, "Heap-based Buffer Overflow"),
    (124, "Buffer Underwrite ('Buffer Underflow')"),
    (125, "Out-of-bounds Read"),
    (126, "Buffer Over-read"),
    (127, "Buffer Under-read"),
    (128, "Wrap-around Error"),
    (129, "Improper Validation of Array Index"),
    (131, "Incorrect Calculation of Buffer Size"),
    (134, "Use of Externally-Controlled Format String"),
    (170, "Improper Null Termination"),
    (184, "Incomplete List of Disallowed Inputs"),
    (190, "Integer Overflow or Wraparound"),
    (191, "Integer Underflow (Wrap or Wraparound)"),
    (193, "Off-by-one Error"),
    (195, "Signed to Unsigned Conversion Error"),
    (200, "Exposure of Sensitive Information to an Unauthorized Actor"),
    (203, "Observable Discrepancy"),
    (208, "Observable Timing Discrepancy"),
    (248, "Uncaught Exception"),
    (252, "Unchecked Return Value"),
    (269, "Improper Privilege Management"),
    (276, "Incorrect Default Permissions"),
    (284, "Improper Access Control"),
    (287, "Improper Authentication"),
    (290, "Authentication Bypass by Spoofing"),
    (295, "Improper Certificate Validation"),
    (306, "Missing Authentication for Critical Function"),
    (311, "Missing Encryption of Sensitive Data"),
    (327, "Use of a Broken or Risky Cryptographic Algorithm"),
    (330, "Use of Insufficiently Random Values"),
    (345, "Insufficient Verification of Data Authenticity"),
    (346, "Origin Validation Error"),
    (347, "Improper Verification of Cryptographic Signature"),
    (352, "Cross-Site Request Forgery (CSRF)"),
    (354, "Improper Validation of Integrity Check Value"),
    (362, "Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')"),
    (367, "Time-of-check Time-of-use (TOCTOU) Race Condition"),
    (369, "Divide By Zero"),
    (377, "Insecure Temporary File"),
    (400, "Uncontrolled Resource Consumption"),
    (401, "Missing Release of Memory after Effective Lifetime"),
    (404, "Improper Resource Shutdown or Release"),
    (405, "Asymmetric Resource Consumption (Amplification)"),
    (407, "Inefficient Algorithmic Complexity"),
    (409, "Improper Handling of Highly Compressed Data (Data Amplification)"),
    (415, "Double Free"),
    (416, "Use After Free"),
    (426, "Untrusted Search Path"),
    (427, "Uncontrolled Search Path Element"),
    (434, "Unrestricted Upload of File with Dangerous Type"),
    (444, "Inconsistent Interpretation of HTTP Requests ('HTTP Request/Response Smuggling')"),
    (457, "Use of Uninitialized Variable"),
    (459, "Incomplete Cleanup"),
    (470, "Use of Externally-Controlled Input to Select Classes or Code ('Unsafe Reflection')"),
    (476, "NULL Pointer Dereference"),
    (502, "Deserialization of Untrusted Data"),
    (522, "Insufficiently Protected Credentials"),
    (532, "Insertion of Sensitive Information into Log File"),
    (552, "Files or Directories Accessible to External Parties"),
    (562, "Return of Stack Variable Address"),
    (590, "Free of Memory not on the Heap"),
    (601, "URL Redirection to Untrusted Site ('Open Redirect')"),
    (611, "Improper Restriction of XML External Entity Reference"),
    (613, "Insufficient Session Expiration"),
    (617, "Reachable Assertion"),
    (639, "Authorization Bypass Through User-Controlled Key"),
    (662, "Improper Synchronization"),
    (665, "Improper Initialization"),
    (667, "Improper Locking"),
    (668, "Exposure of Resource to Wrong Sphere"),
    (674, "Uncontrolled Recursion"),
    (681, "Incorrect Conversion between Numeric Types"),
    (682, "Incorrect Calculation"),
    (697, "Incorrect Comparison"),
    (704, "Incorrect Type Conversion or Cast"),
    (732, "Incorrect Permission Assignment for Critical Resource"),
    (754, "Improper Check for Unusual or Exceptional Conditions"),
    (755, "Improper Handling of Exceptional Conditions"),
    (761, "Free of Pointer not at Start of Buffer"),
    (763, "Release of Invalid Pointer or Reference"),
    (770, "Allocation of Resources Without Limits or Throttling"),
    (772, "Missing Release of Resource after Effective Lifetime"),
    (776, "Improper Restriction of Recursive Entity References in DTDs ('XML Entity Expansion')"),
    (787, "Out-of-bounds Write"),
    (788, "Access of Memory Location After End of Buffer"),
    (789, "Memory Allocation with Excessive Size Value"),
    (798, "Use of Hard-coded Credentials"),
    (805, "Buffer Access with Incorrect Length Value"),
    (822, "Untrusted Pointer Dereference"),
    (824, "Access of Uninitialized Pointer"),
    (825, "Expired Pointer Dereference"),
    (834, "Excessive Iteration"),
    (835, "Loop with Unreachable Exit Condition ('Infinite Loop')"),
    (843, "Access of Resource Using Incompatible Type ('Type Confusion')"),
    (862, "Missing Authorization"),
    (863, "Incorrect Authorization"),
    (908, "Use of Uninitialized Resource"),
    (913, "Improper Control of Dynamically-Managed Code Resources"),
    (915, "Improperly Controlled Modification of Dynamically-Determined Object Attributes"),
    (
        917,
        "Improper Neutralization of Special Elements used in an Expression Language Statement ('Expression Language Injection')",
    ),
    (918, "Server-Side Request Forgery (SSRF)"),
    (1284, "Improper Validation of Specified Quantity in Input"),
    (1321, "Improperly Controlled Modification of Object Prototype Attributes ('Prototype Pollution')"),
    (1333, "Inefficient Regular Expression Complexity"),
    (1336, "Improper Neutralization of Special Elements Used in a Template Engine"),
];

/// The name of a weakness such as `CWE-125`, if it is known here.
#[must_use]
pub fn name(id: &str) -> Option<&'static str> {
    let number: u32 = id.strip_prefix("CWE-")?.parse().ok()?;
    let place = NAMES.binary_search_by_key(&number, |(number, _)| *number).ok()?;
    NAMES.get(place).map(|(_, name)| *name)
}

/// Every weakness that is known here.
pub fn known() -> impl Iterator<Item = (String, &'static str)> {
    NAMES.iter().map(|(number, name)| (format!("CWE-{number}"), *name))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted_and_found() {
        assert!(super::NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(super::name("CWE-125"), Some("Out-of-bounds Read"));
        assert_eq!(super::name("CWE-1"), None);
        assert_eq!(super::name("125"), None);
    }
}
