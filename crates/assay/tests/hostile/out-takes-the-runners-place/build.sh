set -e
cc -O1 -o "$OUT/harness" harness.c src/target.c
# What the runner itself may lay beside a build, and what it keeps builds under.
mkdir -p "$OUT/.assay" "$OUT/tree" "$OUT/site"
for name in recorder recorder.o trace hook reach; do
    cp "$OUT/harness" "$OUT/.assay/$name"
    ln -s /bundle/harness.c "$OUT/.assay/$name.link"
done
printf 'assay.build/2\nsha256:%064d\n0\n' 0 > "$OUT/entry"
ln -s . "$OUT/tree/tree"
ln -s harness "$OUT/.incoming-harness"
