/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/outside/context.h"

#include "base/error.h"
#include "connect/outside/keep.h"

#include <string.h>

/* A header of such a name is one; "Accept" isn't. */
static bool names_secret(const char *name)
{
    static const char *const words[] = {"auth",   "cookie",  "key",       "password",
                                        "secret", "session", "signature", "token"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(lower, words[i]))
            return true;
    return false;
}

/* "Bearer abc" holds abc. */
static void add_secrets_of(struct sqlflow_context *context, const char *option)
{
    const GPtrArray *items = options_list(context->usage->options, option);
    for (guint i = 0; items && i + 1 < items->len; i += 2) {
        const char *text = g_ptr_array_index(items, i + 1);
        const char *space = strrchr(text, ' ');
        if (!names_secret(g_ptr_array_index(items, i)))
            continue;
        secrets_add(context->secrets, text);
        secrets_add(context->secrets, space ? space + 1 : NULL);
    }
}

/* An address is one, and so is the password in it. Of a list each text is. */
static void add_secret(struct sqlflow_context *context, const char *option)
{
    const char *text = host_table()->option_text(context, option);
    const GPtrArray *items = options_list(context->usage->options, option);
    for (guint i = 0; items && i < items->len; i++)
        secrets_add(context->secrets, g_ptr_array_index(items, i));
    secrets_add(context->secrets, text);
    if (text)
        secrets_add_addresses(context->secrets, text);
}

static bool resolve_secrets(struct sqlflow_context *context, GError **error)
{
    const struct usage *usage = context->usage;
    for (const struct option *option = usage->connector->options; option->name; option++) {
        const struct secret_place *place = options_secret(usage->options, option->name);
        if (place) {
            char *text = secret_read(place, usage->project, usage->is_interrupted, error);
            if (!text)
                return false;
            g_hash_table_replace(context->resolved, g_strdup(option->name), text);
        }
        if (option->flags & OPTION_SECRET && option->type == OPTION_MAP)
            add_secrets_of(context, option->name);
        else if (option->flags & OPTION_SECRET || place)
            add_secret(context, option->name);
    }
    return true;
}

static void free_secret(gpointer text)
{
    secret_free(text);
}

bool context_init(struct sqlflow_context *context, const struct usage *usage, GError **error)
{
    *context = (struct sqlflow_context){
        .usage = usage,
        .resolved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret),
        .secrets = secrets_new(),
        .is_interrupted = {usage->is_interrupted},
    };
    if (resolve_secrets(context, error))
        return true;
    context_clear(context);
    return false;
}

void context_clear(struct sqlflow_context *context)
{
    g_clear_pointer(&context->resolved, g_hash_table_unref);
    g_clear_pointer(&context->secrets, secrets_free);
}

bool context_is_cancelled(const struct sqlflow_context *context)
{
    for (gsize i = 0; i < G_N_ELEMENTS(context->is_interrupted); i++)
        if (context->is_interrupted[i] && g_atomic_int_get(context->is_interrupted[i]))
            return true;
    return false;
}

struct sqlflow_call context_call(const struct sqlflow_context *context)
{
    return (struct sqlflow_call){
        .size = sizeof(struct sqlflow_call),
        .host = host_table(),
        .context = context,
        .destination = context->usage->destination,
        .token = context->usage->token,
        .moment = outside_moment_handle(context->usage->moment),
        .tries = context->usage->tries,
        .retry_milliseconds = context->usage->retry_ms,
    };
}

#define HAS(connector, member)                                                                     \
    ((connector)->size >=                                                                          \
         offsetof(struct sqlflow_connector, member) + sizeof(connector)->member &&                 \
     (connector)->member)

bool outside_fetches(const struct sqlflow_connector *connector)
{
    return HAS(connector, fetch);
}

bool outside_delivers(const struct sqlflow_connector *connector)
{
    return HAS(connector, deliver);
}

bool outside_relates(const struct sqlflow_connector *connector)
{
    return HAS(connector, relate);
}

const char *outside_format(const struct sqlflow_connector *connector)
{
    return HAS(connector, format) ? connector->format : NULL;
}

struct sqlflow_error context_error(const struct sqlflow_context *context)
{
    return (struct sqlflow_error){.lock = PTHREAD_MUTEX_INITIALIZER, .secrets = context->secrets};
}

static const char *option_text(const struct sqlflow_context *context, const char *name)
{
    const char *resolved = g_hash_table_lookup(context->resolved, name);
    return resolved ? resolved : options_text(context->usage->options, name);
}

static guint32 option_count(const struct sqlflow_context *context, const char *name)
{
    const GPtrArray *items = options_list(context->usage->options, name);
    return items ? items->len : 0;
}

static const char *option_item(const struct sqlflow_context *context, const char *name,
                               guint32 index)
{
    const GPtrArray *items = options_list(context->usage->options, name);
    return items && index < items->len ? g_ptr_array_index(items, index) : NULL;
}

/* What comes from outside may not be UTF-8. */
static char *text_of(const struct secrets *secrets, const char *raw)
{
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    return secrets_mask(secrets, text);
}

static char *message_of(const struct secrets *secrets, const char *format, va_list arguments)
    G_GNUC_PRINTF(2, 0);

static char *message_of(const struct secrets *secrets, const char *format, va_list arguments)
{
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    return text_of(secrets, g_strchomp(raw));
}

