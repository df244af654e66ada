/* SPDX-License-Identifier: Apache-2.0
 *
 * A heap in which the kernel itself stops a bad access: each block ends at a
 * page that nobody may touch, and freed blocks stay untouchable. It is put
 * before the C library's own (LD_PRELOAD) in a build without any sanitizer.
 *
 * The end by a signal is the kernel's word. What lay at the address is written
 * into the log folder, so that a fault of another kind is not taken for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#define PAGE 4096u
#define MAGIC 0x5a1e9a4dc0ffee11ull
/* Guarded blocks at a time: each costs two areas of the kernel's, which gives a process 65,530. */
#define MOST 24000u
#define SLOTS 65536u

struct head {
    uint64_t magic;
    size_t size;
    size_t pages;
    size_t slot;
};

struct region {
    uintptr_t base;
    size_t pages;
    int freed;
};

static struct region regions[SLOTS];
static size_t used, live;
/* Blocks that the program holds, guarded or not, and the most that it held at once. */
static size_t blocks, most;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static pid_t own;
static char program[256];

static void say(const char *word)
{
    char line[320];
    size_t length = strlen(word);
    /* A child has the same file, and its end is not the one that the runner sees. */
    if (length + 1 > sizeof line || log_file < 0 || getpid() != own)
        return;
    memcpy(line, word, length);
    line[length] = '\n';
    if (write(log_file, line, length + 1) < 0)
        return;
}

/* The number behind the text, in this base; the end of both. */
static char *put(char *to, const char *text, uint64_t number, unsigned base)
{
    char digits[24];
    int count = 0;
    while (*text)
        *to++ = *text++;
    do
        digits[count++] = "0123456789abcdef"[number % base];
    while (number /= base);
    while (count)
        *to++ = digits[--count];
    return to;
}

struct place {
    uintptr_t at;
    const char *module;
    uintptr_t offset;
};

static int find(struct dl_phdr_info *info, size_t size, void *asked)
{
    struct place *place = asked;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && place->at >= start &&
            place->at - start < info->dlpi_phdr[i].p_memsz) {
            place->module = info->dlpi_name && *info->dlpi_name ? info->dlpi_name : program;
            place->offset = place->at - info->dlpi_addr;
            return 1;
        }
    }
    return 0;
}

/* One frame of the stack that faulted: `at HEX MODULE`. */
static _Unwind_Reason_Code frame(struct _Unwind_Context *context, void *count)
{
    int before = 0;
    struct place place = {.at = _Unwind_GetIPInfo(context, &before)};
    char line[300];
    if (++*(int *)count > 64)
        return _URC_END_OF_STACK;
    place.at -= !before;
    if (dl_iterate_phdr(find, &place) && strlen(place.module) < 256) {
        char *end = put(line, "at ", place.offset, 16);
        *end++ = ' ';
        strcpy(end, place.module);
        say(line);
    }
    return _URC_NO_REASON;
}

static void trace(void)
{
    int count = 0;
    _Unwind_Backtrace(frame, &count);
}

static void faulted(int number, siginfo_t *info, void *context)
{
    (void)context;
    uintptr_t at = (uintptr_t)info->si_addr;
    const char *word = "wild";
    if (info->si_code <= 0)
        word = "sent";
    else if (number == SIGFPE || number == SIGILL)
        word = number == SIGFPE ? "arithmetic" : "instruction";
    else if (info->si_code == SI_KERNEL)
        word = "trap";
    else if (at < 16 * PAGE)
        word = "null";
    else {
        size_t count = used < SLOTS ? used : SLOTS;
        for (size_t i = 0; i < count; i++) {
            uintptr_t end = regions[i].base + regions[i].pages * PAGE;
            if (at >= regions[i].base && at < end + PAGE) {
                word = regions[i].freed ? "freed" : at >= end ? "guard" : "block";
                break;
            }
        }
    }
    say(word);
    trace();
    signal(number, SIG_DFL);
    /* Returning repeats the access, which now ends the process; a signal that was sent is sent again. */
    if (info->si_code <= 0)
        raise(number);
}

