/* Attempts on the network, the host's files, and other processes. */
#include "attacker.h"
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/xattr.h>

/* argv: abstract name of a listener on the host */
int network(int argc, char **argv) {
  static const struct {
    const char *name;
    int family;
  } families[] = {{"inet", AF_INET},     {"inet6", AF_INET6},   {"netlink", AF_NETLINK}, {"packet", AF_PACKET},
                  {"vsock", AF_VSOCK},   {"alg", AF_ALG},       {"key", AF_KEY},         {"xdp", AF_XDP},
                  {"tipc", AF_TIPC},     {"can", AF_CAN},       {"bluetooth", 31},       {"rds", AF_RDS},
                  {"unspec", AF_UNSPEC}, {"smc", 43},           {"qipcrtr", 42},         {"nfc", 39}};
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
    for (int t = 0; t < 4; t++)
      TRY(families[i].name, socket(families[i].family, types[t], 0));
  }
  int pair[2];
  TRY("socketpair inet", socketpair(AF_INET, SOCK_STREAM, 0, pair));
  MUST("socketpair unix", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  if (argc > 0) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strncpy(name.sun_path + 1, argv[0], sizeof name.sun_path - 2);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY("abstract unix", connect(fd, (void *)&name, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[0])));
  }
  if (argc > 1) {
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    strncpy(path.sun_path, argv[1], sizeof path.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY("path unix", connect(fd, (void *)&path, sizeof path));
  }
  return through;
}

/* argv: more host files that must not be readable */
int read_host(int argc, char **argv) {
  static const char *const paths[] = {
      "/etc/passwd",      "/etc/shadow",     "/etc/hostname",      "/root",          "/home",
      "/var",             "/run",            "/sys",               "/boot",          "/opt",
      "/srv",             "/mnt",            "/lost+found",        "/dev/mem",       "/dev/kvm",
      "/dev/vda",         "/dev/sda",        "/dev/tty",           "/dev/ptmx",      "/dev/pts",
      "/dev/shm",         "/dev/mqueue",     "/dev/fuse",          "/dev/net/tun",   "/dev/kmsg",
      "/proc/1/mem",      "/proc/1/environ", "/proc/1/maps",       "/proc/1/auxv",   "/proc/1/fd",
      "/proc/1/fd/0",     "/proc/1/root",    "/proc/1/root/etc",   "/proc/1/cwd",    "/proc/1/exe",
      "/proc/1/map_files", "/proc/1/ns/mnt", "/proc/1/task/1/mem", "/proc/1/stack",  "/proc/1/syscall",
      "/proc/kcore",      "/proc/kmsg",      "/proc/kpagecount",   "/proc/2/../../etc/passwd",
  };
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    TRY(paths[i], open(paths[i], O_RDONLY | O_NONBLOCK));
  for (int i = 0; i < argc; i++)
    TRY(argv[i], open(argv[i], O_RDONLY | O_NONBLOCK));
  for (int i = 0; i < 64; i++)
    MUST("chdir ..", chdir(".."));
  TRY("../etc/passwd", open("etc/passwd", O_RDONLY));
  TRY("../../etc/passwd by handle of /", openat(open("/", O_PATH), "../../../etc/passwd", O_RDONLY));
  MUST("/proc/self/maps", open("/proc/self/maps", O_RDONLY));
  MUST("/usr", open("/usr", O_RDONLY));
  return through;
}

