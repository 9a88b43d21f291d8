/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random pipelines fail, are edited, and are continued, up to three times; what comes out is held
 * against a run of the last text from the start, and against a model that tries every choice of
 * steps. The model knows tables as terms: who made them from what.
 *
 *   - What was continued to its end is as if the last text had run from the start.
 *   - It is refused only when no choice of steps would get there, and never when one would.
 *   - No choice of fewer steps would have done: a step that no run has done yet is in every choice,
 *     and each step finds what it reads as the text says.
 *
 * MODEL_RUNS says how many pipelines, MODEL_SEED where the first begins.
 */
#include "lasting.h"

#include <stdlib.h>
#include <string.h>

enum {
    TABLES = 3,
    MOST_STEPS = 6,
    ROUNDS = 3,
    RUNS = SQLFLOW_SANITIZED ? 20 : 200,
};

enum verb { CREATE_FROM, CREATE_PLAIN, INSERT, UPDATE, APPEND, VIEW, FROM_VIEW, EXPORT, VERBS };

/* One statement: what the text says and what the model does. */
struct line {
    enum verb verb;
    guint table, other; /* t0.. */
    guint constant;     /* unlike all others of the pipeline */
    bool is_broken;
};

struct sheet {
    struct line lines[MOST_STEPS + ROUNDS];
    guint count;
};

/* What the tables, the view and the exports are: terms by name. */
typedef GHashTable state;

static state *state_new(void)
{
    state *all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < TABLES; i++)
        g_hash_table_replace(all, g_strdup_printf("t%u", i), g_strdup_printf("base%u", i));
    return all;
}

static state *state_copy(state *from)
{
    state *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer term = NULL;
    g_hash_table_iter_init(&iter, from);
    while (g_hash_table_iter_next(&iter, &name, &term))
        g_hash_table_replace(copy, g_strdup(name), g_strdup(term));
    return copy;
}

static const char *term_of(state *all, char kind, guint number)
{
    char name[16];
    g_snprintf(name, sizeof name, "%c%u", kind, number);
    const char *term = g_hash_table_lookup(all, name);
    return term ? term : "nothing";
}

/* The tables that a view reads are read with it: its term is its text and theirs. */
static char *view_term(state *all)
{
    const char *view = term_of(all, 'v', 0);
    const char *of = strrchr(view, ' ');
    return g_strdup_printf("%s(%s)", view,
                           of ? term_of(all, 't', (guint)strtoul(of + 1, NULL, 10)) : "");
}

static char *name_written(const struct line *line)
{
    if (line->verb == VIEW)
        return g_strdup("v0");
    return g_strdup_printf("%c%u", line->verb == EXPORT ? 'e' : 't',
                           line->verb == EXPORT ? line->constant : line->table);
}

static void apply(const struct line *line, state *all)
{
    g_autofree char *view = view_term(all);
    const char *own = term_of(all, 't', line->table);
    const char *other = term_of(all, 't', line->other);
    const char *mark = line->is_broken ? "!" : "";
    char *made = NULL;
    switch (line->verb) {
    case CREATE_FROM:
        made = g_strdup_printf("C%u%s(%s)", line->constant, mark, other);
        break;
    case CREATE_PLAIN:
        made = g_strdup_printf("P%u%s", line->constant, mark);
        break;
    case INSERT:
    case UPDATE:
    case APPEND:
        made = g_strdup_printf("%d.%u%s(%s)", (int)line->verb, line->constant, mark, own);
        break;
    case VIEW:
        made = g_strdup_printf("V%u%s %u", line->constant, mark, line->other);
        break;
    case FROM_VIEW:
        made = g_strdup_printf("F%u%s(%s)", line->constant, mark, view);
        break;
    case EXPORT:
        made = g_strdup_printf("E%u%s(%s)", line->constant, mark, other);
        break;
    case VERBS:
        g_assert_not_reached();
    }
    g_hash_table_replace(all, name_written(line), made);
}

