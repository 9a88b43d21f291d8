/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/dialect.h"

#include "base/error.h"

#include <string.h>

static const char *const delimiters[] = {",", ";", "\t", "|"};

/* One dialect to try. */
struct rules {
    const char *delimiter;
    gsize delimiter_length;
    char quote; /* 0: none */
    char escape;
    char comment;
};

/* What a head looks like under some rules. Lines are counted from 1, as an editor does. */
struct tally {
    guint records;
    guint fields; /* of the first record */
    guint even;   /* records with as many */
    guint64 odd_line;
    guint odd_fields;    /* of the first other record */
    guint64 broken_line; /* where text stands after a closing quote */
    guint64 open_line;   /* of a quote that nothing closes */
    guint quoted;        /* fields in quotes */
};

struct cursor {
    const char *at;
    const char *end;
    guint64 line;
};

static bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

static bool at_line_end(const struct cursor *cursor)
{
    return is_line_end(*cursor->at);
}

static void next_line(struct cursor *cursor)
{
    cursor->at += cursor->at + 1 < cursor->end && cursor->at[0] == '\r' && cursor->at[1] == '\n';
    cursor->at++;
    cursor->line++;
}

/* Behind this line's end. */
static void skip_line(struct cursor *cursor)
{
    while (cursor->at < cursor->end && !at_line_end(cursor))
        cursor->at++;
    if (cursor->at < cursor->end)
        next_line(cursor);
}

static bool at_delimiter(const struct cursor *cursor, const struct rules *rules)
{
    return *cursor->at == *rules->delimiter &&
           (rules->delimiter_length == 1 ||
            ((gsize)(cursor->end - cursor->at) >= rules->delimiter_length &&
             memcmp(cursor->at, rules->delimiter, rules->delimiter_length) == 0));
}

/* From behind the opening quote to behind the closing one. False: the end came first. */
static bool read_quoted(struct cursor *cursor, const struct rules *rules)
{
    while (cursor->at < cursor->end) {
        const char byte = *cursor->at;
        const char next = cursor->at + 1 < cursor->end ? cursor->at[1] : '\0';
        if (byte == rules->escape && rules->escape &&
            (next == rules->quote || (next == rules->escape && next))) {
            cursor->at += 2;
        } else if (byte == rules->quote) {
            cursor->at++;
            return true;
        } else if (at_line_end(cursor)) {
            next_line(cursor);
        } else {
            cursor->at++;
        }
    }
    return false;
}

/* To the next delimiter or line end: where most of the time goes. */
static void skip_plain(struct cursor *cursor, const struct rules *rules)
{
    const char first = *rules->delimiter;
    const char *end = cursor->end;
    for (;;) {
        const char *at = cursor->at;
        while (at < end && *at != first && !is_line_end(*at))
            at++;
        cursor->at = at;
        if (at >= end || is_line_end(*at) || at_delimiter(cursor, rules))
            return;
        cursor->at++;
    }
}

/* One field, up to its delimiter or line end. False: the head's end came inside of quotes. */
static bool read_field(struct cursor *cursor, const struct rules *rules, struct tally *tally)
{
    if (rules->quote && cursor->at < cursor->end && *cursor->at == rules->quote) {
        const guint64 line = cursor->line;
        cursor->at++;
        tally->quoted++;
        if (!read_quoted(cursor, rules)) {
            tally->open_line = line;
            return false;
        }
        if (cursor->at < cursor->end && !at_delimiter(cursor, rules) && !at_line_end(cursor) &&
            tally->broken_line == 0)
            tally->broken_line = cursor->line;
    }
    skip_plain(cursor, rules);
    return true;
}

/* The number of fields; 0 when the head ended before the record. */
static guint read_record(struct cursor *cursor, const struct rules *rules, struct tally *tally,
                         bool whole)
{
    guint fields = 0;
    for (;;) {
        if (!read_field(cursor, rules, tally))
            return 0;
        fields++;
        if (cursor->at >= cursor->end)
            return whole ? fields : 0;
        if (at_line_end(cursor)) {
            next_line(cursor);
            return fields;
        }
        cursor->at += rules->delimiter_length;
    }
}

static struct cursor start_of(const struct dialect_request *request)
{
    struct cursor cursor = {.at = request->data, .end = request->data + request->length, .line = 1};
    for (guint64 i = 0; i < request->skip && cursor.at < cursor.end; i++)
        skip_line(&cursor);
    return cursor;
}

