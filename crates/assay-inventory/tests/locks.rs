//! What each lockfile and list says, entry by entry.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_inventory::component::{Component, Inventory, What};
use assay_inventory::{Options, read};

fn line(component: &Component) -> String {
    let version = component.version.as_deref().unwrap_or("?");
    match &component.what {
        What::Package { ecosystem, name, .. } => format!("{ecosystem} {name} {version} @ {}", component.at),
        What::Product { vendor, product } => format!("product {vendor} / {product} {version} @ {}", component.at),
    }
}

fn parse(name: &str, text: &str) -> Inventory {
    read(name, text.as_bytes(), &Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// Reads a file, and compares what it lists and what it says.
fn lists(name: &str, text: &str, listed: &[&str], said: &[&str]) {
    let inventory = parse(name, text);
    let lines: Vec<String> = inventory.components.iter().map(line).collect();
    assert_eq!(lines, listed, "{name}");
    let notes: Vec<String> = inventory.skipped.iter().map(|s| format!("{}: {}", s.at, s.why)).collect();
    assert_eq!(notes.len(), said.len(), "{name}: {notes:#?}");
    for (note, said) in notes.iter().zip(said) {
        assert!(note.contains(said), "{name}: `{note}` does not say `{said}`");
    }
}

fn refuses(name: &str, text: &str, word: &str) {
    let error = read(name, text.as_bytes(), &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{name}: ")) && error.contains(word), "{error}");
}

#[test]
fn pnpm() {
    lists(
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\n\
         packages:\n\n  '@s/a@1.0.0':\n    resolution: {integrity: sha512-x==}\n    engines: {node: '>=4'}\n\n  b@2.0.0:\n    \
         resolution: {integrity: sha512-y==}\n    deprecated: |\n      gone: since 2020\n      b@9.9.9: no key\n\n  \
         g@https://codeload.github.com/o/g/tar.gz/0123:\n    resolution: {tarball: https://codeload.github.com/o/g/tar.gz/0123}\n    \
         version: 3.0.0\n\n  l@file:../l:\n    resolution: {directory: ../l, type: directory}\nsnapshots:\n\n  '@s/a@1.0.0': {}\n",
        &["npm @s/a 1.0.0 @ line 10", "npm b 2.0.0 @ line 14", "git g 3.0.0 @ line 20", "path l ? @ line 24"],
        &["came from a git repository"],
    );
    lists(
        "pnpm-lock.yaml",
        "lockfileVersion: 5.4\npackages:\n  /a/1.0.0:\n    dev: true\n  /@s/b/2.0.0_react@17.0.2:\n    dev: false\n  \
         github.com/o/c/0123abc:\n    name: c\n    version: 3.0.0\n",
        &["npm a 1.0.0 @ line 3 (for development)", "npm @s/b 2.0.0 @ line 5", "git c 3.0.0 @ line 7"],
        &["github.com/o/c/0123abc"],
    );
    lists("pnpm-lock.yaml", "lockfileVersion: '11.0'\n", &[], &["version `11.0` is not known here"]);
    refuses("pnpm-lock.yaml", "lockfileVersion: 6\npackages:\n  a: &x\n    b: *x\n", "line 3: an anchor");
    refuses("pnpm-lock.yaml", "lockfileVersion: 6\n<<<<<<< HEAD\npackages:\n", "line 2: a merge conflict");
    refuses("pnpm-lock.yaml", "a: 1\n", "is it pnpm's lockfile?");
}

#[test]
fn yarn() {
    lists(
        "yarn.lock",
        "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n  resolved \
         \"https://registry.example/@s/a.tgz#0\"\n  dependencies:\n    version \"9.9.9\"\n\nalias@npm:real@^2.0.0:\n  version \
         \"2.0.0\"\n\n\"g@git+https://example.com/g.git\":\n  version \"3.0.0\"\n  resolved \"git+https://example.com/g.git#0\"\n\n\
         \"l@file:./l\":\n  version \"0.0.0\"\n",
        &["npm @s/a 1.2.0 @ line 4", "npm real 2.0.0 @ line 10", "git g 3.0.0 @ line 13", "path l 0.0.0 @ line 17"],
        &["g 3.0.0 came from a git repository"],
    );
    lists(
        "yarn.lock",
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"a@npm:^1.0.0, a@npm:^1.1.0\":\n  version: 1.2.0\n  resolution: \
         \"a@npm:1.2.0\"\n  dependencies:\n    version: \"npm:^9\"\n  linkType: hard\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  \
         resolution: \"app@workspace:.\"\n\n\"b@patch:b@npm%3A2.0.0#./p.patch\":\n  version: 2.0.0\n  resolution: \
         \"b@patch:b@npm%3A2.0.0#./p.patch::version=2.0.0\"\n\n? \"long@npm:^3.0.0, long@npm:^3.1.0\"\n:\n  version: 3.1.0\n  resolution: \
         \"long@npm:3.1.0\"\n",
        &[
            "npm a 1.2.0 @ line 5",
            "path app ? @ line 12",
            "npm b 2.0.0 @ line 16 (patched here)",
            "npm long 3.1.0 @ line 21",
        ],
        &[],
    );
    refuses("yarn.lock", "what is this\n", "is it Yarn's lockfile?");
}

#[test]
fn bun_conan_and_winget() {
    lists(
        "bun.lock",
        "{\n  // written by bun\n  \"lockfileVersion\": 1,\n  \"workspaces\": { \"\": { \"name\": \"x\", }, },\n  \"packages\": {\n\
         \"a\": [\"a@1.0.0\", \"\", { \"dependencies\": { \"b\": \"^1\", }, }, \"sha512-//,}\"],\n\
         \"@s/b\": [\"@s/b@2.0.0-rc.1\", \"https://mirror.example.com/b.tgz\", {}, \"sha512-y\"],\n\
         \"a/c\": [\"c@3.0.0\", \"\", {}, \"\"],\n\
         \"g\": [\"g@git+ssh://git@github.com/o/g.git#1234\", {}, \"1234\"],\n\
         \"t\": [\"t@https://example.com/t.tgz\", {}],\n \"w\": [\"w@workspace:packages/w\"],\n \"bad\": [\"nothing\"],\n \"worse\": 1,\n  },\n}\n",
        &[
            "npm a 1.0.0 @ packages.a",
            "npm @s/b 2.0.0-rc.1 @ packages.@s/b",
            "npm c 3.0.0 @ packages.a/c",
            "git g ? @ packages.g",
            "npm t ? @ packages.t",
            "path w ? @ packages.w",
        ],
        &[
            "does not begin with a name and a version",
            "does not begin with a name and a version",
            "from a git repository",
        ],
    );
    refuses("bun.lock", "{ \"lockfileVersion\": 1, }", "no `packages`");
    refuses("bun.lock", "{ \"packages\": { \"a\": [\"a@1\" } }", "line 1");
    refuses("bun.lockb", "x", "bun.lock");
    lists(
        "conan.lock",
        r#"{"version":"0.5","requires":["zlib/1.2.13#97d5%1692.1","openssl/3.1.0@me/stable#1","fmt/10.1.1@_/_","bad"],
        "build_requires":["cmake/3.27.1#2"],"python_requires":[]}"#,
        &[
            "ConanCenter zlib 1.2.13 @ requires[0]",
            "ConanCenter openssl 3.1.0 @ requires[1] (of me/stable)",
            "ConanCenter fmt 10.1.1 @ requires[2]",
            "ConanCenter cmake 3.27.1 @ build_requires[0]",
        ],
        &["requires[3]: it is no `name/version`"],
    );
    lists(
        "old.lock",
        r#"{"graph_lock":{"nodes":{"0":{"options":"x"},"1":{"ref":"zlib/1.2.11#0","requires":[]}},"revisions_enabled":true},"version":"0.4"}"#,
        &["ConanCenter zlib 1.2.11 @ graph_lock.nodes.1"],
        &[],
    );
    refuses("conan.lock", "{}", "`requires`");
    lists(
        "programs.json",
        r#"{"$schema":"https://aka.ms/winget-packages.schema.2.0.json","CreationDate":"2026-11-02","Sources":[{"Packages":[
        {"PackageIdentifier":"Mozilla.Firefox.ESR","Version":"115.9.0"},{"PackageIdentifier":"RARLab.WinRAR"},{"PackageIdentifier":"odd"}],
        "SourceDetails":{"Name":"winget"}}],"WinGetVersion":"1.8"}"#,
        &[
            "product Mozilla / Firefox ESR 115.9.0 @ Sources[0].Packages[0]",
            "product RARLab / WinRAR ? @ Sources[0].Packages[1]",
        ],
        &["no identifier", "--include-versions"],
    );
}