/* A CREATE of a table from itself needs one before it, which the pipeline may not have. */
static void append_line(GString *out, const struct line *line)
{
    const char *broken = line->is_broken ? " WHERE CAST('x' AS INTEGER) = n" : "";
    const guint c = line->constant;
    switch (line->verb) {
    case CREATE_FROM:
        g_string_append_printf(out,
                               "CREATE OR REPLACE TABLE t%u AS SELECT n + %u AS n FROM t%u%s;\n",
                               line->table, c, line->other, broken);
        break;
    case CREATE_PLAIN:
        g_string_append_printf(out,
                               "CREATE OR REPLACE TABLE t%u AS SELECT n FROM (SELECT %u AS n)%s;\n",
                               line->table, c, broken);
        break;
    case INSERT:
        g_string_append_printf(out, "INSERT INTO t%u SELECT n FROM (SELECT %u AS n)%s;\n",
                               line->table, c, broken);
        break;
    case UPDATE:
        g_string_append_printf(out, "UPDATE t%u SET n = n * 3 + %u%s;\n", line->table, c, broken);
        break;
    case APPEND:
        g_string_append_printf(out, "LOAD base INTO t%u WHERE n + %u > 0 %s MODE APPEND;\n",
                               line->table, c, line->is_broken ? "AND CAST('x' AS INT) = n" : "");
        break;
    case VIEW:
        g_string_append_printf(out, "CREATE OR REPLACE VIEW v0 AS SELECT n - %u AS n FROM t%u%s;\n",
                               c, line->other, line->is_broken ? " JOIN nothing_there" : "");
        break;
    case FROM_VIEW:
        g_string_append_printf(out,
                               "CREATE OR REPLACE TABLE t%u AS SELECT n * 2 + %u AS n FROM v0%s;\n",
                               line->table, c, broken);
        break;
    case EXPORT:
        g_string_append_printf(out,
                               "EXPORT SELECT n, %u AS c FROM t%u%s ORDER BY ALL TO 'e%u.csv';\n",
                               c, line->other, broken, c);
        break;
    case VERBS:
        g_assert_not_reached();
    }
}

static char *text_of(const struct sheet *text)
{
    GString *out = g_string_new("SOURCE base TYPE CSV PARAMS {\"path\": \"base.csv\"};\n");
    for (guint i = 0; i < text->count; i++)
        append_line(out, &text->lines[i]);
    return g_string_free(out, FALSE);
}

struct game {
    GRand *random;
    guint constants;
    struct pipeline pipeline;
    struct lasting continued;
    struct lasting fresh;
    state *now;       /* of what is continued */
    GHashTable *made; /* apply_told of all steps that its runs did */
    guint refused, finished, steps_run;
};

static guint pick(struct game *game, guint count)
{
    return (guint)g_rand_int_range(game->random, 0, (gint32)count);
}

static struct line line_new(struct game *game)
{
    return (struct line){
        .verb = (enum verb)pick(game, VERBS),
        .table = pick(game, TABLES),
        .other = pick(game, TABLES),
        .constant = ++game->constants,
    };
}

/* Views are there before they are read, else the engine fails, which isn't what is tried here; and
 * nothing waits for itself. */
static bool is_sound(struct game *game, const struct sheet *text)
{
    bool has_view = false;
    for (guint i = 0; i < text->count; i++) {
        if (text->lines[i].verb == FROM_VIEW && !has_view)
            return false;
        has_view = has_view || text->lines[i].verb == VIEW;
    }
    g_autofree char *sf = text_of(text);
    return text->count > 0 && pipeline_try_plan(&game->pipeline, sf);
}

static struct sheet text_new_random(struct game *game)
{
    struct sheet text = {.count = 0};
    do {
        text.count = 2 + pick(game, MOST_STEPS - 1);
        for (guint i = 0; i < text.count; i++)
            text.lines[i] = line_new(game);
    } while (!is_sound(game, &text));
    return text;
}

static void insert_line(struct sheet *text, guint at, struct line line)
{
    memmove(&text->lines[at + 1], &text->lines[at], (text->count - at) * sizeof line);
    text->lines[at] = line;
    text->count++;
}

static void remove_line(struct sheet *text, guint at)
{
    memmove(&text->lines[at], &text->lines[at + 1], (text->count - at - 1) * sizeof(struct line));
    text->count--;
}

/* Changes a statement, takes one away, adds one, swaps two, or does nothing of that. */
static struct sheet text_edited(struct game *game, const struct sheet *text)
{
    struct sheet edited;
    do {
        edited = *text;
        const guint at = pick(game, edited.count);
        switch (pick(game, 5)) {
        case 0:
            edited.lines[at].constant = ++game->constants;
            break;
        case 1:
            remove_line(&edited, at);
            break;
        case 2:
            insert_line(&edited, at, line_new(game));
            break;
        case 3: {
            const struct line line = edited.lines[at];
            const guint with = pick(game, edited.count);
            edited.lines[at] = edited.lines[with];
            edited.lines[with] = line;
            break;
        }
        default:
            break;
        }
    } while (!is_sound(game, &edited));
    for (guint i = 0; i < edited.count; i++)
        edited.lines[i].is_broken = false;
    return edited;
}

