/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsontext.h"

#include "base/text.h"
#include "base/unpack.h"
#include "engine/duckdb/field.h"

#include <string.h>

enum {
    BLOCK_BYTES = 256 * 1024,
    TOKEN_BYTES = 1024, /* of a token, that are kept */
    OFFSET_BYTES = 40,  /* no time is longer */
    EXACT_DIGITS = 15,  /* a whole number of so many is kept by a DOUBLE */
};

static const guint64 root_place = 14695981039346656037U; /* FNV-1a */

/* Values that are no part of another, and those that are part of an array that is none. */
struct outermost {
    guint64 values;
    guint64 arrays; /* of the values */
    guint64 elements;
};

struct json_places {
    GHashTable *by_place; /* guint64 -> struct json_place */
    GPtrArray *in_order;  /* the same records */
    struct outermost all;
    guint64 records; /* of all files, each as it is */
    bool is_marked;  /* some file begins with a byte order mark */
};

struct level {
    guint64 place; /* of the object or array */
    guint64 member;
    bool is_object;
    bool wants_key;
};

struct walk {
    struct json_places *places;
    struct unpack *unpack;
    char *block;
    gsize at, length;
    bool has_begun, is_whole;
    FILE *out; /* NULL: places are looked for */
    struct outermost outermost;
    bool is_in_word;
    GArray *levels; /* struct level */
    GString *token;
    GString *column; /* the member of the outermost object */
};

static void place_free(gpointer data)
{
    struct json_place *place = data;
    g_free(place->column);
    g_free(place->example);
    g_free(place);
}

struct json_places *json_places_new(void)
{
    struct json_places *places = g_new0(struct json_places, 1);
    places->by_place = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, place_free);
    places->in_order = g_ptr_array_new();
    return places;
}

void json_places_free(struct json_places *places)
{
    if (!places)
        return;
    g_hash_table_unref(places->by_place);
    g_ptr_array_unref(places->in_order);
    g_free(places);
}

static guint64 hash(guint64 seed, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++)
        seed = (seed ^ (guchar)bytes[i]) * 1099511628211U;
    return seed;
}

/* A byte order mark, which DuckDB takes for a value, is left out. */
static gsize mark_length(struct walk *walk)
{
    const gsize length = walk->has_begun ? 0 : text_mark_length(walk->block, walk->length);
    walk->has_begun = true;
    walk->places->is_marked |= length > 0;
    return length;
}

/* The next byte; -1 at the end, and with *error set when it can't be read. */
static int peek(struct walk *walk, GError **error)
{
    if (walk->at == walk->length) {
        if (walk->is_whole ||
            !unpack_read(walk->unpack, walk->block, BLOCK_BYTES, &walk->length, error))
            return -1;
        walk->is_whole = walk->length < BLOCK_BYTES;
        walk->at = mark_length(walk);
        if (walk->at == walk->length)
            return -1;
    }
    return (guchar)walk->block[walk->at];
}

static void emit(const struct walk *walk, char c)
{
    if (walk->out)
        putc(c, walk->out);
}

static struct level *top(const struct walk *walk)
{
    return walk->levels->len ? &g_array_index(walk->levels, struct level, walk->levels->len - 1)
                             : NULL;
}

/* Where the next value stands. All records are at one place, in an array or not. */
static guint64 place_of(const struct walk *walk)
{
    const struct level *level = top(walk);
    if (!level)
        return root_place;
    if (level->is_object)
        return level->member;
    return walk->levels->len == 1 ? root_place : hash(level->place, "[", 1);
}

static void count_value(struct walk *walk, bool is_array)
{
    const struct level *level = top(walk);
    if (!level) {
        walk->outermost.values++;
        walk->outermost.arrays += is_array;
    } else if (walk->levels->len == 1 && !level->is_object) {
        walk->outermost.elements++;
    }
}

static guint depth_of_records(const struct walk *walk)
{
    const struct level *first =
        walk->levels->len ? &g_array_index(walk->levels, struct level, 0) : NULL;
    return first && !first->is_object ? 2 : 1;
}

