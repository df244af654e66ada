#!/bin/sh
# $1 is $OUT.
mkfifo "$1/harness"
exit 0
