// Program ledger-go judges a ledger folder with the Go checksum database's own code:
// golang.org/x/mod/sumdb/tlog and sumdb/note, as Debian packages them. It shares no line with
// Assay's verifier.
//
//	ledger-go -vkey KEY [-kept CHECKPOINT]... [-reader] FOLDER
//	ledger-go -vkey KEY -stream        one `FOLDER[<TAB>CHECKPOINT]...` per line on standard input
//
// It prints `OK size root` or `REFUSED reason`, and exits with 0 or 1. With -reader it reads only
// what a client of the log would ask for, and does not look for files that are no part of it.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height  = 8           // a tile is 256 wide
	width   = 1 << height // hashes of a full tile, entries of a full bundle
	maxNote = 512 * 1024  // bytes of the largest checkpoint that is read
	header  = "assay.entry/1\n"
	entry   = len(header) + 32 // bytes of every entry
)

type paths []string

func (p *paths) String() string     { return strings.Join(*p, ",") }
func (p *paths) Set(s string) error { *p = append(*p, s); return nil }

func main() {
	var kept paths
	vkey := flag.String("vkey", "", "the log's verifier key: name+hash+base64")
	stream := flag.Bool("stream", false, "judge the folders named on standard input")
	reader := flag.Bool("reader", false, "do not look for files that are no part of the log")
	flag.Var(&kept, "kept", "an older signed checkpoint that the log must continue (may be repeated)")
	flag.Parse()
	key, err := note.NewVerifier(*vkey)
	if err != nil || *stream == (flag.NArg() == 1) {
		fmt.Fprintln(os.Stderr, "usage: ledger-go -vkey KEY [-kept CHECKPOINT]... [-reader] FOLDER | -stream")
		os.Exit(2)
	}
	if !*stream {
		if !say(judge(flag.Arg(0), key, kept, *reader)) {
			os.Exit(1)
		}
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		say(judge(fields[0], key, fields[1:], *reader))
	}
}

func say(tree tlog.Tree, err error) bool {
	if err != nil {
		// A reason names files, and a hostile name could move the cursor or forge a line.
		reason := strconv.QuoteToASCII(err.Error())
		fmt.Println("REFUSED", reason[1:len(reason)-1])
		return false
	}
	fmt.Println("OK", tree.N, tree.Hash)
	return true
}

// judge reads a whole log and recomputes it.
func judge(root string, key note.Verifier, kept []string, onlyReader bool) (tlog.Tree, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := checkpoint(filepath.Join(root, "checkpoint"), key)
	if err != nil {
		return tree, err
	}
	log := &folder{root: root, tree: tree}
	if err := log.recompute(); err != nil {
		return tree, err
	}
	if err := log.prove(); err != nil {
		return tree, err
	}
	for _, path := range kept {
		if err := log.continues(path, key); err != nil {
			return tree, fmt.Errorf("kept checkpoint %s: %v", path, err)
		}
	}
	if !onlyReader {
		return tree, log.strays()
	}
	return tree, nil
}

// read gives a regular file of no more than limit bytes.
func read(path string, limit int) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("%s: more than %d bytes", path, limit)
	}
	return data, err
}

