#!/bin/sh
# $1 is $OUT. The program without harm stays beside the other, so that the runtime is found in the build.
set -e
cc -g -O1 -fsanitize=address -o "$1/harness" harness.c src/target.c
cp "$1/harness" "$1/unspoilt"
cc -o "$TMPDIR/spoil" spoil.c
"$TMPDIR/spoil" "$1/harness"