#[test]
fn python() {
    lists(
        "poetry.lock",
        "[[package]]\nname = \"A_b\"\nversion = \"1.0\"\ndescription = \"x = [ \\\"\"\nfiles = [\n    {file = \"a]\", hash = \"0\"}, # ]\n]\n\n\
         [package.dependencies]\nname = \"other\"\n\n[[package]]\nname = \"g\"\nversion = \"2.0\"\ngroups = [\"dev\"]\n\n[package.source]\n\
         type = \"git\"\nurl = \"https://example.com/g.git\"\n\n[metadata]\nlock-version = \"2.0\"\n",
        &["PyPI a-b 1.0 @ line 1", "git g 2.0 @ line 12 (for development)"],
        &["https://example.com/g.git: listed, but not matched"],
    );
    lists(
        "uv.lock",
        "version = 1\nrequires-python = \">=3.12\"\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { editable = \".\" }\n\n\
         [[package]]\nname = \"b\"\nversion = \"2.0\"\nsource = { registry = \"https://index.example/simple\" }\n\n[[package]]\nname = \"c\"\n\
         source = { git = \"https://example.com/c?rev=1#2\" }\n\n[[package]]\nversion = \"1\"\n",
        &["path app 0.1.0 @ line 4", "PyPI b 2.0 @ line 9", "git c ? @ line 14"],
        &["line 18: the package has no name", "c came from a git repository"],
    );
    lists(
        "pylock.toml",
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0\"\nwheels = [{ name = \"a\" }]\n[[packages]]\nname = \"b\"\n\
         vcs = { type = \"git\", url = \"https://example.com/b\" }\n",
        &["PyPI a 1.0 @ line 2", "git b ? @ line 6"],
        &["b came from"],
    );
    lists(
        "Pipfile.lock",
        r#"{"_meta":{"pipfile-spec":6},"default":{"A":{"version":"==1.0"},"g":{"git":"https://example.com/g","ref":"0"}},
        "develop":{"t":{"version":"==2.0"},"here":{"path":"."}}}"#,
        &[
            "PyPI a 1.0 @ default.A",
            "git g ? @ default.g",
            "PyPI t 2.0 @ develop.t (for development)",
            "path here ? @ develop.here (for development)",
        ],
        &["g came from"],
    );
    refuses("uv.lock", "[[package]]\nname = \"a\n", "line 2: a value of this key has no end");
    refuses("Pipfile.lock", "{}", "is it a Pipfile.lock?");
}

