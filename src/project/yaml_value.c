/* SPDX-License-Identifier: Apache-2.0 */
#include "project/yaml_value.h"

#include <string.h>
#include <yaml.h>

/* libyaml counts characters, we count bytes. Events come in order, so the way from one to the next
 * is short. */
struct position {
    gsize characters;
    gsize bytes;
};

struct reader {
    yaml_parser_t parser;
    const struct text *text;
    const struct text *shown;
    struct diagnostics *diagnostics;
    struct position position;
};

static gsize byte_offset(struct reader *reader, gsize characters)
{
    struct position *position = &reader->position;
    const char *data = reader->text->data;
    while (position->characters < characters && position->bytes < reader->text->length) {
        position->bytes += (gsize)g_utf8_skip[(guchar)data[position->bytes]];
        position->characters++;
    }
    while (position->characters > characters) {
        do
            position->bytes--;
        while (((guchar)data[position->bytes] & 0xc0) == 0x80);
        position->characters--;
    }
    return position->bytes;
}

static struct span span_of(struct reader *reader, yaml_mark_t start, yaml_mark_t end)
{
    const gsize from = byte_offset(reader, start.index);
    const gsize to = byte_offset(reader, end.index);
    return (struct span){.text = reader->shown,
                         .offset = (guint32)from,
                         .length = (guint32)MIN(to - from, G_MAXUINT32)};
}

static struct span event_span(struct reader *reader, const yaml_event_t *event)
{
    return span_of(reader, event->start_mark, event->end_mark);
}

static struct value *refuse(struct reader *reader, const yaml_event_t *event, const char *message)
{
    struct span span = event_span(reader, event);
    span.length = MIN(span.length, 1);
    diagnostics_add(reader->diagnostics, SF_PROFILE_YAML, span, NULL, "%s", message);
    return NULL;
}

/* libyaml's own message, at its place. */
static void report_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    struct span span = span_of(reader, parser->problem_mark, parser->problem_mark);
    if (parser->error == YAML_READER_ERROR)
        span.offset = (guint32)MIN(parser->problem_offset, reader->text->length);
    span.length = 1;
    const char *problem = parser->problem ? parser->problem : "it can't be read";
    const char *hint = strstr(problem, "cannot start any token") &&
                               span.offset < reader->text->length &&
                               reader->text->data[span.offset] == '\t'
                           ? "a tab; YAML is indented with spaces"
                           : NULL;
    diagnostics_add(reader->diagnostics, SF_PROFILE_SYNTAX, span, hint, "this is no YAML: %s%s%s",
                    parser->context ? parser->context : "", parser->context ? ", " : "", problem);
    struct span context = span_of(reader, parser->context_mark, parser->context_mark);
    context.length = 1;
    if (parser->context && context.offset != span.offset)
        diagnostics_relate(reader->diagnostics, context, "this begins here");
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    report_syntax(reader);
    return false;
}

static bool is_word(const char *text, const char *word)
{
    g_autofree char *title = g_strdup(word);
    g_autofree char *upper = g_ascii_strup(word, -1);
    title[0] = g_ascii_toupper(title[0]);
    return strcmp(text, word) == 0 || strcmp(text, title) == 0 || strcmp(text, upper) == 0;
}

static const char *skip_digits(const char *at)
{
    while (g_ascii_isdigit(*at))
        at++;
    return at;
}

/* As in JSON: no leading zeros, no sign but minus, no other bases. */
static bool is_number(const char *text)
{
    const char *at = text + (*text == '-');
    if (!g_ascii_isdigit(*at))
        return false;
    at = *at == '0' ? at + 1 : skip_digits(at);
    if (*at == '.' && g_ascii_isdigit(at[1]))
        at = skip_digits(at + 1);
    if (*at == 'e' || *at == 'E') {
        const char *digits = at + 1 + (at[1] == '-' || at[1] == '+');
        at = g_ascii_isdigit(*digits) ? skip_digits(digits) : at;
    }
    return *at == '\0';
}

enum value_kind yaml_scalar_kind(const char *text)
{
    if (*text == '\0' || strcmp(text, "~") == 0 || is_word(text, "null"))
        return VALUE_NULL;
    if (is_word(text, "true") || is_word(text, "false"))
        return VALUE_BOOLEAN;
    return is_number(text) ? VALUE_NUMBER : VALUE_STRING;
}

static bool refuse_extras(struct reader *reader, const yaml_event_t *event,
                          const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        refuse(reader, event, "anchors (&name) are not used in a profile: write the value twice");
    else if (tag)
        refuse(reader, event, "tags (!name) are not used in a profile");
    return anchor || tag;
}

static struct value *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    if (refuse_extras(reader, event, event->data.scalar.anchor, event->data.scalar.tag))
        return NULL;
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length)
        return refuse(reader, event, "a NUL character has no place in a profile");
    const bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const enum value_kind kind = is_plain ? yaml_scalar_kind(text) : VALUE_STRING;
    char *copy = kind == VALUE_NULL      ? NULL
                 : kind == VALUE_BOOLEAN ? g_ascii_strdown(text, -1)
                                         : g_strdup(text);
    return value_new(kind, event_span(reader, event), copy);
}

static struct value *read_node(struct reader *reader, const yaml_event_t *event, guint depth);

