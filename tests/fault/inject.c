/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, it counts the calls by which the program and its libraries change files
 * or talk to others, and lets one of them go wrong. Told by the environment:
 *
 *   FAULT_AT      which call, from 1; 0 or nothing: none
 *   FAULT_KIND    what happens there:
 *                   crash    the process is killed before the call
 *                   torn     it is killed when half of a write is done; only writes count
 *                   eio      the call fails with EIO
 *                   enospc   it fails with ENOSPC
 *                   full     this and all later calls that need space fail with ENOSPC
 *   FAULT_ONLY    only calls on a path that this pattern matches (fnmatch, `/` is no boundary)
 *   FAULT_EXCEPT  no calls on a path that this pattern matches
 *   FAULT_LOG     a file that gets a line for each call that counts, before it is made:
 *                 number, name, path
 *   FAULT_NOSYNC  set: fsync and fdatasync count, but don't wait for the disk, which a process that
 *                 dies can't miss
 *
 * Calls on pipes, terminals, devices, /proc and what stdio writes don't count: they change nothing
 * that is kept. A path is as the caller gave it; that of a descriptor is absolute.
 *
 * Threads: any. The counter is the only state that changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <dlfcn.h>

enum trait {
    TRAIT_NONE = 0,
    TRAIT_WRITES = 1, /* bytes: what `torn` halves */
    TRAIT_GROWS = 2,  /* needs space: what a full disk refuses */
};

enum verdict { VERDICT_PASS = 0, VERDICT_FAIL, VERDICT_TEAR };

/* The counter belongs to the whole process, so it can't be anybody's argument. */
static atomic_long calls;

typedef long (*syscall_function)(long number, ...);

/* The C library's own, past ours below. Every call is made by it. */
static syscall_function real_syscall(void)
{
    syscall_function function = NULL;
    *(void **)&function = dlsym(RTLD_NEXT, "syscall");
    return function;
}

#define PASS(...) (real_syscall()(__VA_ARGS__))

/* What we count must not go by us: that would be a hole in the proof. */
long syscall(long number, ...)
{
    static const long counted[] = {
        SYS_write,          SYS_pwrite64,  SYS_writev,    SYS_pwritev,         SYS_pwritev2,
        SYS_fsync,          SYS_fdatasync, SYS_ftruncate, SYS_fallocate,       SYS_rename,
        SYS_renameat,       SYS_renameat2, SYS_link,      SYS_linkat,          SYS_symlink,
        SYS_symlinkat,      SYS_unlink,    SYS_unlinkat,  SYS_rmdir,           SYS_mkdir,
        SYS_mkdirat,        SYS_connect,   SYS_sendto,    SYS_copy_file_range, SYS_sendfile,
        SYS_io_uring_enter,
    };
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        if (number == counted[i]) {
            fprintf(stderr, "inject: syscall(%ld) isn't counted\n", number);
            _exit(98);
        }
    }
    va_list list;
    va_start(list, number);
    long argument[6];
    for (size_t i = 0; i < 6; i++)
        argument[i] = va_arg(list, long); /* NOLINT: as the C library takes them, used or not */
    va_end(list);
    return PASS(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                argument[5]);
}

static bool is_kept(const char *path)
{
    static const char *const outside[] = {"/dev/", "/proc/",      "/sys/",
                                          "pipe:", "anon_inode:", "/memfd:"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        if (strncmp(path, outside[i], strlen(outside[i])) == 0)
            return false;
    }
    return true;
}

static const char *setting(const char *name)
{
    return getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody changes it */
}

static bool matches(const char *variable, const char *path, bool otherwise)
{
    const char *pattern = setting(variable);
    return pattern ? fnmatch(pattern, path, 0) == 0 : otherwise;
}

static void record(long number, const char *name, const char *path)
{
    const char *log = setting("FAULT_LOG");
    if (!log)
        return;
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path);
    long file = PASS(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || PASS(SYS_write, file, line, (size_t)length) != length)
        _exit(99);
    PASS(SYS_close, file);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    while (true)
        pause();
}

static enum verdict fail(int code)
{
    errno = code;
    return VERDICT_FAIL;
}

