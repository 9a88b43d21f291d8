/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsonsame.h"

#include "base/auto.h"
#include "engine/duckdb/field.h"
#include "engine/duckdb/scalar.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 500, FLOAT_DIGITS = 7 };

/* What is left of a text. */
struct rest {
    const char *at;
    const char *end;
};

/* A string, a number or a word. */
struct atom {
    char *text;
    bool is_string;
};

struct member {
    char *key;
    struct rest value;
};

static bool same_value(struct rest *left, struct rest *right, guint depth);

static char look(struct rest *rest)
{
    while (rest->at < rest->end && strchr(" \t\r\n,:", *rest->at) && *rest->at)
        rest->at++;
    return rest->at < rest->end ? *rest->at : '\0';
}

static void atom_clear(struct atom *atom)
{
    g_free(atom->text);
}

/* The length of the string, number or word that stands there. */
static gsize atom_length(const struct rest *rest)
{
    const char *at = rest->at;
    if (*at != '"') {
        while (at < rest->end && *at && !strchr(" \t\r\n,:{}[]\"", *at))
            at++;
        return MAX((gsize)(at - rest->at), 1);
    }
    for (at++; at < rest->end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < rest->end ? 1 : 0;
    return (gsize)(MIN(at + 1, rest->end) - rest->at);
}

static struct atom take_atom(struct rest *rest)
{
    const gsize length = atom_length(rest);
    struct atom atom = {.is_string = *rest->at == '"'};
    json_t *string = atom.is_string ? json_loadb(rest->at, length, JSON_DECODE_ANY, NULL) : NULL;
    atom.text = string ? g_strdup(json_string_value(string)) : g_strndup(rest->at, length);
    json_decref(string);
    rest->at += length;
    return atom;
}

static void skip_value(struct rest *rest)
{
    guint depth = 0;
    do {
        const char c = look(rest);
        if (!c)
            return;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        rest->at += c == '{' || c == '[' || c == '}' || c == ']' ? 1 : atom_length(rest);
    } while (depth > 0);
}

static void member_free(gpointer data)
{
    struct member *member = data;
    g_free(member->key);
    g_free(member);
}

static GPtrArray *take_members(struct rest *rest)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(member_free);
    rest->at++;
    while (look(rest) && *rest->at != '}') {
        struct member *member = g_new(struct member, 1);
        member->key = take_atom(rest).text;
        (void)look(rest);
        member->value = *rest;
        skip_value(rest);
        g_ptr_array_add(members, member);
    }
    rest->at += rest->at < rest->end ? 1 : 0;
    return members;
}

static struct member *find_member(const GPtrArray *members, const char *key)
{
    for (guint i = 0; i < members->len; i++) {
        struct member *member = g_ptr_array_index(members, i);
        if (strcmp(member->key, key) == 0)
            return member;
    }
    return NULL;
}

static bool is_null(const struct rest *rest)
{
    return rest->end - rest->at >= 4 && strncmp(rest->at, "null", 4) == 0;
}

/* What `left` has, `right` has too; and the other way round, when asked again. */
static bool has_all(const GPtrArray *left, const GPtrArray *right, guint depth)
{
    for (guint i = 0; i < left->len; i++) {
        const struct member *member = g_ptr_array_index(left, i);
        const struct member *other = find_member(right, member->key);
        struct rest one = member->value;
        struct rest two = other ? other->value : one;
        if (other ? !same_value(&one, &two, depth) : !is_null(&one))
            return false;
    }
    return true;
}

static bool same_object(struct rest *left, struct rest *right, guint depth)
{
    g_autoptr(GPtrArray) ours = take_members(left);
    g_autoptr(GPtrArray) theirs = take_members(right);
    if (!has_all(ours, theirs, depth))
        return false;
    for (guint i = 0; i < theirs->len; i++) {
        const struct member *member = g_ptr_array_index(theirs, i);
        if (!find_member(ours, member->key) && !is_null(&member->value))
            return false;
    }
    return true;
}

static bool same_array(struct rest *left, struct rest *right, guint depth)
{
    left->at++;
    right->at++;
    while (look(left) && look(right) && *left->at != ']' && *right->at != ']')
        if (!same_value(left, right, depth))
            return false;
    const bool is_end = look(left) == ']' && look(right) == ']';
    left->at += is_end;
    right->at += is_end;
    return is_end;
}

