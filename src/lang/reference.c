/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/reference.h"

#include <string.h>

struct reader {
    const char *at;
    const char *end;
    const char *problem;
};

static bool fail(struct reader *reader, const char *problem)
{
    reader->problem = problem;
    return false;
}

static char next(const struct reader *reader)
{
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool is_name_start(char c)
{
    return g_ascii_isalpha(c) || c == '_' || (guchar)c >= 0x80;
}

static void pass_blanks(struct reader *reader)
{
    while (next(reader) == ' ' || next(reader) == '\t')
        reader->at++;
}

static char *read_name(struct reader *reader)
{
    const char *start = reader->at;
    if (!is_name_start(next(reader)))
        return NULL;
    while (is_name_start(next(reader)) || g_ascii_isdigit(next(reader)) || next(reader) == '$')
        reader->at++;
    return g_strndup(start, (gsize)(reader->at - start));
}

static const struct {
    const char *name;
    enum reference_form form;
} forms[] = {
    {":ident", FORM_IDENTIFIER},
    {":literal", FORM_LITERAL},
    {":raw", FORM_RAW},
};

static bool read_form(struct reader *reader, enum reference_form *out_form)
{
    pass_blanks(reader);
    g_autofree char *name = read_name(reader);
    for (guint i = 0; name && i < G_N_ELEMENTS(forms); i++) {
        if (g_str_equal(name, forms[i].name + 1)) {
            *out_form = forms[i].form;
            return true;
        }
    }
    return fail(reader, "has a form that isn't known: there are :ident, :literal and :raw");
}

/* A default in quotes: in ".." a backslash stands before a quote or backslash, in '..' the quote is
 * doubled. */
static bool read_quoted(struct reader *reader, GString *out)
{
    char quote = *reader->at++;
    for (; reader->at < reader->end; reader->at++) {
        char c = *reader->at;
        char following = reader->at + 1 < reader->end ? reader->at[1] : '\0';
        bool is_pair = quote == '"' ? c == '\\' && (following == '"' || following == '\\')
                                    : c == '\'' && following == '\'';
        if (is_pair) {
            c = following;
            reader->at++;
        } else if (c == quote) {
            reader->at++;
            pass_blanks(reader);
            return true;
        }
        g_string_append_c(out, c);
    }
    return fail(reader, "has a default whose quote isn't closed");
}

static bool read_bare(struct reader *reader, GString *out)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at != '}' && *reader->at != '\n') {
        if (*reader->at == '{')
            return fail(reader, "holds a brace in its default: put the default in double quotes");
        reader->at++;
    }
    g_string_append_len(out, start, reader->at - start);
    g_strchomp(out->str);
    g_string_set_size(out, strlen(out->str));
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (g_str_has_suffix(out->str, forms[i].name))
            return fail(reader, "has its form behind the default: write ${name:form|default}");
    }
    return true;
}

static bool read_fallback(struct reader *reader, char **out_fallback)
{
    g_autoptr(GString) text = g_string_new(NULL);
    pass_blanks(reader);
    bool is_quoted = next(reader) == '"' || next(reader) == '\'';
    if (!(is_quoted ? read_quoted(reader, text) : read_bare(reader, text)))
        return false;
    if (strstr(text->str, "${"))
        return fail(reader, "has another variable as its default: SET that one first");
    *out_fallback = g_strdup(text->str);
    return true;
}

static bool read_reference(struct reader *reader, struct reference *reference)
{
    pass_blanks(reader);
    reference->name = read_name(reader);
    if (!reference->name)
        return fail(reader, "has no name: a letter or underscore, then letters and digits");
    pass_blanks(reader);
    if (next(reader) == ':') {
        reader->at++;
        if (!read_form(reader, &reference->form))
            return false;
        pass_blanks(reader);
    }
    if (next(reader) == '|') {
        reader->at++;
        if (!read_fallback(reader, &reference->fallback))
            return false;
    }
    if (next(reader) == '}') {
        reader->at++;
        return true;
    }
    if (reader->at == reader->end || *reader->at == '\n')
        return fail(reader, "isn't closed: its `}` is missing");
    return fail(reader, "isn't of the form ${name}, ${name|default} or ${name:form}");
}

bool reference_parse(struct reference *reference, const char *text, gsize length,
                     const char **out_problem)
{
    struct reader reader = {.at = text + 2, .end = text + length};
    *reference = (struct reference){.form = FORM_BY_PLACE};
    if (read_reference(&reader, reference)) {
        reference->length = (gsize)(reader.at - text);
        return true;
    }
    *out_problem = reader.problem;
    reference_clear(reference);
    return false;
}

void reference_clear(struct reference *reference)
{
    g_free(reference->name);
    g_free(reference->fallback);
    *reference = (struct reference){0};
}

GPtrArray *reference_names(const char *text, gsize length)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char *end = text + length;
    const char *at = text;
    while ((at = memmem(at, (gsize)(end - at), "${", 2))) {
        struct reference reference;
        const char *problem = NULL;
        bool is_literal = at > text && at[-1] == '\\';
        if (is_literal || !reference_parse(&reference, at, (gsize)(end - at), &problem)) {
            at += 2;
            continue;
        }
        at += reference.length;
        if (!g_hash_table_contains(seen, reference.name)) {
            g_hash_table_add(seen, reference.name);
            g_ptr_array_add(names, g_steal_pointer(&reference.name));
        }
        reference_clear(&reference);
    }
    return names;
}
