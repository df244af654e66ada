/* Odd ends, odd files, and what can be seen from inside. */
#include "attacker.h"
#include <dirent.h>

extern char **environ;

/* Everything else in the namespace may go; init and this process must stay. */
int kill_all(int argc, char **argv) {
  (void)argc, (void)argv;
  int signals[] = {SIGKILL, SIGSTOP, SIGTERM, SIGSEGV, SIGINT};
  for (int i = 0; i < 5; i++) {
    kill(1, signals[i]);
    kill(getppid(), signals[i]);
    syscall(SYS_tgkill, 1, 1, signals[i]);
  }
  /* A group reaches across namespaces: the launcher's must not be this one's. */
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  kill(-1, SIGKILL);
  usleep(100000);
  printf("still here\n");
  return 0;
}

/* A grandchild in a session of its own, that wants to outlive the run. */
int daemon_child(int argc, char **argv) {
  (void)argc, (void)argv;
  if (!fork()) {
    setsid();
    for (int i = 1; i < 32; i++)
      signal(i, SIG_IGN);
    if (!fork())
      for (;;)
        sleep(1000);
    _exit(0);
  }
  wait(NULL);
  return 0;
}

int stop_self(int argc, char **argv) {
  (void)argc, (void)argv;
  for (;;)
    raise(SIGSTOP);
}

int close_stdio(int argc, char **argv) {
  (void)argc, (void)argv;
  close(0);
  close(1);
  close(2);
  usleep(200000);
  _exit(7);
}

/* argv: "exit" or "signal", number */
int die(int argc, char **argv) {
  if (argc < 2)
    return 99;
  int number = atoi(argv[1]);
  if (!strcmp(argv[0], "exit"))
    _exit(number);
  signal(number, SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  syscall(SYS_tgkill, getpid(), getpid(), number);
  pause();
  return 99;
}

/* All that was given to this process, line by line. */
int inside(int argc, char **argv) {
  (void)argc, (void)argv;
  char text[4096];
  for (char **variable = environ; *variable; variable++)
    printf("env %s\n", *variable);
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (*entry->d_name != '.' && atoi(entry->d_name) != dirfd(folder))
      printf("fd %s\n", entry->d_name);
  gethostname(text, sizeof text);
  printf("hostname %s\n", text);
  printf("cwd %s\n", getcwd(text, sizeof text));
  uid_t real, effective, saved;
  getresuid(&real, &effective, &saved);
  printf("uid %d %d %d\n", real, effective, saved);
  getresgid(&real, &effective, &saved);
  printf("gid %d %d %d\n", real, effective, saved);
  printf("groups %d\n", getgroups(0, NULL));
  printf("pid %d parent %d session %d\n", getpid(), getppid(), getsid(0) == getpid());
  mode_t mask = umask(0);
  printf("umask %03o\n", mask);
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  for (int i = 1; i < 32; i++) {
    struct sigaction action;
    if (sigismember(&blocked, i))
      printf("blocked %d\n", i);
    if (!sigaction(i, NULL, &action) && action.sa_handler != SIG_DFL)
      printf("handled %d\n", i);
  }
  long count = read(0, text, sizeof text - 1);
  text[count > 0 ? count : 0] = 0;
  printf("stdin %s\n", text);
  folder = opendir("/");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (*entry->d_name != '.')
      printf("root %s\n", entry->d_name);
  folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > 0)
      printf("process %s\n", entry->d_name);
  return 0;
}

static void file(const char *path, int mode) {
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  MUST(path, write(fd, "x", 1));
  MUST(path, fchmod(fd, mode));
  close(fd);
}

/* Everything that a collector could trip over. */
int litter(int argc, char **argv) {
  (void)argc, (void)argv;
  MUST("scratch", chdir("/scratch"));
  file("plain", 0644);
  file("setuid", 06755);
  file("unreadable", 0);
  file(" spaces and\nline ends", 0644);
  file("\xff\xfe not utf-8", 0644);
  file("-rf", 0644);
  file("..x", 0644);
  char name[256];
  memset(name, 'n', 255);
  name[255] = 0;
  file(name, 0644);
  MUST("fifo", mkfifo("fifo", 0600));
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  MUST("socket", bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof address));
  MUST("absolute", symlink("/etc/passwd", "absolute"));
  MUST("up", symlink("../../../etc/passwd", "up"));
  MUST("inside", symlink("plain", "inside"));
  MUST("loop", symlink("loop", "loop"));
  MUST("proc", symlink("/proc/1/root", "proc"));
  MUST("hard", link("plain", "hard"));
  MUST("folder", mkdir("shut", 0755));
  file("shut/in", 0644);
  MUST("shut", chmod("shut", 0));
  int sparse = open("\xff\xff last and sparse", O_WRONLY | O_CREAT, 0644);
  MUST("sparse", ftruncate(sparse, 1l << 40));
  return through;
}

/* argv: how deep */
int deep(int argc, char **argv) {
  MUST("scratch", chdir("/scratch"));
  long depth = argc > 0 ? atol(argv[0]) : 1000;
  for (long i = 0; i < depth; i++) {
    if (mkdir("d", 0755) || chdir("d"))
      break;
  }
  return through;
}
