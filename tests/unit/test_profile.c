/* SPDX-License-Identifier: Apache-2.0 */
#include "project/profile.h"
#include "temporary.h"

#include <string.h>

/* A project with this profile, read. */
struct loaded {
    char *folder;
    struct project *project;
    struct diagnostics *diagnostics;
    struct profile *profile;
};

static struct loaded load_named(const char *name, bool explicitly_named, const char *yaml,
                                gssize length)
{
    struct loaded loaded = {.folder = temporary_new(), .diagnostics = diagnostics_new()};
    g_free(temporary_write(loaded.folder, "pipelines/x.sf", "", 0));
    g_free(temporary_write(loaded.folder, ".env", "HOME_OF=/data\nCOUNT=3\nEMPTY=\n", -1));
    if (yaml)
        g_free(temporary_write(loaded.folder, "profiles/dev.yml", yaml, length));
    loaded.project = project_open(loaded.folder, loaded.diagnostics, NULL);
    loaded.profile = profile_load(loaded.project, name, explicitly_named, loaded.diagnostics);
    return loaded;
}

static struct loaded load(const char *yaml)
{
    return load_named("dev", false, yaml, -1);
}

static void loaded_clear(struct loaded *loaded)
{
    profile_free(loaded->profile);
    diagnostics_free(loaded->diagnostics);
    project_free(loaded->project);
    temporary_clear(&loaded->folder);
}

#define LOADED __attribute__((cleanup(loaded_clear))) struct loaded

static void assert_clean(struct loaded *loaded)
{
    if (diagnostics_count(loaded->diagnostics))
        g_error("%s", diagnostics_get(loaded->diagnostics, 0)->message);
    g_assert_nonnull(loaded->profile);
}

static void every_key_is_honoured(void)
{
    LOADED loaded = load("engines:\n"
                         "  duckdb: {mode: persistent, path: target/x.duckdb, memory_limit: 2GB,\n"
                         "           threads: 4, temp_directory: /tmp, timezone: Europe/Berlin}\n"
                         "engine: duckdb\n"
                         "variables: {region: eu, zip: 00501, price: 1.10, on: true, l: [a, b]}\n"
                         "connectors:\n"
                         "  warehouse: {type: postgres, params: {host: h, password: {env: PW}}}\n"
                         "execution: {workers: 4}\n"
                         "log_level: CRITICAL\n");
    assert_clean(&loaded);
    const struct profile *profile = loaded.profile;
    g_assert_false(profile->in_memory);
    g_assert_cmpstr(profile->database_path, ==, "target/x.duckdb");
    g_assert_cmpstr(profile->memory_limit, ==, "2GB");
    g_assert_cmpint(profile->threads, ==, 4);
    g_assert_cmpstr(profile->temp_directory, ==, "/tmp");
    g_assert_cmpstr(profile->timezone, ==, "Europe/Berlin");
    g_ptr_array_add(profile->variables, NULL);
    g_autofree char *variables = g_strjoinv(" ", (char **)profile->variables->pdata);
    g_assert_cmpstr(variables, ==, "region eu zip 00501 price 1.10 on true l a,b");
    g_assert_cmpstr(profile_connector(profile, "warehouse")->type, ==, "postgres");
    g_assert_cmpstr(value_get(profile_connector(profile, "warehouse")->params, "host")->text, ==,
                    "h");
    g_assert_null(profile_connector(profile, "other"));
    g_assert_cmpint(profile->workers, ==, 4);
    g_assert_cmpstr(profile->log_level, ==, "error");
}

static void nothing_given_means_the_defaults(void)
{
    static const char *const empty[] = {NULL,    "",           "# only a comment\n",
                                        "---\n", "engines:\n", "engines: {duckdb: }"};
    for (gsize i = 0; i < G_N_ELEMENTS(empty); i++) {
        LOADED loaded = load(empty[i]);
        assert_clean(&loaded);
        g_assert_cmpstr(loaded.profile->engine, ==, "duckdb");
        g_assert_cmpstr(loaded.profile->database_path, ==, "target/dev.duckdb");
        g_assert_cmpstr(loaded.profile->timezone, ==, "UTC");
        g_assert_false(loaded.profile->in_memory);
        g_assert_null(loaded.profile->memory_limit);
    }
}

