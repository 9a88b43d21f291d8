/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"
#include "cli/activity.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/workspace.h"
#include "connect/outside/outside.h"

#include <string.h>

/* A connector of the profile, ready to be used. */
struct subject {
    struct workspace *workspace;
    const struct profile_connector *profile;
    struct plan_connector opened;
};

static const struct profile_connector *find_profile(const struct workspace *workspace,
                                                    const char *name, GError **error)
{
    const struct profile *profile = workspace->profile;
    const struct profile_connector *found = profile_connector(profile, name);
    if (found)
        return found;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < profile->connectors->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(profile->connectors, i);
        g_ptr_array_add(names, connector->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = nearest_hint(name, (const char *const *)names->pdata);
    g_autofree char *message =
        g_strdup_printf("the profile '%s' has no connector '%s'", profile->name, name);
    const struct error_details details = {.position = -1, .suggestion = hint};
    error_set_full(error, ERROR_USAGE, &details, message);
    return NULL;
}

static const struct connector *find_type(const struct workspace *workspace,
                                         const struct profile_connector *profile, GError **error)
{
    const struct connector *connector = registry_find(workspace->registry, profile->type, error);
    if (connector || *error)
        return connector;
    const char *refusal = connector_refusal(profile->type);
    error_set(error, ERROR_USAGE, "the type %s of '%s' %s", profile->type, profile->name,
              refusal ? refusal : "is none that is known");
    return NULL;
}

/* False with an error, or with diagnostics. */
static bool subject_init(struct subject *subject, struct workspace *workspace, const char *name,
                         GError **error)
{
    *subject = (struct subject){.workspace = workspace};
    subject->profile = find_profile(workspace, name, error);
    const struct connector *connector =
        subject->profile ? find_type(workspace, subject->profile, error) : NULL;
    if (!connector)
        return false;
    const struct plan_input input = {.project = workspace->project,
                                     .profile = workspace->profile,
                                     .registry = workspace->registry};
    return plan_connector_open(subject->profile, connector, &input, workspace->diagnostics,
                               &subject->opened);
}

static struct usage usage_of(const struct subject *subject)
{
    return (struct usage){.connector = subject->opened.connector,
                          .options = subject->opened.options,
                          .storage = subject->opened.storage,
                          .project = subject->workspace->project};
}

static struct rows *rows_of(const char *const *names)
{
    struct rows *rows = rows_new(0);
    for (const char *const *name = names; *name; name++)
        columns_add(rows->columns, *name, "VARCHAR");
    return rows;
}

/* Those of the profile, then all types, loaded to see whether they can be used. */
static bool list(struct call *call, struct workspace *workspace, GError **error)
{
    static const char *const columns[] = {"name", "type", "reads", "writes", "from", NULL};
    AUTO(rows) rows = rows_of(columns);
    const GPtrArray *named = workspace->profile->connectors;
    (void)error;
    for (guint i = 0; i < named->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(named, i);
        g_autofree char *from = g_strconcat("profile ", workspace->profile->name, NULL);
        rows_append(rows, (const char *const[]){connector->name, connector->type, "", "", from});
    }
    g_auto(GStrv) names = registry_names(workspace->registry);
    for (char **name = names; *name; name++) {
        g_autoptr(GError) failure = NULL;
        const struct connector *connector = registry_find(workspace->registry, *name, &failure);
        const guint can = connector ? connector->abilities : 0;
        const char *origin = connector ? connector->origin : failure->message;
        rows_append(rows, (const char *const[]){*name, "", can & CONNECTOR_SOURCE ? "yes" : "",
                                                can & CONNECTOR_EXPORT ? "yes" : "",
                                                origin ? origin : "built in"});
    }
    output_all(call, rows);
    return true;
}

static bool test_connector(struct call *call, const struct subject *subject, GError **error)
{
    const struct usage usage = usage_of(subject);
    struct activity *reaching = activity_begin(call, "reaching %s", subject->profile->name);
    const bool reached = outside_check(&usage, error);
    activity_end(reaching);
    if (!reached)
        return false;
    static const char *const columns[] = {"name", "type", "result", NULL};
    AUTO(rows) rows = rows_of(columns);
    rows_append(rows, (const char *const[]){subject->profile->name, usage.connector->name, "ok"});
    output_all(call, rows);
    return true;
}

static bool discover(struct call *call, const struct subject *subject, GError **error)
{
    static const char *const columns[] = {"kind", "name", "detail", NULL};
    AUTO(rows) rows = rows_of(columns);
    const struct usage usage = usage_of(subject);
    struct activity *asking = activity_begin(call, "asking %s", subject->profile->name);
    g_autoptr(GPtrArray) found = outside_discover(&usage, error);
    activity_end(asking);
    for (guint i = 0; found && i < found->len; i++) {
        const struct found *thing = g_ptr_array_index(found, i);
        rows_append(rows, (const char *const[]){thing->kind, thing->name, thing->detail});
    }
    if (found)
        output_all(call, rows);
    return found != NULL;
}

static bool use_connector(struct call *call, struct workspace *workspace,
                          bool (*use)(struct call *, const struct subject *, GError **),
                          GError **error)
{
    const char *name = call_argument(call, 1);
    struct subject subject;
    if (!name) {
        error_set(error, ERROR_USAGE,
                  "which connector? `sqlflow connect list` names those of the "
                  "profile");
        return false;
    }
    const bool done = subject_init(&subject, workspace, name, error) && use(call, &subject, error);
    plan_connector_clear(&subject.opened);
    return done;
}

static bool answer(struct call *call, struct workspace *workspace, GError **error)
{
    const char *what = call_argument(call, 0);
    if (strcmp(what, "list") == 0)
        return list(call, workspace, error);
    if (strcmp(what, "test") == 0)
        return use_connector(call, workspace, test_connector, error);
    if (strcmp(what, "discover") == 0)
        return use_connector(call, workspace, discover, error);
    error_set(error, ERROR_USAGE, "connect what? list, test NAME or discover NAME");
    return false;
}

enum exit_code command_connect(struct call *call)
{
    AUTO(workspace) workspace = workspace_open(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GError) error = NULL;
    const bool done = answer(call, workspace, &error);
    report_diagnostics(call, workspace->diagnostics);
    if (error)
        report_error(call, error);
    if (done)
        return EXIT_CODE_OK;
    return error && error_kind(error) != ERROR_USAGE ? EXIT_CODE_FAILED : EXIT_CODE_USAGE;
}
