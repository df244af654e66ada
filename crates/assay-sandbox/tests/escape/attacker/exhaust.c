/* Attempts to use up memory, disk, processes, CPU time and patience. */
#include "attacker.h"
#include <pthread.h>

static long megabytes(int argc, char **argv, long usual) { return (argc > 0 ? atol(argv[0]) : usual) << 20; }

static int touch(char *at, long size) {
  for (long i = 0; i < size; i += 4096)
    at[i] = (char)i;
  return 0;
}

/* argv: MB, without end if not given */
int hog(int argc, char **argv) {
  long size = megabytes(argc, argv, 1 << 20);
  for (long done = 0; done < size; done += 1 << 20) {
    char *at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
      return 1;
    touch(at, 1 << 20);
  }
  sleep(100);
  return 0;
}

/* Each process alone stays far below the limit. */
int hog_many(int argc, char **argv) {
  (void)argc, (void)argv;
  for (int i = 0; i < 16; i++)
    if (!fork()) {
      char *size[] = {"16"};
      hog(1, size);
      _exit(0);
    }
  sleep(100);
  return 0;
}

/* Shared pages are no less memory. */
int hog_shared(int argc, char **argv) {
  long size = megabytes(argc, argv, 1024);
  char *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    return 1;
  touch(at, size);
  sleep(100);
  return 0;
}

/* Shared pages that are let go stay in memory, and belong to no process. */
int hog_let_go(int argc, char **argv) {
  long size = megabytes(argc, argv, 16 << 10), step = 8 << 20;
  char *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED)
    return 1;
  for (long done = 0; done < size; done += step) {
    touch(at + done, step);
    madvise(at + done, (size_t)step, MADV_DONTNEED);
  }
  sleep(100);
  return 0;
}

/* Reading one byte of every 2 MB maps the zero page, and makes a page table each time. */
int hog_page_tables(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile char sum = 0;
  for (;;) {
    size_t size = 1ul << 36;
    char *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
      break;
    madvise(at, size, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < size; i += 2 << 20)
      sum += at[i];
  }
  sleep(100);
  return 0;
}

static void fill_descriptor(int fd) {
  static char block[64 << 10];
  fcntl(fd, F_SETFL, O_NONBLOCK);
  while (write(fd, block, sizeof block) > 0)
    ;
  while (write(fd, block, 1) > 0)
    ;
}

static int fill_descriptors(int (*make)(int[2])) {
  for (int process = 0; process < 60; process++)
    if (!fork()) {
      int ends[2];
      while (!make(ends)) {
        fill_descriptor(ends[1]);
        if (make != pipe)
          fill_descriptor(ends[0]);
      }
      pause();
    }
  sleep(100);
  return 0;
}

static int unix_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM, 0, ends); }

int hog_sockets(int argc, char **argv) {
  (void)argc, (void)argv;
  return fill_descriptors(unix_pair);
}

int hog_pipes(int argc, char **argv) {
  (void)argc, (void)argv;
  return fill_descriptors(pipe);
}

/* argv: folder. Prints how many bytes it took. */
int fill(int argc, char **argv) {
  static char block[1 << 16];
  char path[256];
  snprintf(path, sizeof path, "%s/filler", argc > 0 ? argv[0] : "/scratch");
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  long total = 0, count;
  while ((count = write(fd, block, sizeof block)) > 0)
    total += count;
  printf("%ld %s\n", total, strerror(errno));
  return 0;
}

/* argv: folder. Prints how many entries it took. */
int fill_entries(int argc, char **argv) {
  char path[256];
  long count = 0;
  for (;; count++) {
    snprintf(path, sizeof path, "%s/%ld", argc > 0 ? argv[0] : "/scratch", count);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
      break;
    close(fd);
  }
  printf("%ld %s\n", count, strerror(errno));
  return 0;
}

/* argv: milliseconds of CPU time, without end if not given */
static void burn(long milliseconds) {
  struct timespec now;
  do
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  while (milliseconds <= 0 || now.tv_sec * 1000 + now.tv_nsec / 1000000 < milliseconds);
}

int spin(int argc, char **argv) {
  struct rlimit own = {1, RLIM_INFINITY};
  getrlimit(RLIMIT_CPU, &own);
  own.rlim_cur = own.rlim_max;
  setrlimit(RLIMIT_CPU, &own);
  signal(SIGXCPU, SIG_IGN);
  burn(argc > 0 ? atol(argv[0]) : 0);
  return 0;
}

int spin_many(int argc, char **argv) {
  for (int i = 0; i < 8; i++)
    if (!fork())
      return spin(argc, argv);
  while (wait(NULL) > 0)
    ;
  return 0;
}

/* Children that nobody reaps leave their CPU time to nobody. */
int spin_hidden(int argc, char **argv) {
  signal(SIGCHLD, SIG_IGN);
  long piece = argc > 0 ? atol(argv[0]) : 100;
  for (;;) {
    if (!fork()) {
      burn(piece);
      _exit(0);
    }
    wait(NULL);
  }
}

/* argv: milliseconds, exit status */
int work_then_exit(int argc, char **argv) {
  burn(argc > 0 ? atol(argv[0]) : 100);
  return argc > 1 ? atoi(argv[1]) : 0;
}

int fork_bomb(int argc, char **argv) {
  (void)argc, (void)argv;
  signal(SIGCHLD, SIG_IGN);
  for (;;)
    fork();
}

/* Prints how many processes it could have at once. */
int fork_count(int argc, char **argv) {
  (void)argc, (void)argv;
  int count = 1;
  for (;; count++) {
    pid_t pid = fork();
    if (pid < 0)
      break;
    if (!pid) {
      pause();
      _exit(0);
    }
    if (count > 10000)
      break;
  }
  printf("%d\n", count);
  return 0;
}

static void *rest(void *nothing) {
  pause();
  return nothing;
}

/* Prints how many threads it could have at once. */
int thread_count(int argc, char **argv) {
  (void)argc, (void)argv;
  int count = 1;
  pthread_t thread;
  while (count < 10000 && !pthread_create(&thread, NULL, rest, NULL))
    count++;
  printf("%d\n", count);
  return 0;
}

/* argv: descriptor */
int flood(int argc, char **argv) {
  static char block[1 << 16];
  memset(block, 'x', sizeof block);
  signal(SIGPIPE, SIG_IGN);
  for (;;)
    if (write(argc > 0 ? atoi(argv[0]) : 1, block, sizeof block) < 0)
      usleep(1000);
}

int sleep_on(int argc, char **argv) { return sleep(argc > 0 ? (unsigned)atoi(argv[0]) : 100000); }