static void a_lone_file_gets_an_engine_in_memory(void)
{
    TEMPORARY folder = temporary_new();
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(project) project = project_open(folder, diagnostics, NULL);
    AUTO(profile) profile = profile_load(project, "dev", false, diagnostics);
    g_assert_true(profile->in_memory);
}

static void memory_is_a_mode(void)
{
    LOADED loaded = load("engines: {duckdb: {mode: memory}}");
    assert_clean(&loaded);
    g_assert_true(loaded.profile->in_memory);
}

/* The first message: "line:column SFnnnn message (hint)". */
static void assert_message_of(struct loaded *loaded, const char *expected)
{
    g_assert_cmpuint(diagnostics_count(loaded->diagnostics), >, 0);
    const struct diagnostic *found = diagnostics_get(loaded->diagnostics, 0);
    struct place place = {0};
    if (found->at.text)
        place = text_place(found->at.text, found->at.offset);
    g_autofree char *told =
        g_strdup_printf("%u:%u SF%04d %s%s%s", place.line, place.column, (int)found->code,
                        found->message, found->hint ? " | " : "", found->hint ? found->hint : "");
    g_assert_cmpstr(told, ==, expected);
    g_assert_true((loaded->profile == NULL) == (found->severity == SEVERITY_ERROR));
}

static void assert_message(const char *yaml, const char *expected)
{
    LOADED loaded = load(yaml);
    assert_message_of(&loaded, expected);
    g_assert_cmpuint(diagnostics_count(loaded.diagnostics), ==, 1);
}

static void unknown_keys_get_the_nearest_name(void)
{
    assert_message("variabels: {}",
                   "1:1 SF0304 unknown key 'variabels' in the profile | did you mean 'variables'?");
    assert_message("engines:\n  duckdb: {pth: x}",
                   "2:12 SF0304 unknown key 'pth' in the engine 'duckdb' | did you mean 'path'?");
    assert_message("execution: {worker: 1}",
                   "1:13 SF0304 unknown key 'worker' in 'execution' | did you mean 'workers'?");
    assert_message("connectors: {w: {type: x, parms: {}}}",
                   "1:27 SF0304 unknown key 'parms' in the connector 'w' | did you mean 'params'?");
}

static void wrong_values_are_refused(void)
{
    assert_message("- a", "1:1 SF0305 a profile is a map, this is a list");
    assert_message("variables: [a]", "1:12 SF0305 'variables' takes a map, this is a list");
    assert_message("variables: {a: {b: c}}",
                   "1:16 SF0305 'a' takes a string, a number, true or false, or a list of them, "
                   "this is a map");
    assert_message("variables: {a: }",
                   "1:16 SF0305 'a' takes a string, a number, true or false, or a list of them, "
                   "this is null");
    assert_message("execution: {workers: many}",
                   "1:22 SF0305 'workers' takes a whole number from 1 to 256, this is a string");
    assert_message("execution: {workers: 0}",
                   "1:22 SF0306 'workers' takes a whole number from 1 to 256, not '0'");
    assert_message("execution: {workers: 1.5}",
                   "1:22 SF0306 'workers' takes a whole number from 1 to 256, not '1.5'");
    assert_message("execution: {retry_delay: soon}",
                   "1:26 SF0306 'retry_delay' takes a duration such as 500ms or 1.5s, not 'soon'");
    assert_message("engines: {duckdb: {memory_limit: lots}}",
                   "1:34 SF0306 'memory_limit' takes a size such as 2GB, not 'lots'");
    assert_message("engines: {duckdb: {mode: persistant}}",
                   "1:26 SF0306 'mode' takes one of persistent, memory, not 'persistant' | "
                   "did you mean 'persistent'?");
    assert_message("engines: {duckdb: {path: ''}}", "1:26 SF0306 'path' takes a string, not ''");
    assert_message("log_level: loud",
                   "1:12 SF0306 'log_level' takes one of debug, info, error, not 'loud'");
    assert_message("connectors: {w: {params: {}}}", "1:14 SF0306 the connector 'w' has no 'type'");
    assert_message("connectors: {w: {type: x, params: {password: {env: 1}}}}",
                   "1:52 SF0305 'env' takes a string, this is a number");
}

