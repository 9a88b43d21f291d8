/* SPDX-License-Identifier: Apache-2.0 */
#include "run/preview.h"

#include "run/recorder.h"
#include "run/steps/step.h"

static bool decide(struct recorder *recorder, const struct plan *plan,
                   const struct engine_class *class, struct session *session, GError **error)
{
    g_autoptr(GPtrArray) views = NULL;
    if (plan_reads_others(plan) && !class->view_list(session, &views, error))
        return false;
    g_autoptr(GArray) late = views && views->len > 0 ? plan_expand_views(plan, views) : NULL;
    return recorder_look(recorder, class, session, plan, late, error);
}

GArray *preview_decide(const struct plan *plan, const struct run_options *options, GError **error)
{
    const struct engine_class *class = options->engine;
    struct engine_options reading = options->engine_options;
    reading.read_only = true;
    struct engine *engine = NULL;
    struct session *session = NULL;
    if (!class->open(&reading, &engine, error))
        return NULL;
    g_autofree guint8 *is_step = step_choose(plan, options->selected);
    struct recorder recorder = {.run = options->journal, .is_step = is_step};
    GArray *decisions = NULL;
    if (class->session_new(engine, &session, error) &&
        decide(&recorder, plan, class, session, error))
        decisions = g_steal_pointer(&recorder.decisions);
    recorder_clear(&recorder);
    if (session)
        class->session_free(session);
    class->close(engine);
    return decisions;
}
