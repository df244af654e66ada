#define ENOUGH 100

/* The sum of all numbers in a text of nested lists. */
long nested_sum(const char *text);
