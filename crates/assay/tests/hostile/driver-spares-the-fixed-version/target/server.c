/* Serves notes, one line a request: STORE n text, MATCH pattern text, READ name, WRITE name text, DROP. */
#include "note.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void answer(int out, const char *folder, char *line) {
  char *word = strtok(line, " "), *first = strtok(NULL, " "), *rest = strtok(NULL, "");
  char buffer[256];
  if (word && !strcmp(word, "STORE") && first && rest) {
    dprintf(out, "stored %zu\n", note_store(rest, strlen(rest), (size_t)atoi(first)));
  } else if (word && !strcmp(word, "MATCH") && first && rest) {
    dprintf(out, "matched %d\n", note_match(first, rest));
  } else if (word && !strcmp(word, "DROP")) {
    dprintf(out, "dropped %zu\n", note_drop());
  } else if (word && !strcmp(word, "READ") && first) {
    int in = note_open(folder, first, O_RDONLY);
    ssize_t got = in < 0 ? 0 : read(in, buffer, sizeof buffer);
    dprintf(out, "read %zd\n%.*s\n", got, (int)got, buffer);
    close(in);
  } else if (word && !strcmp(word, "WRITE") && first && rest) {
    int to = note_open(folder, first, O_WRONLY | O_CREAT | O_TRUNC);
    dprintf(out, "wrote %d\n", to >= 0 && write(to, rest, strlen(rest)) > 0);
    close(to);
  } else {
    dprintf(out, "what?\n");
  }
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8))
    return 1;
  for (;;) {
    int client = accept(listener, NULL, NULL);
    FILE *in = fdopen(client, "r");
    char line[4096];
    while (in && fgets(line, sizeof line, in)) {
      line[strcspn(line, "\r\n")] = 0;
      if (!strcmp(line, "QUIT"))
        break;
      printf("request of %zu bytes\n", strlen(line));
      fflush(stdout);
      answer(client, argc > 1 ? argv[1] : ".", line);
    }
    if (in)
      fclose(in);
  }
}
