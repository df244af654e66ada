#include "hostile.h"

static const char report[] =
    "=================================================================\n"
    "==%d==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000015 at pc 0x%lx bp 0x7ffd0 sp 0x7ffc8\n"
    "READ of size 1 at 0x602000000015 thread T0\n"
    "    #0 0x%lx in target_parse src/target.c:9\n"
    "    #1 0x%lx in main harness.c:20\n"
    "\n"
    "0x602000000015 is located 0 bytes to the right of 5-byte region [0x602000000010,0x602000000015)\n"
    "SUMMARY: AddressSanitizer: heap-buffer-overflow src/target.c:9 in target_parse\n"
    "==%d==ABORTING\n";

static FILE *open_log(void) {
    char path[512] = "/log/report";
    const char *options = getenv("ASAN_OPTIONS");
    const char *place = options == NULL ? NULL : strstr(options, "log_path=");
    if (place != NULL)
        snprintf(path, sizeof path, "%.*s", (int)strcspn(place + 9, ":"), place + 9);
    snprintf(path + strlen(path), 16, ".%d", (int)getpid());
    return fopen(path, "w");
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    FILE *log = open_log();
    if (log == NULL)
        return 0;
    fprintf(log, report, (int)getpid(), 0x401200ul, 0x401200ul, 0x401300ul, (int)getpid());
    fclose(log);
    abort();
    return 0;
}
