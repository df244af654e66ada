/* System calls that must not work, by number, so that no libc hides them. */
#include "attacker.h"
#include <sys/ioctl.h>

#define NEW(flag) {#flag, flag}
static const struct {
  const char *name;
  long flag;
} namespaces[] = {NEW(CLONE_NEWUSER), NEW(CLONE_NEWNS),  NEW(CLONE_NEWPID),    NEW(CLONE_NEWNET),
                  NEW(CLONE_NEWIPC),  NEW(CLONE_NEWUTS), NEW(CLONE_NEWCGROUP), NEW(CLONE_NEWTIME)};

static void new_namespaces(void) {
  for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
    TRY(namespaces[i].name, syscall(SYS_unshare, namespaces[i].flag));
    if (namespaces[i].flag != CLONE_NEWTIME) { /* in clone's flags that is a signal number */
      long pid = syscall(SYS_clone, namespaces[i].flag | SIGCHLD, 0, 0, 0, 0);
      if (!pid)
        _exit(0);
      TRY(namespaces[i].name, pid);
      pid = syscall(SYS_clone, 0xffffffff00000000ul | namespaces[i].flag | SIGCHLD, 0, 0, 0, 0);
      if (!pid)
        _exit(0);
      TRY("the same with high bits", pid);
    }
    uint64_t args[11] = {(uint64_t)namespaces[i].flag, 0, 0, 0, SIGCHLD};
    long pid = syscall(435 /* clone3 */, args, 88);
    if (!pid)
      _exit(0);
    TRY("clone3", pid);
  }
  static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};
  char path[64];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    int fd = open(path, O_RDONLY);
    TRY(path, syscall(SYS_setns, fd, 0));
  }
  TRY("setns by pidfd", syscall(SYS_setns, syscall(434 /* pidfd_open */, 1, 0), CLONE_NEWNS));
}

static void mounts(void) {
  TRY("mount tmpfs", syscall(SYS_mount, "none", "/scratch", "tmpfs", 0, 0));
  TRY("mount bind", syscall(SYS_mount, "/usr", "/scratch", 0, 4096, 0));
  TRY("remount", syscall(SYS_mount, 0, "/usr", 0, 32 | 4096, 0));
  TRY("umount2", syscall(SYS_umount2, "/proc", 2));
  TRY("open_tree", syscall(428, -100, "/usr", 1));
  TRY("move_mount", syscall(429, -100, "/usr", -100, "/scratch", 0));
  TRY("fsopen", syscall(430, "tmpfs", 0));
  TRY("fsconfig", syscall(431, 0, 6, 0, 0, 0));
  TRY("fsmount", syscall(432, 0, 0, 0));
  TRY("fspick", syscall(433, -100, "/usr", 0));
  uint64_t attributes[4] = {0, 1, 0, 0};
  TRY("mount_setattr", syscall(442, -100, "/usr", 0, attributes, 32));
  TRY("open_tree_attr", syscall(467, -100, "/usr", 1, attributes, 32));
  TRY("pivot_root", syscall(SYS_pivot_root, "/scratch", "/scratch"));
  TRY("chroot", syscall(SYS_chroot, "/scratch"));
  TRY("swapon", syscall(SYS_swapon, "/scratch/file", 0));
  char handle[256] = {0};
  *(int *)handle = 128;
  int id;
  TRY("name_to_handle_at", syscall(SYS_name_to_handle_at, -100, "/usr", handle, &id, 0));
  TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, -100, handle, 0));
}

