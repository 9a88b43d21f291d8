/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/option_parse.h"

#include "base/choice.h"
#include "base/quantity.h"
#include "base/secret.h"

#include <math.h>
#include <string.h>

/* The value under conversion. */
struct conversion {
    const struct option *option;
    const struct member *member;
    struct diagnostics *diagnostics;
};

static bool wrong_value(const struct conversion *conversion, const struct value *value,
                        const char *expected)
{
    diagnostics_add(conversion->diagnostics, SF_OPTION_TYPE, value->span, NULL,
                    "option '%s' takes %s, this is %s", conversion->member->key, expected,
                    value_kind_name(value->kind));
    return false;
}

static bool bad_value(const struct conversion *conversion, const struct value *value,
                      const char *hint, const char *expected)
{
    const bool is_secret = conversion->option->flags & OPTION_SECRET;
    const char *quote = value->kind == VALUE_STRING && !is_secret ? "'" : "";
    diagnostics_add(conversion->diagnostics, SF_OPTION_VALUE, value->span, hint,
                    "option '%s' takes %s, not %s%s%s", conversion->member->key, expected, quote,
                    is_secret ? "this" : value->text, quote);
    return false;
}

static bool in_range(const struct conversion *conversion, const struct value *value, gint64 number)
{
    const struct option *option = conversion->option;
    if (option->maximum == 0 || (number >= option->minimum && number <= option->maximum))
        return true;
    g_autofree char *range = NULL;
    if (option->maximum == G_MAXINT64)
        range = g_strdup_printf("at least %" G_GINT64_FORMAT, option->minimum);
    else
        range = g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->minimum,
                                option->maximum);
    return bad_value(conversion, value, NULL, range);
}

/* {"env": "PGPASSWORD"} */
static bool convert_place(const struct conversion *conversion, const struct value *value,
                          struct option_value *out)
{
    static const struct {
        const char *key;
        enum secret_kind kind;
    } places[] = {{"env", SECRET_ENVIRONMENT}, {"file", SECRET_FILE}, {"command", SECRET_COMMAND}};
    const struct member *member =
        value->members->len == 1 ? g_ptr_array_index(value->members, 0) : NULL;
    for (gsize i = 0; member && i < G_N_ELEMENTS(places); i++) {
        if (strcmp(member->key, places[i].key) != 0 || member->value->kind != VALUE_STRING)
            continue;
        out->place.kind = places[i].kind;
        out->place.text = g_strdup(member->value->text);
        return true;
    }
    return wrong_value(conversion, value,
                       "a string, {\"env\": \"NAME\"}, {\"file\": \"PATH\"} or "
                       "{\"command\": \"..\"}");
}

static bool convert_string(const struct conversion *conversion, const struct value *value,
                           struct option_value *out)
{
    if (value->kind == VALUE_MAP && (conversion->option->flags & OPTION_SECRET))
        return convert_place(conversion, value, out);
    const bool takes_number = conversion->option->flags & OPTION_NUMBER;
    if (value->kind != VALUE_STRING && !(takes_number && value->kind == VALUE_NUMBER))
        return wrong_value(conversion, value, takes_number ? "a string or a number" : "a string");
    out->text = g_strdup(value->text);
    return true;
}

