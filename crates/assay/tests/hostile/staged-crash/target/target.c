/* Calls what it is given: the sanitizer will see this frame. */
void target_call(void (*callee)(void *), void *argument);
void target_call(void (*callee)(void *), void *argument) {
    callee(argument);
    __asm__ volatile("");
}
