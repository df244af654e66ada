/* Shared by the hostile bundles; each carries its own copy.
 *
 * A hostile program wins when it gets something that the sandbox must refuse.
 * It then makes an empty file `assay-escaped` in its scratch folder, which
 * the bundle's oracle looks for: the verdict `reproduced` means that it won.
 *
 * Outside a sandbox it does nothing: it leaves with status 3, so that running
 * one by hand hurts nobody.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MAYBE_UNUSED __attribute__((unused))

static const char *hostile_scratch = ".";

/* Marks that something worked which must not work. */
MAYBE_UNUSED static void won(const char *how) {
    char path[4096];
    snprintf(path, sizeof path, "%s/assay-escaped", hostile_scratch);
    int file = open(path, O_CREAT | O_WRONLY, 0644);
    if (file >= 0)
        close(file);
    printf("won: %s\n", how);
    fflush(stdout);
}

/* A system call that must fail. */
MAYBE_UNUSED static void must_fail(const char *how, long result) {
    if (result >= 0) {
        won(how);
    } else {
        printf("refused: %s: %s\n", how, strerror(errno));
        fflush(stdout);
    }
}

/* Whether this is neither the first user namespace nor a large process table. */
MAYBE_UNUSED static int is_confined(void) {
    unsigned inside = 0, outside = 0, count = 0;
    FILE *map = fopen("/proc/self/uid_map", "r");
    if (map == NULL)
        return 0;
    int fields = fscanf(map, "%u %u %u", &inside, &outside, &count);
    fclose(map);
    return fields == 3 && count != 4294967295u && getpid() < 64;
}

/* harness INPUT SCRATCH: returns only for a hostile input inside a sandbox. */
MAYBE_UNUSED static void hostile_start(int argc, char **argv) {
    if (argc != 3)
        exit(2);
    hostile_scratch = argv[2];
    if (!is_confined()) {
        puts("not confined: leaving");
        exit(3);
    }
    char first = 0;
    int input = open(argv[1], O_RDONLY);
    if (input < 0 || read(input, &first, 1) != 1)
        exit(2);
    close(input);
    if (first == 'b') {
        puts("alive");
        exit(0);
    }
}

#endif