static struct tally tally_head(const struct dialect_request *request, const struct rules *rules)
{
    struct tally tally = {.fields = request->fields};
    struct cursor cursor = start_of(request);
    while (cursor.at < cursor.end) {
        const guint64 line = cursor.line;
        if (at_line_end(&cursor)) {
            next_line(&cursor);
            continue;
        }
        if (rules->comment && *cursor.at == rules->comment) {
            skip_line(&cursor);
            continue;
        }
        const guint fields = read_record(&cursor, rules, &tally, request->whole);
        if (fields == 0)
            break;
        tally.records++;
        if (tally.fields == 0)
            tally.fields = fields;
        const bool fits = fields == tally.fields || (request->allow_short && fields < tally.fields);
        tally.even += fits;
        if (!fits && tally.odd_line == 0) {
            tally.odd_line = line;
            tally.odd_fields = fields;
        }
    }
    if (!request->whole)
        tally.open_line = 0;
    return tally;
}

static bool is_clean(const struct tally *tally)
{
    return tally->even == tally->records && tally->broken_line == 0 && tally->open_line == 0;
}

static struct rules make_rules(const struct dialect_request *request, const char *delimiter,
                               char quote, char escape)
{
    return (struct rules){.delimiter = delimiter,
                          .delimiter_length = strlen(delimiter),
                          .quote = quote,
                          .escape = escape,
                          .comment = request->comment ? *request->comment : '\0'};
}

static bool has_pair(const struct dialect_request *request, char first, char second)
{
    const char pair[] = {first, second};
    return memmem(request->data, request->length, pair, sizeof pair) != NULL;
}

/* The quotes and escapes to try, likeliest first. Single quotes only where the head has no double
 * ones. */
static guint list_quotes(const struct dialect_request *request, char (*out)[2])
{
    const bool has_double = memchr(request->data, '"', request->length) != NULL;
    const bool has_single = memchr(request->data, '\'', request->length) != NULL;
    const char quote = request->quote ? *request->quote : '"';
    guint count = 0;
    out[count][0] = quote;
    out[count++][1] = request->escape ? *request->escape : quote;
    if (!request->escape && quote && has_pair(request, '\\', quote)) {
        out[count][0] = quote;
        out[count++][1] = '\\';
    }
    if (!request->quote && !has_double && has_single) {
        out[count][0] = '\'';
        out[count++][1] = request->escape ? *request->escape : '\'';
    }
    return count;
}

struct candidate {
    struct rules rules;
    struct tally tally;
    bool is_given; /* the delimiter */
};

enum { MAX_QUOTES = 3, MAX_DELIMITERS = G_N_ELEMENTS(delimiters) };

/* Is `left` the better explanation? One that fits everywhere wins, then the share of lines that
 * fit; one field a line explains nothing as long as another gives more. */
static bool is_better(const struct candidate *left, const struct candidate *right)
{
    const bool left_divides = left->tally.fields > 1 || left->is_given;
    const bool right_divides = right->tally.fields > 1 || right->is_given;
    if (left_divides != right_divides)
        return left_divides;
    if (is_clean(&left->tally) != is_clean(&right->tally))
        return is_clean(&left->tally);
    return (guint64)left->tally.even * right->tally.records >
           (guint64)right->tally.even * left->tally.records;
}

/* Single quotes are believed when most lines have them around whole fields; else they are text. */
static bool quotes_fit(const struct candidate *candidate)
{
    return candidate->rules.quote != '\'' ||
           (is_clean(&candidate->tally) && candidate->tally.quoted * 2 >= candidate->tally.records);
}

/* The best way of quoting for one delimiter. */
static struct candidate best_quote(const struct dialect_request *request, const char *delimiter)
{
    char quotes[MAX_QUOTES][2];
    const guint count = list_quotes(request, quotes);
    struct candidate best = {0};
    for (guint i = 0; i < count; i++) {
        struct candidate candidate = {
            .rules = make_rules(request, delimiter, quotes[i][0], quotes[i][1]),
            .is_given = request->delimiter != NULL,
        };
        candidate.tally = tally_head(request, &candidate.rules);
        const bool is_single = quotes[i][0] == '\'' && !request->quote;
        if (i == 0 || is_better(&candidate, &best) || (is_single && quotes_fit(&candidate)))
            best = candidate;
    }
    return best;
}

