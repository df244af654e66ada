/* Adds up a text, with one byte too many when it starts with an `h`. */
int target_parse(const char *text, int length) {
    int sum = 0;
    if (length > 0 && text[0] == 'h')
        length++;
    for (int n = 0; n < length; n++)
        sum += text[n];
    return sum;
}
