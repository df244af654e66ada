#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c

truncate -s 1T "$1/hole" 2>/dev/null
mkdir "$1/many"
cd "$1/many" && seq 1 100000 | xargs touch 2>/dev/null
exit 0