#[test]
fn requirements() {
    lists(
        "requirements.txt",
        "# a comment\n-r other.txt\n--index-url https://index.example/simple\nA.b==1.0 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n\
         c[x,y]==2.0 ; python_version < \"3.9\" # why\nd>=1,<2\ne\nf==1.*\ng @ git+https://example.com/g.git@main\n\
         -e git+https://example.com/h.git#egg=h\n./folder\nhttps://example.com/i-1.0.whl\nj===1.0-legacy\nwhat is this\n",
        &[
            "PyPI a-b 1.0 @ line 4",
            "PyPI c 2.0 @ line 7 (if python_version < '3.9')",
            "PyPI d ? @ line 8 (>=1,<2 names no single version)",
            "PyPI e ? @ line 9 (no version is asked for)",
            "PyPI f ? @ line 10 (==1.* names no single version)",
            "git g ? @ line 11 (from an address)",
            "git h ? @ line 12 (from an address)",
            "path ./folder ? @ line 13",
            "PyPI j 1.0-legacy @ line 15",
        ],
        &[
            "line 2: `other.txt` is another file, which is not followed",
            "line 14: `https://example.com/i-1.0.whl` does not say which package",
            "line 16: `what is this` is no requirement",
            "g came from",
            "h came from",
        ],
    );
}

