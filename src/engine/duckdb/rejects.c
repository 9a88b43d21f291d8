/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/rejects.h"

#include "base/file.h"
#include "base/quantity.h"
#include "engine/duckdb/copy.h"
#include "engine/duckdb/hive.h"
#include "engine/duckdb/records.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One given file. */
struct source_file {
    FILE *copy;          /* NULL: read as it is */
    GHashTable *misfits; /* guint64 (of struct misfit) -> struct misfit */
    guint64 broken;      /* records that can't be read */
};

struct rejects {
    const struct relation *given;
    struct relation *clean;
    struct source_file *files; /* as many as the relation has */
    char *folder;              /* of the copies */
    guint64 records;           /* of all files */
    guint64 count;             /* of those, rejected */
    guint64 most;              /* max_errors */
    bool may_reject;
    char *first; /* the first reject: place and problem */
};

/* Of what is only read, or was flushed before. */
static void close_stream(FILE *stream)
{
    (void)fclose(stream);
}

static const char *text_of(const struct relation *relation, const char *name)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? setting->text : NULL;
}

static bool may_reject(const struct relation *relation)
{
    return g_strcmp0(text_of(relation, "ignore_errors"), "true") == 0 ||
           relation_get(relation, "max_errors") || relation_get(relation, "rejects_file");
}

static bool needs_copies(const struct relation *relation)
{
    const char *comment = text_of(relation, "comment");
    return (comment && *comment) || g_strcmp0(text_of(relation, "encoding"), "utf-16") == 0;
}

bool rejects_wanted(const struct relation *relation)
{
    return may_reject(relation) || needs_copies(relation);
}

static void misfit_free(gpointer data)
{
    struct misfit *misfit = data;
    g_free(misfit->column);
    g_free(misfit->type);
    g_free(misfit->value);
    g_free(misfit);
}

void rejects_free(struct rejects *rejects)
{
    if (!rejects)
        return;
    for (guint i = 0; i < rejects->given->paths->len; i++) {
        struct source_file *file = &rejects->files[i];
        g_clear_pointer(&file->copy, close_stream);
        g_hash_table_unref(file->misfits);
    }
    relation_free(rejects->clean);
    g_free(rejects->files);
    g_free(rejects->folder);
    g_free(rejects->first);
    g_free(rejects);
}

static const char *path_of(const struct rejects *rejects, guint file)
{
    return g_ptr_array_index(rejects->given->paths, file);
}

/* Counts one more and remembers the first. */
static bool reject(struct rejects *rejects, guint file, guint64 line, const char *problem,
                   GError **error)
{
    if (!rejects->first)
        rejects->first = g_strdup_printf("%s, line %" G_GUINT64_FORMAT ": %s",
                                         path_of(rejects, file), line, problem);
    if (!rejects->may_reject) {
        error_set(error, ERROR_DATA, "%s", rejects->first);
        return false;
    }
    if (++rejects->count <= rejects->most)
        return true;
    error_set(error, ERROR_DATA,
              "more records can't be read than max_errors (%" G_GUINT64_FORMAT
              ") allows; the first: %s",
              rejects->most, rejects->first);
    return false;
}

/* What is told of each record of a file: its problem, a text, or a value that doesn't fit; neither
 * when it is fine. False ends the walk. */
struct visit {
    struct rejects *rejects;
    guint file;
    bool (*record)(struct visit *visit, const struct record *record, const char *problem,
                   const struct misfit *misfit, GError **error);
    FILE *out;      /* of the function */
    guint64 wanted; /* of the function */
    guint64 found;  /* of the function */
};

static void copy_line(FILE *out, const char *text, gsize length)
{
    fwrite(text, 1, length, out);
    putc('\n', out);
}

static bool copy_record(struct visit *visit, const struct record *record, const char *problem,
                        const struct misfit *misfit, GError **error)
{
    (void)error;
    if (!problem && !misfit)
        copy_line(visit->out, record->text, record->length);
    return true;
}

static void copy_header(const struct visit *visit, const struct records *records)
{
    gsize length;
    const char *header = records_header(records, &length);
    if (length > 0)
        copy_line(visit->out, header, length);
}