/* Counts a call and says what is to become of it; after VERDICT_FAIL errno is set. */
static enum verdict judge(const char *name, const char *path, unsigned traits)
{
    const char *at = setting("FAULT_AT");
    const char *kind = setting("FAULT_KIND");
    bool tears = kind && strcmp(kind, "torn") == 0;
    if (!is_kept(path) || !matches("FAULT_ONLY", path, true) ||
        matches("FAULT_EXCEPT", path, false) || (tears && !(traits & TRAIT_WRITES)))
        return VERDICT_PASS;
    long number = atomic_fetch_add(&calls, 1) + 1;
    long wanted = at ? strtol(at, NULL, 10) : 0;
    record(number, name, path);
    if (!kind || wanted <= 0 || number < wanted)
        return VERDICT_PASS;
    if (strcmp(kind, "full") == 0)
        return traits & TRAIT_GROWS ? fail(ENOSPC) : VERDICT_PASS;
    if (number != wanted)
        return VERDICT_PASS;
    if (strcmp(kind, "crash") == 0)
        die();
    if (tears)
        return VERDICT_TEAR;
    return fail(strcmp(kind, "enospc") == 0 ? ENOSPC : EIO);
}

static enum verdict judge_fd(const char *name, int fd, unsigned traits)
{
    char link[64];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = fd > STDERR_FILENO ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0)
        return VERDICT_PASS;
    path[length] = '\0';
    return judge(name, path, traits);
}

#define RETURN_IF_FAILS(verdict)                                                                   \
    do {                                                                                           \
        if ((verdict) == VERDICT_FAIL)                                                             \
            return -1;                                                                             \
    } while (0)

enum { WRITING = TRAIT_WRITES | TRAIT_GROWS };

ssize_t write(int fd, const void *data, size_t length)
{
    enum verdict verdict = judge_fd("write", fd, WRITING);
    RETURN_IF_FAILS(verdict);
    if (verdict == VERDICT_TEAR) {
        PASS(SYS_write, fd, data, length / 2);
        die();
    }
    return PASS(SYS_write, fd, data, length);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    enum verdict verdict = judge_fd("pwrite", fd, WRITING);
    RETURN_IF_FAILS(verdict);
    if (verdict == VERDICT_TEAR) {
        PASS(SYS_pwrite64, fd, data, length / 2, offset);
        die();
    }
    return PASS(SYS_pwrite64, fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    return pwrite64(fd, data, length, offset);
}

/* Torn: the first piece only. */
ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    enum verdict verdict = judge_fd("writev", fd, WRITING);
    RETURN_IF_FAILS(verdict);
    if (verdict == VERDICT_TEAR) {
        PASS(SYS_writev, fd, pieces, 1);
        die();
    }
    return PASS(SYS_writev, fd, pieces, count);
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset)
{
    enum verdict verdict = judge_fd("pwritev", fd, WRITING);
    RETURN_IF_FAILS(verdict);
    if (verdict == VERDICT_TEAR) {
        PASS(SYS_pwritev, fd, pieces, 1, offset, 0);
        die();
    }
    return PASS(SYS_pwritev, fd, pieces, count, offset, 0);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    return pwritev64(fd, pieces, count, offset);
}

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length,
                        unsigned flags)
{
    RETURN_IF_FAILS(judge_fd("copy_file_range", out, TRAIT_GROWS));
    return PASS(SYS_copy_file_range, in, in_offset, out, out_offset, length, flags);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t length)
{
    RETURN_IF_FAILS(judge_fd("sendfile", out, TRAIT_GROWS));
    return PASS(SYS_sendfile, out, in, offset, length);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t length)
{
    return sendfile64(out, in, offset, length);
}