#[test]
fn go() {
    lists(
        "go.mod",
        "module example.com/m // x\n\ngo 1.22\n\nrequire example.com/A v1.0.0\nrequire (\n\texample.com/b v1.1.0 // indirect\n\t\
         example.com/c v1.2.0\n\texample.com/d v1.3.0\n\texample.com/e v0.0.0\n)\nreplace example.com/c => example.com/fork v2.0.0\n\
         replace (\n\texample.com/e => ../e\n)\nexclude example.com/d v1.3.0\nretract v0.9.0\nrequire example.com/broken\n",
        &[
            "Go example.com/a v1.0.0 @ line 5",
            "Go example.com/b v1.1.0 @ line 7 (indirect)",
            "Go example.com/fork v2.0.0 @ line 8 (in the place of example.com/c)",
            "Go example.com/d ? @ line 9 (v1.3.0 is excluded, so a later one is used)",
            "path example.com/e ? @ line 10 (replaced by the folder ../e)",
        ],
        &["line 18: this is no `require`"],
    );
    lists("go.mod", "module m\ngo 1.16\n", &[], &["read its go.sum too"]);
    lists(
        "go.sum",
        "example.com/a v1.0.0 h1:x=\nexample.com/a v1.0.0/go.mod h1:y=\nexample.com/b v1.0.0/go.mod h1:z=\nbroken\n",
        &["Go example.com/a v1.0.0 @ line 1 (perhaps not built)"],
        &["line 4: not a module"],
    );
    refuses("go.mod", "hello\n", "is it a go.mod?");
    refuses("go.sum", "hello there\n", "is it a go.sum?");
}

#[test]
fn java() {
    let pom = "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<parent><groupId>g</groupId>\
         <artifactId>p</artifactId><version>7</version></parent>\n<artifactId>a</artifactId>\n<properties><one>1.0</one><two>${one}.1</two>\
         <loop>${loop}x</loop></properties>\n<dependencyManagement><dependencies>\n<dependency><groupId>m</groupId><artifactId>pinned</artifactId>\
         <version>3.0</version></dependency>\n<dependency><groupId>m</groupId><artifactId>unused</artifactId><version>4.0</version></dependency>\n\
         <dependency><groupId>m</groupId><artifactId>bom</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>\n\
         </dependencies></dependencyManagement>\n<dependencies>\n<dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId>\
         <version>${project.version}</version></dependency>\n<dependency><groupId>x</groupId><artifactId>two</artifactId><version>${two}</version>\
         <scope>test</scope></dependency>\n<dependency><groupId>m</groupId><artifactId>pinned</artifactId></dependency>\n\
         <dependency><groupId>x</groupId><artifactId>inherited</artifactId></dependency>\n<dependency><groupId>x</groupId><artifactId>elsewhere\
         </artifactId><version>${other}</version></dependency>\n<dependency><groupId>x</groupId><artifactId>range</artifactId>\
         <version>[1.0,2.0)</version></dependency>\n<dependency><groupId>x</groupId><artifactId>loop</artifactId><version>${loop}</version>\
         </dependency>\n</dependencies>\n<build><plugins><plugin><groupId>b</groupId><artifactId>plugin</artifactId><version>1</version>\
         <dependencies><dependency><groupId>b</groupId><artifactId>inner</artifactId></dependency></dependencies></plugin></plugins></build></project>\n";
    let inventory = parse("pom.xml", pom);
    let lines: Vec<String> = inventory.components.iter().map(line).collect();
    assert_eq!(
        lines[..6],
        [
            "Maven m:unused 4.0 @ line 8 (for modules that ask for it)",
            "Maven g:own 7 @ line 12",
            "Maven x:two 1.0.1 @ line 13 (for tests)",
            "Maven m:pinned 3.0 @ line 14",
            "Maven x:inherited ? @ line 15 (its version is set by the parent or an imported list)",
            "Maven x:elsewhere ? @ line 16 (${other} is set elsewhere)",
        ]
    );
    assert_eq!(lines[6], "Maven x:range ? @ line 17 ([1.0,2.0) names no single version)");
    assert!(lines[7].starts_with("Maven x:loop ? @ line 18"), "{lines:?}");
    assert_eq!(lines.len(), 8, "plugins are no part of the product");
    assert!(inventory.skipped[0].why.contains("the versions of 1 imported list"));
    refuses("pom.xml", "<html></html>", "is it a pom.xml?");
    refuses("pom.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><project></project>", "document type declaration");
    lists(
        "gradle.lockfile",
        "# This is a Gradle generated file for dependency locking.\ng:a:1.0=compileClasspath,testCompileClasspath\n\
         g:t:2.0=testRuntimeClasspath\nbroken\nempty=annotationProcessor\n",
        &["Maven g:a 1.0 @ line 2", "Maven g:t 2.0 @ line 3 (for tests)"],
        &["line 4: not `group:artifact:version`"],
    );
}

