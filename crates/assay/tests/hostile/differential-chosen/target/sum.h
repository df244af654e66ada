/* The sum of the digits in a text. */
int digit_sum(const char *text);
#define SUM_VERSION "1.0.0"