/* The digits that count, and the power of ten behind them; false for what is no number in JSON. */
static bool read_number(const char *text, GString *digits, gint64 *out_exponent)
{
    static const char form[] = "^-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,9})?$";
    if (!g_regex_match_simple(form, text, 0, 0))
        return false;
    const char *exponent = strpbrk(text, "eE");
    const char *point = strchr(text, '.');
    const char *end = exponent ? exponent : text + strlen(text);
    *out_exponent = exponent ? strtol(exponent + 1, NULL, 10) : 0;
    *out_exponent -= point ? end - point - 1 : 0;
    for (const char *at = text; at < end; at++)
        if (g_ascii_isdigit(*at) && (digits->len > 0 || *at != '0'))
            g_string_append_c(digits, *at);
    for (; digits->len > 0 && digits->str[digits->len - 1] == '0'; (*out_exponent)++)
        g_string_truncate(digits, digits->len - 1);
    return true;
}

/* A FLOAT is written with all digits of the double that it is. */
static bool same_float(const char *left, gsize digits, const char *right)
{
    const gdouble value = g_ascii_strtod(left, NULL);
    return digits <= FLOAT_DIGITS && fabs(value) <= (gdouble)G_MAXFLOAT &&
           (gdouble)(gfloat)value == g_ascii_strtod(right, NULL);
}

static bool same_number(const char *left, const char *right)
{
    g_autoptr(GString) ours = g_string_new(NULL);
    g_autoptr(GString) theirs = g_string_new(NULL);
    gint64 our_exponent = 0;
    gint64 their_exponent = 0;
    if (!read_number(left, ours, &our_exponent) || !read_number(right, theirs, &their_exponent))
        return false;
    if (ours->len == 0 || theirs->len == 0)
        return ours->len == theirs->len;
    return ((*left == '-') == (*right == '-') && our_exponent == their_exponent &&
            g_string_equal(ours, theirs)) ||
           same_float(left, ours->len, right);
}

static bool same_moment(const char *left, const char *right)
{
    bool (*const readings[])(const char *, gsize, gint64 *) = {field_instant, field_timestamp,
                                                               field_time};
    for (gsize i = 0; i < G_N_ELEMENTS(readings); i++) {
        gint64 ours = 0;
        gint64 theirs = 0;
        if (readings[i](left, strlen(left), &ours) && readings[i](right, strlen(right), &theirs))
            return ours == theirs;
    }
    return false;
}

static bool same_atom(struct rest *left, struct rest *right)
{
    __attribute__((cleanup(atom_clear))) struct atom ours = take_atom(left);
    __attribute__((cleanup(atom_clear))) struct atom theirs = take_atom(right);
    const bool is_missing = !ours.is_string && strcmp(ours.text, "null") == 0;
    if (is_missing || (!theirs.is_string && strcmp(theirs.text, "null") == 0))
        return is_missing && !theirs.is_string && strcmp(theirs.text, "null") == 0;
    if (strcmp(ours.text, theirs.text) == 0)
        return true;
    if (ours.is_string && theirs.is_string) /* of a UUID letters may be large */
        return g_ascii_strcasecmp(ours.text, theirs.text) == 0 ||
               same_moment(ours.text, theirs.text);
    return same_number(ours.text, theirs.text);
}

static bool same_value(struct rest *left, struct rest *right, guint depth)
{
    const char ours = look(left);
    const char theirs = look(right);
    const bool is_inner = ours == '{' || ours == '[' || theirs == '{' || theirs == '[';
    if (!ours || !theirs || depth >= MOST_DEPTH || (is_inner && ours != theirs))
        return false;
    if (!is_inner)
        return same_atom(left, right);
    return ours == '{' ? same_object(left, right, depth + 1) : same_array(left, right, depth + 1);
}

bool json_same(const char *left, gsize left_length, const char *right, gsize right_length)
{
    struct rest ours = {.at = left, .end = left + left_length};
    struct rest theirs = {.at = right, .end = right + right_length};
    return same_value(&ours, &theirs, 0);
}

static void check_rows(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    scalar_compare(info, input, output, json_same);
}

bool jsonsame_register(duckdb_connection connection)
{
    const struct scalar_function same = {.name = "__sqlflow_json_same",
                                         .parameters = "tt",
                                         .result = DUCKDB_TYPE_VARCHAR,
                                         .run = check_rows};
    return scalar_register(connection, &same);
}