static const char *delimiter_name(const char *delimiter)
{
    return strcmp(delimiter, "\t") == 0 ? "tab" : delimiter;
}

/* Two delimiters that both divide every line evenly: the header would tell, but it doesn't. */
static bool check_rival(const struct dialect_request *request, const struct candidate *best,
                        const struct candidate *other, GError **error)
{
    if (!is_clean(&best->tally) || !is_clean(&other->tally) || best->tally.fields < 2 ||
        other->tally.fields < 2)
        return true;
    error_set(error, ERROR_DATA,
              "%s: both '%s' (%u fields a line) and '%s' (%u) divide it evenly; give the option "
              "\"delimiter\"",
              request->path, delimiter_name(best->rules.delimiter), best->tally.fields,
              delimiter_name(other->rules.delimiter), other->tally.fields);
    return false;
}

static bool best_candidate(const struct dialect_request *request, struct candidate *out,
                           GError **error)
{
    if (request->delimiter) {
        *out = best_quote(request, request->delimiter);
        return true;
    }
    struct candidate found[MAX_DELIMITERS];
    guint best = 0;
    for (guint i = 0; i < MAX_DELIMITERS; i++) {
        found[i] = best_quote(request, delimiters[i]);
        if (is_better(&found[i], &found[best]))
            best = i;
    }
    for (guint i = 0; i < MAX_DELIMITERS; i++)
        if (i != best && !check_rival(request, &found[best], &found[i], error))
            return false;
    *out = found[best];
    return true;
}

static bool check_tally(const struct dialect_request *request, const struct candidate *best,
                        GError **error)
{
    const struct tally *tally = &best->tally;
    if (request->allow_broken || is_clean(tally))
        return true;
    if (tally->open_line)
        error_set(error, ERROR_DATA,
                  "%s: line %" G_GUINT64_FORMAT " opens a quote (%c) that nothing closes",
                  request->path, tally->open_line, best->rules.quote);
    else if (tally->broken_line)
        error_set(error, ERROR_DATA,
                  "%s: line %" G_GUINT64_FORMAT " has text after a closing quote (%c)",
                  request->path, tally->broken_line, best->rules.quote);
    else
        error_set(error, ERROR_DATA,
                  "%s: line %" G_GUINT64_FORMAT " has %u field%s, %s %u (delimiter '%s')",
                  request->path, tally->odd_line, tally->odd_fields,
                  tally->odd_fields == 1 ? "" : "s",
                  request->fields ? "the columns given are" : "the first line has", tally->fields,
                  delimiter_name(best->rules.delimiter));
    return false;
}

/* There is one kind of line end outside of quotes. */
static bool check_line_ends(const struct dialect_request *request, const struct rules *rules,
                            GError **error)
{
    struct cursor cursor = start_of(request);
    struct tally ignored = {0};
    const char *former = NULL;
    while (cursor.at < cursor.end) {
        if (!read_field(&cursor, rules, &ignored) || cursor.at >= cursor.end)
            return true;
        if (!at_line_end(&cursor)) {
            cursor.at += rules->delimiter_length;
            continue;
        }
        if (*cursor.at == '\r' && cursor.at + 1 >= cursor.end && !request->whole)
            return true;
        const bool is_pair =
            *cursor.at == '\r' && cursor.at + 1 < cursor.end && cursor.at[1] == '\n';
        const char *kind = is_pair ? "\r\n" : *cursor.at == '\r' ? "\r" : "\n";
        if (former && strcmp(former, kind) != 0 && !request->allow_broken) {
            error_set(error, ERROR_DATA,
                      "%s: line %" G_GUINT64_FORMAT " ends in another way (LF, CR LF) than those "
                      "before it; mend it: sed -i 's/\\r$//'",
                      request->path, cursor.line);
            return false;
        }
        former = kind;
        next_line(&cursor);
    }
    return true;
}

bool dialect_find(const struct dialect_request *request, struct dialect *out, GError **error)
{
    struct candidate best = {0};
    if (!best_candidate(request, &best, error) || !check_tally(request, &best, error) ||
        !check_line_ends(request, &best.rules, error))
        return false;
    *out = (struct dialect){
        .quote = {best.rules.quote, '\0'},
        .escape = {best.rules.escape, '\0'},
        .fields = best.tally.fields,
        .is_sure = request->delimiter || best.tally.fields > 1,
    };
    g_strlcpy(out->delimiter, best.rules.delimiter, sizeof out->delimiter);
    return true;
}