static bool visit_record(struct visit *visit, const struct records *records,
                         const struct record *record, guint64 *readable, GError **error)
{
    GHashTable *misfits = visit->rejects->files[visit->file].misfits;
    g_autofree char *problem = record->problem ? records_problem(records, record) : NULL;
    *readable += problem ? 0 : 1;
    const struct misfit *misfit = problem ? NULL : g_hash_table_lookup(misfits, readable);
    return visit->record(visit, record, problem, misfit, error);
}

static bool walk(struct visit *visit, GError **error)
{
    GError *failure = NULL;
    guint64 readable = 0;
    struct record record;
    AUTO(records) records = records_open(visit->rejects->given, visit->file, error);
    if (!records)
        return false;
    if (visit->record == copy_record)
        copy_header(visit, records);
    while (records_next(records, &record, &failure)) {
        if (!visit_record(visit, records, &record, &readable, error))
            return false;
    }
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

static bool count_record(struct visit *visit, const struct record *record, const char *problem,
                         const struct misfit *misfit, GError **error)
{
    (void)misfit;
    visit->rejects->records++;
    if (!problem)
        return true;
    visit->rejects->files[visit->file].broken++;
    return reject(visit->rejects, visit->file, record->line, problem, error);
}

static bool copy_file(struct rejects *rejects, guint index, GError **error)
{
    struct source_file *file = &rejects->files[index];
    g_clear_pointer(&file->copy, close_stream);
    file->copy = copy_open(rejects->folder, error);
    struct visit visit = {
        .rejects = rejects, .file = index, .record = copy_record, .out = file->copy};
    if (!file->copy || !walk(&visit, error))
        return false;
    if (!copy_flush(file->copy, rejects->folder, error))
        return false;
    g_free(g_ptr_array_index(rejects->clean->paths, index));
    g_ptr_array_index(rejects->clean->paths, index) = copy_path(file->copy);
    return true;
}

/* How the copies are written. */
static void set_plain(struct relation *clean)
{
    static const struct {
        const char *name;
        enum setting_kind kind;
        const char *text;
    } plain[] = {
        {"encoding", SETTING_TEXT, "utf-8"},
        {"compression", SETTING_TEXT, "none"},
        {"skip", SETTING_INTEGER, "0"},
        {"comment", SETTING_TEXT, ""},
        {"ignore_errors", SETTING_BOOLEAN, "false"},
        {"new_line", SETTING_TEXT, "\\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++)
        relation_set(clean, plain[i].name, plain[i].kind, plain[i].text);
}

/* All of them, since they are read with one set of options. */
bool rejects_filter(struct rejects *rejects, GError **error)
{
    if (rejects->count == 0 && !needs_copies(rejects->given))
        return true;
    hive_hide(rejects->clean);
    set_plain(rejects->clean);
    for (guint i = 0; i < rejects->given->paths->len; i++) {
        if (!copy_file(rejects, i, error))
            return false;
    }
    return true;
}

struct rejects *rejects_new(struct session *session, const struct relation *relation,
                            GError **error)
{
    const char *most = text_of(relation, "max_errors");
    AUTO(rejects) rejects = g_new0(struct rejects, 1);
    rejects->given = relation;
    rejects->clean = relation_copy(relation);
    rejects->files = g_new0(struct source_file, relation->paths->len);
    rejects->folder = copy_folder(session);
    rejects->may_reject = may_reject(relation);
    rejects->most = most ? g_ascii_strtoull(most, NULL, 10) : G_MAXUINT64;
    for (guint i = 0; i < relation->paths->len; i++)
        rejects->files[i].misfits =
            g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, misfit_free);
    for (guint i = 0; i < relation->paths->len; i++) {
        struct visit visit = {.rejects = rejects, .file = i, .record = count_record};
        if (!walk(&visit, error))
            return NULL;
    }
    return rejects_filter(rejects, error) ? g_steal_pointer(&rejects) : NULL;
}

const struct relation *rejects_relation(const struct rejects *rejects)
{
    return rejects->clean;
}

bool rejects_has_copies(const struct rejects *rejects)
{
    return rejects->files[0].copy != NULL;
}

const struct relation *rejects_given(const struct rejects *rejects)
{
    return rejects->given;
}

static char *misfit_text(const struct misfit *misfit)
{
    return g_strdup_printf("column %s: '%s' is not exactly a %s", misfit->column, misfit->value,
                           misfit->type);
}

bool rejects_add(struct rejects *rejects, guint file, const struct misfit *misfit, GError **error)
{
    struct misfit *copy = g_memdup2(misfit, sizeof *misfit);
    const bool is_first = !rejects->first;
    const guint64 line = is_first ? rejects_line(rejects, file, copy->record) : 0;
    g_autofree char *problem = is_first ? misfit_text(copy) : g_strdup("");
    g_hash_table_insert(rejects->files[file].misfits, &copy->record, copy);
    return reject(rejects, file, line, problem, error);
}

char *rejects_filename(const struct rejects *rejects, const char *name)
{
    return copy_filename(rejects->given, rejects->clean, name);
}

guint64 rejects_count(const struct rejects *rejects)
{
    return rejects->count;
}

static bool find_record(struct visit *visit, const struct record *record, const char *problem,
                        const struct misfit *misfit, GError **error)
{
    (void)error;
    if (problem || misfit || --visit->wanted > 0)
        return true;
    visit->found = record->line;
    return false;
}

guint64 rejects_line(struct rejects *rejects, guint file, guint64 record)
{
    struct visit visit = {
        .rejects = rejects, .file = file, .record = find_record, .wanted = record};
    g_autoptr(GError) ignored = NULL;
    (void)!walk(&visit, &ignored);
    return visit.found;
}

/* A field in quotes. */
static void put_field(FILE *out, const char *text, gsize length)
{
    putc('"', out);
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '"')
            putc('"', out);
        putc(text[i], out);
    }
    putc('"', out);
}

