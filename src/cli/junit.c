/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/junit.h"

#include "cli/summary.h"
#include "run/results.h"

#include <string.h>

/* What became of a test case; PASSED has no element of its own. */
enum outcome { OUTCOME_PASSED = 0, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED, OUTCOME_COUNT };

static const char *const outcome_elements[OUTCOME_COUNT] = {
    [OUTCOME_FAILURE] = "failure",
    [OUTCOME_ERROR] = "error",
    [OUTCOME_SKIPPED] = "skipped",
};

/* Of a step; what isn't named has passed. */
static const enum outcome step_outcomes[STEP_STATUS_COUNT] = {
    [STEP_FAILED] = OUTCOME_ERROR,
    [STEP_CANCELLED] = OUTCOME_ERROR,
    [STEP_SKIPPED] = OUTCOME_SKIPPED,
    [STEP_NOT_RUN] = OUTCOME_SKIPPED,
};

struct junit {
    GString *suites;
    guint count;
};

/* One suite while it is being made. */
struct suite {
    const char *name;
    gint64 started_at; /* microseconds since 1970 */
    gint64 duration_us;
    GString *properties;
    GString *cases;
    GString *notes; /* what is told besides: warnings */
    guint counts[OUTCOME_COUNT];
};

struct test_case {
    const char *name;
    gint64 duration_us;
    enum outcome outcome;
    const char *type;    /* FAILURE, ERROR */
    const char *message; /* all but PASSED */
    const char *text;    /* more of the same, or NULL */
};

/* XML has no way to write most control characters: they become \x1b and the like. */
static gboolean is_writable(gunichar character)
{
    return character == '\n' || character == '\t' ||
           (character >= 0x20 && character != 0x7f && character != 0xfffe && character != 0xffff &&
            (character < 0x80 || character >= 0xa0));
}

static void append_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) writable = g_string_new(NULL);
    for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
        gunichar character = g_utf8_get_char(p);
        if (is_writable(character))
            g_string_append_unichar(writable, character);
        else
            g_string_append_printf(writable, "\\x%02x", character);
    }
    g_autofree char *escaped = g_markup_escape_text(writable->str, (gssize)writable->len);
    g_string_append(out, escaped);
}

/* In an attribute a line break would become a space: the first line says enough. */
static void append_attribute(GString *out, const char *name, const char *value)
{
    g_autofree char *line = g_strndup(value, strcspn(value, "\n"));
    g_string_append_printf(out, " %s=\"", name);
    append_text(out, line);
    g_string_append_c(out, '"');
}

static void append_seconds(GString *out, gint64 microseconds)
{
    g_string_append_printf(out, " time=\"%" G_GINT64_FORMAT ".%03d\"",
                           microseconds / G_USEC_PER_SEC,
                           (int)(microseconds % G_USEC_PER_SEC / 1000));
}

static void suite_init(struct suite *suite, const char *name)
{
    *suite = (struct suite){
        .name = name,
        .started_at = g_get_real_time(),
        .properties = g_string_new(NULL),
        .cases = g_string_new(NULL),
        .notes = g_string_new(NULL),
    };
}

static void suite_clear(struct suite *suite)
{
    g_string_free(suite->properties, TRUE);
    g_string_free(suite->cases, TRUE);
    g_string_free(suite->notes, TRUE);
}

static void suite_add_property(struct suite *suite, const char *name, const char *value)
{
    g_string_append(suite->properties, "   <property");
    append_attribute(suite->properties, "name", name);
    append_attribute(suite->properties, "value", value);
    g_string_append(suite->properties, "/>\n");
}

static void append_outcome(GString *out, const struct test_case *test)
{
    const char *element = outcome_elements[test->outcome];
    g_string_append_printf(out, "   <%s", element);
    if (test->type)
        append_attribute(out, "type", test->type);
    append_attribute(out, "message", test->message);
    g_string_append_c(out, '>');
    append_text(out, test->text ? test->text : test->message);
    g_string_append_printf(out, "</%s>\n", element);
}

static void suite_add_case(struct suite *suite, const struct test_case *test)
{
    suite->counts[test->outcome]++;
    g_string_append(suite->cases, "  <testcase");
    append_attribute(suite->cases, "classname", suite->name);
    append_attribute(suite->cases, "name", test->name);
    append_seconds(suite->cases, test->duration_us);
    if (test->outcome == OUTCOME_PASSED) {
        g_string_append(suite->cases, "/>\n");
        return;
    }
    g_string_append(suite->cases, ">\n");
    append_outcome(suite->cases, test);
    g_string_append(suite->cases, "  </testcase>\n");
}

/* Without a zone, as the schema wants it: UTC. */
static char *timestamp(gint64 time_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
}

