#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c

chmod 6777 "$1/harness"
mkdir -m 1777 "$1/sticky"
mkdir -m 0000 "$1/locked"
exit 0
