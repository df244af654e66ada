#!/bin/sh
# The target's own tests: each prints what it found.
fail=0
check() {
    printf '%b' "$2" > "$SCRATCH/in"
    got=$("$OUT/harness" "$SCRATCH/in" 2>/dev/null)
    if [ "$got" = "$3" ]; then echo "PASS: $1"; else echo "FAIL: $1 ($got)"; fail=1; fi
}
check names 'name=ab\n' 'ok lines=1 total=0 name=AB note=-'
check notes 'note=ab\n' 'ok lines=1 total=0 name=- note=ab'
check sums 'add=4\nadd=5\n' 'ok lines=2 total=9 name=- note=-'
check long 'name=abcdefghijklmnopqrstuvwxyz01234\n' 'ok lines=1 total=0 name=ABCDEFGHIJKLMNOPQRSTUVWXYZ01234 note=-'
check longer 'note=abcdefghijklmnopqrstuvwxyz01234\n' 'ok lines=1 total=0 name=- note=abcdefghijklmnopqrstuvwxyz01234'
check wrong 'x=1\n' 'refused'
exit $fail
