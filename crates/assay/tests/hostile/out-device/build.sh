#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c
if mknod "$1/memory" c 1 1 2>/dev/null; then touch "$1/won"; fi
if mknod "$1/disk" b 254 0 2>/dev/null; then touch "$1/won"; fi
exit 0
