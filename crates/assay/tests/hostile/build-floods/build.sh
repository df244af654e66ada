#!/bin/sh
# $1 is $OUT.
(yes assay-out >"$1/fill") 2>/dev/null
(yes assay-src >src/fill) 2>/dev/null
yes assay