/* NOLINTNEXTLINE(misc-no-recursion): YAML_MAX_DEPTH bounds it */
static struct value *read_list(struct reader *reader, const yaml_event_t *start, guint depth)
{
    AUTO(value) list = value_new(VALUE_LIST, event_span(reader, start), NULL);
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return NULL;
        const bool is_end = event.type == YAML_SEQUENCE_END_EVENT;
        struct value *item = is_end ? NULL : read_node(reader, &event, depth);
        if (is_end)
            list->span = span_of(reader, start->start_mark, event.end_mark);
        yaml_event_delete(&event);
        if (is_end)
            return g_steal_pointer(&list);
        if (!item)
            return NULL;
        value_add_item(list, item);
    }
}

static bool check_key(struct reader *reader, const struct value *map, const yaml_event_t *event)
{
    if (event->type != YAML_SCALAR_EVENT) {
        refuse(reader, event,
               event->type == YAML_ALIAS_EVENT ? "aliases (*name) are not used in a profile"
                                               : "a key must be a word");
        return false;
    }
    if (refuse_extras(reader, event, event->data.scalar.anchor, event->data.scalar.tag))
        return false;
    const char *key = (const char *)event->data.scalar.value;
    const struct member *former = value_member(map, key);
    if (strcmp(key, "<<") == 0)
        refuse(reader, event, "merge keys (<<) are not used in a profile");
    else if (strlen(key) != event->data.scalar.length || *key == '\0')
        refuse(reader, event, "a key must be a word");
    else if (map->members->len >= YAML_MAX_MEMBERS)
        refuse(reader, event, "a map of a profile has at most 5000 keys");
    else if (former) {
        diagnostics_add(reader->diagnostics, SF_PROFILE_DUPLICATE, event_span(reader, event), NULL,
                        "the key '%s' stands twice in this map", key);
        diagnostics_relate(reader->diagnostics, former->key_span, "first here");
    } else
        return true;
    return false;
}

/* A key has been read; its value follows. */
/* NOLINTNEXTLINE(misc-no-recursion): YAML_MAX_DEPTH bounds it */
static bool read_member(struct reader *reader, struct value *map, const yaml_event_t *key_event,
                        guint depth)
{
    yaml_event_t event;
    if (!check_key(reader, map, key_event) || !next_event(reader, &event))
        return false;
    const struct span key_span = event_span(reader, key_event);
    struct value *value = read_node(reader, &event, depth);
    yaml_event_delete(&event);
    if (value)
        value_add_member(map, (const char *)key_event->data.scalar.value, key_span, value);
    return value != NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): YAML_MAX_DEPTH bounds it */
static struct value *read_map(struct reader *reader, const yaml_event_t *start, guint depth)
{
    AUTO(value) map = value_new(VALUE_MAP, event_span(reader, start), NULL);
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return NULL;
        const bool is_end = event.type == YAML_MAPPING_END_EVENT;
        const bool is_fine = is_end || read_member(reader, map, &event, depth);
        if (is_end)
            map->span = span_of(reader, start->start_mark, event.end_mark);
        yaml_event_delete(&event);
        if (is_end)
            return g_steal_pointer(&map);
        if (!is_fine)
            return NULL;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): YAML_MAX_DEPTH bounds it */
static struct value *read_node(struct reader *reader, const yaml_event_t *event, guint depth)
{
    if (depth >= YAML_MAX_DEPTH)
        return refuse(reader, event, "a profile is nested at most 32 deep");
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reader, event);
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(reader, event, "aliases (*name) are not used in a profile");
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return refuse_extras(reader, event, event->data.sequence_start.anchor,
                             event->data.sequence_start.tag)
                   ? NULL
                   : read_list(reader, event, depth + 1);
    return refuse_extras(reader, event, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag)
               ? NULL
               : read_map(reader, event, depth + 1);
}

/* The next event that isn't a frame around documents; false after an error. */
static bool next_content(struct reader *reader, yaml_event_t *event)
{
    while (next_event(reader, event)) {
        if (event->type != YAML_STREAM_START_EVENT && event->type != YAML_DOCUMENT_START_EVENT &&
            event->type != YAML_DOCUMENT_END_EVENT)
            return true;
        yaml_event_delete(event);
    }
    return false;
}

static struct value *read_stream(struct reader *reader)
{
    yaml_event_t event;
    if (!next_content(reader, &event))
        return NULL;
    if (event.type == YAML_STREAM_END_EVENT) {
        const struct span span = event_span(reader, &event);
        yaml_event_delete(&event);
        return value_new(VALUE_MAP, span, NULL);
    }
    AUTO(value) root = read_node(reader, &event, 0);
    yaml_event_delete(&event);
    if (!root || !next_content(reader, &event))
        return NULL;
    const bool is_end = event.type == YAML_STREAM_END_EVENT;
    if (!is_end)
        refuse(reader, &event, "a profile is one document");
    yaml_event_delete(&event);
    if (is_end && root->kind == VALUE_NULL)
        return value_new(VALUE_MAP, root->span, NULL);
    return is_end ? g_steal_pointer(&root) : NULL;
}

struct value *yaml_parse(const struct text *text, const struct text *shown,
                         struct diagnostics *diagnostics)
{
    struct reader reader = {.text = text, .shown = shown, .diagnostics = diagnostics};
    if (text->length > YAML_MAX_BYTES) {
        const struct span start = {.text = shown, .length = 1};
        diagnostics_add(diagnostics, SF_PROFILE_YAML, start, NULL,
                        "a profile of more than 1 MiB is not read");
        return NULL;
    }
    if (!yaml_parser_initialize(&reader.parser))
        g_error("out of memory");
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const guchar *)text->data, text->length);
    struct value *root = read_stream(&reader);
    yaml_parser_delete(&reader.parser);
    return root;
}
