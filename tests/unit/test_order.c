/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random pipelines against a model that reads language.md's "Order" word by word, in n³ steps: each
 * step must wait for the same others, by whatever way.
 */
#include "plan_fixture.h"

enum { TABLES = 5, VIEWS = 3, NAMES = TABLES + VIEWS, MAX_STEPS = 24, MAX_READS = 3 };

enum model_kind {
    MODEL_CREATE,
    MODEL_VIEW,
    MODEL_INSERT,
    MODEL_EXPORT,
    MODEL_QUERY,
    MODEL_CHECK,
    MODEL_BARRIER,
    MODEL_KINDS
};

/* Names 0 to TABLES - 1 are tables, the rest views. */
struct model_step {
    enum model_kind kind;
    gint write; /* -1: none */
    gint on;    /* CHECK: the table that it stands on */
    gint reads[MAX_READS];
    guint read_count;
};

struct model {
    struct model_step steps[MAX_STEPS];
    guint count;
    bool waits[MAX_STEPS][MAX_STEPS];
    bool reads[MAX_STEPS][NAMES]; /* also through views */
    bool is_forward[MAX_STEPS][NAMES];
};

static const char *name_of(gint name)
{
    static const char *const names[NAMES] = {"t0", "t1", "t2", "t3", "t4", "v0", "v1", "v2"};
    return names[name];
}

static bool can_wait(const struct model_step *step)
{
    return step->kind == MODEL_CREATE || step->kind == MODEL_VIEW || step->kind == MODEL_EXPORT;
}

static gint random_name(GRand *random, gint tables)
{
    const gint name = g_rand_int_range(random, 0, tables + VIEWS);
    return name < tables ? name : TABLES + name - tables;
}

/* `tables`: how many there are; with few, each is written often. */
static struct model_step random_step(GRand *random, gint tables, bool with_barriers)
{
    struct model_step step = {.write = -1, .on = -1};
    step.kind = (enum model_kind)g_rand_int_range(random, 0, MODEL_KINDS);
    if (step.kind == MODEL_BARRIER && !with_barriers)
        step.kind = MODEL_CREATE;
    if (step.kind == MODEL_BARRIER)
        return step;
    if (step.kind == MODEL_CREATE || step.kind == MODEL_INSERT)
        step.write = g_rand_int_range(random, 0, tables);
    if (step.kind == MODEL_VIEW)
        step.write = g_rand_int_range(random, TABLES, NAMES);
    step.read_count = (guint)g_rand_int_range(random, 0, MAX_READS);
    for (guint i = 0; i < step.read_count; i++)
        step.reads[i] = random_name(random, tables);
    if (step.kind == MODEL_CHECK)
        step.on = step.reads[step.read_count++] = g_rand_int_range(random, 0, tables);
    return step;
}

static void append_from(GString *sf, const struct model_step *step)
{
    g_string_append(sf, "SELECT 1");
    for (guint i = 0; i < step->read_count; i++)
        g_string_append_printf(sf, "%s %s", i ? "," : " FROM", name_of(step->reads[i]));
}

static void append_statement(GString *sf, const struct model_step *step, guint index)
{
    const char *written = step->write >= 0 ? name_of(step->write) : "";
    switch (step->kind) {
    case MODEL_CREATE:
        g_string_append_printf(sf, "CREATE OR REPLACE TABLE %s AS ", written);
        break;
    case MODEL_VIEW:
        g_string_append_printf(sf, "CREATE OR REPLACE VIEW %s AS ", written);
        break;
    case MODEL_INSERT:
        g_string_append_printf(sf, "INSERT INTO %s ", written);
        break;
    case MODEL_EXPORT:
        g_string_append(sf, "EXPORT (");
        append_from(sf, step);
        g_string_append_printf(sf, ") TO 'x%u.csv';\n", index);
        return;
    case MODEL_CHECK:
        g_string_append_printf(sf, "CHECK c%u ON %s AS ", index, name_of(step->on));
        break;
    case MODEL_BARRIER:
        g_string_append(sf, "SET SESSION threads = 1;\n");
        return;
    case MODEL_QUERY:
    case MODEL_KINDS:
        break;
    }
    append_from(sf, step);
    g_string_append(sf, ";\n");
}

static gint last_write_above(const struct model *model, guint step, gint name)
{
    for (guint i = step; i-- > 0;)
        if (model->steps[i].write == name)
            return (gint)i;
    return -1;
}