static void engines_must_be_there(void)
{
    assert_message("engine: duckbd",
                   "1:9 SF0307 there is no engine 'duckbd', only duckdb | did you mean 'duckdb'?");
    assert_message("engines: {spark: {}}", "1:11 SF0307 there is no engine 'spark', only duckdb");
    assert_message("engines: {duckdb: {}}\nengine: ",
                   "2:8 SF0305 'engine' takes a string, this is null");
    LOADED several = load("engines: {duckdb: {}, spark: {}}");
    assert_message_of(&several, "1:1 SF0307 there are several engines | "
                                "say which one with 'engine: NAME'");
    LOADED missing = load("engines: {spark: {}}\nengine: duckdb");
    g_assert_cmpuint(diagnostics_errors(missing.diagnostics), ==, 2);
    g_assert_cmpstr(diagnostics_get(missing.diagnostics, 1)->message, ==,
                    "'engines' has no 'duckdb'");
}

static void keys_of_the_earlier_program_are_known(void)
{
    assert_message("version: '1.0'",
                   "1:1 SF0308 'version' has no effect: profiles have no version");
    assert_message("paths: {a: b}", "1:1 SF0308 'paths' has no effect: folders are pipelines/, "
                                    "profiles/ and target/");
    assert_message("log_file: x", "1:1 SF0308 'log_file' has no effect: logs are in target/run/");
    assert_message("engines: {duckdb: {mode: memory, path: x}}",
                   "1:34 SF0308 'path' has no effect with mode: memory");
    LOADED path = load("database_path: a.duckdb");
    assert_clean(&path);
    g_assert_cmpstr(path.profile->database_path, ==, "a.duckdb");
    assert_message("engines: {duckdb: {path: x, database_path: y}}",
                   "1:29 SF0303 'path' and 'database_path' say the same; one is enough");
}

static void a_wrapper_named_like_the_profile_is_taken_off(void)
{
    LOADED wrapped = load("dev:\n  variables: {region: eu}\n");
    assert_clean(&wrapped);
    g_assert_cmpstr(wrapped.profile->variables->pdata[1], ==, "eu");
    LOADED versioned = load("version: 1\ndev:\n  variables: {region: eu}\n");
    g_assert_cmpuint(diagnostics_errors(versioned.diagnostics), ==, 0);
    g_assert_cmpuint(versioned.profile->variables->len, ==, 2);
    LOADED mixed = load("variables: {}\ndev:\n  variables: {region: eu}\n");
    assert_message_of(&mixed, "2:1 SF0304 unknown key 'dev' in the profile");
}

static void the_environment_is_filled_in(void)
{
    LOADED loaded = load("engines: {duckdb: {path: '${HOME_OF}/x', threads: \"${COUNT}\"}}\n"
                         "variables: {a: '${COUNT}', b: '${NO_SUCH|x y}', c: '\\${COUNT}',\n"
                         "  d: 'a${EMPTY}b', e: '${'}\n");
    assert_clean(&loaded);
    g_assert_cmpstr(loaded.profile->database_path, ==, "/data/x");
    g_assert_cmpint(loaded.profile->threads, ==, 3);
    g_ptr_array_add(loaded.profile->variables, NULL);
    g_autofree char *variables = g_strjoinv(" ", (char **)loaded.profile->variables->pdata);
    g_assert_cmpstr(variables, ==, "a 3 b x y c ${COUNT} d ab e ${");
}