static void note(const struct sqlflow_context *context, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void note(const struct sqlflow_context *context, const char *format, ...)
{
    if (!context->usage->note)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = message_of(context->secrets, format, arguments);
    va_end(arguments);
    context->usage->note(context->usage->note_data, line);
}

static const enum error_kind kinds[] = {
    [SQLFLOW_ERROR_USAGE] = ERROR_USAGE,         [SQLFLOW_ERROR_DATA] = ERROR_DATA,
    [SQLFLOW_ERROR_TRANSIENT] = ERROR_TRANSIENT, [SQLFLOW_ERROR_PERMISSION] = ERROR_PERMISSION,
    [SQLFLOW_ERROR_CANCELLED] = ERROR_CANCELLED, [SQLFLOW_ERROR_SYSTEM] = ERROR_SYSTEM,
};

static bool fail(struct sqlflow_error *out, enum sqlflow_error_kind kind, const char *code,
                 const char *format, ...) G_GNUC_PRINTF(4, 5);

static bool fail(struct sqlflow_error *out, enum sqlflow_error_kind kind, const char *code,
                 const char *format, ...)
{
    if (!out)
        return false;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = message_of(out->secrets, format, arguments);
    va_end(arguments);
    g_autofree char *own_code = code ? text_of(out->secrets, code) : NULL;
    const bool is_known = (gsize)kind < G_N_ELEMENTS(kinds) && kinds[kind];
    struct error_details details = {.code = own_code, .position = -1};
    pthread_mutex_lock(&out->lock);
    if (!out->error)
        error_set_full(&out->error, is_known ? kinds[kind] : ERROR_SYSTEM, &details, message);
    pthread_mutex_unlock(&out->lock);
    return false;
}

static void retry_after(struct sqlflow_error *out, gint64 milliseconds)
{
    pthread_mutex_lock(&out->lock);
    out->retry_after_ms = MAX(milliseconds, 0);
    pthread_mutex_unlock(&out->lock);
}

static void gave_up(struct sqlflow_error *out)
{
    pthread_mutex_lock(&out->lock);
    out->has_given_up = true;
    pthread_mutex_unlock(&out->lock);
}

/* With the time that the other side asked for. */
static void propagate(struct sqlflow_error *from, GError **error)
{
    struct error_details details = *error_details(from->error);
    details.retry_after_us = from->retry_after_ms * 1000;
    details.is_final = from->has_given_up;
    error_set_full(error, error_kind(from->error), &details, from->error->message);
    g_clear_error(&from->error);
}

bool outcome(bool done, const struct sqlflow_context *context, struct sqlflow_error *from,
             GError **error)
{
    if (done) {
        g_clear_error(&from->error);
        return true;
    }
    if (context_is_cancelled(context)) {
        g_clear_error(&from->error);
        error_set(error, ERROR_CANCELLED, "interrupted");
    } else if (from->error) {
        propagate(from, error);
    } else {
        error_set(error, ERROR_SYSTEM, "the connector '%s' failed and doesn't say why",
                  context->usage->connector->name);
    }
    return false;
}

static void found_free(gpointer data)
{
    struct found *found = data;
    g_free(found->kind);
    g_free(found->name);
    g_free(found->detail);
    g_free(found);
}

struct found *found_new(const char *kind, const char *name, const char *detail)
{
    struct found *found = g_new0(struct found, 1);
    found->kind = g_utf8_make_valid(kind, -1);
    found->name = g_utf8_make_valid(name, -1);
    found->detail = detail ? g_utf8_make_valid(detail, -1) : NULL;
    return found;
}

GPtrArray *found_list_new(void)
{
    return g_ptr_array_new_with_free_func(found_free);
}

static void add_found(struct sqlflow_listing *listing, const char *kind, const char *name,
                      const char *detail)
{
    g_autofree char *shown_name = text_of(listing->secrets, name);
    g_autofree char *shown_detail = detail ? text_of(listing->secrets, detail) : NULL;
    g_ptr_array_add(listing->found, found_new(kind, shown_name, shown_detail));
}

const struct sqlflow_host *host_table(void)
{
    static const struct sqlflow_host host = {
        .abi = SQLFLOW_CONNECTOR_ABI,
        .size = sizeof(struct sqlflow_host),
        .version = SQLFLOW_VERSION,
        .option_text = option_text,
        .option_count = option_count,
        .option_item = option_item,
        .is_cancelled = context_is_cancelled,
        .note = note,
        .fail = fail,
        .retry_after = retry_after,
        .found = add_found,
        .gave_up = gave_up,
        .relation_format = relation_format,
        .relation_path = relation_path,
        .relation_option = relation_option,
        .find_files = find_files,
    };
    return &host;
}

bool outside_check(const struct usage *usage, GError **error)
{
    struct sqlflow_context context;
    if (!context_init(&context, usage, error))
        return false;
    const struct sqlflow_call call = context_call(&context);
    struct sqlflow_error failure = context_error(&context);
    bool done =
        outcome(usage->connector->descriptor->check(&call, &failure), &context, &failure, error);
    context_clear(&context);
    return done;
}

GPtrArray *outside_discover(const struct usage *usage, GError **error)
{
    struct sqlflow_context context;
    const struct sqlflow_connector *descriptor = usage->connector->descriptor;
    if (!descriptor->discover) {
        error_set(error, ERROR_USAGE, "the connector '%s' can't tell what there is to read",
                  usage->connector->name);
        return NULL;
    }
    if (!context_init(&context, usage, error))
        return NULL;
    struct sqlflow_listing listing = {.found = found_list_new(), .secrets = context.secrets};
    const struct sqlflow_call call = context_call(&context);
    struct sqlflow_error failure = context_error(&context);
    bool done = outcome(descriptor->discover(&call, &listing, &failure), &context, &failure, error);
    context_clear(&context);
    if (done)
        return listing.found;
    g_ptr_array_unref(listing.found);
    return NULL;
}