#[test]
fn ruby_php_elixir_and_dart() {
    lists(
        "Gemfile.lock",
        "GIT\n  remote: https://example.com/g.git\n  revision: 0\n  specs:\n    g (1.0)\n\nPATH\n  remote: .\n  specs:\n    own (0.1.0)\n      \
         a (>= 1)\n\nGEM\n  remote: https://gems.example/\n  specs:\n    a (2.0)\n      b (~> 1)\n    n (3.0-x86_64-linux)\n    \
         n (3.0-arm64-darwin)\n    broken\n\nDEPENDENCIES\n  a\n",
        &["git g 1.0 @ line 5", "path own 0.1.0 @ line 10", "RubyGems a 2.0 @ line 16", "RubyGems n 3.0 @ line 18"],
        &["line 20: not a gem", "g 1.0 came from"],
    );
    lists(
        "composer.lock",
        concat!(
            r#"{"content-hash":"0","packages":[{"name":"V/a","version":"v1.0","notification-url":"https://"#,
            "packagist",
            r#".org/downloads/"},{"name":"drupal/b","version":"2.0","notification-url":"https://packages.example/8/downloads"},
            {"name":"own/c","version":"dev-main","dist":{"type":"path"}},7,{"version":"1"}],"packages-dev":[{"name":"v/t","version":"3"}]}"#
        ),
        &[
            "Packagist v/a v1.0 @ packages[0]",
            "Packagist:https://packages.example/8 drupal/b 2.0 @ packages[1]",
            "path own/c dev-main @ packages[2]",
            "Packagist v/t 3 @ packages-dev[0] (for development)",
        ],
        &["packages[3]: this is no package", "packages[4]: the package has no name"],
    );
    lists(
        "mix.lock",
        "%{\n  # comment }\n  \"a\": {:hex, :a_real, \"1.0.0\", \"h}\", [:mix], [{:x, \"~> 1\", [hex: :x, repo: \"hexpm\"]}], \"hexpm\", \"0\"},\n  \
         \"b\": {:git, \"https://example.com/b.git\", \"0\", [tag: \"v1\"]},\n  \"c\": {:hex, :c, \"2.0.0\", \"h\", [:mix], [], \"hexpm:org\", \"0\"},\n  \
         \"d\": {:path, \"d\"},\n}\n",
        &["Hex a_real 1.0.0 @ line 3", "git b ? @ line 4", "another registry c 2.0.0 @ line 5"],
        &["line 6: the entry of `d` is neither", "hexpm:org", "https://example.com/b.git"],
    );
    lists(
        "pubspec.lock",
        "packages:\n  a:\n    dependency: \"direct main\"\n    description:\n      name: a_real\n      url: \"https://hosted.example\"\n    \
         source: hosted\n    version: \"1.0.0\"\n  f:\n    dependency: \"direct main\"\n    description: flutter\n    source: sdk\n    \
         version: \"0.0.0\"\n  g:\n    dependency: \"direct dev\"\n    description:\n      path: \".\"\n      url: \"https://example.com/g\"\n    \
         source: git\n    version: \"2.0.0\"\nsdks:\n  dart: \">=3\"\n",
        &["Pub a_real 1.0.0 @ line 2", "git g 2.0.0 @ line 14 (for development)"],
        &["1 package is a part of an SDK", "g 2.0.0 came from"],
    );
    refuses("mix.lock", "%{\n \"a\": {:hex, \"", "line 2: a text is not closed");
}

