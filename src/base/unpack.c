/* SPDX-License-Identifier: Apache-2.0 */
#include "base/unpack.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* One way of packing. */
struct method {
    const char *name;
    const char *extension;
    bool (*open)(struct unpack *unpack, GError **error);
    bool (*read)(struct unpack *unpack, char *data, gsize length, gsize *out_length,
                 GError **error);
};

struct unpack {
    const struct method *method;
    char *path;
    int fd;      /* owned by `gzip`, once that is there */
    gzFile gzip; /* NULL: another method */
    ZSTD_DStream *zstd;
    char *input; /* zstd: packed bytes, ZSTD_DStreamInSize of them */
    ZSTD_inBuffer rest;
    bool in_frame; /* zstd: its end was not seen yet */
    bool holds;    /* zstd: there may be more to take out before more is put in */
};

static bool fail_errno(const struct unpack *unpack, GError **error)
{
    error_set_errno(error, errno, "%s", unpack->path);
    return false;
}

static bool fail_broken(const struct unpack *unpack, const char *why, GError **error)
{
    error_set(error, ERROR_DATA, "%s: not a whole %s file (%s)", unpack->path, unpack->method->name,
              why);
    return false;
}

static bool read_plain(struct unpack *unpack, char *data, gsize length, gsize *out_length,
                       GError **error)
{
    gsize total = 0;
    while (total < length) {
        gssize got = read(unpack->fd, data + total, length - total);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(unpack, error);
        if (got == 0)
            break;
        total += (gsize)got;
    }
    *out_length = total;
    return true;
}

static bool open_gzip(struct unpack *unpack, GError **error)
{
    unpack->gzip = gzdopen(unpack->fd, "rb");
    if (!unpack->gzip)
        return fail_errno(unpack, error);
    unpack->fd = -1;
    gzbuffer(unpack->gzip, 256 * 1024);
    return true;
}

static bool read_gzip(struct unpack *unpack, char *data, gsize length, gsize *out_length,
                      GError **error)
{
    int got = gzread(unpack->gzip, data, (unsigned)MIN(length, G_MAXINT));
    int code = Z_OK;
    const char *message = gzerror(unpack->gzip, &code);
    if (gzdirect(unpack->gzip))
        return fail_broken(unpack, "no gzip header", error);
    if (got < 0 && code == Z_ERRNO)
        return fail_errno(unpack, error);
    if (got < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR)
        return fail_broken(unpack, message, error);
    *out_length = (gsize)got;
    return true;
}

static bool open_zstd(struct unpack *unpack, GError **error)
{
    (void)error;
    unpack->zstd = ZSTD_createDStream();
    unpack->input = g_malloc(ZSTD_DStreamInSize());
    unpack->in_frame = true; /* a file of no bytes isn't one */
    return true;
}

/* More packed bytes; false also at the file's end, where *error stays as it is if it may end so. */
static bool fill_zstd(struct unpack *unpack, GError **error)
{
    gsize got = 0;
    if (!read_plain(unpack, unpack->input, ZSTD_DStreamInSize(), &got, error))
        return false;
    unpack->rest = (ZSTD_inBuffer){.src = unpack->input, .size = got};
    return got > 0 || (unpack->in_frame && fail_broken(unpack, "it ends too early", error));
}

static bool read_zstd(struct unpack *unpack, char *data, gsize length, gsize *out_length,
                      GError **error)
{
    ZSTD_outBuffer out = {.dst = data, .size = length};
    g_autoptr(GError) failure = NULL;
    while (out.pos < out.size) {
        const bool is_empty = unpack->rest.pos == unpack->rest.size;
        if (is_empty && !unpack->holds && !fill_zstd(unpack, &failure))
            break;
        const gsize left = ZSTD_decompressStream(unpack->zstd, &out, &unpack->rest);
        if (ZSTD_isError(left))
            return fail_broken(unpack, ZSTD_getErrorName(left), error);
        unpack->in_frame = left > 0;
        unpack->holds = left > 0 && out.pos == out.size;
    }
    *out_length = out.pos;
    if (!failure)
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static const struct method methods[] = {
    {"none", NULL, NULL, read_plain},
    {"gzip", ".gz", open_gzip, read_gzip},
    {"zstd", ".zst", open_zstd, read_zstd},
};

gsize path_stem_length(const char *path)
{
    const gsize length = strlen(path);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        const char *extension = methods[i].extension;
        const gsize size = extension ? strlen(extension) : 0;
        if (size > 0 && length > size && g_ascii_strcasecmp(path + length - size, extension) == 0)
            return length - size;
    }
    return length;
}

const char *path_compression(const char *path, const char *option)
{
    if (option && strcmp(option, "auto") != 0)
        return option;
    const char *extension = path + path_stem_length(path);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (methods[i].extension && g_ascii_strcasecmp(extension, methods[i].extension) == 0)
            return methods[i].name;
    }
    return "none";
}

struct unpack *unpack_open(const char *path, const char *compression, GError **error)
{
    gsize index = 0;
    while (index + 1 < G_N_ELEMENTS(methods) && strcmp(methods[index].name, compression) != 0)
        index++;
    AUTO(unpack) unpack = g_new0(struct unpack, 1);
    unpack->method = &methods[index];
    unpack->path = g_strdup(path);
    unpack->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (unpack->fd < 0) {
        fail_errno(unpack, error);
        return NULL;
    }
    if (unpack->method->open && !unpack->method->open(unpack, error))
        return NULL;
    return g_steal_pointer(&unpack);
}

void unpack_close(struct unpack *unpack)
{
    if (!unpack)
        return;
    if (unpack->gzip)
        gzclose_r(unpack->gzip);
    if (unpack->fd >= 0)
        close(unpack->fd);
    ZSTD_freeDStream(unpack->zstd);
    g_free(unpack->input);
    g_free(unpack->path);
    g_free(unpack);
}

bool unpack_read(struct unpack *unpack, char *data, gsize length, gsize *out_length, GError **error)
{
    return unpack->method->read(unpack, data, length, out_length, error);
}
