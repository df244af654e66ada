/* What every part of the attacker shares: one attempt is one line of output, and
   the exit status is the number of attempts that got through. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern int through;

#define TRY(name, call)                                                        \
  do {                                                                         \
    errno = 0;                                                                 \
    if ((long)(call) != -1) {                                                  \
      through++;                                                               \
      printf("GOT THROUGH: %s\n", name);                                       \
    } else {                                                                   \
      printf("%s: %s\n", name, strerror(errno));                               \
    }                                                                          \
  } while (0)

/* An attempt that must work, or the test proves nothing. */
#define MUST(name, call)                                                       \
  do {                                                                         \
    errno = 0;                                                                 \
    if ((long)(call) == -1) {                                                  \
      through++;                                                               \
      printf("SHOULD WORK: %s: %s\n", name, strerror(errno));                  \
    }                                                                          \
  } while (0)

typedef int command(int argc, char **argv);
command network, read_host, write_host, traces, syscalls, x32, int80, reach_init;
command kill_all, fork_bomb, fork_count, thread_count, daemon_child, stop_self, close_stdio, die, inside;
command hog, hog_many, hog_shared, hog_let_go, hog_page_tables, hog_sockets, hog_pipes, fill, fill_entries;
command spin, spin_many, spin_hidden, flood, log_folder, litter, deep, lsan_trace, sleep_on, work_then_exit;
command serve, drive;
