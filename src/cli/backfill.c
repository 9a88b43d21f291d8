/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/backfill.h"

#include <jansson.h>

static void read_flags(struct wanted_backfill *wanted, const struct flags *flags)
{
    wanted->backfill.is_full = flags_given(flags, FLAG_FULL_REFRESH);
    wanted->start = g_strdup(flags_text(flags, FLAG_START));
    wanted->end = g_strdup(flags_text(flags, FLAG_END));
}

static void read_json(struct wanted_backfill *wanted, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    wanted->backfill.is_full = json_is_true(json_object_get(object, "full_refresh"));
    wanted->start = g_strdup(json_string_value(json_object_get(object, "start")));
    wanted->end = g_strdup(json_string_value(json_object_get(object, "end")));
    json_decref(object);
}

void wanted_backfill_init(struct wanted_backfill *wanted, const struct flags *flags,
                          const char *continued)
{
    *wanted = (struct wanted_backfill){.start = NULL};
    if (continued)
        read_json(wanted, continued);
    else
        read_flags(wanted, flags);
    wanted->backfill.start = wanted->start;
    wanted->backfill.end = wanted->end;
}

void wanted_backfill_clear(struct wanted_backfill *wanted)
{
    g_free(wanted->start);
    g_free(wanted->end);
}
