/* Both sides of a join: how they behave, and what they try beyond it. */
#include "attacker.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static struct sockaddr_in at(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int try_connect(int port) {
  struct sockaddr_in address = at(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int result = connect(fd, (void *)&address, sizeof address);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

static int try_bind(int port) {
  struct sockaddr_in address = at(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int result = bind(fd, (void *)&address, sizeof address);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

static int named(char **argv, int argc, const char *what) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], what))
      return 1;
  return 0;
}

/* Sockets of no kind but TCP over IPv4; the kernel must hold no other door open. */
static void other_sockets(void) {
  static const int families[] = {AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG, AF_KEY, AF_XDP, AF_UNSPEC, 43};
  for (size_t i = 0; i < sizeof families / sizeof *families; i++)
    for (int type = 1; type <= 5; type++)
      TRY("family", socket(families[i], type, 0));
  for (int type = 2; type <= 10; type++)
    TRY("inet that is no stream", socket(AF_INET, type, 0));
  TRY("datagrams, not blocking", socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  static const int protocols[] = {IPPROTO_SCTP, 262 /* MPTCP */, IPPROTO_ICMP, IPPROTO_RAW, 256 /* SMC */};
  for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
    TRY("protocol", socket(AF_INET, SOCK_STREAM, protocols[i]));
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  MUST("a stream", fd);
  TRY("the kernel's TLS", setsockopt(fd, IPPROTO_TCP, 31 /* TCP_ULP */, "tls", 3));
  TRY("out of the loopback", setsockopt(fd, SOL_SOCKET, SO_MARK, &fd, sizeof fd));
  close(fd);
}

/* One process and its init: whoever is on the other side is not to be seen. */
static void alone(void) {
  DIR *proc = opendir("/proc");
  int seen = 0;
  for (struct dirent *entry; proc && (entry = readdir(proc));)
    seen += atoi(entry->d_name) > 2;
  if (seen) {
    through++;
    printf("GOT THROUGH: %d other processes are seen\n", seen);
  }
  static const char *const others[] = {"/server-only", "/driver-only", "/log"};
  for (int i = 0; i < 3; i++)
    if (!access(others[i], F_OK))
      printf("here: %s\n", others[i]);
}

static void beyond_the_port(int port, int argc, char **argv, int server) {
  for (int i = 1; i < argc; i++)
    if (atoi(argv[i]) > 0)
      TRY("a listener of the host", try_connect(atoi(argv[i])));
  for (int other = 1024; other < 65536; other += 997)
    if (other != port) {
      TRY("another port", try_connect(other));
      if (!named(argv, argc, "old-landlock"))
        TRY("listening elsewhere", try_bind(other));
    }
  if (server && !named(argv, argc, "old-landlock"))
    TRY("the server connects", try_connect(port));
  if (!server)
    TRY("the driver listens", try_bind(port));
  struct sockaddr_in far = {.sin_family = AF_INET, .sin_port = htons(port)};
  far.sin_addr.s_addr = htonl(0x08080808);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  TRY("another address", connect(fd, (void *)&far, sizeof far));
  close(fd);
}

static void spin_for(double seconds) {
  while (clock() < seconds * CLOCKS_PER_SEC)
    ;
}

static void answer(int fd, int argc, char **argv) {
  char buffer[65536];
  long total = 0;
  if (named(argv, argc, "flood"))
    while (write(fd, buffer, sizeof buffer) > 0)
      ;
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
    total += got;
  if (named(argv, argc, "spin"))
    spin_for(1e9);
  if (named(argv, argc, "work-then-crash")) {
    spin_for(0.4);
    usleep(30000);
    spin_for(0.6);
    abort();
  }
  if (named(argv, argc, "crash"))
    abort();
  dprintf(fd, "got %ld\n", total);
  close(fd);
}

/* argv: port, behaviour */
int serve(int argc, char **argv) {
  int port = atoi(argv[0]);
  if (named(argv, argc, "attack")) {
    other_sockets();
    beyond_the_port(port, argc, argv, 1);
    alone();
    fflush(stdout);
  }
  if (named(argv, argc, "stay"))
    signal(SIGTERM, SIG_IGN);
  if (named(argv, argc, "late"))
    usleep(300000);
  while (named(argv, argc, "deaf"))
    pause();
  struct sockaddr_in address = at(port);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  MUST("bind", bind(listener, (void *)&address, sizeof address));
  MUST("listen", listen(listener, 200));
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    answer(fd, argc, argv);
    if (named(argv, argc, "kill"))
      kill(-1, SIGKILL);
    if (named(argv, argc, "once"))
      return 7;
  }
}

static int connected(int port) {
  struct sockaddr_in address = at(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  MUST("connect", connect(fd, (void *)&address, sizeof address));
  return fd;
}

static void talk(int fd, long bytes) {
  char buffer[65536] = {0};
  for (long left = bytes; left > 0;) {
    ssize_t put = write(fd, buffer, left < (long)sizeof buffer ? (size_t)left : sizeof buffer);
    if (put <= 0)
      break;
    left -= put;
  }
  shutdown(fd, SHUT_WR);
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
    fwrite(buffer, 1, got, stdout);
  close(fd);
}

/* argv: port, behaviour */
int drive(int argc, char **argv) {
  int port = atoi(argv[0]);
  signal(SIGPIPE, SIG_IGN);
  if (named(argv, argc, "attack")) {
    other_sockets();
    beyond_the_port(port, argc, argv, 0);
    alone();
  }
  if (named(argv, argc, "absent"))
    return 0;
  if (named(argv, argc, "many")) {
    for (int i = 0; i < atoi(argv[argc - 1]); i++)
      talk(connected(port), 10);
    return through;
  }
  if (named(argv, argc, "at-once")) {
    int fds[100];
    for (int i = 0; i < 100; i++)
      fds[i] = connected(port);
    for (int i = 0; i < 100; i++)
      talk(fds[i], 10);
    return through;
  }
  int fd = connected(port);
  if (named(argv, argc, "kill"))
    kill(-1, SIGKILL);
  if (named(argv, argc, "forget")) {
    MUST("send", write(fd, "hello", 5));
    return through;
  }
  while (named(argv, argc, "hang"))
    pause();
  while (named(argv, argc, "loris")) {
    if (write(fd, "x", 1) != 1)
      return 3;
    usleep(50000);
  }
  talk(fd, named(argv, argc, "much") ? 5000000 : 12);
  return through;
}