static void what_is_not_set_fails_where_it_is_used(void)
{
    assert_message("engines: {duckdb: {path: '${NO_SUCH}'}}",
                   "1:26 SF0310 the environment has no variable 'NO_SUCH' | "
                   "set it, or write it into .env");
    assert_message("variables: {a: '${NO_SUCH}'}",
                   "1:16 SF0311 variable 'a' has no value: the environment has no 'NO_SUCH'");
    LOADED loaded = load("connectors: {w: {type: x, params: {host: '${NO_SUCH}'}}}");
    assert_clean(&loaded);
    g_assert_cmpstr(value_get(profile_connector(loaded.profile, "w")->params, "host")->text, ==,
                    "${NO_SUCH}");
}

static void surprising_yaml_is_refused(void)
{
    assert_message("variables: &a {x: y}", "1:12 SF0302 anchors (&name) are not used in a profile: "
                                           "write the value twice");
    assert_message("variables: *a", "1:12 SF0302 aliases (*name) are not used in a profile");
    assert_message("<<: {a: b}", "1:1 SF0302 merge keys (<<) are not used in a profile");
    assert_message("engine: !!str duckdb", "1:9 SF0302 tags (!name) are not used in a profile");
    assert_message("a: b\n---\nc: d", "3:1 SF0302 a profile is one document");
    assert_message("? [a]\n: b", "1:3 SF0302 a key must be a word");
    assert_message("'': b", "1:1 SF0302 a key must be a word");
    assert_message("engine: duckdb\nengine: duckdb",
                   "2:1 SF0303 the key 'engine' stands twice in this map");
    assert_message("engine: \"a\\0b\"", "1:9 SF0302 a NUL character has no place in a profile");
}

static void broken_yaml_has_a_place(void)
{
    assert_message("variables:\n\tx: y\n",
                   "2:1 SF0301 this is no YAML: while scanning for the next token, found character "
                   "that cannot start any token | a tab; YAML is indented with spaces");
    assert_message(
        "variables: {a: b",
        "1:17 SF0301 this is no YAML: while parsing a flow mapping, did not find expected "
        "',' or '}'");
    assert_message(
        "variables: {ü: é, é: \"x}",
        "1:25 SF0301 this is no YAML: while scanning a quoted scalar, found unexpected end "
        "of stream");
    assert_message("\xEF\xBB\xBF\xEF\xBB\xBFlog_level: x",
                   "1:15 SF0306 'log_level' takes one of debug, info, error, not 'x'");
    LOADED bytes = load_named("dev", false, "a: \xff\n", 5);
    assert_message_of(&bytes,
                      "0:0 SF0309 profiles/dev.yml:1:4: byte 0xff is not UTF-8; save the file "
                      "as UTF-8");
}

static void what_is_not_closed_shows_its_start(void)
{
    LOADED loaded = load("engine: duckdb\nvariables: {a: b,\n  c: [d\nlog_level: info\n");
    const struct diagnostic *found = diagnostics_get(loaded.diagnostics, 0);
    struct place start = text_place(found->related.text, found->related.offset);
    g_assert_cmpuint(start.line, ==, 3);
    g_assert_cmpuint(start.column, ==, 6);
}

static void a_billion_laughs_are_none(void)
{
    assert_message("a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
                   "1:4 SF0302 anchors (&name) are not used in a profile: write the value twice");
    g_autoptr(GString) deep = g_string_new("variables: ");
    for (guint i = 0; i < 100000; i++)
        g_string_append_c(deep, '[');
    assert_message(deep->str, "1:43 SF0302 a profile is nested at most 32 deep");
    g_autoptr(GString) wide = g_string_new(NULL);
    for (guint i = 0; i < 6000; i++)
        g_string_append_printf(wide, "k%u: 1\n", i);
    assert_message(wide->str, "5001:1 SF0302 a map of a profile has at most 5000 keys");
    g_autofree char *huge = g_strnfill(2 * 1024 * 1024, '#');
    assert_message(huge, "1:1 SF0302 a profile of more than 1 MiB is not read");
}

static void columns_count_characters(void)
{
    assert_message("variables: {größe: '€€€'}\nlog_level: 'ä'\n",
                   "2:12 SF0306 'log_level' takes one of debug, info, error, not 'ä'");
    assert_message("variables: {größe: '€€€', größe: 1}",
                   "1:27 SF0303 the key 'größe' stands twice in this map");
}

