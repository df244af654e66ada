#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c

for address in 127.0.0.1/22 127.0.0.1/80 192.0.2.1/80; do
    if timeout 2 bash -c "exec 3<>/dev/tcp/$address" 2>/dev/null; then touch "$1/won"; fi
done
exit 0