/* Reads a name at a step's own place, and what a view by that name reads. */
static void read_name(struct model *model, guint step, gint name)
{
    if (model->reads[step][name])
        return;
    model->reads[step][name] = true;
    gint definition = last_write_above(model, step, name);
    if (definition >= 0) {
        model->waits[step][definition] = true;
    } else if (can_wait(&model->steps[step]) && model->steps[step].write != name) {
        for (guint i = step + 1; i < model->count && model->steps[i].kind != MODEL_BARRIER; i++) {
            if (model->steps[i].write != name)
                continue;
            model->waits[step][i] = true;
            model->is_forward[step][name] = true;
            definition = (gint)i;
        }
    }
    if (definition < 0 || model->steps[definition].kind != MODEL_VIEW)
        return;
    const struct model_step *view = &model->steps[definition];
    for (guint i = 0; i < view->read_count; i++)
        read_name(model, step, view->reads[i]);
}

static void wait_for_checks(struct model *model, guint step)
{
    for (guint check = 0; check < step; check++) {
        const gint on = model->steps[check].on;
        if (on < 0 || model->steps[step].kind == MODEL_CHECK || !model->reads[step][on] ||
            model->is_forward[step][on])
            continue;
        if (last_write_above(model, step, on) < (gint)check)
            model->waits[step][check] = true;
    }
}

static void close_waits(struct model *model)
{
    for (guint via = 0; via < model->count; via++)
        for (guint from = 0; from < model->count; from++)
            for (guint to = 0; model->waits[from][via] && to < model->count; to++)
                model->waits[from][to] |= model->waits[via][to];
}

static void wait_in_order(struct model *model, guint step)
{
    for (guint above = 0; above < step; above++) {
        const struct model_step *a = &model->steps[above];
        const struct model_step *b = &model->steps[step];
        if (a->kind == MODEL_BARRIER || b->kind == MODEL_BARRIER ||
            (b->write >= 0 && a->write == b->write))
            model->waits[step][above] = true;
    }
}

/* "A write waits for the readers above it, except those that wait for it." */
static void wait_for_readers(struct model *model)
{
    static bool waits[MAX_STEPS][MAX_STEPS];
    memcpy(waits, model->waits, sizeof waits);
    for (guint write = 0; write < model->count; write++) {
        const gint name = model->steps[write].write;
        for (guint reader = 0; name >= 0 && reader < write; reader++)
            if (model->reads[reader][name] && !waits[reader][write])
                model->waits[write][reader] = true;
    }
}

/* False when the model has a circle. */
static bool model_solve(struct model *model)
{
    for (guint i = 0; i < model->count; i++)
        for (guint k = 0; k < model->steps[i].read_count; k++)
            read_name(model, i, model->steps[i].reads[k]);
    for (guint i = 0; i < model->count; i++) {
        wait_in_order(model, i);
        wait_for_checks(model, i);
    }
    close_waits(model);
    wait_for_readers(model);
    close_waits(model);
    for (guint i = 0; i < model->count; i++)
        if (model->waits[i][i])
            return false;
    return true;
}

/* The plan's edges, closed, by position in the file. */
static void plan_solve(const struct plan *plan, struct model *out)
{
    memset(out->waits, 0, sizeof out->waits);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = plan_at(plan, i);
        for (guint k = 0; k < operation->dependencies->len; k++) {
            const struct dependency *dependency =
                &g_array_index(operation->dependencies, struct dependency, k);
            g_assert_cmpuint(dependency->operation, <, i);
            out->waits[operation->position][plan_at(plan, dependency->operation)->position] = true;
        }
    }
    close_waits(out);
}

/* True for a plan, false for a circle that both see. */
static bool check_random(GRand *random)
{
    static struct model model;
    memset(&model, 0, sizeof model);
    model.count = (guint)g_rand_int_range(random, 2, MAX_STEPS + 1);
    const bool with_barriers = g_rand_boolean(random);
    const gint tables = g_rand_int_range(random, 2, TABLES + 1);
    g_autoptr(GString) sf = g_string_new(NULL);
    for (guint i = 0; i < model.count; i++) {
        model.steps[i] = random_step(random, tables, with_barriers);
        append_statement(sf, &model.steps[i], i);
    }
    const bool is_solved = model_solve(&model);
    PLANNED planned = plan_text("/project", "a.sf", sf->str);
    if ((planned.plan != NULL) != is_solved) {
        g_autofree char *messages = planned_messages(&planned);
        g_error("%s\nmodel: %s; %s", sf->str, is_solved ? "an order" : "a circle", messages);
    }
    if (!is_solved)
        return false;
    static struct model found;
    found.count = model.count;
    plan_solve(planned.plan, &found);
    for (guint i = 0; i < model.count; i++)
        for (guint k = 0; k < model.count; k++)
            if (model.waits[i][k] != found.waits[i][k])
                g_error("%s\nstatement %u %s wait for statement %u", sf->str, i + 1,
                        model.waits[i][k] ? "has to" : "need not", k + 1);
    return true;
}