__attribute__((constructor)) static void begin(void)
{
    static char stack[65536];
    char path[64] = "/log/guard.";
    char digits[16];
    size_t length = strlen(path);
    int count = 0;
    for (unsigned pid = (unsigned)getpid(); pid; pid /= 10)
        digits[count++] = (char)('0' + pid % 10);
    while (count)
        path[length++] = digits[--count];
    path[length] = 0;
    own = getpid();
    ssize_t length_of = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length_of > 0 ? length_of : 0] = 0;
    log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    say("loaded");
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGILL, &action, NULL);
}

/* What is held at a normal end, and the most that was: `held NOW MOST`. */
__attribute__((destructor)) static void end(void)
{
    char line[80];
    char *to = put(line, "held ", blocks, 10);
    *put(to, " ", most, 10) = 0;
    say(line);
}

static size_t up(size_t size, size_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

/* The largest power of two that divides the size: a block of 7 bytes ends exactly at the guard. */
static size_t natural(size_t size)
{
    size_t alignment = 16;
    while (alignment > 1 && size % alignment)
        alignment /= 2;
    return alignment;
}

static struct head *head_of(void *block)
{
    return (struct head *)(((uintptr_t)block - sizeof(struct head)) & ~(uintptr_t)(PAGE - 1));
}

static void *take(size_t size, size_t alignment)
{
    size_t room = up(size, alignment);
    if (room < size || alignment > PAGE || room > SIZE_MAX - 4 * PAGE) {
        errno = ENOMEM;
        return NULL;
    }
    size_t pages = (room + sizeof(struct head) + PAGE - 1) / PAGE;
    char *base = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    pthread_mutex_lock(&lock);
    size_t slot = SLOTS;
    if (live < MOST && used < SLOTS && !mprotect(base + pages * PAGE, PAGE, PROT_NONE)) {
        slot = used++;
        live++;
        regions[slot] = (struct region){(uintptr_t)base, pages, 0};
    }
    if (++blocks > most)
        most = blocks;
    pthread_mutex_unlock(&lock);
    *(struct head *)base = (struct head){MAGIC, size, pages, slot};
    return base + pages * PAGE - room;
}

void *malloc(size_t size)
{
    return take(size, natural(size));
}

void free(void *block)
{
    if (!block)
        return;
    int before = errno;
    /* A block that was freed already has no head that could be read: the kernel ends the process here. */
    struct head *head = head_of(block);
    if (head->magic != MAGIC) {
        say("bad-free");
        trace();
        signal(SIGABRT, SIG_DFL);
        raise(SIGABRT);
        _exit(127);
    }
    size_t pages = head->pages, slot = head->slot;
    pthread_mutex_lock(&lock);
    blocks--;
    if (slot < SLOTS) {
        regions[slot].freed = 1;
        live--;
        madvise(head, pages * PAGE, MADV_DONTNEED);
        mprotect(head, pages * PAGE, PROT_NONE);
    } else {
        munmap(head, (pages + 1) * PAGE);
    }
    pthread_mutex_unlock(&lock);
    errno = before;
}

void *calloc(size_t count, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    /* Fresh pages are zero. */
    return malloc(all);
}

void *realloc(void *block, size_t size)
{
    if (!block)
        return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    void *other = malloc(size);
    if (other) {
        size_t had = head_of(block)->size;
        memcpy(other, block, had < size ? had : size);
        free(block);
    }
    return other;
}

void *reallocarray(void *block, size_t count, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, all);
}

void *memalign(size_t alignment, size_t size)
{
    size_t own = natural(size);
    return take(size, alignment > own ? alignment : own);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (alignment < sizeof(void *) || alignment & (alignment - 1))
        return EINVAL;
    void *block = memalign(alignment, size);
    if (!block)
        return ENOMEM;
    *out = block;
    return 0;
}

void *valloc(size_t size)
{
    return memalign(PAGE, size);
}

size_t malloc_usable_size(void *block)
{
    return block ? head_of(block)->size : 0;
}