static void open_level(struct walk *walk, bool is_object)
{
    const struct level level = {.place = place_of(walk), .is_object = is_object, .wants_key = true};
    g_array_append_val(walk->levels, level);
}

/* The bytes at hand that stand for themselves in a string. */
static gsize plain_bytes(const struct walk *walk)
{
    gsize end = walk->at;
    while (end < walk->length && walk->block[end] != '"' && walk->block[end] != '\\')
        end++;
    return end - walk->at;
}

/* Takes `count` bytes that are at hand. */
static void take_bytes(struct walk *walk, gsize count)
{
    const char *bytes = walk->block + walk->at;
    const gsize room = TOKEN_BYTES - MIN(walk->token->len, (gsize)TOKEN_BYTES);
    g_string_append_len(walk->token, bytes, (gssize)MIN(count, room));
    if (walk->out)
        (void)fwrite(bytes, 1, count, walk->out);
    walk->at += count;
}

/* From behind the opening quote to behind the closing one. */
static bool read_string(struct walk *walk, GError **error)
{
    bool escaped = false;
    g_string_truncate(walk->token, 0);
    for (int c; (c = peek(walk, error)) >= 0;) {
        if (c == '"' && !escaped) {
            walk->at++;
            emit(walk, '"');
            return true;
        }
        escaped = c == '\\' && !escaped;
        take_bytes(walk, MAX(plain_bytes(walk), 1));
    }
    return false;
}

static void flag(struct walk *walk, guint flags)
{
    const guint64 at = place_of(walk);
    struct json_place *place = g_hash_table_lookup(walk->places->by_place, &at);
    if (!place) {
        place = g_new0(struct json_place, 1);
        place->column = g_strdup(walk->column->str);
        g_hash_table_insert(walk->places->by_place, g_memdup2(&at, sizeof at), place);
        g_ptr_array_add(walk->places->in_order, place);
    }
    const bool is_inner = walk->levels->len != depth_of_records(walk);
    place->flags |= flags | (is_inner ? JSON_INNER : 0);
    if (!place->example && (flags & ~(guint)JSON_FRACTION))
        place->example = g_strdup(walk->token->str);
}

static void take_key(struct walk *walk, struct level *level)
{
    const guint64 inside = hash(level->place, ".", 1);
    level->member = hash(inside, walk->token->str, walk->token->len);
    level->wants_key = false;
    if (walk->levels->len == depth_of_records(walk))
        g_string_assign(walk->column, walk->token->str);
}

static void take_string(struct walk *walk)
{
    gint64 ignored;
    count_value(walk, false);
    const GString *token = walk->token;
    if (!walk->out && token->len <= OFFSET_BYTES && field_instant(token->str, token->len, &ignored))
        flag(walk, JSON_OFFSET);
}

static guint number_flags(const GString *token)
{
    const bool is_whole = !strpbrk(token->str, ".eE");
    if (!is_whole)
        return JSON_FRACTION | (field_kept(token->str, token->len) ? 0U : JSON_LOST);
    if (token->len <= EXACT_DIGITS)
        return 0;
    guint64 value;
    const bool is_negative = token->str[0] == '-';
    const guint64 most = is_negative ? (guint64)G_MAXINT64 + 1 : G_MAXUINT64;
    if (!g_ascii_string_to_unsigned(token->str + is_negative, 10, 0, most, &value, NULL))
        return JSON_FRACTION | JSON_LOST;
    return field_kept(token->str, token->len) ? 0 : JSON_LARGE;
}

static bool loses(const struct json_place *place)
{
    return place && ((place->flags & JSON_LOST) ||
                     ((place->flags & JSON_LARGE) && (place->flags & JSON_FRACTION)));
}

static bool is_quoted(const struct walk *walk)
{
    const guint64 at = place_of(walk);
    return loses(g_hash_table_lookup(walk->places->by_place, &at));
}

