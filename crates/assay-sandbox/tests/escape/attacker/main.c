/* The hostile program of the escape suite: one attack for each name. */
#include "attacker.h"

int through;

static const struct {
  const char *name;
  command *run;
} commands[] = {
    {"network", network},
    {"read-host", read_host},
    {"write-host", write_host},
    {"traces", traces},
    {"lsan-trace", lsan_trace},
    {"syscalls", syscalls},
    {"x32", x32},
    {"int80", int80},
    {"reach-init", reach_init},
    {"kill-all", kill_all},
    {"fork-bomb", fork_bomb},
    {"fork-count", fork_count},
    {"thread-count", thread_count},
    {"daemon", daemon_child},
    {"stop-self", stop_self},
    {"close-stdio", close_stdio},
    {"die", die},
    {"inside", inside},
    {"hog", hog},
    {"hog-many", hog_many},
    {"hog-shared", hog_shared},
    {"hog-let-go", hog_let_go},
    {"hog-page-tables", hog_page_tables},
    {"hog-sockets", hog_sockets},
    {"hog-pipes", hog_pipes},
    {"fill", fill},
    {"fill-entries", fill_entries},
    {"spin", spin},
    {"spin-many", spin_many},
    {"spin-hidden", spin_hidden},
    {"work-then-exit", work_then_exit},
    {"sleep", sleep_on},
    {"flood", flood},
    {"log-folder", log_folder},
    {"litter", litter},
    {"deep", deep},
    {"serve", serve},
    {"drive", drive},
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
    if (!strcmp(argv[1], commands[i].name)) {
      int status = commands[i].run(argc - 2, argv + 2);
      fflush(stdout);
      return status;
    }
  fprintf(stderr, "no such attack\n");
  return 99;
}