#[test]
fn dotnet() {
    lists(
        "packages.lock.json",
        r#"{"version":1,"dependencies":{"net8.0":{"A":{"type":"Direct","resolved":"1.0.0","contentHash":"x"},"own":{"type":"Project"}},
        "net6.0":{"A":{"type":"Transitive","resolved":"1.0.0"},"B":{"type":"Transitive","resolved":"2.0.0"}}}}"#,
        &["NuGet a 1.0.0 @ net8.0.A", "path own ? @ net8.0.own", "NuGet b 2.0.0 @ net6.0.B"],
        &[],
    );
    lists(
        "Directory.Packages.props",
        "<Project>\n<PropertyGroup><V>1.0.0</V></PropertyGroup>\n<ItemGroup>\n<PackageVersion Include=\"A\" Version=\"$(V)\" />\n\
         <PackageVersion Include=\"B\" Version=\"[2.0.0]\" />\n<PackageVersion Include=\"C\" Version=\"3.*\" />\n\
         <PackageReference Include=\"D\" />\n<PackageReference Include=\"E\"><Version>4.0.0</Version></PackageReference>\n\
         <PackageVersion Include=\"F\" Version=\"$(W)\" />\n</ItemGroup></Project>\n",
        &[
            "NuGet a 1.0.0 @ line 4",
            "NuGet b 2.0.0 @ line 5",
            "NuGet c ? @ line 6 (3.* names no single version)",
            "NuGet d ? @ line 7 (its version is set elsewhere)",
            "NuGet e 4.0.0 @ line 8",
            "NuGet f ? @ line 9 ($(W) names no single version)",
        ],
        &[],
    );
    lists(
        "packages.config",
        "<packages>\n<package id=\"A\" version=\"1.0.0\" targetFramework=\"net48\" />\n</packages>",
        &["NuGet a 1.0.0 @ line 2"],
        &[],
    );
}

