/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diagnostics.h"

struct diagnostics {
    GPtrArray *entries;               /* struct diagnostic */
    GHashTable *ranks;                /* const struct text -> its rank in the order met, from 1 */
    GPtrArray *kept;                  /* struct text: owned */
    GHashTable *seen;                 /* code and place of all entries */
    guint told[SEVERITY_WARNING + 1]; /* of each severity, also those that weren't kept */
    struct secrets *secrets;          /* NULL: none */
    bool sorted;
    bool last_is_kept; /* the message added last is the last entry */
};

static void diagnostic_free(gpointer pointer)
{
    struct diagnostic *entry = pointer;
    g_free(entry->message);
    g_free(entry->hint);
    g_free(entry->related_hint);
    g_free(entry);
}

static guint diagnostic_hash(gconstpointer pointer)
{
    const struct diagnostic *entry = pointer;
    return (guint)entry->code * 31 + entry->at.offset + g_direct_hash(entry->at.text);
}

static gboolean diagnostic_equal(gconstpointer left, gconstpointer right)
{
    const struct diagnostic *a = left;
    const struct diagnostic *b = right;
    return a->code == b->code && a->at.text == b->at.text && a->at.offset == b->at.offset &&
           a->at.length == b->at.length && (a->at.text || g_str_equal(a->message, b->message));
}

static void kept_free(gpointer text)
{
    text_free(text);
}

struct diagnostics *diagnostics_new(void)
{
    struct diagnostics *list = g_new0(struct diagnostics, 1);
    list->entries = g_ptr_array_new_with_free_func(diagnostic_free);
    list->ranks = g_hash_table_new(NULL, NULL);
    list->kept = g_ptr_array_new_with_free_func(kept_free);
    list->seen = g_hash_table_new(diagnostic_hash, diagnostic_equal);
    return list;
}

void diagnostics_free(struct diagnostics *list)
{
    if (!list)
        return;
    g_hash_table_unref(list->seen);
    g_ptr_array_unref(list->entries);
    g_hash_table_unref(list->ranks);
    g_ptr_array_unref(list->kept);
    secrets_free(list->secrets);
    g_free(list);
}

/* A key only: nothing is changed through it. */
static gpointer text_key(const struct text *text)
{
    return (gpointer)(guintptr)text;
}

static void mask(const struct secrets *secrets, char **text)
{
    if (!*text)
        return;
    char *masked = secrets_mask(secrets, *text);
    g_free(*text);
    *text = masked;
}

static void mask_entry(const struct diagnostics *list, struct diagnostic *entry)
{
    if (!list->secrets)
        return;
    mask(list->secrets, &entry->message);
    mask(list->secrets, &entry->hint);
    mask(list->secrets, &entry->related_hint);
}

void diagnostics_hide(struct diagnostics *list, const struct secrets *secrets)
{
    if (!list->secrets)
        list->secrets = secrets_new();
    secrets_add_all(list->secrets, secrets);
    for (guint i = 0; i < list->entries->len; i++)
        mask_entry(list, g_ptr_array_index(list->entries, i));
}

const struct secrets *diagnostics_secrets(const struct diagnostics *list)
{
    return list->secrets;
}

void diagnostics_add(struct diagnostics *list, enum code code, struct span at, const char *hint,
                     const char *format, ...)
{
    const struct code_info *info = code_info(code);
    enum severity severity = info ? info->severity : SEVERITY_ERROR;
    list->last_is_kept = false;
    if (list->told[severity] >= DIAGNOSTICS_KEPT) {
        list->told[severity]++;
        return;
    }
    struct diagnostic *entry = g_new0(struct diagnostic, 1);
    entry->code = code;
    entry->severity = severity;
    entry->at = at;
    entry->hint = g_strdup(hint);
    va_list arguments;
    va_start(arguments, format);
    entry->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    mask_entry(list, entry);
    if (g_hash_table_contains(list->seen, entry)) {
        diagnostic_free(entry);
        return;
    }
    g_hash_table_add(list->seen, entry);
    g_ptr_array_add(list->entries, entry);
    list->told[severity]++;
    list->sorted = false;
    list->last_is_kept = true;
    if (at.text && !g_hash_table_contains(list->ranks, at.text))
        g_hash_table_insert(list->ranks, text_key(at.text),
                            GUINT_TO_POINTER(g_hash_table_size(list->ranks) + 1));
}

void diagnostics_relate(struct diagnostics *list, struct span related, const char *hint)
{
    if (!list->last_is_kept)
        return;
    g_return_if_fail(!list->sorted);
    struct diagnostic *last = g_ptr_array_index(list->entries, list->entries->len - 1);
    last->related = related;
    g_free(last->related_hint);
    last->related_hint = g_strdup(hint);
    mask_entry(list, last);
}

void diagnostics_keep(struct diagnostics *list, struct text *text)
{
    g_ptr_array_add(list->kept, text);
}

guint diagnostics_errors(const struct diagnostics *list)
{
    return list->told[SEVERITY_ERROR];
}

guint diagnostics_warnings(const struct diagnostics *list)
{
    return list->told[SEVERITY_WARNING];
}

guint diagnostics_count(const struct diagnostics *list)
{
    return list->entries->len;
}

static guint text_rank(const struct diagnostics *list, const struct text *text)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(list->ranks, text));
}

static gint compare_entries(gconstpointer left, gconstpointer right, gpointer user_data)
{
    const struct diagnostic *a = *(const struct diagnostic *const *)left;
    const struct diagnostic *b = *(const struct diagnostic *const *)right;
    guint rank_a = text_rank(user_data, a->at.text);
    guint rank_b = text_rank(user_data, b->at.text);
    if (rank_a != rank_b)
        return rank_a < rank_b ? -1 : 1;
    if (a->at.offset != b->at.offset)
        return a->at.offset < b->at.offset ? -1 : 1;
    return (gint)a->severity - (gint)b->severity;
}

const struct diagnostic *diagnostics_get(struct diagnostics *list, guint index)
{
    if (!list->sorted)
        g_ptr_array_sort_with_data(list->entries, compare_entries, list);
    list->sorted = true;
    return g_ptr_array_index(list->entries, index);
}
