/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/json.h"

#include "base/error.h"
#include "base/value.h"

#include <jansson.h>
#include <string.h>

enum { MOST_DEPTH = 500 };

/* What is being checked. Each of its functions leaves `at` behind what it took. */
struct check {
    const char *at;
    const char *end;
    guint depth;
};

static bool check_value(struct check *check);

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void pass_space(struct check *check)
{
    while (check->at < check->end && is_space(*check->at))
        check->at++;
}

static bool take(struct check *check, char c)
{
    if (check->at == check->end || *check->at != c)
        return false;
    check->at++;
    return true;
}

static bool take_word(struct check *check, const char *word)
{
    const gsize length = strlen(word);
    if ((gsize)(check->end - check->at) < length || memcmp(check->at, word, length) != 0)
        return false;
    check->at += length;
    return true;
}

static bool take_digits(struct check *check)
{
    const char *start = check->at;
    while (check->at < check->end && g_ascii_isdigit(*check->at))
        check->at++;
    return check->at > start;
}

static bool check_number(struct check *check)
{
    take(check, '-');
    if (!take(check, '0') && !take_digits(check))
        return false;
    if (take(check, '.') && !take_digits(check))
        return false;
    if (!take(check, 'e') && !take(check, 'E'))
        return true;
    if (!take(check, '+'))
        take(check, '-');
    return take_digits(check);
}

static bool check_escape(struct check *check)
{
    if (take(check, 'u')) {
        for (guint i = 0; i < 4; i++, check->at++)
            if (check->at == check->end || !g_ascii_isxdigit(*check->at))
                return false;
        return true;
    }
    if (check->at == check->end || !strchr("\"\\/bfnrt", *check->at) || !*check->at)
        return false;
    check->at++;
    return true;
}

static bool check_text(struct check *check)
{
    if (!take(check, '"'))
        return false;
    while (check->at < check->end && *check->at != '"') {
        if ((guchar)*check->at < ' ')
            return false;
        if (*check->at++ == '\\' && !check_escape(check))
            return false;
    }
    return take(check, '"');
}

static bool check_member(struct check *check)
{
    pass_space(check);
    if (!check_text(check))
        return false;
    pass_space(check);
    return take(check, ':') && check_value(check);
}

/* Behind the bracket that opens it. */
static bool check_parts(struct check *check, char end, bool (*part)(struct check *))
{
    if (++check->depth > MOST_DEPTH)
        return false;
    pass_space(check);
    if (!take(check, end)) {
        do {
            if (!part(check))
                return false;
            pass_space(check);
        } while (take(check, ','));
        if (!take(check, end))
            return false;
    }
    check->depth--;
    return true;
}

static bool check_value(struct check *check)
{
    pass_space(check);
    if (take(check, '{'))
        return check_parts(check, '}', check_member);
    if (take(check, '['))
        return check_parts(check, ']', check_value);
    if (check->at < check->end && *check->at == '"')
        return check_text(check);
    return take_word(check, "true") || take_word(check, "false") || take_word(check, "null") ||
           check_number(check);
}

bool json_check(const char *text, gsize length, struct json_piece *out, GError **error)
{
    struct check check = {.at = text, .end = text + length};
    const char *bad = NULL;
    if (!g_utf8_validate_len(text, length, &bad)) {
        error_set(error, ERROR_DATA, "it is no UTF-8 at byte %zd", bad - text + 1);
        return false;
    }
    pass_space(&check);
    const char *start = check.at;
    bool fine = check_value(&check);
    const char *end = check.at;
    pass_space(&check);
    fine = fine && check.at == check.end;
    if (fine)
        *out = (struct json_piece){.text = start, .length = (gsize)(end - start)};
    else if (check.depth > MOST_DEPTH)
        error_set(error, ERROR_DATA, "it is more than %d deep", (int)MOST_DEPTH);
    else
        error_set(error, ERROR_DATA, "it is no JSON at byte %zd", check.at - text + 1);
    return fine;
}

enum piece_kind piece_kind(struct json_piece piece)
{
    switch (piece.text ? *piece.text : 'n') {
    case '{':
        return PIECE_OBJECT;
    case '[':
        return PIECE_LIST;
    case '"':
        return PIECE_TEXT;
    case 'n':
        return PIECE_NULL;
    case 't':
    case 'f':
        return PIECE_TRUTH;
    default:
        return PIECE_NUMBER;
    }
}

const char *piece_kind_name(enum piece_kind kind)
{
    static const char *const names[] = {
        [PIECE_NULL] = "null",   [PIECE_TRUTH] = "true or false", [PIECE_NUMBER] = "a number",
        [PIECE_TEXT] = "a text", [PIECE_LIST] = "a list",         [PIECE_OBJECT] = "an object",
    };
    return names[kind];
}

