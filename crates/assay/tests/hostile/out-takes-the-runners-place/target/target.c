/* Nothing of its own: the harness is what is hostile. */
int target_idle(void);
int target_idle(void) {
    return 0;
}
