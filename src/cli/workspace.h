/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a command works: the project, its profile, and the way from a pipeline's name to its plan.
 * The process stands in the project's root from workspace_open on, so that relative paths of data
 * start there.
 */
#pragma once

#include "cli/command.h"
#include "engine/engine.h"
#include "plan/plan.h"
#include "run/past.h"
#include "run/phase.h"
#include "run/retry.h"

struct workspace {
    const struct call *call;
    struct project *project;
    struct profile *profile;         /* NULL: opened without */
    struct registry *registry;       /* all connectors, the profile's folders of them too */
    struct diagnostics *diagnostics; /* of everything that is read */
    gint64 opening_us;               /* what it took to read project and profile; the first
                                        pipeline that is planned takes it over */
    GPtrArray *values;               /* --vars, --var: char * name, char * value alternating */
    char *current;                   /* where the user stood when calling; absolute */
};

/* A pipeline that could be planned. */
struct planned {
    char *file; /* absolute */
    char *name;
    struct variables *variables;
    struct phase_times phases; /* READING, PARSING, PLANNING */
    struct plan *plan;         /* NULL when its text has errors: they are in the diagnostics */
    GPtrArray *needs;          /* struct planned: whose tables it reads; filled by planned_order */
    GPtrArray *values;         /* the workspace's when it was planned */
    struct past_run
        *origin; /* of retry: the run that it goes on with, or whose call it repeats from
                                the start (is_anew); NULL: a new run */
    bool is_anew;
    gint64 looked_us; /* of retry: as struct run_journal has it */
    bool is_over;     /* of retry: nothing of it is left to do */
};

/* `pipeline` (may be NULL) tells where to look for the project when it is a path. Says on stderr
 * what went wrong before it returns NULL. */
struct workspace *workspace_open(struct call *call, const char *pipeline);

/* The same with a profile of this name, whatever --profile says. */
struct workspace *workspace_open_profile(struct call *call, const char *profile);

/* The same without a profile: for what looks at texts only. */
struct workspace *workspace_open_project(struct call *call, const char *pipeline);
void workspace_free(struct workspace *workspace);
DEFINE_AUTO(workspace, workspace_free);

/* `path` as the user meant it, from where they stood. */
char *workspace_path(const struct workspace *workspace, const char *path);

/* To the file of --out, which is said on stderr, else to stdout. Empties the text in that case. */
bool workspace_write_out(const struct workspace *workspace, GString *text,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads and plans the pipeline in `file` (absolute); what is wrong with it goes to the
 * diagnostics. */
struct planned *workspace_plan(struct workspace *workspace, const char *file);
void planned_free(struct planned *planned);
DEFINE_AUTO(planned, planned_free);

/* An empty list that owns its struct planned. */
GPtrArray *planned_list_new(void);

/* The file of the pipeline that `name` (NULL: the only one) stands for. A path starts where the
 * user stands, else at the project. */
char *workspace_find(const struct workspace *workspace, const char *name, GError **error);

/* The same, planned. */
struct planned *workspace_plan_named(struct workspace *workspace, const char *name, GError **error);

/* All pipelines of the project, by name: struct planned. */
GPtrArray *workspace_plan_all(struct workspace *workspace, GError **error);

/* All of them, or a list with the one that `name` stands for; NULL when there is no plan of it. */
GPtrArray *workspace_plan_list(struct workspace *workspace, bool all, const char *name,
                               GError **error);

/* Puts pipelines that read what others make behind those; all have plans. ERROR_PLAN with the path
 * when they wait for each other. */
bool planned_order(GPtrArray *all_planned, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Warns about values of the command line that no pipeline uses. */
void workspace_check_values(const struct workspace *workspace, const GPtrArray *all_planned);

/* The engine as profile and flags say. Nothing is opened. The workspace must outlive its use. */
struct engine_options workspace_engine_options(struct workspace *workspace);

/* How often steps are tried again, as profile and flags say. */
struct retry_options workspace_retry_options(const struct workspace *workspace);
