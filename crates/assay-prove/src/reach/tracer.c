/* SPDX-License-Identifier: Apache-2.0
 *
 * Reach check of builds that the runner does not compile itself: runs the very
 * program of the fixed version and stops it once at each function that holds a
 * changed line. Arguments: MODULE:OFFSET for each function, `--`, the command. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__
#define MOST 4096
#define ENTRY (-1)

struct stop {
    unsigned long at;
    long word;
    int id;
};

static struct stop stops[2 * MOST];
static int count;
static int log_file;
static char **wanted;
static int functions;

static void tell(int id)
{
    char line[16];
    int length = id == ENTRY ? snprintf(line, sizeof line, "entry\n") : snprintf(line, sizeof line, "%d\n", id);
    if (write(log_file, line, (size_t)length) < 0)
        exit(9);
}

static void set(pid_t pid, unsigned long at, int id)
{
    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, pid, (void *)at, 0);
    if (errno || count == 2 * MOST || (word & 0xff) == 0xcc)
        return;
    if (ptrace(PTRACE_POKETEXT, pid, (void *)at, (void *)((word & ~0xffL) | 0xcc)) == 0)
        stops[count++] = (struct stop){at, word, id};
}

/* Where the program itself begins: by then its libraries are there. */
static void set_entry(pid_t pid)
{
    char path[64];
    Elf64_auxv_t pair;
    snprintf(path, sizeof path, "/proc/%d/auxv", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && read(file, &pair, sizeof pair) == (ssize_t)sizeof pair)
        if (pair.a_type == AT_ENTRY)
            set(pid, pair.a_un.a_val, ENTRY);
    if (file >= 0)
        close(file);
}

static void set_all(pid_t pid)
{
    char path[64], line[4600];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "re");
    char seen[64][256];
    int known = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long start;
        int at = 0;
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "%lx-%*x %*s %*x %*s %*u %n", &start, &at) < 1 || line[at] != '/')
            continue;
        const char *name = line + at;
        int old = strlen(name) >= sizeof seen[0] || known == 64;
        for (int i = 0; i < known && !old; i++)
            old = strcmp(seen[i], name) == 0;
        if (old)
            continue;
        strcpy(seen[known++], name);
        for (int id = 0; id < functions; id++) {
            const char *colon = strrchr(wanted[id], ':');
            size_t length = (size_t)(colon - wanted[id]);
            if (strlen(name) == length && strncmp(name, wanted[id], length) == 0)
                set(pid, start + strtoul(colon + 1, NULL, 16), id);
        }
    }
    if (maps)
        fclose(maps);
}

/* Whether this trap is one of ours; its place is made whole again. */
static int ours(pid_t pid)
{
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, pid, 0, &regs))
        return 0;
    for (int i = 0; i < count; i++) {
        if (stops[i].at != regs.rip - 1)
            continue;
        long now = ptrace(PTRACE_PEEKTEXT, pid, (void *)stops[i].at, 0);
        ptrace(PTRACE_POKETEXT, pid, (void *)stops[i].at, (void *)((now & ~0xffL) | (stops[i].word & 0xff)));
        regs.rip--;
        ptrace(PTRACE_SETREGS, pid, 0, &regs);
        tell(stops[i].id);
        if (stops[i].id == ENTRY)
            set_all(pid);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    wanted = argv + 1;
    while (functions + 1 < argc && strcmp(argv[functions + 1], "--") != 0)
        functions++;
    char **command = argv + functions + 2;
    if (functions + 2 >= argc || functions > MOST)
        return 9;
    log_file = open("/log/reach", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    pid_t main_pid = fork();
    if (main_pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execvp(command[0], command);
        _exit(127);
    }
    int status, begun = 0;
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0)
            return 9;
        if (WIFEXITED(status) && pid == main_pid)
            return WEXITSTATUS(status);
        if (WIFSIGNALED(status) && pid == main_pid) {
            signal(WTERMSIG(status), SIG_DFL);
            raise(WTERMSIG(status));
            return 9;
        }
        if (!WIFSTOPPED(status))
            continue;
        int number = WSTOPSIG(status), event = status >> 16;
        if (!begun) {
            ptrace(PTRACE_SETOPTIONS, pid, 0,
                   PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                       PTRACE_O_TRACEEXEC);
            begun = 1;
            set_entry(pid);
            number = 0;
        } else if (event) {
            if (event == PTRACE_EVENT_EXEC)
                set_entry(pid);
            number = 0;
        } else if (number == SIGSTOP || (number == SIGTRAP && ours(pid))) {
            number = 0;
        }
        ptrace(PTRACE_CONT, pid, 0, (void *)(long)number);
    }
}
#else
int main(void)
{
    /* Without a known breakpoint instruction nothing is said: the log stays empty. */
    return 9;
}
#endif