int write_host(int argc, char **argv) {
  (void)argc, (void)argv;
  static const char *const folders[] = {"/",    "/usr", "/usr/bin", "/etc",    "/tmp",      "/dev",        "/proc",
                                        "/bin", "/lib", "/lib64",   "/sbin",   "/var/tmp",  "/etc/alternatives",
                                        "/run", "/root", "/home",   "/dev/shm", "/read-only", "/proc/self"};
  char path[256];
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    snprintf(path, sizeof path, "%s/assay-escape", folders[i]);
    TRY(path, open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
    TRY(path, mkdir(path, 0755));
    TRY(path, symlink("/etc/passwd", path));
    TRY(path, mknod(path, S_IFIFO | 0600, 0));
  }
  static const char *const files[] = {
      "/usr/bin/env", "/read-only/file", "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern",
      "/proc/sys/user/max_user_namespaces", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger",
      "/proc/self/oom_score_adj", "/proc/self/uid_map", "/proc/self/mem", "/proc/self/attr/current",
      "/proc/1/oom_score_adj", "/proc/1/autogroup", "/proc/1/sched", "/dev/zero", "/proc/self/loginuid"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    TRY(files[i], open(files[i], O_WRONLY));
  TRY("/dev/zero for both", open("/dev/zero", O_RDWR));
  TRY("chmod", chmod("/usr/bin/env", 04777));
  TRY("chown", chown("/usr/bin/env", 1000, 1000));
  TRY("utimensat", utimensat(AT_FDCWD, "/usr/bin/env", NULL, 0));
  TRY("truncate", truncate("/read-only/file", 0));
  TRY("unlink", unlink("/read-only/file"));
  TRY("rename", rename("/read-only/file", "/read-only/other"));
  TRY("link", link("/read-only/file", "/scratch/link"));
  TRY("setxattr", setxattr("/read-only/file", "user.x", "y", 1, 0));
  TRY("chmod what the user owns", chmod("/read-only/file", 0777));
  TRY("touch what the user owns", utimensat(AT_FDCWD, "/read-only/file", NULL, 0));
  TRY("touch a device", utimensat(AT_FDCWD, "/dev/null", NULL, 0));
  struct stat input;
  fstat(0, &input);
  if (S_ISREG(input.st_mode))
    TRY("write by /proc", open("/proc/self/fd/0", O_WRONLY));
  TRY("truncate by /proc", truncate("/proc/self/fd/0", 0));
  TRY("truncate standard input", ftruncate(0, 0));
  TRY("chmod standard input", fchmod(0, 0777));
  TRY("chmod by /proc", chmod("/proc/self/fd/0", 0777));
  TRY("chown standard input", fchown(0, 1000, 1000));
  TRY("touch standard input", futimens(0, NULL));
  TRY("setxattr standard input", fsetxattr(0, "user.x", "y", 1, 0));
  TRY("write standard input", write(0, "x", 1));
  MUST("a file in scratch", open("/scratch/file", O_WRONLY | O_CREAT, 0644));
  TRY("a device in scratch", mknod("/scratch/device", S_IFCHR | 0666, 0x103));
  TRY("a disk in scratch", mknod("/scratch/disk", S_IFBLK | 0666, 0xfe00));
  return through;
}

/* argv: pid of a process on the host */
int traces(int argc, char **argv) {
  pid_t victims[] = {1, getppid(), argc > 0 ? atoi(argv[0]) : 1};
  char buffer[8];
  struct iovec local = {buffer, sizeof buffer}, remote = {(void *)0x400000, sizeof buffer};
  for (int i = 0; i < 3; i++) {
    TRY("ptrace attach", ptrace(PTRACE_ATTACH, victims[i], 0, 0));
    TRY("ptrace seize", ptrace(PTRACE_SEIZE, victims[i], 0, 0));
    TRY("process_vm_readv", process_vm_readv(victims[i], &local, 1, &remote, 1, 0));
    TRY("process_vm_writev", process_vm_writev(victims[i], &local, 1, &remote, 1, 0));
  }
  TRY("the host's process", argc > 0 ? kill(atoi(argv[0]), 0) : -1);
  TRY("ptrace traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
  return through;
}

/* With the profile that allows ptrace: own threads and children, but never init. */
int lsan_trace(int argc, char **argv) {
  (void)argc, (void)argv;
  TRY("ptrace attach", ptrace(PTRACE_ATTACH, 1, 0, 0));
  TRY("ptrace seize", ptrace(PTRACE_SEIZE, 1, 0, 0));
  pid_t child = fork();
  if (!child) {
    pause();
    _exit(0);
  }
  MUST("ptrace own child", ptrace(PTRACE_ATTACH, child, 0, 0));
  return through;
}

/* argv: nothing. The folder is /log, writable only. */
int log_folder(int argc, char **argv) {
  (void)argc, (void)argv;
  int fd = open("/log/report", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  MUST("make a log", fd);
  MUST("write a log", write(fd, "evidence", 8));
  char buffer[16];
  TRY("read the descriptor", read(fd, buffer, sizeof buffer));
  TRY("map the descriptor", (long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
  for (int round = 0; round < 2; round++) {
    TRY("read a log", open("/log/report", O_RDONLY));
    TRY("read and write a log", open("/log/report", O_RDWR));
    TRY("list", open("/log", O_RDONLY | O_DIRECTORY));
    snprintf(buffer, sizeof buffer, "/proc/self/fd/%d", fd);
    char by_proc[32];
    snprintf(by_proc, sizeof by_proc, "/proc/self/fd/%d", fd);
    TRY("read by /proc", open(by_proc, O_RDONLY));
    TRY("link out", link("/log/report", "/scratch/report"));
    TRY("rename out", rename("/log/report", "/scratch/report"));
    TRY("unlink", unlink("/log/report"));
    TRY("folder in it", mkdir("/log/folder", 0777));
    TRY("link in it", symlink("/etc/passwd", "/log/link"));
    TRY("fifo in it", mkfifo("/log/fifo", 0600));
    MUST("chmod the folder", chmod("/log", 0777));
    MUST("chmod the log", chmod("/log/report", 0777));
  }
  TRY("run a log", execl("/log/report", "report", NULL));
  MUST("shut the folder", chmod("/log", 0));
  return through;
}
