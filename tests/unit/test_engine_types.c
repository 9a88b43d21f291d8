/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix of types: every value goes out to every format and comes back, as what the file says
 * and as its own type; or it is refused before anything is written. */
#include "engine_files.h"

enum { FORMATS = 3 };

static const char *const formats[FORMATS] = {"csv", "json", "parquet"};

/* What a value is read as when nothing is declared. "-": refused. "=": its own type. */
static const struct type_case {
    const char *type;
    const char *value;
    const char *found[FORMATS];
} type_cases[] = {
    {"BOOLEAN", "true", {"=", "=", "="}},
    {"TINYINT", "-128", {"BIGINT", "BIGINT", "="}},
    {"SMALLINT", "-32768", {"BIGINT", "BIGINT", "="}},
    {"INTEGER", "-2147483648", {"BIGINT", "BIGINT", "="}},
    {"BIGINT", "-9223372036854775808", {"=", "=", "="}},
    {"UTINYINT", "255", {"BIGINT", "BIGINT", "="}},
    {"USMALLINT", "65535", {"BIGINT", "BIGINT", "="}},
    {"UINTEGER", "4294967295", {"BIGINT", "BIGINT", "="}},
    {"UBIGINT", "18446744073709551615", {"DECIMAL(20,0)", "HUGEINT", "="}},
    {"HUGEINT",
     "12345678901234567890123456789012345678",
     {"DECIMAL(38,0)", "DECIMAL(38,0)", "DECIMAL(38,0)"}},
    {"HUGEINT", "170141183460469231731687303715884105727", {"VARCHAR", "VARCHAR", "-"}},
    {"UHUGEINT", "340282366920938463463374607431768211455", {"VARCHAR", "VARCHAR", "-"}},
    {"BIGNUM",
     "12345678901234567890123456789012345678901234567890",
     {"VARCHAR", "VARCHAR", "VARCHAR"}},
    {"FLOAT", "0.1", {"DOUBLE", "DOUBLE", "="}},
    {"FLOAT", "3.4028235e+38", {"DOUBLE", "DOUBLE", "="}},
    {"FLOAT", "nan", {"DOUBLE", "-", "="}},
    {"DOUBLE", "0.1", {"=", "=", "="}},
    {"DOUBLE", "0.30000000000000004", {"DECIMAL(18,17)", "=", "="}},
    {"DOUBLE", "1.7976931348623157e+308", {"=", "=", "="}},
    {"DOUBLE", "5e-324", {"=", "=", "="}},
    {"DOUBLE", "-0.0", {"=", "=", "="}},
    {"DOUBLE", "nan", {"=", "-", "="}},
    {"DOUBLE", "-inf", {"=", "-", "="}},
    {"DECIMAL(5,2)", "1.10", {"DOUBLE", "DOUBLE", "="}},
    {"DECIMAL(18,3)", "123456789012345.678", {"DECIMAL(18,3)", "DECIMAL(18,3)", "="}},
    {"DECIMAL(38,20)", "-0.12345678901234567890", {"DECIMAL(21,20)", "DECIMAL(21,20)", "="}},
    {"DECIMAL(38,0)", "99999999999999999999999999999999999999", {"=", "=", "="}},
    {"VARCHAR", "00501", {"=", "=", "="}},
    {"VARCHAR", "", {"=", "=", "="}},
    {"VARCHAR", " \"blank\", quote\nline\r\nü 😀 \\ ' ", {"=", "=", "="}},
    {"BLOB", "\\xAA\\x00x", {"VARCHAR", "VARCHAR", "="}},
    {"BIT", "0101", {"VARCHAR", "VARCHAR", "VARCHAR"}},
    {"UUID", "8ee9e4f7-1f36-4b55-9a4b-0e8f2a7f7c11", {"VARCHAR", "=", "="}},
    {"ENUM('a', 'b')", "a", {"VARCHAR", "VARCHAR", "VARCHAR"}},
    {"DATE", "0001-01-01", {"=", "=", "="}},
    {"DATE", "9999-12-31", {"=", "=", "="}},
    {"DATE", "290000-01-01", {"VARCHAR", "VARCHAR", "="}},
    {"DATE", "infinity", {"DOUBLE", "VARCHAR", "="}},
    {"TIME", "10:00:00.123456", {"=", "=", "="}},
    {"TIME WITH TIME ZONE", "10:00:00.123456+02", {"VARCHAR", "VARCHAR", "-"}},
    {"TIMESTAMP", "2020-01-01 00:00:00.123456", {"=", "=", "="}},
    {"TIMESTAMP", "-infinity", {"DOUBLE", "VARCHAR", "="}},
    {"TIMESTAMP_S", "2020-01-01 00:00:01", {"TIMESTAMP", "TIMESTAMP", "TIMESTAMP"}},
    {"TIMESTAMP_MS", "2020-01-01 00:00:00.123", {"TIMESTAMP", "TIMESTAMP", "TIMESTAMP"}},
    {"TIMESTAMP_NS", "2020-01-01 00:00:00.123456789", {"VARCHAR", "VARCHAR", "="}},
    {"TIMESTAMP WITH TIME ZONE", "2020-01-01 00:00:00.123456+02", {"=", "=", "="}},
    {"INTERVAL", "1 month 2 days 00:00:00.000003", {"VARCHAR", "VARCHAR", "-"}},
    {"INTEGER[]", "[1, NULL, 3]", {"VARCHAR", "BIGINT[]", "="}},
    {"INTEGER[3]", "[1, NULL, 3]", {"VARCHAR", "BIGINT[]", "INTEGER[]"}},
    {"VARCHAR[]", "[a, b c]", {"VARCHAR", "=", "="}},
    {"DOUBLE[]", "[1.5, nan]", {"VARCHAR", "-", "="}},
    {"STRUCT(a INTEGER, b VARCHAR)",
     "{'a': 1, 'b': x}",
     {"VARCHAR", "STRUCT(a BIGINT, b VARCHAR)", "="}},
    {"MAP(VARCHAR, INTEGER)", "{k=1}", {"VARCHAR", "STRUCT(k BIGINT)", "="}},
    {"HUGEINT[]", "[5]", {"VARCHAR", "BIGINT[]", "-"}},
    {"UNION(n VARCHAR)", "x", {"-", "STRUCT(n VARCHAR)", "-"}},
    {"JSON", "{\"a\": 1.10}", {"VARCHAR", "STRUCT(a DOUBLE)", "="}},
    {"JSON", "{\"a\": 0.1234567890123456789}", {"VARCHAR", "-", "="}},
};