/* Of what is known to be right: behind the string that starts here. */
static const char *behind_text(const char *at)
{
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

static const char *behind_value(const char *at)
{
    guint depth = 0;
    if (*at == '"')
        return behind_text(at);
    if (*at != '{' && *at != '[')
        return at + strcspn(at, ",]} \t\r\n");
    do {
        if (*at == '"') {
            at = behind_text(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (depth > 0);
    return at;
}

static const char *behind_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

static struct json_piece piece_at(const char *at)
{
    return (struct json_piece){.text = at, .length = (gsize)(behind_value(at) - at)};
}

struct json_walk json_first(struct json_piece piece)
{
    return (struct json_walk){.at = piece.text};
}

bool json_next(struct json_walk *walk)
{
    const char *at = behind_space(walk->at + 1); /* behind the bracket or comma */
    if (*at == ']' || *at == '}')
        return false;
    const char *value = behind_space(behind_value(at));
    walk->key = (struct json_piece){.text = NULL};
    if (*value == ':') {
        walk->key = piece_at(at);
        at = behind_space(value + 1);
    }
    walk->value = piece_at(at);
    walk->at = behind_space(at + walk->value.length);
    if (*walk->at != ',')
        walk->at--; /* the next call looks at the bracket that ends it */
    return true;
}

char *json_text(struct json_piece piece)
{
    if (piece_kind(piece) != PIECE_TEXT)
        return g_strndup(piece.text, piece.length);
    json_t *json = json_loadb(piece.text, piece.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    char *text = json ? g_strdup(json_string_value(json)) : g_strndup(piece.text, piece.length);
    json_decref(json);
    return text;
}

static bool find_member(struct json_piece object, const char *name, struct json_piece *out)
{
    struct json_walk walk = json_first(object);
    while (json_next(&walk)) {
        g_autofree char *key = json_text(walk.key);
        if (strcmp(key, name) != 0)
            continue;
        *out = walk.value;
        return true;
    }
    return false;
}

static bool find_element(struct json_piece list, const char *index, struct json_piece *out)
{
    const bool is_last = strcmp(index, "-1") == 0;
    guint64 wanted = G_MAXUINT64, count = 0;
    if (!is_last && !g_ascii_string_to_unsigned(index, 10, 0, G_MAXUINT, &wanted, NULL))
        return false;
    struct json_walk walk = json_first(list);
    struct json_piece found = {.text = NULL};
    for (; json_next(&walk); count++)
        if (is_last || count == wanted)
            found = walk.value;
    if (found.text)
        *out = found;
    return found.text != NULL;
}

static bool find_part(struct json_piece piece, const char *name, struct json_piece *out)
{
    const enum piece_kind kind = piece_kind(piece);
    return kind == PIECE_OBJECT ? find_member(piece, name, out)
                                : kind == PIECE_LIST && find_element(piece, name, out);
}

/* A dot may belong to a name. */
bool json_find(struct json_piece piece, const char *path, struct json_piece *out)
{
    if (*path == '$' && (path[1] == '.' || !path[1]))
        path++;
    if (*path == '.')
        path++;
    if (!*path) {
        *out = piece;
        return true;
    }
    for (const char *end = path; *end; end += *end == '.') {
        end += strcspn(end, ".");
        g_autofree char *name = g_strndup(path, (gsize)(end - path));
        struct json_piece part;
        if (find_part(piece, name, &part) && json_find(part, end + (*end == '.'), out))
            return true;
    }
    return false;
}

bool json_find_something(struct json_piece piece, const char *path, struct json_piece *out)
{
    const char *any = strstr(path, "*.");
    g_autofree char *list = any ? g_strndup(path, (gsize)(any - path)) : NULL;
    if (!json_find(piece, list ? list : path, out))
        return false;
    if (!any)
        return json_is_something(*out);
    struct json_walk walk = json_first(*out);
    const bool is_list = piece_kind(*out) == PIECE_LIST;
    while (is_list && json_next(&walk))
        if (json_find_something(walk.value, any + strlen("*."), out))
            return true;
    return false;
}

bool json_is_something(struct json_piece piece)
{
    const enum piece_kind kind = piece_kind(piece);
    struct json_walk walk = json_first(piece);
    if (kind == PIECE_LIST || kind == PIECE_OBJECT)
        return json_next(&walk);
    if (kind == PIECE_TRUTH)
        return *piece.text == 't';
    if (kind == PIECE_TEXT)
        return piece.length > strlen("\"\"");
    const gsize digit = strcspn(piece.text, "123456789eE");
    return kind == PIECE_NUMBER && digit < piece.length && g_ascii_isdigit(piece.text[digit]);
}

/* Line ends stand between values only. */
void json_append(GString *out, struct json_piece piece)
{
    const gsize start = out->len;
    g_string_append_len(out, piece.text, (gssize)piece.length);
    for (char *c = out->str + start; (c = strpbrk(c, "\r\n"));)
        *c = ' ';
}

/* One object on its way to one level. */
struct flattening {
    GString *out;
    GHashTable *names; /* that it has already */
    GError *error;
};

static bool append_members(struct flattening *flat, struct json_piece object, const char *prefix);

static bool append_member(struct flattening *flat, const char *name, struct json_piece value)
{
    if (piece_kind(value) == PIECE_OBJECT && json_is_something(value))
        return append_members(flat, value, name);
    if (!g_hash_table_add(flat->names, g_strdup(name))) {
        error_set(&flat->error, ERROR_DATA, "flatten would give it two members '%s'", name);
        return false;
    }
    g_string_append(flat->out, flat->out->str[flat->out->len - 1] == '{' ? "" : ",");
    append_json_string(flat->out, name);
    g_string_append_c(flat->out, ':');
    json_append(flat->out, value);
    return true;
}

static bool append_members(struct flattening *flat, struct json_piece object, const char *prefix)
{
    struct json_walk walk = json_first(object);
    while (json_next(&walk)) {
        g_autofree char *key = json_text(walk.key);
        g_autofree char *name = prefix ? g_strconcat(prefix, "_", key, NULL) : g_strdup(key);
        if (!append_member(flat, name, walk.value))
            return false;
    }
    return true;
}

bool json_append_flat(GString *out, struct json_piece object, GError **error)
{
    struct flattening flat = {
        .out = out, .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_string_append_c(out, '{');
    const bool done = append_members(&flat, object, NULL);
    g_string_append_c(out, '}');
    g_hash_table_unref(flat.names);
    if (!done)
        g_propagate_error(error, flat.error);
    return done;
}
