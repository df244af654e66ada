#!/bin/sh
# $1 is $OUT.
cc -O1 -o "$1/harness" harness.c src/target.c

for file in /etc/shadow /etc/hostname /etc/ssh/ssh_host_ed25519_key /proc/1/environ /proc/kcore; do
    if head -c 1 "$file" 2>/dev/null | grep -q .; then touch "$1/won"; fi
done
if ls /root /home 2>/dev/null | grep -q .; then touch "$1/won"; fi
if env | grep -q ASSAY_HOST_CANARY; then touch "$1/won"; fi
for folder in / /usr /usr/bin /etc /bundle /root /home /var /run /dev /proc /sys; do
    if touch "$folder/assay-escaped" 2>/dev/null; then touch "$1/won"; fi
done
exit 0
