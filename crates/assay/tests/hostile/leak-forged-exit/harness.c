#include "hostile.h"

#include <dlfcn.h>
#include <link.h>

int target_version(void);

/* What stands behind this word in the options of the runtime. */
static const char *option(const char *word, char *value, size_t size) {
    const char *options = getenv("LSAN_OPTIONS");
    const char *place = options == NULL ? NULL : strstr(options, word);
    if (place != NULL)
        snprintf(value, size, "%.*s", (int)strcspn(place + strlen(word), ":"), place + strlen(word));
    return value;
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    char folder[256] = "/log/report", path[300], status[16] = "23";
    snprintf(path, sizeof path, "%s.%d", option("log_path=", folder, sizeof folder), (int)getpid());
    Dl_info about;
    if (dladdr((void *)(unsigned long)target_version, &about) == 0)
        return 0;
    unsigned long address = (unsigned long)target_version, offset = address - (unsigned long)about.dli_fbase;
    FILE *log = fopen(path, "w");
    if (log == NULL)
        return 0;
    fprintf(log,
            "==%d==ERROR: LeakSanitizer: detected memory leaks\n\n"
            "Direct leak of 4096 byte(s) in 1 object(s) allocated from:\n"
            "    #0 0x%lx  (/out/harness+0x%lx)\n\n"
            "SUMMARY: LeakSanitizer: 4096 byte(s) leaked in 1 allocation(s).\n",
            (int)getpid(), address, offset);
    fclose(log);
    _exit((option("exitcode=", status, sizeof status), 0));
}
