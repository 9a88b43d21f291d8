/* SPDX-License-Identifier: Apache-2.0 */
/* Parquet in: types that the engine hasn't are refused or told. The files, of one required column
 * `t` and one row group each, were written byte by byte from the format's specification, since no
 * writer here has these types. */
#include "engine_files.h"

/* DECIMAL(45,2) in 20 bytes: 123456789012345678901234567890123456789012345.67 */
static const char wide_decimal[] =
    "504152311500152815282c1502150015061506000002299971837fbc7a046ea1657fbc9dae7c9f4b8715021"
    "92c4806736368656d61150200150e15281500180174250a1504155a001602191c191c26081c150e19150019"
    "18017415001602164a164a26080000164a160200004300000050415231";
/* INT96: 1970-01-01 00:00:00.123456789, 1970-01-02 00:00:00.000001 */
static const char int96[] =
    "504152311500153015302c1504150015061506000015cd5b07000000008c3d2500e8030000000000008d3d2"
    "5001502192c4806736368656d6115020015062500180174001604191c191c26081c15061915001918017415"
    "00160416521652260800001652160400003b00000050415231";
/* TIMESTAMP(UTC, NANOS): 1970-01-01 00:00:00.123456789Z */
static const char nanoseconds[] =
    "504152311500151015102c1502150015061506000015cd5b07000000001502192c4806736368656d6115020"
    "0150425001801746c8c111c3c00000000001602191c191c26081c1504191500191801741500160216321632"
    "260800001632160200004400000050415231";

static struct relation *parquet_of(struct engine_case *test, const char *hexadecimal)
{
    const gsize length = strlen(hexadecimal) / 2;
    g_autofree char *bytes = g_malloc(length);
    g_autoptr(GError) error = NULL;
    struct relation *relation = relation_of(test, "parquet", "a.parquet", NULL);
    for (gsize i = 0; i < length; i++)
        bytes[i] = (char)(g_ascii_xdigit_value(hexadecimal[2 * i]) << 4 |
                          g_ascii_xdigit_value(hexadecimal[2 * i + 1]));
    g_file_set_contents(g_ptr_array_index(relation->paths, 0), bytes, (gssize)length, &error);
    g_assert_no_error(error);
    return relation;
}

static void test_a_wide_decimal_is_refused(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    gint64 rows = 0;
    AUTO(relation) relation = parquet_of(test, wide_decimal);
    g_assert_false(try_load(test, relation, NULL, &rows, &error));
    check_error(
        "load", error,
        &(struct expected_error){ERROR_DATA, -1, "a.parquet: column t is a DECIMAL of more"});
    error = NULL;
    g_assert_true(test->class->define_source(test->engine, "s", relation, &error));
    g_assert_false(test->class->execute(test->session, "CREATE TABLE u AS FROM s", &rows, &error));
    check_error("source", error, &(struct expected_error){0, -2, "DECIMAL of more than 38 digits"});
}

static void test_nanoseconds_are_told(struct engine_case *test, gconstpointer data)
{
    static const char *const files[] = {int96, nanoseconds};
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        const struct target target = {.name = "t"};
        struct written written = {.notes = NULL};
        g_autoptr(GError) error = NULL;
        AUTO(relation) relation = parquet_of(test, files[i]);
        test->class->load(test->session, &target, relation, NULL, &written, &error);
        g_assert_no_error(error);
        expect_rows(test, "SELECT strftime(min(t), '%f') FROM t", "123456");
        g_assert_cmpuint(written.notes->len, ==, 1);
        g_assert_cmpstr(g_ptr_array_index(written.notes, 0), ==,
                        "t.t: read in microseconds, digits of nanoseconds are left out");
        written_clear(&written);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/parquet/" name, struct engine_case, NULL, case_set_up, function,           \
               case_tear_down)
    CASE("a DECIMAL of more than 38 digits is refused", test_a_wide_decimal_is_refused);
    CASE("nanoseconds that are left out are told", test_nanoseconds_are_told);
    return g_test_run();
}