static bool write_record(struct visit *visit, const struct record *record, const char *problem,
                         const struct misfit *misfit, GError **error)
{
    (void)error;
    if (!problem && !misfit)
        return true;
    g_autofree char *about =
        misfit ? g_strdup_printf("not exactly a %s", misfit->type) : g_strdup(problem);
    const char *path = path_of(visit->rejects, visit->file);
    put_field(visit->out, path, strlen(path));
    fprintf(visit->out, ",%" G_GUINT64_FORMAT ",", record->line);
    if (misfit)
        put_field(visit->out, misfit->column, strlen(misfit->column));
    putc(',', visit->out);
    if (misfit)
        put_field(visit->out, misfit->value, strlen(misfit->value));
    putc(',', visit->out);
    put_field(visit->out, about, strlen(about));
    putc(',', visit->out);
    put_field(visit->out, record->text, record->length);
    putc('\n', visit->out);
    return true;
}

static bool write_files(struct rejects *rejects, FILE *out, GError **error)
{
    fputs("file,line,column,value,error,record\n", out);
    for (guint i = 0; rejects->count > 0 && i < rejects->given->paths->len; i++) {
        struct visit visit = {.rejects = rejects, .file = i, .record = write_record, .out = out};
        if (!walk(&visit, error))
            return false;
    }
    return true;
}

bool rejects_write(struct rejects *rejects, GError **error)
{
    const char *path = text_of(rejects->given, "rejects_file");
    if (!path)
        return true;
    struct output output = {0};
    g_autofree char *token = token_new();
    if (!output_init(&output, path, token, error))
        return false;
    FILE *out = fopen(output.temporary, "we");
    bool written = !out || write_files(rejects, out, error);
    if (written && (!out || fflush(out) != 0 || ferror(out))) {
        error_set_errno(error, errno, "can't write '%s'", path);
        written = false;
    }
    g_clear_pointer(&out, close_stream);
    written = written && output_commit(&output, error);
    output_clear(&output);
    return written;
}

char *rejects_note(const struct rejects *rejects)
{
    if (rejects->count == 0)
        return NULL;
    g_autofree char *count = count_format(rejects->count);
    g_autofree char *records = count_format(rejects->records);
    const char *path = text_of(rejects->given, "rejects_file");
    return g_strdup_printf("%s of %s records left out, the first: %s%s%s%s", count, records,
                           rejects->first, path ? " (all are in " : "", path ? path : "",
                           path ? ")" : "");
}