int fsync(int fd)
{
    RETURN_IF_FAILS(judge_fd("fsync", fd, TRAIT_NONE));
    return setting("FAULT_NOSYNC") ? 0 : (int)PASS(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    RETURN_IF_FAILS(judge_fd("fdatasync", fd, TRAIT_NONE));
    return setting("FAULT_NOSYNC") ? 0 : (int)PASS(SYS_fdatasync, fd);
}

int msync(void *address, size_t length, int flags)
{
    RETURN_IF_FAILS(judge("msync", "", TRAIT_NONE));
    return (int)PASS(SYS_msync, address, length, flags);
}

int ftruncate64(int fd, off64_t length)
{
    struct stat status;
    bool grows = fstat(fd, &status) == 0 && length > status.st_size;
    RETURN_IF_FAILS(judge_fd("ftruncate", fd, grows ? TRAIT_GROWS : TRAIT_NONE));
    return (int)PASS(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

int truncate64(const char *path, off64_t length)
{
    RETURN_IF_FAILS(judge("truncate", path, TRAIT_GROWS));
    return (int)PASS(SYS_truncate, path, length);
}

int truncate(const char *path, off_t length)
{
    return truncate64(path, length);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
    RETURN_IF_FAILS(judge_fd("fallocate", fd, mode == 0 ? TRAIT_GROWS : TRAIT_NONE));
    return (int)PASS(SYS_fallocate, fd, mode, offset, length);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    return fallocate64(fd, mode, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length)
{
    return fallocate64(fd, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
    return posix_fallocate64(fd, offset, length);
}

/* Only an open that may make or empty a file. */
static int open_counted(int folder, const char *path, int flags, mode_t mode)
{
    if (flags & (O_CREAT | O_TRUNC))
        RETURN_IF_FAILS(judge("open", path, flags & O_CREAT ? TRAIT_GROWS : TRAIT_NONE));
    return (int)PASS(SYS_openat, folder, path, flags, mode);
}

static mode_t mode_argument(int flags, va_list arguments)
{
    bool is_there = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    return is_there ? va_arg(arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_argument(flags, arguments);                                             \
        va_end(arguments);                                                                         \
        return open_counted(AT_FDCWD, path, flags, mode);                                          \
    }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(name)                                                                        \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_argument(flags, arguments);                                             \
        va_end(arguments);                                                                         \
        return open_counted(folder, path, flags, mode);                                            \
    }
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

int creat64(const char *path, mode_t mode)
{
    return open_counted(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat(const char *path, mode_t mode)
{
    return creat64(path, mode);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    RETURN_IF_FAILS(judge("rename", to, TRAIT_NONE));
    return (int)PASS(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    RETURN_IF_FAILS(judge("link", to, TRAIT_GROWS));
    return (int)PASS(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int folder, const char *path)
{
    RETURN_IF_FAILS(judge("symlink", path, TRAIT_GROWS));
    return (int)PASS(SYS_symlinkat, target, folder, path);
}

int symlink(const char *target, const char *path)
{
    return symlinkat(target, AT_FDCWD, path);
}

int unlinkat(int folder, const char *path, int flags)
{
    RETURN_IF_FAILS(judge(flags & AT_REMOVEDIR ? "rmdir" : "unlink", path, TRAIT_NONE));
    return (int)PASS(SYS_unlinkat, folder, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
    struct stat status;
    bool is_folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return unlinkat(AT_FDCWD, path, is_folder ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    RETURN_IF_FAILS(judge("mkdir", path, TRAIT_GROWS));
    return (int)PASS(SYS_mkdirat, folder, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int chmod(const char *path, mode_t mode)
{
    RETURN_IF_FAILS(judge("chmod", path, TRAIT_NONE));
    return (int)PASS(SYS_chmod, path, mode);
}

int fchmod(int fd, mode_t mode)
{
    RETURN_IF_FAILS(judge_fd("chmod", fd, TRAIT_NONE));
    return (int)PASS(SYS_fchmod, fd, mode);
}

int fchownat(int folder, const char *path, uid_t owner, gid_t group, int flags)
{
    RETURN_IF_FAILS(judge("chown", path, TRAIT_NONE));
    return (int)PASS(SYS_fchownat, folder, path, owner, group, flags);
}

int chown(const char *path, uid_t owner, gid_t group)
{
    return fchownat(AT_FDCWD, path, owner, group, 0);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    RETURN_IF_FAILS(judge_fd("chown", fd, TRAIT_NONE));
    return (int)PASS(SYS_fchown, fd, owner, group);
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    RETURN_IF_FAILS(judge_fd("connect", fd, TRAIT_NONE));
    return (int)PASS(SYS_connect, fd, address.__sockaddr__, length);
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, __CONST_SOCKADDR_ARG address,
               socklen_t address_length)
{
    enum verdict verdict = judge_fd("send", fd, TRAIT_WRITES);
    RETURN_IF_FAILS(verdict);
    if (verdict == VERDICT_TEAR) {
        PASS(SYS_sendto, fd, data, length / 2, flags, address.__sockaddr__, address_length);
        die();
    }
    return PASS(SYS_sendto, fd, data, length, flags, address.__sockaddr__, address_length);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    return sendto(fd, data, length, flags, (__CONST_SOCKADDR_ARG){NULL}, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    RETURN_IF_FAILS(judge_fd("sendmsg", fd, TRAIT_NONE));
    return PASS(SYS_sendmsg, fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    RETURN_IF_FAILS(judge_fd("sendmmsg", fd, TRAIT_NONE));
    return (int)PASS(SYS_sendmmsg, fd, messages, count, flags);
}
