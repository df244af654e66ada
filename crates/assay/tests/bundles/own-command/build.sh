set -e
cc -g -O1 -fsanitize=address -fno-omit-frame-pointer harness.c src/name.c -o "$OUT/harness"
