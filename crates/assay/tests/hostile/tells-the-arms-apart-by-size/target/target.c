/* Adds up a text. */
int target_parse(const char *text, int length) {
    int sum = 0;
    for (int n = 0; n < length; n++)
        sum += text[n];
    return sum;
}