// checkpoint opens a signed checkpoint. What the note package lets pass and a ledger does not
// have is refused: a second spelling of a signature, a key that signs twice.
func checkpoint(path string, key note.Verifier) (tree tlog.Tree, err error) {
	data, err := read(path, maxNote)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(data, note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	block := data[bytes.LastIndex(data, []byte("\n\n"))+2:]
	seen := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSuffix(string(block), "\n"), "\n") {
		fields := strings.SplitN(line, " ", 3)
		sig, err := base64.StdEncoding.Strict().DecodeString(fields[len(fields)-1])
		if len(fields) != 3 || err != nil || len(sig) < 5 {
			return tree, fmt.Errorf("%s: malformed signature", path)
		}
		id := fields[1] + string(sig[:4])
		if seen[id] {
			return tree, fmt.Errorf("%s: %s signed twice", path, fields[1])
		}
		seen[id] = true
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 {
		return tree, fmt.Errorf("%s: a checkpoint has three lines", path)
	}
	if lines[0] != key.Name() {
		return tree, fmt.Errorf("%s: the log is %q, the key is of %q", path, lines[0], key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tree, fmt.Errorf("%s: malformed size", path)
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil || hash.String() != lines[2] {
		return tree, fmt.Errorf("%s: malformed root", path)
	}
	return tlog.Tree{N: size, Hash: hash}, nil
}

// treeHash is the root of the first n entries. The tlog package has no root for none of them.
func treeHash(n int64, hashes tlog.HashReader) (tlog.Hash, error) {
	if n == 0 {
		return tlog.Hash(sha256.Sum256(nil)), nil
	}
	return tlog.TreeHash(n, hashes)
}

// folder is a log on disk. It is the TileReader of the tlog package.
type folder struct {
	root    string
	tree    tlog.Tree
	hashes  []tlog.Hash // recomputed from the entries, by storage index
	bundles [][]byte    // the bytes of the entries, by bundle
}

// Height, ReadTiles and SaveTiles are what the tlog package reads tiles with.
func (f *folder) Height() int                                { return height }
func (f *folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := read(filepath.Join(f.root, path(tile)), tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// path is where a tile lies: tlog-tiles leaves the height out, and calls the data entries.
func path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	if tile.L == -1 {
		rest = "entries/" + strings.TrimPrefix(rest, "data/")
	}
	return "tile/" + rest
}

// tile is the inverse of path.
func tile(path string) (tlog.Tile, error) {
	rest := strings.TrimPrefix(path, "tile/")
	if strings.HasPrefix(rest, "entries/") {
		rest = "data/" + strings.TrimPrefix(rest, "entries/")
	} else if strings.HasPrefix(rest, "data/") {
		return tlog.Tile{}, fmt.Errorf("%s: no tile", path)
	}
	return tlog.ParseTilePath("tile/8/" + rest)
}

func (f *folder) stored(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(f.hashes)) {
			return nil, fmt.Errorf("hash %d is not in the log", x)
		}
		found[i] = f.hashes[x]
	}
	return found, nil
}

// recompute builds the tree from the entries alone, and compares its root.
func (f *folder) recompute() error {
	for begin := int64(0); begin < f.tree.N; begin += width {
		w := f.tree.N - begin
		if w > width {
			w = width
		}
		name := path(tlog.Tile{H: height, L: -1, N: begin / width, W: int(w)})
		data, err := read(filepath.Join(f.root, name), int(w)*(2+entry))
		if err != nil {
			return err
		}
		rest := data
		for i := int64(0); i < w; i++ {
			if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
				return fmt.Errorf("%s: cut in entry %d", name, begin+i)
			}
			record := rest[2 : 2+int(binary.BigEndian.Uint16(rest))]
			rest = rest[2+len(record):]
			if len(record) != entry || !bytes.HasPrefix(record, []byte(header)) {
				return fmt.Errorf("%s: entry %d is not an entry of version 1", name, begin+i)
			}
			added, err := tlog.StoredHashesForRecordHash(begin+i, tlog.RecordHash(record), tlog.HashReaderFunc(f.stored))
			if err != nil {
				return err
			}
			f.hashes = append(f.hashes, added...)
		}
		if len(rest) > 0 {
			return fmt.Errorf("%s: %d bytes after the entries", name, len(rest))
		}
		f.bundles = append(f.bundles, data)
	}
	root, err := treeHash(f.tree.N, tlog.HashReaderFunc(f.stored))
	if err == nil && root != f.tree.Hash {
		err = fmt.Errorf("the root signed is %s, the entries give %s", f.tree.Hash, root)
	}
	return err
}

// prove goes the way of a client: for one entry of each bundle, an inclusion proof from the tiles;
// and every tile of every level, authenticated by the tlog package and equal to the recomputation.
func (f *folder) prove() error {
	fromTiles := tlog.TileHashReader(f.tree, f)
	for begin := int64(0); begin < f.tree.N; begin += width {
		last := begin + int64(len(f.bundles[begin/width])/(2+entry)) - 1
		record := f.bundles[begin/width][(last-begin)*(2+int64(entry))+2:]
		proof, err := tlog.ProveRecord(f.tree.N, last, fromTiles)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, f.tree.N, f.tree.Hash, last, tlog.RecordHash(record)); err != nil {
			return err
		}
	}
	for level := 0; f.tree.N>>(height*level) > 0; level++ {
		count := f.tree.N >> (height * level)
		for n := int64(0); n<<height < count; n++ {
			w := count - n<<height
			if w > width {
				w = width
			}
			want := tlog.Tile{H: height, L: level, N: n, W: int(w)}
			if err := f.compare(want); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare refuses a tile that is not what the entries give.
func (f *folder) compare(tile tlog.Tile) error {
	want, err := tlog.ReadTileData(tile, tlog.HashReaderFunc(f.stored))
	if err != nil {
		return err
	}
	data, err := read(filepath.Join(f.root, path(tile)), len(want))
	if err == nil && !bytes.Equal(data, want) {
		err = fmt.Errorf("%s: not what the entries give", path(tile))
	}
	return err
}

// continues checks that the log continues an older checkpoint.
func (f *folder) continues(path string, key note.Verifier) error {
	old, err := checkpoint(path, key)
	if err != nil {
		return err
	}
	if old.N > f.tree.N {
		return fmt.Errorf("the log has %d entries, it had %d", f.tree.N, old.N)
	}
	root, err := treeHash(old.N, tlog.HashReaderFunc(f.stored))
	if err == nil && root != old.Hash {
		err = fmt.Errorf("the log was forked before entry %d", old.N)
	}
	if err != nil || old.N == 0 {
		return err
	}
	proof, err := tlog.ProveTree(f.tree.N, old.N, tlog.TileHashReader(f.tree, f))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, f.tree.N, f.tree.Hash, old.N, old.Hash)
}

// strays refuses files that are no part of the log. A narrow tile that a wider one replaced may
// still lie there, if it is the beginning of that.
func (f *folder) strays() error {
	return filepath.WalkDir(f.root, func(file string, found fs.DirEntry, err error) error {
		if err != nil || found.IsDir() {
			return err
		}
		name, err := filepath.Rel(f.root, file)
		if err != nil || name == "checkpoint" {
			return err
		}
		tile, err := tile(filepath.ToSlash(name))
		if err != nil {
			return fmt.Errorf("%s: no part of a log", name)
		}
		count := f.tree.N
		if tile.L > 7 {
			count = 0
		} else if tile.L > 0 {
			count >>= height * tile.L
		}
		if tile.N > f.tree.N || tile.N<<height+int64(tile.W) > count {
			return fmt.Errorf("%s: no part of a log of %d entries", name, f.tree.N)
		}
		if tile.L >= 0 {
			return f.compare(tile)
		}
		want := f.bundles[tile.N][:tile.W*(2+entry)]
		data, err := read(file, len(want))
		if err == nil && !bytes.Equal(data, want) {
			err = fmt.Errorf("%s: not the beginning of the bundle that replaced it", name)
		}
		return err
	})
}