static void random_pipelines_wait_as_the_model_says(void)
{
    enum { ROUNDS = 8000 };
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
    guint planned = 0;
    for (guint i = 0; i < ROUNDS; i++)
        planned += check_random(random);
    g_assert_cmpuint(planned, >, ROUNDS / 10);
    g_assert_cmpuint(planned, <, ROUNDS);
}

static double plan_seconds(guint statements)
{
    g_autoptr(GString) sf = g_string_new("CREATE TABLE t0 AS SELECT 1;\n");
    for (guint i = 1; i < statements; i++)
        g_string_append_printf(sf,
                               "CREATE TABLE t%u AS SELECT a, sum(b) FROM t%u JOIN t%u USING "
                               "(a) WHERE c > %u GROUP BY a;\n",
                               i, i - 1, i / 2, i);
    const gint64 started = g_get_monotonic_time();
    PLANNED planned = plan_text("/project", "a.sf", sf->str);
    g_assert_nonnull(planned.plan);
    g_autoptr(GString) json = g_string_new(NULL);
    plan_write_json(planned.plan, json);
    return (double)(g_get_monotonic_time() - started) / 1e6;
}

/* A ceiling far above the aim, so that a busy machine passes and a square doesn't. */
static void time_grows_with_the_statements(void)
{
    const double small = plan_seconds(2000);
    const double large = plan_seconds(20000);
    g_test_message("2,000: %.3f s, 20,000: %.3f s", small, large);
    g_assert_cmpfloat(large, <, 40 * MAX(small, 0.01));
}

/* Texts that would cost the square of their length by the simplest way. */
static void large_texts_of_one_kind_take_no_square(void)
{
    static const struct {
        const char *name;
        const char *first;
        const char *each; /* with one %u */
    } cases[] = {
        {"one line", "CREATE TABLE t AS SELECT 1; ", "CREATE TABLE t%u AS FROM t; "},
        {"writes", "CREATE TABLE t AS SELECT 1;\n", "INSERT INTO t SELECT %u;\n"},
        {"barriers", "SELECT 1;\n", "CALL f(%u);\n"},
        {"readers", "CREATE TABLE t AS SELECT 1;\n", "SELECT %u FROM t;\n"},
        {"checks", "CREATE TABLE t AS SELECT 1;\n", "CHECK c%u ON t AS FROM t;\nFROM t;\n"},
        {"one id", "SELECT 1;\n", "CREATE OR REPLACE TABLE t AS SELECT %u;\n"},
        {"chain of views", "CREATE VIEW v0 AS SELECT 1;\n", "SELECT %u FROM v0;\n"},
        {"doubts", "CREATE TABLE x AS FROM y;\n",
         "INSERT INTO z%u SELECT 1 FROM x, t;\nINSERT INTO t SELECT 1;\n"},
        {"exports", "SELECT 1;\n", "EXPORT (SELECT 1) TO 'out/%u.csv';\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) sf = g_string_new(cases[i].first);
        for (guint k = 1; k < 20000; k++) {
            g_auto(GStrv) parts = g_strsplit(cases[i].each, "%u", 2);
            g_string_append_printf(sf, "%s%u%s", parts[0], k, parts[1]);
        }
        g_string_append(sf, "CREATE TABLE y AS FROM t;\n");
        const gint64 started = g_get_monotonic_time();
        PLANNED planned = plan_text("/project", "a.sf", sf->str);
        g_assert_nonnull(planned.plan);
        const double seconds = (double)(g_get_monotonic_time() - started) / 1e6;
        g_test_message("%s: %.3f s", cases[i].name, seconds);
        g_assert_cmpfloat(seconds, <, 10);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/order/" #name, name)
    TEST(random_pipelines_wait_as_the_model_says);
    TEST(time_grows_with_the_statements);
    TEST(large_texts_of_one_kind_take_no_square);
    return g_test_run();
}