static void append_suite(GString *out, guint id, const struct suite *suite)
{
    g_autofree char *started = timestamp(suite->started_at);
    guint tests = 0;
    for (guint i = 0; i < OUTCOME_COUNT; i++)
        tests += suite->counts[i];
    g_string_append(out, " <testsuite");
    append_attribute(out, "name", suite->name);
    append_attribute(out, "package", "sqlflow");
    g_string_append_printf(out, " id=\"%u\"", id);
    append_attribute(out, "timestamp", started);
    append_attribute(out, "hostname", g_get_host_name());
    g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", tests,
                           suite->counts[OUTCOME_FAILURE], suite->counts[OUTCOME_ERROR],
                           suite->counts[OUTCOME_SKIPPED]);
    append_seconds(out, suite->duration_us);
    g_string_append_printf(out, ">\n  <properties>\n%s  </properties>\n%s  <system-out>",
                           suite->properties->str, suite->cases->str);
    append_text(out, suite->notes->str);
    g_string_append(out, "</system-out>\n  <system-err/>\n </testsuite>\n");
}

static void junit_add(struct junit *junit, struct suite *suite)
{
    suite_add_property(suite, "program", "sqlflow " SQLFLOW_VERSION);
    append_suite(junit->suites, junit->count++, suite);
    suite_clear(suite);
}

static bool has_found_rows(const struct step_result *step)
{
    return step->operation->type == OPERATION_CHECK && step->found && step->found->count > 0;
}

static void suite_add_step(struct suite *suite, const struct plan *plan,
                           const struct step_result *step)
{
    const struct summary_style plain = {.utf8 = true, .secrets = plan->secrets};
    g_autoptr(GString) text = g_string_new(NULL);
    struct test_case test = {
        .name = step->operation->id,
        .duration_us = step->duration_us,
        .outcome = step_outcomes[step->status],
        .message = step->message ? step->message : step_status_name(step->status),
    };
    if (step->status == STEP_FAILED && has_found_rows(step))
        test.outcome = OUTCOME_FAILURE;
    if (step->status == STEP_FAILED) {
        summary_append_failure(text, step, &plain);
        test.text = text->str;
        test.type =
            test.outcome == OUTCOME_FAILURE ? "check" : error_kind_name(error_kind(step->error));
    } else if (test.outcome == OUTCOME_ERROR) {
        test.type = step_status_name(step->status);
    }
    if (step->status == STEP_WARNED)
        summary_append_failure(suite->notes, step, &plain);
    suite_add_case(suite, &test);
}

void junit_add_run(struct junit *junit, const struct plan *plan, const struct run_result *result)
{
    struct suite suite;
    suite_init(&suite, plan->pipeline);
    suite.started_at = result->started_at;
    suite.duration_us = result->duration_us;
    suite_add_property(&suite, "run_id", result->run_id);
    suite_add_property(&suite, "profile", plan->profile);
    suite_add_property(&suite, "outcome", run_outcome_name(result->outcome));
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        bool is_quiet = step->operation->type == OPERATION_SOURCE && step->status == STEP_OK;
        if (step->is_selected && !is_quiet)
            suite_add_step(&suite, plan, step);
    }
    junit_add(junit, &suite);
}

void junit_add_skipped(struct junit *junit, const char *pipeline, const char *reason)
{
    struct suite suite;
    suite_init(&suite, pipeline);
    suite_add_case(&suite, &(struct test_case){
                               .name = pipeline, .outcome = OUTCOME_SKIPPED, .message = reason});
    junit_add(junit, &suite);
}

/* "SF0101 pipelines/x.sf:3:1", or "error" where there is neither. */
static char *error_name(const json_t *message)
{
    const char *code = json_string_value(json_object_get(message, "code"));
    const char *file = json_string_value(json_object_get(message, "file"));
    if (!file)
        return g_strdup(code ? code : "error");
    return g_strdup_printf("%s %s:%d:%d", code ? code : "error", file,
                           (int)json_integer_value(json_object_get(message, "line")),
                           (int)json_integer_value(json_object_get(message, "column")));
}

static void suite_add_error(struct suite *suite, const json_t *message)
{
    const char *text = json_string_value(json_object_get(message, "message"));
    const char *hint = json_string_value(json_object_get(message, "hint"));
    const char *code = json_string_value(json_object_get(message, "code"));
    g_autofree char *name = error_name(message);
    g_autofree char *more = hint ? g_strdup_printf("%s\n%s", text, hint) : NULL;
    suite_add_case(suite, &(struct test_case){.name = name,
                                              .outcome = OUTCOME_ERROR,
                                              .type = code ? code : "error",
                                              .message = text,
                                              .text = more});
}

void junit_add_errors(struct junit *junit, const char *name, const json_t *messages)
{
    struct suite suite;
    suite_init(&suite, name);
    for (size_t i = 0; i < json_array_size(messages); i++) {
        const json_t *message = json_array_get(messages, i);
        const char *level = json_string_value(json_object_get(message, "level"));
        if (g_strcmp0(level, "error") == 0)
            suite_add_error(&suite, message);
    }
    junit_add(junit, &suite);
}

struct junit *junit_new(void)
{
    struct junit *junit = g_new0(struct junit, 1);
    junit->suites = g_string_new(NULL);
    return junit;
}

void junit_free(struct junit *junit)
{
    if (!junit)
        return;
    g_string_free(junit->suites, TRUE);
    g_free(junit);
}

bool junit_is_empty(const struct junit *junit)
{
    return junit->count == 0;
}

char *junit_text(const struct junit *junit)
{
    return g_strconcat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
                       junit->suites->str, "</testsuites>\n", NULL);
}
