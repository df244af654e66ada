/* Slots that hold text: a command a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4

static char *slots[SLOTS];

static int slot(char c)
{
    return c >= 'a' && c < 'a' + SLOTS ? c - 'a' : -1;
}

static void clear(int i)
{
    free(slots[i]);
}

static int command(char *line)
{
    int i = slot(line[1] ? line[2] : 0);
    if (i < 0)
        return -1;
    switch (line[0]) {
    case 's':
        free(slots[i]);
        slots[i] = strdup(line + 3);
        return 0;
    case 'p':
        printf("%c: %s\n", 'a' + i, slots[i] ? slots[i] : "(empty)");
        return 0;
    case 'd':
        clear(i);
        return 0;
    case 'm': {
        int to = slot(line[3]);
        if (to < 0)
            return -1;
        if (to != i) {
            clear(to);
            slots[to] = slots[i];
            slots[i] = NULL;
        }
        return 0;
    }
    default:
        return -1;
    }
}

int main(int argc, char **argv)
{
    char line[256];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    int bad = 0;
    if (!file)
        return 2;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] && command(line) != 0)
            bad++;
    }
    fclose(file);
    for (int i = 0; i < SLOTS; i++)
        free(slots[i]);
    printf("done, %d bad\n", bad);
    return 0;
}
