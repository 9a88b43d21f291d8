/* SPDX-License-Identifier: Apache-2.0 */
#include "run/incremental.h"

#include "base/name.h"
#include "lang/window.h"

char *incremental_column(const struct fragment *name)
{
    g_auto(GStrv) parts = name_split(name->text);
    return g_strdup(parts ? parts[0] : name->text);
}

void incremental_move_error(GError **error, gint64 position)
{
    if (!error || !*error)
        return;
    struct error_details details = *error_details(*error);
    GError *moved = NULL;
    details.position = position;
    error_set_full(&moved, error_kind(*error), &details, (*error)->message);
    g_error_free(*error);
    *error = moved;
}

static bool describe_with(const struct engine_class *class, struct session *session,
                          const struct fragment *body, const struct window_macros *macros,
                          GPtrArray **out_columns, GError **error)
{
    AUTO(windowed) windowed = windowed_new(body->text, body->length, macros, error);
    if (!windowed)
        return false;
    if (class->describe(session, windowed->text, out_columns, error))
        return true;
    if (error && *error && error_details(*error)->position >= 0)
        incremental_move_error(error, windowed_position(windowed, error_details(*error)->position));
    return false;
}

/* What macros stand for where nothing runs. */
static const struct window_macros some_time = {
    .start_date = "DATE '2000-01-01'",
    .end_date = "DATE '2000-01-02'",
    .start_dt = "TIMESTAMP '2000-01-01 00:00:00'",
    .end_dt = "TIMESTAMP '2000-01-02 00:00:00'",
};
static const struct window_macros some_number = {
    .start_date = "1", .end_date = "2", .start_dt = "1", .end_dt = "2"};

bool incremental_describe(const struct engine_class *class, struct session *session,
                          const struct fragment *body, GPtrArray **out_columns, GError **error)
{
    return describe_with(class, session, body, &some_number, out_columns, NULL) ||
           describe_with(class, session, body, &some_time, out_columns, error);
}

bool incremental_trace(const struct engine_class *class, struct session *session,
                       const struct fragment *body, struct trace **out, GError **error)
{
    const struct window_macros *macros[] = {&some_number, &some_time};
    for (guint i = 0; i < G_N_ELEMENTS(macros); i++) {
        g_clear_error(error);
        AUTO(windowed) windowed = windowed_new(body->text, body->length, macros[i], error);
        if (windowed && class->trace(session, windowed->text, out, error))
            return true;
    }
    return false;
}
