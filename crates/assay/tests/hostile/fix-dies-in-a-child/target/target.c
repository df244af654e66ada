/* Adds up a text; one that starts with an `h` is looked for where nothing is. */
int target_parse(const char *text, int length) {
    int sum = 0;
    if (length > 0 && text[0] == 'h')
        text = 0;
    for (int n = 0; n < length; n++)
        sum += text[n];
    return sum;
}
