#include "hostile.h"

static void look_for_canary(const char *path) {
    static char text[1 << 20];
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text);
    if (file >= 0)
        close(file);
    if (length > 0 && memmem(text, (size_t)length, "ASSAY_HOST_CANARY", 17) != NULL)
        won(path);
}

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char *const files[] = {"/etc/shadow", "/etc/hostname", "/etc/ssh/ssh_host_ed25519_key", "/etc/machine-id",
                                        "/var/log/syslog", "/proc/kcore", "/proc/kmsg",
                                        "/proc/1/root", "/proc/1/cwd"};
    for (size_t n = 0; n < sizeof files / sizeof *files; n++)
        must_fail(files[n], open(files[n], O_RDONLY));
    must_fail("/root", open("/root", O_RDONLY | O_DIRECTORY));
    must_fail("/home", open("/home", O_RDONLY | O_DIRECTORY));
    look_for_canary("/proc/self/environ");
    look_for_canary("/proc/self/cmdline");
    for (int process = 1; process < 64; process++) {
        static const char *const parts[] = {"environ", "cmdline"};
        for (size_t n = 0; n < 2; n++) {
            char path[64];
            snprintf(path, sizeof path, "/proc/%d/%s", process, parts[n]);
            look_for_canary(path);
        }
    }
    char host[256] = "";
    gethostname(host, sizeof host);
    printf("host name here: %s\n", host);
    return 0;
}
