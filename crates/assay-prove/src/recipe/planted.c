/* Self-test of the oracle: linked into a second copy of the same build, it must
 * make the sanitizer report before any code of the claimant has run. */
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define ASSAY_MSAN 1
#endif
#endif

__attribute__((noinline)) static void assay_planted_flaw(volatile char *buffer, volatile int last)
{
#ifdef ASSAY_MSAN
    if (buffer[last - 1])
        exit(3);
#else
    buffer[last] = 1;
    volatile int large = 0x7fffffff;
    large += last;
#endif
}

#ifdef ASSAY_LEAK
/* Several, since a register may go on holding the last. */
__attribute__((noinline)) static void assay_planted_leak(void)
{
    for (int i = 0; i < 8; i++) {
        char *volatile lost = malloc(24);
        lost = 0;
        (void)lost;
    }
}
#endif

__attribute__((constructor(101))) static void assay_self_test(void)
{
#ifdef ASSAY_LEAK
    assay_planted_leak();
    exit(0);
#endif
    volatile char *buffer = malloc(8);
    if (buffer)
        assay_planted_flaw(buffer, 8);
}