static bool convert_integer(const struct conversion *conversion, const struct value *value,
                            struct option_value *out)
{
    if (value->kind != VALUE_NUMBER)
        return wrong_value(conversion, value, "a whole number");
    gint64 number = 0;
    if (!g_ascii_string_to_signed(value->text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return bad_value(conversion, value, NULL, "a whole number");
    if (!in_range(conversion, value, number))
        return false;
    out->text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    return true;
}

static bool convert_size(const struct conversion *conversion, const struct value *value,
                         struct option_value *out)
{
    const char *const expected = "a size such as 64MB";
    if (value->kind != VALUE_NUMBER && value->kind != VALUE_STRING)
        return wrong_value(conversion, value, expected);
    gint64 bytes = 0;
    if (!size_parse(value->text, &bytes))
        return bad_value(conversion, value, NULL, expected);
    if (!in_range(conversion, value, bytes))
        return false;
    out->text = g_strdup_printf("%" G_GINT64_FORMAT, bytes);
    return true;
}

static bool convert_duration(const struct conversion *conversion, const struct value *value,
                             struct option_value *out)
{
    const char *const expected = "a duration such as 500ms, 1.5s or 2m";
    if (value->kind != VALUE_NUMBER && value->kind != VALUE_STRING)
        return wrong_value(conversion, value, expected);
    gdouble seconds = 0;
    if (!duration_parse(value->text, &seconds))
        return bad_value(conversion, value, NULL, expected);
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    out->text = g_strdup(g_ascii_dtostr(digits, sizeof digits, seconds));
    return true;
}

static bool convert_boolean(const struct conversion *conversion, const struct value *value,
                            struct option_value *out)
{
    if (value->kind != VALUE_BOOLEAN)
        return wrong_value(conversion, value, "true or false");
    out->text = g_strdup(value->text);
    return true;
}

static bool convert_strings(const struct conversion *conversion, const struct value *value,
                            struct option_value *out)
{
    out->items = g_ptr_array_new_with_free_func(g_free);
    if (value->kind == VALUE_STRING) {
        g_ptr_array_add(out->items, g_strdup(value->text));
        return true;
    }
    if (value->kind != VALUE_LIST)
        return wrong_value(conversion, value, "a string or a list of strings");
    for (guint i = 0; i < value->items->len; i++) {
        const struct value *item = g_ptr_array_index(value->items, i);
        if (item->kind != VALUE_STRING)
            return wrong_value(conversion, item, "strings in its list");
        g_ptr_array_add(out->items, g_strdup(item->text));
    }
    if (value->items->len == 0 && (conversion->option->flags & OPTION_REQUIRED)) {
        diagnostics_add(conversion->diagnostics, SF_OPTION_VALUE, value->span, NULL,
                        "option '%s' is an empty list", conversion->member->key);
        return false;
    }
    return true;
}

static bool add_type(const struct conversion *conversion, const struct value *name_holder,
                     const char *name, const struct value *type, struct option_value *out)
{
    if (type->kind != VALUE_STRING)
        return wrong_value(conversion, type, "names of types, such as \"INTEGER\"");
    for (guint i = 0; i < out->items->len; i += 2)
        if (g_ascii_strcasecmp(name, out->items->pdata[i]) == 0) {
            diagnostics_add(conversion->diagnostics, SF_OPTION_VALUE, name_holder->span, NULL,
                            "option '%s' names the column '%s' twice", conversion->member->key,
                            name);
            return false;
        }
    g_ptr_array_add(out->items, g_strdup(name));
    g_ptr_array_add(out->items, g_strdup(type->text));
    return true;
}

static bool convert_types(const struct conversion *conversion, const struct value *value,
                          struct option_value *out)
{
    const char *const expected = "a map {\"column\": \"TYPE\"} or a list of [column, type] pairs";
    out->items = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; value->kind == VALUE_MAP && i < value->members->len; i++) {
        const struct member *member = g_ptr_array_index(value->members, i);
        if (!add_type(conversion, member->value, member->key, member->value, out))
            return false;
    }
    for (guint i = 0; value->kind == VALUE_LIST && i < value->items->len; i++) {
        const struct value *pair = g_ptr_array_index(value->items, i);
        if (pair->kind != VALUE_LIST || pair->items->len != 2)
            return wrong_value(conversion, pair, expected);
        const struct value *name = pair->items->pdata[0];
        if (name->kind != VALUE_STRING)
            return wrong_value(conversion, name, expected);
        if (!add_type(conversion, name, name->text, pair->items->pdata[1], out))
            return false;
    }
    if (value->kind != VALUE_MAP && value->kind != VALUE_LIST)
        return wrong_value(conversion, value, expected);
    return true;
}

static bool convert_enum(const struct conversion *conversion, const struct value *value,
                         struct option_value *out)
{
    const char *const *words = conversion->option->words;
    g_autofree char *list = choice_list(words);
    g_autofree char *expected = g_strdup_printf("one of %s", list);
    if (value->kind != VALUE_STRING)
        return wrong_value(conversion, value, expected);
    const char *word = choice_find(words, value->text);
    if (!word) {
        g_autofree char *hint = choice_hint(words, value->text);
        return bad_value(conversion, value, hint, expected);
    }
    out->text = g_strdup(word);
    return true;
}

static bool convert_character(const struct conversion *conversion, const struct value *value,
                              struct option_value *out)
{
    const struct option *option = conversion->option;
    if (value->kind != VALUE_STRING)
        return wrong_value(conversion, value, "a string");
    const bool is_tab =
        strcmp(value->text, "\\t") == 0 || g_ascii_strcasecmp(value->text, "tab") == 0;
    const char *text = is_tab ? "\t" : value->text;
    const gint64 length = (gint64)strlen(text);
    if (strpbrk(text, "\r\n"))
        return bad_value(conversion, value, NULL, "no line ends");
    if (length < option->minimum || length > option->maximum)
        return bad_value(conversion, value, NULL,
                         option->maximum > 1    ? "one to four bytes"
                         : option->minimum == 0 ? "one character of ASCII, or nothing"
                                                : "one character of ASCII");
    out->text = g_strdup(text);
    return true;
}

static bool add_text(const struct conversion *conversion, const char *name,
                     const struct value *value, struct option_value *out)
{
    const bool is_place = value_get(value, "env") != NULL;
    if (is_place)
        diagnostics_add(conversion->diagnostics, SF_OPTION_TYPE, value->span,
                        "write a variable of the environment, as in \"${NAME}\"",
                        "'%s' is a text in the map of option '%s'", name, conversion->member->key);
    if (!value->text)
        return !is_place &&
               wrong_value(conversion, value, "texts, numbers and booleans in its map");
    g_ptr_array_add(out->items, g_strdup(name));
    g_ptr_array_add(out->items, g_strdup(value->text));
    return true;
}

static bool convert_map(const struct conversion *conversion, const struct value *value,
                        struct option_value *out)
{
    if (value->kind != VALUE_MAP)
        return wrong_value(conversion, value, "a map {\"name\": \"text\"}");
    out->items = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < value->members->len; i++) {
        const struct member *member = g_ptr_array_index(value->members, i);
        const GPtrArray *items = member->value->items;
        if (!items && !add_text(conversion, member->key, member->value, out))
            return false;
        for (guint k = 0; items && k < items->len; k++)
            if (!add_text(conversion, member->key, g_ptr_array_index(items, k), out))
                return false;
    }
    return true;
}

