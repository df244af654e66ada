/* The sum of the digits in a text. */
int digit_sum(const char *text);