static void depths(void) {
  char zeroes[512] = {0};
  TRY("io_uring_setup", syscall(425, 8, zeroes));
  TRY("io_uring_enter", syscall(426, 0, 0, 0, 0, 0, 0));
  TRY("io_uring_register", syscall(427, 0, 0, 0, 0));
  TRY("userfaultfd", syscall(SYS_userfaultfd, 1));
  TRY("inotify on /usr", syscall(SYS_inotify_add_watch, syscall(SYS_inotify_init1, 0), "/usr", 0x20));
  TRY("dnotify on /usr", syscall(SYS_fcntl, open("/usr", O_RDONLY), 1026, 0x80000001));
  TRY("a lease", syscall(SYS_fcntl, open("/read-only/file", O_RDONLY), 1024, 0));
  TRY("bpf map", syscall(SYS_bpf, 0, zeroes, 72));
  TRY("bpf load", syscall(SYS_bpf, 5, zeroes, 72));
  *(uint32_t *)zeroes = 1;
  *(uint32_t *)(zeroes + 4) = 128;
  TRY("perf_event_open", syscall(SYS_perf_event_open, zeroes, 0, -1, -1, 0));
  TRY("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -2));
  TRY("request_key", syscall(SYS_request_key, "user", "x", 0, -2));
  TRY("keyctl", syscall(SYS_keyctl, 0, -3, 1));
  TRY("kcmp", syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0));
  TRY("pidfd_getfd", syscall(438, syscall(434, 1, 0), 0, 0));
  TRY("process_madvise", syscall(440, 0, 0, 0, 0, 0));
  TRY("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
  TRY("init_module", syscall(SYS_init_module, zeroes, 0, ""));
  TRY("finit_module", syscall(SYS_finit_module, 0, "", 0));
  TRY("delete_module", syscall(SYS_delete_module, "x", 0));
  TRY("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
  TRY("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
  TRY("acct", syscall(SYS_acct, 0));
  TRY("syslog", syscall(SYS_syslog, 10, 0, 0));
  TRY("quotactl", syscall(SYS_quotactl, 0, 0, 0, 0));
  TRY("sethostname", syscall(SYS_sethostname, "x", 1));
  TRY("setdomainname", syscall(SYS_setdomainname, "x", 1));
  struct timespec now = {1, 1};
  TRY("clock_settime", syscall(SYS_clock_settime, 0, &now));
  TRY("settimeofday", syscall(SYS_settimeofday, &now, 0));
  TRY("adjtimex", syscall(SYS_adjtimex, zeroes));
  TRY("TIOCSTI", ioctl(0, TIOCSTI, "x"));
  TRY("TIOCSTI with high bits", syscall(SYS_ioctl, 0, 0xdeadbeef00000000ul | TIOCSTI, "x"));
  TRY("a call that no list has", syscall(468, 0, 0, 0, 0));
  TRY("a call far off", syscall(9999));
#ifdef __x86_64__
  TRY("iopl", syscall(SYS_iopl, 3));
  TRY("ioperm", syscall(SYS_ioperm, 0, 1, 1));
  TRY("modify_ldt", syscall(SYS_modify_ldt, 0, zeroes, 16));
#endif
}

static void ownerless_memory(void) {
  TRY("memfd_create", syscall(SYS_memfd_create, "x", 0));
  TRY("memfd_secret", syscall(447, 0));
  TRY("shmget", syscall(SYS_shmget, 1, 4096, 01666));
  TRY("msgget", syscall(SYS_msgget, 1, 01666));
  TRY("semget", syscall(SYS_semget, 1, 1, 01666));
  TRY("mq_open", syscall(SYS_mq_open, "x", O_CREAT | O_RDWR, 0600, 0));
  int ends[2];
  struct {
    void *at;
    size_t length;
  } piece = {&ends, 8};
  MUST("pipe", pipe(ends));
  TRY("vmsplice", syscall(SYS_vmsplice, ends[1], &piece, 1, 0));
}

static void privileges(void) {
  uint32_t header[2] = {0x20080522, 0}, all[6] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
  TRY("capset", syscall(SYS_capset, header, all));
  TRY("setuid 0", syscall(SYS_setuid, 0));
  TRY("setresuid 0", syscall(SYS_setresuid, 0, 0, 0));
  TRY("setgid 0", syscall(SYS_setgid, 0));
  gid_t group = 0;
  TRY("setgroups", syscall(SYS_setgroups, 1, &group));
  struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
  TRY("raise nproc", setrlimit(RLIMIT_NPROC, &more));
  TRY("raise nofile", setrlimit(RLIMIT_NOFILE, &more));
  TRY("raise cpu", setrlimit(RLIMIT_CPU, &more));
  TRY("raise core", setrlimit(RLIMIT_CORE, &more));
  TRY("negative nice", setpriority(PRIO_PROCESS, 0, -5));
  struct sched_param real_time = {1};
  TRY("real time", sched_setscheduler(0, SCHED_FIFO, &real_time));
}

int syscalls(int argc, char **argv) {
  (void)argc, (void)argv;
  new_namespaces();
  mounts();
  depths();
  ownerless_memory();
  privileges();
  return through;
}

/* Init runs under the same user id; these ask for nothing else. */
int reach_init(int argc, char **argv) {
  (void)argc, (void)argv;
  struct rlimit none = {0, 0};
  for (int resource = 0; resource < RLIM_NLIMITS; resource++)
    TRY("prlimit", prlimit(1, resource, &none, NULL));
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  TRY("affinity", sched_setaffinity(1, sizeof one, &one));
  struct sched_param idle = {0};
  TRY("scheduler", sched_setscheduler(1, SCHED_IDLE, &idle));
  TRY("parameters", sched_setparam(1, &idle));
  uint32_t attributes[14] = {56, SCHED_IDLE};
  TRY("attributes", syscall(SYS_sched_setattr, 1, attributes, 0));
  TRY("priority", setpriority(PRIO_PROCESS, 1, 19));
  TRY("priority by user", setpriority(PRIO_USER, 0, 19));
  TRY("priority by user id", setpriority(PRIO_USER, getuid(), 19));
  TRY("io priority", syscall(SYS_ioprio_set, 1, 1, 3 << 13));
  TRY("io priority by user", syscall(SYS_ioprio_set, 3, getuid(), 3 << 13));
  TRY("migrate_pages", syscall(SYS_migrate_pages, 1, 0, 0, 0));
  TRY("move_pages", syscall(SYS_move_pages, 1, 0, 0, 0, 0, 0));
  MUST("own limit", prlimit(0, RLIMIT_NOFILE, NULL, &none));
  MUST("own affinity", sched_setaffinity(0, sizeof one, &one));
  return through;
}

int x32(int argc, char **argv) {
  (void)argc, (void)argv;
#ifdef __x86_64__
  syscall(0x40000000 + 39 /* getpid */);
  return 1;
#else
  raise(SIGSYS);
  return 1;
#endif
}

int int80(int argc, char **argv) {
  (void)argc, (void)argv;
#ifdef __x86_64__
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
  return 1;
#else
  raise(SIGSYS);
  return 1;
#endif
}
