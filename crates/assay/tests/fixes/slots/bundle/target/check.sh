#!/bin/sh
fail=0
check() {
    printf '%b' "$2" > "$SCRATCH/in"
    got=$("$OUT/harness" "$SCRATCH/in" 2>/dev/null | tr '\n' ';')
    if [ "$got" = "$3" ]; then echo "PASS: $1"; else echo "FAIL: $1 ($got)"; fail=1; fi
}
check set 's aone\np a\n' 'a: one;done, 0 bad;'
check move 's aone\nm ab\np a\np b\n' 'a: (empty);b: one;done, 0 bad;'
check bad 'x a\n' 'done, 1 bad;'
exit $fail
