/* The claimed target; the hostile part is elsewhere. */
int target_version(void) {
    return 1;
}
