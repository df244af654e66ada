//! What steers, and what only chooses.

use super::*;

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_command_begins_with_a_program_of_the_build() {
    for good in [
        "$OUT/harness $INPUT",
        "$OUT/patch --dry-run -d $SCRATCH -i $INPUT",
        "env LD_LIBRARY_PATH=$OUT $OUT/giftool -d 5",
        "env LD_LIBRARY_PATH=$OUT:$OUT/lib $OUT/tool",
        "python3 $OUT/site/tool/__main__.py $INPUT",
        "node $OUT/node_modules/tool/cli.js $INPUT",
    ] {
        assert_eq!(command(&words(good)), None, "{good}");
    }
    for wrong in [
        "sh poc/evil.sh",
        "/bin/sh -c $INPUT",
        "$OUT/../usr/bin/sh evil.sh",
        "$OUT/.assay/selftest",
        "$OUT",
        "$SRC/evil.sh",
        "env LD_PRELOAD=./evil.so $OUT/tool",
        "env LD_LIBRARY_PATH=. $OUT/tool",
        "env LD_LIBRARY_PATH=$OUT:/bundle $OUT/tool",
        "env $OUT/tool",
        "python3 evil.py $OUT/site",
        "python3 -c x",
        "python3 $OUT/site/../../bundle/evil.py",
        "node -r ./evil.js $OUT/node_modules/tool/cli.js",
        "perl $OUT/site/tool.pl",
        "python3",
    ] {
        assert!(command(&words(wrong)).is_some(), "{wrong}");
    }
    assert!(command(&[]).is_some());
}

#[test]
fn a_build_is_steered_by_what_it_is_given() {
    for good in ["--enable-x", "--disable-shared", "--with-zlib=no", "--without-python"] {
        assert!(configures(&Recipe::Autotools, good), "{good}");
    }
    for wrong in [
        "CFLAGS=-Ievil",
        "CC=evil",
        "--prefix=/bundle",
        "--with-zlib=/bundle/evil",
        "--with-x=$SRC",
        "--enable-x=a b",
        "--host=x",
        "--cache-file=poc/cache",
    ] {
        assert!(!configures(&Recipe::Autotools, wrong), "{wrong}");
    }
    for good in ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_BUILD_RPATH=$OUT", "-DBUILD_TESTS=OFF", "-DBUILD_TESTS:BOOL=ON"] {
        assert!(configures(&Recipe::Cmake, good), "{good}");
    }
    for good in ["-Ddefault_library=static", "-Ddocs=false", "-Dsome-feature=enabled"] {
        assert!(configures(&Recipe::Meson, good), "{good}");
    }
    for wrong in [
        "-DCMAKE_C_COMPILER=evil",
        "-DCMAKE_PROJECT_INCLUDE=evil",
        "-DCMAKE_C_FLAGS=x",
        "-Cevil.cmake",
        "-Dc_args=x",
        "-DX=../evil",
        "-DX=-Ievil",
        "--cross-file=x",
        "-DX=$SRC",
        "-S",
    ] {
        assert!(!configures(&Recipe::Cmake, wrong) && !configures(&Recipe::Meson, wrong), "{wrong}");
    }
}

#[test]
fn generators_work_on_the_source_alone() {
    for good in [
        "bison",
        "bison -d src/parse.y -o src/parse.c",
        "bison --defines=src/parse.h src/parse.y",
        "flex -o $SRC/scan.c $SRC/scan.l",
        "autoreconf -fi src",
    ] {
        assert!(generates(&words(good)), "{good}");
    }
    for wrong in [
        "sh src/x.sh",
        "python3 src/x.py",
        "cp poc/evil.c src/a.c",
        "sed -i s/a/b/ src/a.c",
        "bison -S poc/skeleton src/parse.y",
        "bison poc/evil.y -o src/parse.c",
        "bison src/../poc/evil.y",
        "bison --output=poc/x src/parse.y",
        "make",
    ] {
        assert!(!generates(&words(wrong)), "{wrong}");
    }
}
