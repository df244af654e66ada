//! Names as compilers really print them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const NAMES: &[(&str, &str)] = &[
    ("parse_string", "parse_string"),
    ("parse_string.part.0", "parse_string"),
    ("parse_string.constprop.0.isra.1", "parse_string"),
    ("memcpy@@GLIBC_2.14", "memcpy"),
    ("main", "main"),
    // Rust
    ("<smallvec::SmallVec<A>>::insert_many", "smallvec::SmallVec::insert_many"),
    ("smallvec::SmallVec<[u8; 0]>::insert_many", "smallvec::SmallVec::insert_many"),
    ("smallvec::SmallVec<A>::insert_many::h0123456789abcdef", "smallvec::SmallVec::insert_many"),
    (
        "<smallvec::SmallVec<A> as core::iter::traits::collect::Extend<<A as smallvec::Array>::Item>>::extend",
        "smallvec::SmallVec::extend",
    ),
    ("smallvec::{impl#12}::insert_many<[u8; 0], core::iter::Take<I>>", "smallvec::insert_many"),
    ("core::ptr::mut_ptr::<impl *mut T>::write", "core::ptr::mut_ptr::write"),
    ("alloc::vec::Vec::<u8>::push", "alloc::vec::Vec::push"),
    ("core::ptr::drop_in_place::<alloc::vec::Vec<u8>>", "core::ptr::drop_in_place"),
    ("r::main::{{closure}}", "r::main::{closure}"),
    ("r::main::{closure#0}", "r::main::{closure}"),
    ("<fn() -> u8 as core::ops::FnOnce<()>>::call_once", "fn::call_once"),
    ("<&mut T as core::fmt::Debug>::fmt", "T::fmt"),
    ("<dyn r::Trait>::f", "r::Trait::f"),
    ("_ZN8smallvec17SmallVec$LT$A$GT$11insert_many17h0123456789abcdefE", "smallvec::SmallVec::insert_many"),
    ("_RNvMs_CsbmNqQUJIY6D_1rINtB4_1GhE3getB6_", "r::G::get"),
    // C++
    ("ns::Foo<int>::bar(int) const", "ns::Foo::bar"),
    ("_ZNK2ns3FooIiE3barEi", "ns::Foo::bar"),
    ("int ns::tmpl<int>(std::vector<int, std::allocator<int> > const&)", "ns::tmpl"),
    ("unsigned long f<char>(char (*)(int))", "f"),
    ("(anonymous namespace)::Foo::run(char const*)", "(anonymous namespace)::Foo::run"),
    ("main::{lambda(int)#1}::operator()(int) const", "main::{lambda}::operator()"),
    ("operator new(unsigned long)", "operator new"),
    ("operator delete[](void*)", "operator delete[]"),
    ("std::ostream& operator<< <char>(std::ostream&, char)", "operator<<"),
    ("ns::It::operator->() const", "ns::It::operator->"),
    ("ns::S::operator bool() const", "ns::S::operator bool"),
    ("ns::S::operator<(ns::S const&) const", "ns::S::operator<"),
    ("ns::operators::f(int)", "ns::operators::f"),
    ("f[abi:cxx11](int) [clone .cold]", "f"),
    ("foo(int) [clone .part.0]", "foo"),
    ("Outer::f(int)::Local::g()", "Outer::f::Local::g"),
];

#[test]
fn names_come_to_one_form() {
    for (name, form) in NAMES {
        assert_eq!(normalise(name), *form, "{name}");
        assert_eq!(normalise(form), *form, "once is enough: {form}");
    }
}

#[test]
fn a_pattern_is_the_whole_or_its_last_segments() {
    for (pattern, function, same) in [
        ("parse_string", "parse_string", true),
        ("parse_string", "cJSON::parse_string(int)", true),
        ("string", "parse_string", false),
        ("parse", "parse_string", false),
        ("insert_many", "<smallvec::SmallVec<A>>::insert_many", true),
        ("SmallVec::insert_many", "smallvec::SmallVec<[u8; 0]>::insert_many", true),
        ("smallvec::SmallVec::insert_many", "_ZN8smallvec17SmallVec$LT$A$GT$11insert_many17h0123456789abcdefE", true),
        ("<smallvec::SmallVec<A>>::insert_many", "smallvec::SmallVec<B>::insert_many", true),
        ("other::SmallVec::insert_many", "smallvec::SmallVec<B>::insert_many", false),
        ("Foo::bar", "ns::Foo<int>::bar(int) const", true),
        ("", "f", false),
        ("f", "", false),
        ("<>", "f", false),
    ] {
        assert_eq!(matches(pattern, function), same, "{pattern} / {function}");
    }
}

#[test]
fn hostile_symbols_end() {
    let nested = format!("_Z{}", "P".repeat(100_000));
    assert!(demangle(&nested).len() <= MAX_NAME);
    let grows = format!("_Z1fI{}E", "NSt4pairIS_S_E".repeat(600));
    assert!(demangle(&grows).len() <= MAX_NAME);
    let generics = format!("_RIC1a{}E", "TB2_".repeat(1000));
    assert!(demangle(&generics).len() <= MAX_NAME);
    let open = "<".repeat(100_000);
    assert!(normalise(&open).len() <= MAX_NAME);
    let closed = format!("{}a{}::f", "<".repeat(2000), ">".repeat(2000));
    let _ = normalise(&closed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_name_is_normalised_or_left(name in "\\PC{0,60}") {
        let _ = (normalise(&name), matches(&name, &name));
    }

    #[test]
    fn built_from_the_characters_that_matter(name in "(_Z|_R|ns|::|<|>|\\(|\\)|\\[|\\]|\\{|\\}|operator| |as |impl |&|\\*|-|\\.cold|é|h0123456789abcdef){0,25}") {
        let _ = normalise(&name);
    }

    #[test]
    fn any_symbol_is_demangled_or_left(symbol in "(_Z|_R|_ZN)[0-9A-Za-z_$.]{0,80}") {
        let _ = normalise(&symbol);
    }
}
