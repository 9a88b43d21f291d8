/* SPDX-License-Identifier: Apache-2.0 */
#include "project/profile_value.h"

#include "base/choice.h"
#include "base/quantity.h"
#include "project/mask.h"
#include "project/yaml_value.h"

#include <string.h>

/* A scalar with the environment filled in. */
struct scalar {
    enum value_kind kind;
    char *text; /* NULL: a mistake, already said */
};

char *profile_expand(const struct project *project, const char *text, char **out_missing)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = text; *at; at++) {
        const char *end = g_str_has_prefix(at, "${") ? strchr(at, '}') : NULL;
        if (g_str_has_prefix(at, "\\${")) {
            g_string_append(out, "${");
            at += 2;
            continue;
        }
        if (!end) {
            g_string_append_c(out, *at);
            continue;
        }
        g_autofree char *inner = g_strndup(at + 2, (gsize)(end - at - 2));
        char *bar = strchr(inner, '|');
        if (bar)
            *bar = '\0';
        g_strstrip(inner);
        const char *value = project_environment(inner, (void *)(guintptr)project);
        if (!value && !bar) {
            *out_missing = g_steal_pointer(&inner);
            return NULL;
        }
        g_string_append(out, value ? value : bar + 1);
        at = end;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

bool profile_wrong_type(struct profile_reader *reader, const struct member *member,
                        const char *expected)
{
    diagnostics_add(reader->diagnostics, SF_PROFILE_TYPE, member->value->span, NULL,
                    "'%s' takes %s, this is %s", member->key, expected,
                    value_kind_name(member->value->kind));
    return false;
}

static bool bad_value(struct profile_reader *reader, const struct member *member, const char *hint,
                      const char *expected, const char *text)
{
    diagnostics_add(reader->diagnostics, SF_PROFILE_VALUE, member->value->span, hint,
                    "'%s' takes %s, not '%s'", member->key, expected, text);
    return false;
}

static char *fill_in(struct profile_reader *reader, const struct value *value)
{
    g_autofree char *missing = NULL;
    char *text = profile_expand(reader->project, value->text, &missing);
    if (!text)
        diagnostics_add(reader->diagnostics, SF_PROFILE_ENVIRONMENT, value->span,
                        "set it, or write it into .env", "the environment has no variable '%s'",
                        missing);
    return text;
}

static struct scalar read_scalar(struct profile_reader *reader, const struct member *member,
                                 const char *expected)
{
    const struct value *value = member->value;
    if (!value->text) {
        profile_wrong_type(reader, member, expected);
        return (struct scalar){.text = NULL};
    }
    if (!strstr(value->text, "${"))
        return (struct scalar){.kind = value->kind, .text = g_strdup(value->text)};
    char *text = fill_in(reader, value);
    return (struct scalar){.kind = text ? yaml_scalar_kind(text) : VALUE_NULL, .text = text};
}

static bool set_text(struct profile_reader *reader, const struct profile_key *key,
                     const struct member *member, gpointer field)
{
    (void)key;
    struct scalar scalar = read_scalar(reader, member, "a string");
    if (!scalar.text)
        return false;
    g_autofree char *text = scalar.text;
    if (scalar.kind == VALUE_BOOLEAN)
        return profile_wrong_type(reader, member, "a string");
    if (!*text)
        return bad_value(reader, member, NULL, "a string", text);
    g_free(*(char **)field);
    *(char **)field = g_steal_pointer(&text);
    return true;
}

static bool set_size(struct profile_reader *reader, const struct profile_key *key,
                     const struct member *member, gpointer field)
{
    const char *const expected = "a size such as 2GB";
    (void)key;
    g_autofree char *text = read_scalar(reader, member, expected).text;
    gint64 bytes = 0;
    if (!text)
        return false;
    if (!size_parse(text, &bytes) || bytes < 1)
        return bad_value(reader, member, NULL, expected, text);
    const bool has_unit = strspn(text, "0123456789.") < strlen(text);
    g_free(*(char **)field);
    *(char **)field = g_strconcat(text, has_unit ? "" : "B", NULL);
    return true;
}

static bool set_count(struct profile_reader *reader, const struct profile_key *key,
                      const struct member *member, gpointer field)
{
    g_autofree char *expected =
        g_strdup_printf("a whole number from %d to %d", key->minimum, key->maximum);
    const struct scalar scalar = read_scalar(reader, member, expected);
    g_autofree char *text = scalar.text;
    gint64 number = 0;
    if (!text)
        return false;
    if (scalar.kind != VALUE_NUMBER)
        return profile_wrong_type(reader, member, expected);
    if (!g_ascii_string_to_signed(text, 10, key->minimum, key->maximum, &number, NULL))
        return bad_value(reader, member, NULL, expected, text);
    *(gint *)field = (gint)number;
    return true;
}

static bool set_duration(struct profile_reader *reader, const struct profile_key *key,
                         const struct member *member, gpointer field)
{
    const char *const expected = "a duration such as 500ms or 1.5s";
    (void)key;
    g_autofree char *text = read_scalar(reader, member, expected).text;
    if (!text)
        return false;
    return duration_parse(text, field) || bad_value(reader, member, NULL, expected, text);
}

const char *profile_word(struct profile_reader *reader, const struct profile_key *key,
                         const struct member *member)
{
    g_autofree char *list = choice_list(key->words);
    g_autofree char *expected = g_strdup_printf("one of %s", list);
    g_autofree char *text = read_scalar(reader, member, expected).text;
    if (!text)
        return NULL;
    const char *word = choice_find(key->words, text);
    if (!word) {
        g_autofree char *hint = choice_hint(key->words, text);
        bad_value(reader, member, hint, expected, text);
    }
    return word;
}

static bool set_word(struct profile_reader *reader, const struct profile_key *key,
                     const struct member *member, gpointer field)
{
    const char *word = profile_word(reader, key, member);
    if (!word)
        return false;
    g_free(*(char **)field);
    *(char **)field = g_strdup(word);
    return true;
}

static bool set_texts(struct profile_reader *reader, const struct profile_key *key,
                      const struct member *member, gpointer field)
{
    (void)key;
    GPtrArray *texts = *(GPtrArray **)field;
    const struct value *value = member->value;
    if (value->kind != VALUE_LIST && value->kind != VALUE_STRING)
        return profile_wrong_type(reader, member, "a list of strings");
    const guint count = value->kind == VALUE_LIST ? value->items->len : 1;
    for (guint i = 0; i < count; i++) {
        const struct value *item = value->kind == VALUE_LIST ? value->items->pdata[i] : value;
        if (item->kind != VALUE_STRING)
            return profile_wrong_type(reader, member, "a list of strings");
        char *text = fill_in(reader, item);
        if (!text)
            return false;
        g_ptr_array_add(texts, text);
    }
    return true;
}

bool profile_set(struct profile_reader *reader, const struct profile_key *key,
                 const struct member *member)
{
    static bool (*const setters[])(struct profile_reader *, const struct profile_key *,
                                   const struct member *, gpointer) = {
        [PROFILE_TEXT] = set_text,         [PROFILE_SIZE] = set_size, [PROFILE_COUNT] = set_count,
        [PROFILE_DURATION] = set_duration, [PROFILE_WORD] = set_word, [PROFILE_TEXTS] = set_texts,
    };
    return setters[key->kind](reader, key, member, G_STRUCT_MEMBER_P(reader->profile, key->offset));
}