/* The line that an operation of the plan came from; G_MAXUINT for the SOURCE. */
static guint line_at(const struct operation *operation)
{
    return operation->position - 1;
}

/* "t1=C5(base0)": what a line made. A view is another one when what it reads is. */
static char *apply_told(const struct line *line, state *all)
{
    apply(line, all);
    g_autofree char *name = name_written(line);
    g_autofree char *view = line->verb == VIEW ? view_term(all) : NULL;
    return g_strconcat(name, "=", view ? view : (const char *)g_hash_table_lookup(all, name), NULL);
}

/* How the text goes from the start. */
struct course {
    const struct sheet *text;
    guint order[MOST_STEPS + ROUNDS]; /* lines, in the plan's order */
    char *made[MOST_STEPS + ROUNDS];  /* by line: apply_told */
    state *end;
    guint owed; /* lines, a bit each, that no run has made so */
};

static void course_init(struct course *course, const struct plan *plan, const struct sheet *text,
                        GHashTable *made)
{
    *course = (struct course){.text = text, .end = state_new()};
    guint count = 0;
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (operation->type == OPERATION_SOURCE)
            continue;
        const guint line = line_at(operation);
        course->order[count++] = line;
        course->made[line] = apply_told(&text->lines[line], course->end);
        if (!g_hash_table_contains(made, course->made[line]))
            course->owed |= 1u << line;
    }
}

static void course_clear(struct course *course)
{
    for (guint i = 0; i < course->text->count; i++)
        g_free(course->made[i]);
    g_hash_table_unref(course->end);
}

static bool is_reached(const struct course *course, state *all)
{
    for (guint i = 0; i < course->text->count; i++) {
        g_autofree char *name = name_written(&course->text->lines[i]);
        if (g_strcmp0(g_hash_table_lookup(all, name), g_hash_table_lookup(course->end, name)) != 0)
            return false;
    }
    return true;
}

/* Each chosen line makes what it should, and the end is as it should be. */
static bool leads_there(const struct course *course, state *now, guint choice)
{
    g_autoptr(GHashTable) all = state_copy(now);
    for (guint i = 0; i < course->text->count; i++) {
        const guint line = course->order[i];
        g_autofree char *made =
            choice & 1u << line ? apply_told(&course->text->lines[line], all) : NULL;
        if (made && course->text->lines[line].verb != VIEW &&
            g_strcmp0(made, course->made[line]) != 0)
            return false;
    }
    return is_reached(course, all);
}

/* Steps of a choice; a view costs nothing. */
static guint count_steps(const struct sheet *text, guint choice)
{
    guint count = 0;
    for (guint i = 0; i < text->count; i++)
        count += choice >> i & 1 && text->lines[i].verb != VIEW;
    return count;
}

/* The fewest steps, those among them that are owed; G_MAXUINT when no choice leads there. */
static guint fewest_steps(const struct game *game, const struct sheet *text)
{
    struct course course;
    guint fewest = G_MAXUINT;
    course_init(&course, game->pipeline.plan, text, game->made);
    for (guint choice = 0; choice < 1u << text->count; choice++) {
        const guint count = count_steps(text, choice);
        if ((choice & course.owed) == course.owed && count < fewest &&
            leads_there(&course, game->now, choice))
            fewest = count;
    }
    course_clear(&course);
    return fewest;
}

/* What a run did is what its steps did that are OK. */
static guint follow(struct game *game, const struct sheet *text, const struct run_result *result)
{
    guint count = 0;
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->status != STEP_OK || step->operation->type == OPERATION_SOURCE)
            continue;
        const struct line *line = &text->lines[line_at(step->operation)];
        g_hash_table_add(game->made, apply_told(line, game->now));
        count += line->verb != VIEW;
    }
    return count;
}

static void make_bases(struct lasting *lasting)
{
    lasting_execute(lasting, "DROP SCHEMA IF EXISTS sqlflow CASCADE");
    lasting_execute(lasting, "DROP VIEW IF EXISTS v0");
    for (guint i = 0; i < TABLES; i++) {
        g_autofree char *sql = g_strdup_printf(
            "CREATE OR REPLACE TABLE t%u AS SELECT CAST(%u AS HUGEINT) AS n", i, i + 1000);
        lasting_execute(lasting, sql);
    }
}

/* The tables and files that the text writes. A view shows what a table is now, be it by a statement
 * that the text has no more: what that did is not undone. */