static bool convert_json(const struct conversion *conversion, const struct value *value,
                         struct option_value *out)
{
    (void)conversion;
    out->text = value->kind == VALUE_STRING ? g_strdup(value->text) : value_to_json(value);
    return true;
}

static const struct {
    bool (*convert)(const struct conversion *conversion, const struct value *value,
                    struct option_value *out);
    enum setting_kind setting;
} types[] = {
    [OPTION_STRING] = {convert_string, SETTING_TEXT},
    [OPTION_INTEGER] = {convert_integer, SETTING_INTEGER},
    [OPTION_SIZE] = {convert_size, SETTING_INTEGER},
    [OPTION_DURATION] = {convert_duration, SETTING_TEXT},
    [OPTION_BOOLEAN] = {convert_boolean, SETTING_BOOLEAN},
    [OPTION_STRINGS] = {convert_strings, SETTING_LIST},
    [OPTION_TYPES] = {convert_types, SETTING_PAIRS},
    [OPTION_ENUM] = {convert_enum, SETTING_TEXT},
    [OPTION_CHARACTER] = {convert_character, SETTING_TEXT},
    [OPTION_MAP] = {convert_map, SETTING_PAIRS},
    [OPTION_JSON] = {convert_json, SETTING_TEXT},
};

struct option_value *option_value_new(const struct option *option, const struct member *member,
                                      struct diagnostics *diagnostics)
{
    const struct conversion conversion = {
        .option = option, .member = member, .diagnostics = diagnostics};
    struct option_value *value = g_new0(struct option_value, 1);
    value->option = option;
    value->at = member->value->span;
    if (types[option->type].convert(&conversion, member->value, value))
        return value;
    option_value_free(value);
    return NULL;
}

void option_value_free(gpointer pointer)
{
    struct option_value *value = pointer;
    if (!value)
        return;
    secret_free(value->text);
    g_free(value->place.text);
    g_clear_pointer(&value->items, g_ptr_array_unref);
    g_free(value);
}

enum setting_kind option_setting_kind(const struct option *option)
{
    return types[option->type].setting;
}
