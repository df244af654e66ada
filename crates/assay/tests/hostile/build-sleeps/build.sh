#!/bin/sh
# $1 is $OUT.
exec sleep 100000
