#!/bin/sh
# $1 is $OUT.
ln -s /etc/shadow "$1/harness"
ln -s / "$1/root"
ln -s ../../../../../etc "$1/etc"
exit 0
