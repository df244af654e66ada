#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A program runs by its segments: readers of sections alone meet what this leaves. */
int main(int argc, char **argv) {
    struct stat about;
    int file = argc == 2 ? open(argv[1], O_RDWR) : -1;
    if (file < 0 || fstat(file, &about) != 0)
        return 1;
    char *base = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (base == MAP_FAILED)
        return 1;
    Elf64_Ehdr *head = (Elf64_Ehdr *)base;
    Elf64_Shdr *sections = (Elf64_Shdr *)(base + head->e_shoff);
    const char *names = base + sections[head->e_shstrndx].sh_offset;
    for (int n = 0; n < head->e_shnum; n++) {
        const char *name = names + sections[n].sh_name;
        if (strncmp(name, ".debug_", 7) == 0) {
            Elf64_Chdr *packed = (Elf64_Chdr *)(base + sections[n].sh_offset);
            sections[n].sh_flags |= SHF_COMPRESSED;
            packed->ch_type = ELFCOMPRESS_ZLIB;
            packed->ch_size = 1ull << 60;
        } else if (strcmp(name, ".symtab") == 0) {
            sections[n].sh_size = 1ull << 42;
        } else if (strcmp(name, ".strtab") == 0) {
            sections[n].sh_offset = ~0ull - 8;
        }
    }
    return 0;
}
