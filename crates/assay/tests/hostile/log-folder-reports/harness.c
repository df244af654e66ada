#include "hostile.h"

/* As much as a log file can hold, each report with a stack of its own to be resolved. */
static void fill(FILE *log, int pid, unsigned long seed) {
    unsigned long offset = 0x1000 + seed;
    for (int report = 0; report < 60; report++) {
        fprintf(log, "==%d==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000015\n", pid);
        fprintf(log, "READ of size 1 at 0x602000000015 thread T0\n");
        for (int frame = 0; frame < 400; frame++, offset += 3)
            fprintf(log, "    #%d 0x%lx  (/out/harness+0x%lx)\n", frame, offset, offset);
        fprintf(log, "\n");
    }
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int n = 0; n < 4; n++) {
        char path[64];
        snprintf(path, sizeof path, "/log/report.%d", (int)getpid() + n);
        FILE *log = fopen(path, "w");
        if (log == NULL)
            return 0;
        fill(log, (int)getpid(), 100000ul * (unsigned long)n);
        fclose(log);
    }
    abort();
}
