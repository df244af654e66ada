#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c

for file in poc/trigger poc/benign proof.toml harness.c /usr/bin/cc /input; do
    if (echo tampered >"$file") 2>/dev/null; then touch "$1/won"; fi
done
if [ -e poc/trigger ]; then touch "$1/won"; fi
(trap '' HUP TERM; while :; do echo late >"$1/late"; sleep 1; done) >/dev/null 2>&1 &
setsid sh -c 'sleep 3; rm -f "$0/harness"; touch "$0/won"' "$1" >/dev/null 2>&1 &
exit 0