#[test]
fn machines() {
    lists(
        "installed",
        "C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\nC:Q1y=\nP:libssl3\nV:3.3.1-r0\no:openssl\n\nV:1\n",
        &["Alpine musl 1.2.5-r0 @ line 1", "Alpine libssl3 3.3.1-r0 @ line 7"],
        &["line 12: the paragraph names no package"],
    );
    lists(
        "rpms.txt",
        "bash-5.1.8-9.el9.x86_64\nlibstdc++-11.5.0-2.el9.x86_64\ngpg-pubkey-1-2.(none)\n",
        &["rpm bash 5.1.8-9.el9 @ line 1", "rpm libstdc++ 11.5.0-2.el9 @ line 2"],
        &["the list: its lines name neither epochs nor source packages"],
    );
    let of = |name: &str| Options {
        distribution: Some(assay_inventory::ecosystem::Ecosystem::from_osv(name)),
        ..Options::default()
    };
    let text = "bind 32:9.16.23-18.el9 x86_64 bind-9.16.23-18.el9.src.rpm\nopenssl-libs (none):3.0.7-27.el9 x86_64 openssl-3.0.7-27.el9.src.rpm\n";
    // AlmaLinux's records name what is installed, Rocky's what it was built from.
    let inventory = read("rpms.txt", text.as_bytes(), &of("AlmaLinux:9")).unwrap();
    assert!(inventory.components.iter().all(|c| matches!(&c.what, What::Package { source: None, .. })));
    let inventory = read("rpms.txt", text.as_bytes(), &of("Rocky Linux:9")).unwrap();
    assert_eq!(line(&inventory.components[0]), "Rocky Linux:9 bind 32:9.16.23-18.el9 @ line 1");
    assert_eq!(line(&inventory.components[1]), "Rocky Linux:9 openssl-libs 3.0.7-27.el9 @ line 2");
    let What::Package { source: Some(source), .. } = &inventory.components[1].what else { panic!("no source") };
    assert_eq!((source.name.as_str(), &source.version), ("openssl", &None));
    assert!(matches!(&inventory.components[0].what, What::Package { source: None, .. }));
    // A part of perl has a version and an epoch of its own; its source's epoch stands with perl itself.
    let perl = "perl-Carp 1.50-439.el8 noarch perl-5.26.3-420.el8.src.rpm\n\
                perl-interpreter 4:5.26.3-420.el8 x86_64 perl-5.26.3-420.el8.src.rpm\n\
                perl-libs 4:5.26.3-420.el8 x86_64 perl-5.26.3-420.el8.src.rpm\n";
    for name in
        ["Rocky Linux:8", "openEuler:22.03-LTS", "Azure Linux:3", "Photon OS:5.0", "Mageia:9", "SUSE:x", "openSUSE:x"]
    {
        let inventory = read("rpms.txt", perl.as_bytes(), &of(name)).unwrap();
        let sources: Vec<_> = inventory
            .components
            .iter()
            .map(|c| match &c.what {
                What::Package { source: Some(source), .. } => (source.name.as_str(), source.version.as_deref()),
                other => panic!("{name}: {other:?}"),
            })
            .collect();
        assert_eq!(sources, [("perl", Some("4:5.26.3-420.el8")), ("perl", None), ("perl", None)], "{name}");
    }
}

#[test]
fn spdx() {
    lists(
        "a.spdx",
        "SPDXVersion: SPDX-2.3\nPackageName: app\nPackageVersion: 1.0\nPackageSupplier: Organization: Acme (a@b.example)\n\
         PackageComment: <text>two\nlines: here\n</text>\nPackageName: x\nExternalRef: PACKAGE-MANAGER purl pkg:npm/x@2.0\n\
         FileName: ./a\nPackageVersion: 9\n",
        &["product Acme / app 1.0 @ line 2", "npm x 2.0 @ line 8"],
        &[],
    );
    let json = r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"p","versionInfo":"1","externalRefs":[
        {"referenceType":"purl","referenceLocator":"pkg:rpm/redhat/p@1-1.el9?arch=x86_64"},
        {"referenceType":"purl","referenceLocator":"pkg:rpm/redhat/p@1-1.el9?arch=s390x"},
        {"referenceType":"purl","referenceLocator":"pkg:generic/q@2"},{"referenceType":"cpe23Type","referenceLocator":7}]},
        {"name":"bad","versionInfo":"NOASSERTION","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm"}]},9],
        "relationships":[{"spdxElementId":"a","relatedSpdxElement":"b"},{"spdxElementId":"b","relatedSpdxElement":"a"}]}"#;
    lists(
        "x.json",
        json,
        &["Red Hat p 1-1.el9 @ packages[0]", "generic q 2 @ packages[0]", "product  / bad ? @ packages[1]"],
        &["packages[1]: its package URL cannot be read", "packages[2]: this is no package"],
    );
    refuses("x.spdx.json", r#"{"spdxVersion":"SPDX-1.2","packages":[]}"#, "no version of SPDX 2");
    refuses(
        "x.spdx",
        "SPDXVersion: SPDX-2.3\nPackageComment: <text>\n",
        "line 2: a <text> begins here that has no end",
    );
}