static char *describe(struct game *game, struct lasting *lasting, const struct sheet *text)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < text->count; i++) {
        if (text->lines[i].verb == VIEW)
            continue;
        g_autofree char *name = name_written(&text->lines[i]);
        g_autofree char *sql = g_strdup_printf("SELECT n FROM %s ORDER BY ALL", name);
        g_autofree char *rows = *name == 'e' ? NULL : lasting_rows(lasting, sql);
        g_autofree char *file = g_strconcat(name, ".csv", NULL);
        if (!rows)
            rows = pipeline_read(&game->pipeline, file);
        g_string_append_printf(out, "%s: %s\n", name, rows);
    }
    return g_string_free(out, FALSE);
}

static void fail(const char *what, const char *text)
{
    g_error("%s:\n%s", what, text);
}

/* From the start, in a database of its own: what the continued one must be like. */
static void compare_with_fresh(struct game *game, const struct sheet *text, const char *sf)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *continued = describe(game, &game->continued, text);
    make_bases(&game->fresh);
    const struct run_result *result = lasting_run(&game->fresh, &game->pipeline, sf, false, &error);
    g_assert_no_error(error);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_autofree char *wanted = describe(game, &game->fresh, text);
    if (strcmp(continued, wanted) != 0) {
        g_printerr("wanted\n%sgot\n%s", wanted, continued);
        fail("it isn't what a run from the start gives", sf);
    }
}

/* What was decided, and what had been made before. */
static void tell(struct game *game, const struct run_result *result)
{
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer term = NULL;
    g_hash_table_iter_init(&iter, game->now);
    while (g_hash_table_iter_next(&iter, &name, &term))
        g_printerr("  %s = %s\n", (char *)name, (char *)term);
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        g_printerr("  %s %s %s\n", step->operation->id, step_status_name(step->status),
                   step->reason ? step->reason : "");
    }
}

/* False when it was refused. */
static bool go_on(struct game *game, const struct sheet *text, bool resume)
{
    g_autofree char *sf = text_of(text);
    g_autoptr(GError) error = NULL;
    pipeline_plan(&game->pipeline, sf);
    const guint fewest = fewest_steps(game, text);
    const struct run_result *result =
        lasting_run(&game->continued, &game->pipeline, sf, resume, &error);
    if (!result) {
        game->refused++;
        if (fewest != G_MAXUINT)
            fail(error->message, sf);
        return false;
    }
    if (g_getenv("MODEL_TELL"))
        tell(game, result);
    const guint count = follow(game, text, result);
    if (result->outcome != RUN_OK)
        return true;
    if (resume && fewest == G_MAXUINT)
        fail("nothing leads there, but it was not refused", sf);
    if (resume && count > fewest) {
        g_printerr("%u steps ran, %u would do\n", count, fewest);
        tell(game, result);
        fail("too much was done", sf);
    }
    game->finished++;
    game->steps_run += count;
    compare_with_fresh(game, text, sf);
    return false;
}

static void play(struct game *game)
{
    make_bases(&game->continued);
    game->now = state_new();
    game->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct sheet text = text_new_random(game);
    for (guint round = 0; round <= ROUNDS; round++) {
        if (round < ROUNDS)
            text.lines[pick(game, text.count)].is_broken = true;
        if (!go_on(game, &text, round > 0))
            break;
        text = text_edited(game, &text);
    }
    g_hash_table_unref(game->now);
    g_hash_table_unref(game->made);
}

static guint environment_number(const char *name, guint missing)
{
    const char *text = g_getenv(name);
    return text ? (guint)strtoul(text, NULL, 10) : missing;
}

static void random_pipelines_fail_are_edited_and_go_on(void)
{
    const guint runs = environment_number("MODEL_RUNS", RUNS);
    const guint seed = environment_number("MODEL_SEED", 1);
    struct game game = {.random = g_rand_new_with_seed(seed)};
    pipeline_open(&game.pipeline);
    pipeline_write(&game.pipeline, "base.csv", "n\n5\n6\n");
    lasting_open(&game.continued, &game.pipeline);
    lasting_open(&game.fresh, &game.pipeline);
    for (guint i = 0; i < runs; i++) {
        g_rand_set_seed(game.random, seed + i);
        g_test_message("seed %u", seed + i);
        play(&game);
    }
    g_test_message("%u pipelines: %u finished with %u steps, %u refused", runs, game.finished,
                   game.steps_run, game.refused);
    g_assert_cmpuint(game.finished, >, 0);
    g_assert_cmpuint(game.refused, >, 0);
    lasting_close(&game.continued);
    lasting_close(&game.fresh);
    pipeline_close(&game.pipeline);
    g_rand_free(game.random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resume/random pipelines fail, are edited, and go on",
                    random_pipelines_fail_are_edited_and_go_on);
    return g_test_run();
}