static void several_mistakes_are_told_at_once(void)
{
    LOADED loaded = load("engin: duckdb\nexecution: {workers: 0, retrys: 1}\nlog_level: 1\n");
    g_assert_cmpuint(diagnostics_errors(loaded.diagnostics), ==, 4);
}

static void a_missing_profile_names_those_that_exist(void)
{
    LOADED near = load_named("dve", true, "", 0);
    assert_message_of(&near,
                      "0:0 SF0309 there is no profile 'dve' (profiles/dve.yml) | did you mean "
                      "'dev'?");
    LOADED far = load_named("production", true, "", 0);
    assert_message_of(&far,
                      "0:0 SF0309 there is no profile 'production' (profiles/production.yml) | "
                      "there are dev");
    LOADED outside = load_named("../x", true, "", 0);
    g_assert_null(outside.profile);
}

static void secrets_are_not_shown(void)
{
    LOADED loaded = load("connectors:\n  w: {type: x, params: {password: hunter2}, parms: 1}\n"
                         "  v:\n    typ: x\n    params: {token: 'hunter3'}\n");
    g_assert_null(loaded.profile);
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(loaded.diagnostics, false, out);
    g_assert_nonnull(strstr(out->str, "password: *******}, parms"));
    g_assert_null(strstr(out->str, "hunter"));
    LOADED broken = load("connectors:\n  w: {params: {password: \"hunter2}}\n");
    g_autoptr(GString) other = g_string_new(NULL);
    diagnostics_render(broken.diagnostics, false, other);
    g_assert_null(strstr(other->str, "hunter"));
}

static void the_documented_example_is_read(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "../../docs/profiles.md", NULL);
    g_autofree char *page = NULL;
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    const char *start = strstr(page, "```yaml\n") + strlen("```yaml\n");
    g_autofree char *yaml = g_strndup(start, (gsize)(strstr(start, "```") - start));
    LOADED loaded = load(yaml);
    assert_clean(&loaded);
    g_assert_cmpint(loaded.profile->threads, ==, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/every key is honoured", every_key_is_honoured);
    g_test_add_func("/profile/nothing given means the defaults", nothing_given_means_the_defaults);
    g_test_add_func("/profile/a lone file gets an engine in memory",
                    a_lone_file_gets_an_engine_in_memory);
    g_test_add_func("/profile/memory is a mode", memory_is_a_mode);
    g_test_add_func("/profile/unknown keys get the nearest name",
                    unknown_keys_get_the_nearest_name);
    g_test_add_func("/profile/wrong values are refused", wrong_values_are_refused);
    g_test_add_func("/profile/engines must be there", engines_must_be_there);
    g_test_add_func("/profile/keys of the earlier program are known",
                    keys_of_the_earlier_program_are_known);
    g_test_add_func("/profile/a wrapper named like the profile is taken off",
                    a_wrapper_named_like_the_profile_is_taken_off);
    g_test_add_func("/profile/the environment is filled in", the_environment_is_filled_in);
    g_test_add_func("/profile/what is not set fails where it is used",
                    what_is_not_set_fails_where_it_is_used);
    g_test_add_func("/profile/surprising YAML is refused", surprising_yaml_is_refused);
    g_test_add_func("/profile/broken YAML has a place", broken_yaml_has_a_place);
    g_test_add_func("/profile/what is not closed shows its start",
                    what_is_not_closed_shows_its_start);
    g_test_add_func("/profile/a billion laughs are none", a_billion_laughs_are_none);
    g_test_add_func("/profile/columns count characters", columns_count_characters);
    g_test_add_func("/profile/several mistakes are told at once",
                    several_mistakes_are_told_at_once);
    g_test_add_func("/profile/a missing profile names those that exist",
                    a_missing_profile_names_those_that_exist);
    g_test_add_func("/profile/secrets are not shown", secrets_are_not_shown);
    g_test_add_func("/profile/the documented example is read", the_documented_example_is_read);
    return g_test_run();
}