static bool is_number_byte(int c)
{
    return g_ascii_isdigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

static void take_number(struct walk *walk, GError **error)
{
    g_string_truncate(walk->token, 0);
    for (int c; (c = peek(walk, error)) >= 0 && is_number_byte(c); walk->at++)
        g_string_append_c(walk->token, (char)c);
    const bool is_number = g_ascii_isdigit(walk->token->str[walk->token->len - 1]);
    walk->is_in_word = !is_number; /* -Infinity */
    count_value(walk, false);
    if (!walk->out) {
        const guint flags = is_number ? number_flags(walk->token) : 0;
        if (flags)
            flag(walk, flags);
        return;
    }
    const char *quote = is_number && is_quoted(walk) ? "\"" : "";
    fprintf(walk->out, "%s%s%s", quote, walk->token->str, quote);
}

static void take_mark(struct walk *walk, int c)
{
    struct level *level = top(walk);
    const bool is_word = g_ascii_isalpha(c);
    const bool is_bracket = c == '{' || c == '[';
    walk->at++;
    emit(walk, (char)c);
    if (is_bracket || (is_word && !walk->is_in_word))
        count_value(walk, c == '[');
    walk->is_in_word = is_word;
    if (is_bracket)
        open_level(walk, c == '{');
    else if ((c == '}' || c == ']') && level)
        g_array_set_size(walk->levels, walk->levels->len - 1);
    else if (c == ',' && level)
        level->wants_key = true;
}

static bool walk_file(struct walk *walk, GError **error)
{
    GError *failure = NULL;
    for (int c; !failure && (c = peek(walk, &failure)) >= 0;) {
        struct level *level = top(walk);
        if (c == '-' || g_ascii_isdigit(c)) {
            take_number(walk, &failure);
        } else if (c != '"') {
            take_mark(walk, c);
        } else {
            walk->at++;
            emit(walk, '"');
            if (!read_string(walk, &failure))
                break;
            walk->is_in_word = false;
            if (level && level->is_object && level->wants_key)
                take_key(walk, level);
            else
                take_string(walk);
        }
    }
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

static void add_records(struct json_places *places, const struct outermost *file)
{
    const bool is_array = file->values == 1 && file->arrays == 1;
    places->all.values += file->values;
    places->all.elements += file->elements;
    places->records += is_array ? file->elements : file->values;
}

guint64 json_places_records(const struct json_places *places, const char *format)
{
    if (g_strcmp0(format, "array") == 0)
        return places->all.elements;
    return g_strcmp0(format, "newline_delimited") == 0 ? places->all.values : places->records;
}

static bool walk_path(struct json_places *places, const char *path, const char *compression,
                      FILE *out, GError **error)
{
    AUTO(unpack) unpack = unpack_open(path, compression, error);
    if (!unpack)
        return false;
    struct walk walk = {
        .places = places,
        .unpack = unpack,
        .block = g_malloc(BLOCK_BYTES),
        .out = out,
        .levels = g_array_new(FALSE, FALSE, sizeof(struct level)),
        .token = g_string_new(NULL),
        .column = g_string_new(NULL),
    };
    const bool walked = walk_file(&walk, error);
    if (!out)
        add_records(places, &walk.outermost);
    g_free(walk.block);
    g_array_unref(walk.levels);
    g_string_free(walk.token, TRUE);
    g_string_free(walk.column, TRUE);
    return walked;
}

bool json_places_find(struct json_places *places, const char *path, const char *compression,
                      GError **error)
{
    return walk_path(places, path, compression, NULL, error);
}

bool json_places_quote(struct json_places *places, const char *path, const char *compression,
                       FILE *out, GError **error)
{
    return walk_path(places, path, compression, out, error);
}

bool json_places_lose(const struct json_places *places)
{
    for (guint i = 0; i < places->in_order->len; i++) {
        if (loses(g_ptr_array_index(places->in_order, i)))
            return true;
    }
    return places->is_marked;
}

const struct json_place *json_places_of(const struct json_places *places, const char *column,
                                        guint flags)
{
    for (guint i = 0; i < places->in_order->len; i++) {
        const struct json_place *place = g_ptr_array_index(places->in_order, i);
        const bool is_it = strchr(place->column, '\\') || strcmp(place->column, column) == 0;
        const bool changes =
            flags == JSON_OFFSET ? (place->flags & JSON_OFFSET) != 0 : loses(place);
        if (is_it && changes)
            return place;
    }
    return NULL;
}
