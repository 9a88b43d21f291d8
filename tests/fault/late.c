/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, it keeps DuckDB's threads back for a moment where a task has been
 * counted as done and what it holds isn't freed yet: the statement ends meanwhile, and what is
 * freed afterwards can't want what ended with it. Without this it happens once in thousands of
 * runs. A program that used DuckDB and had no thread there ends with status 1.
 *
 * The place is a call of libstdc++'s std::_Sp_counted_base<..>::_M_release() in the destructor of
 * duckdb::ExecutorTask, which is done here instead.
 */
#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LATE_US = 1000 };

/* libstdc++'s, as its ABI has it. */
struct counted {
    void (**table)(struct counted *);
    atomic_int uses;
    atomic_int weak;
};

enum { SLOT_DISPOSE = 2, SLOT_DESTROY = 3 };

/* Where the destructor is; 0: not found, or DuckDB isn't loaded yet. */
static atomic_uintptr_t place;
static atomic_uintptr_t place_end;
static atomic_bool is_loaded;
static atomic_int kept_back;

static int take_path(struct dl_phdr_info *info, size_t size, void *path)
{
    (void)size;
    if (!strstr(info->dlpi_name, "libduckdb"))
        return 0;
    (void)snprintf(path, PATH_MAX, "%s", info->dlpi_name);
    return 1;
}

static void find_place(void)
{
    char path[PATH_MAX];
    Dl_info about;
    void *found = NULL;
    if (!dl_iterate_phdr(take_path, path))
        return;
    void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    void *start = library ? dlsym(library, "_ZN6duckdb12ExecutorTaskD2Ev") : NULL;
    is_loaded = true;
    if (!start || !dladdr1(start, &about, &found, RTLD_DL_SYMENT) || !found)
        return;
    const ElfW(Sym) *symbol = found;
    place_end = (uintptr_t)start + symbol->st_size;
    place = (uintptr_t)start;
}

static bool is_there(uintptr_t address)
{
    if (!is_loaded)
        find_place();
    return address >= place && address < place_end;
}

static bool is_first_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

void counted_release(struct counted *counted) __asm__(
    "_ZNSt16_Sp_counted_baseILN9__gnu_cxx12_Lock_policyE2EE10_M_releaseEv");

void counted_release(struct counted *counted)
{
    if (is_there((uintptr_t)__builtin_return_address(0)) && !is_first_thread()) {
        kept_back++;
        usleep(LATE_US);
    }
    if (atomic_fetch_sub(&counted->uses, 1) != 1)
        return;
    counted->table[SLOT_DISPOSE](counted);
    if (atomic_fetch_sub(&counted->weak, 1) == 1)
        counted->table[SLOT_DESTROY](counted);
}

__attribute__((destructor)) static void judge(void)
{
    if (!is_loaded || kept_back > 0)
        return;
    (void)fputs("late.so: no thread of DuckDB came by\n", stderr);
    _exit(1);
}