/* Writes the value of the case; false when it was refused with a way out. */
static bool write_case(struct engine_case *test, const struct relation *file)
{
    g_autoptr(GError) error = NULL;
    gint64 rows;
    if (test->class->export(test->session, "FROM origin", file, &rows, &error))
        return true;
    if (!strstr(error->message, "CAST(") && !strstr(error->message, "is out of range") &&
        !strstr(error->message, "Could not cast"))
        g_error("%s", error->message);
    return false;
}

static void check_format(struct engine_case *test, const struct type_case *type, guint format)
{
    const char *wanted = type->found[format];
    AUTO(relation) file = relation_of(test, formats[format], "trip", NULL);
    g_test_message("%s %s %s", formats[format], type->type, type->value);
    if (!write_case(test, file)) {
        g_assert_cmpstr(wanted, ==, "-");
        return;
    }
    g_assert_cmpstr(wanted, !=, "-");
    load(test, file, NULL);
    g_autofree char *own = case_rows(test, test->session, "SELECT typeof(c) FROM origin");
    expect_rows(test, "SELECT typeof(c) FROM t", strcmp(wanted, "=") == 0 ? own : wanted);
    g_autofree char *same = g_strdup_printf("SELECT CAST(t.c AS %s) IS NOT DISTINCT FROM o.c FROM "
                                            "t, origin o",
                                            type->type);
    /* No CAST leads back from these. */
    bool is_other = strcmp(type->type, "JSON") == 0 || strstr(type->value, "infinity") ||
                    (strchr(type->type, '(') && !g_str_has_prefix(type->type, "DECIMAL"));
    if (!is_other)
        expect_rows(test, same, "true");
}

static void check_declared(struct engine_case *test, const struct type_case *type, guint format)
{
    AUTO(relation) file = relation_of(test, formats[format], "trip", NULL);
    g_autofree char *columns = g_strdup_printf("c|%s|k|BIGINT", type->type);
    if (strcmp(type->found[format], "-") == 0 || strcmp(formats[format], "parquet") == 0 ||
        strcmp(type->type, "JSON") == 0) /* equal numbers, but other texts */
        return;
    g_test_message("%s declared %s %s", formats[format], type->type, type->value);
    g_assert_true(write_case(test, file));
    set_items(file, "columns", SETTING_PAIRS, columns);
    load(test, file, NULL);
    expect_rows(test,
                "SELECT typeof(t.c) = typeof(o.c), t.c IS NOT DISTINCT FROM o.c FROM t, "
                "origin o",
                "true|true");
}

static void test_types_both_ways(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(type_cases); i++) {
        const struct type_case *type = &type_cases[i];
        g_autoptr(GString) value = g_string_new(type->value);
        g_string_replace(value, "'", "''", 0);
        g_autofree char *make = g_strdup_printf(
            "CREATE OR REPLACE TABLE origin AS SELECT CAST('%s' AS %s) AS c, 1 AS k", value->str,
            type->type);
        run(test, make);
        for (guint format = 0; format < FORMATS; format++) {
            check_format(test, type, format);
            check_declared(test, type, format);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/engine/types/every type goes out and comes back", struct engine_case, NULL,
               case_set_up, test_types_both_ways, case_tear_down);
    return g_test_run();
}
