/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow from outside is refused when what it says doesn't fit together; conditions for others. */
#include "base/error.h"
#include "connect/arrow_shape.h"
#include "connect/filter.h"
#include "sqlflow/connector.h"

#include <string.h>

static void release_schema(struct ArrowSchema *schema)
{
    (void)schema;
}

static void release_array(struct ArrowArray *array)
{
    (void)array;
}

/* One column of this format, and an array for it. */
struct column_case {
    struct ArrowSchema schema, column, element;
    struct ArrowSchema *columns[1], *elements[1];
    struct ArrowArray rows, array, child;
    struct ArrowArray *arrays[1], *children[1];
    const void *top[1];
    const void *buffers[3];
    const void *child_buffers[3];
};

/* NOLINTBEGIN(readability-magic-numbers) */
static void case_init(struct column_case *test, const char *format, gint64 length, const void *one,
                      const void *two)
{
    *test = (struct column_case){0};
    test->column = (struct ArrowSchema){.format = format, .name = "x", .release = release_schema};
    test->columns[0] = &test->column;
    test->schema = (struct ArrowSchema){
        .format = "+s", .n_children = 1, .children = test->columns, .release = release_schema};
    test->buffers[1] = one;
    test->buffers[2] = two;
    test->array =
        (struct ArrowArray){.length = length, .n_buffers = two ? 3 : 2, .buffers = test->buffers};
    test->arrays[0] = &test->array;
    test->rows = (struct ArrowArray){.length = length,
                                     .n_buffers = 1,
                                     .buffers = test->top,
                                     .n_children = 1,
                                     .children = test->arrays,
                                     .release = release_array};
}

static void add_element(struct column_case *test, const char *format, gint64 length,
                        const void *values)
{
    test->element = (struct ArrowSchema){.format = format, .name = "e", .release = release_schema};
    test->elements[0] = &test->element;
    test->column.n_children = 1;
    test->column.children = test->elements;
    test->child_buffers[1] = values;
    test->child =
        (struct ArrowArray){.length = length, .n_buffers = 2, .buffers = test->child_buffers};
    test->children[0] = &test->child;
    test->array.n_children = 1;
    test->array.children = test->children;
}

/* NULL: it is taken. */
static void expect(const struct column_case *test, const char *message)
{
    g_autoptr(GError) error = NULL;
    AUTO(arrow_shape) shape = arrow_shape_new(&test->schema, &error);
    const bool fine = shape && arrow_shape_check(shape, &test->rows, &error);
    g_assert_true(fine == (error == NULL));
    if (!message) {
        g_assert_no_error(error);
        return;
    }
    g_assert_error(error, SQLFLOW_ERROR, (gint)ERROR_DATA);
    if (!strstr(error->message, message))
        g_error("'%s' isn't in: %s", message, error->message);
}

static const gint64 numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static void test_lengths_and_buffers_fit_together(void)
{
    struct column_case test;
    case_init(&test, "l", 8, numbers, NULL);
    expect(&test, NULL);
    test.array.length = 7;
    expect(&test, "fewer values in it than rows");
    test.rows.length = 7;
    expect(&test, NULL);
    test.rows.offset = 1;
    expect(&test, "fewer values in it than rows");
    test.rows.offset = -1;
    expect(&test, "a length or offset that can't be");
    case_init(&test, "l", 8, numbers, NULL);
    test.array.n_buffers = 3;
    expect(&test, "column 'x' (Arrow's 'l'): a wrong number of buffers");
    case_init(&test, "l", 8, NULL, NULL);
    expect(&test, "no buffer for its values");
    case_init(&test, "l", 8, numbers, NULL);
    test.array.null_count = 1;
    expect(&test, "nulls, but no buffer");
    test.array.null_count = 9;
    expect(&test, "more nulls than rows");
    case_init(&test, "l", 8, numbers, NULL);
    test.rows.n_children = 2;
    expect(&test, "a wrong number of children");
    case_init(&test, "l", 8, numbers, NULL);
    test.top[0] = "\x7f";
    test.rows.null_count = -1;
    expect(&test, "a row that is null as a whole");
    test.rows.release = NULL;
    expect(&test, "has been released");
}

static void test_texts_are_utf8(void)
{
    static const gint32 ends[] = {0, 1, 3, 4};
    static const gint32 backwards[] = {0, 3, 1, 4};
    static const gint32 negative[] = {-1, 1, 3, 4};
    struct column_case test;
    case_init(&test, "u", 3, ends, "a\xc3\xa4z");
    expect(&test, NULL);
    case_init(&test, "u", 3, ends, "a\0bz");
    expect(&test, NULL);
    case_init(&test, "u", 3, ends, "a\xc3zz");
    expect(&test, "a text that is not UTF-8");
    test.buffers[0] = "\x05"; /* the second is null */
    test.array.null_count = -1;
    expect(&test, NULL);
    case_init(&test, "z", 3, ends, "a\xc3zz");
    expect(&test, NULL);
    case_init(&test, "u", 3, backwards, "abcd");
    expect(&test, "offsets that go back");
    case_init(&test, "u", 3, negative, "abcd");
    expect(&test, "a negative offset");
    /* A character that two values share is none. */
    static const gint32 split[] = {0, 2, 3, 4};
    case_init(&test, "u", 3, split, "a\xc3\xa4z");
    expect(&test, "a text that is not UTF-8");
}

static void test_indexes_are_in_their_dictionary(void)
{
    static const gint32 ends[] = {0, 1, 2};
    static const gint8 indexes[] = {0, 1, 0, -1};
    const void *words[] = {NULL, ends, "ab"};
    struct ArrowSchema word = {.format = "u", .name = "", .release = release_schema};
    struct ArrowArray dictionary = {.length = 2, .n_buffers = 3, .buffers = words};
    struct column_case test;
    case_init(&test, "c", 3, indexes, NULL);
    test.column.dictionary = &word;
    test.array.dictionary = &dictionary;
    expect(&test, NULL);
    test.rows.length = test.array.length = 4;
    expect(&test, "an index that the dictionary doesn't have");
    test.buffers[0] = "\x07";
    test.array.null_count = 1;
    expect(&test, NULL);
    dictionary.length = 1;
    expect(&test, "an index that the dictionary doesn't have");
    test.array.dictionary = NULL;
    expect(&test, "a dictionary is missing");
}

static void test_lists_stay_in_their_elements(void)
{
    static const gint32 ends[] = {0, 2, 2, 8};
    struct column_case test;
    case_init(&test, "+l", 3, ends, NULL);
    add_element(&test, "l", 8, numbers);
    expect(&test, NULL);
    test.child.length = 7;
    expect(&test, "fewer values in it than rows");
    case_init(&test, "+w:4", 2, NULL, NULL);
    add_element(&test, "l", 8, numbers);
    test.array.n_buffers = 1;
    expect(&test, NULL);
    test.rows.length = test.array.length = 3;
    expect(&test, "fewer values in it than rows");
}

static void test_values_fit_their_types(void)
{
    static const gint64 hundred[2] = {100, 0};
    static const gint64 times[2] = {0, G_GINT64_CONSTANT(86400000001)};
    struct column_case test;
    case_init(&test, "d:3,2", 1, hundred, NULL);
    expect(&test, NULL);
    case_init(&test, "d:2,2", 1, hundred, NULL);
    expect(&test, "more digits than its type has");
    case_init(&test, "ttu", 1, times, NULL);
    expect(&test, NULL);
    case_init(&test, "ttu", 2, times, NULL);
    expect(&test, "a time of day");
}

static void test_digits_that_would_be_lost_are_refused(void)
{
    static const gint64 nanoseconds[4] = {1, 5000, 7, 5001};
    static const char *const formats[] = {"tsn:UTC", "tDn"};
    struct column_case test;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        case_init(&test, formats[i], 1, &nanoseconds[1], NULL);
        expect(&test, NULL);
        case_init(&test, formats[i], 3, &nanoseconds[1], NULL);
        expect(&test, "nanoseconds would be lost: give microseconds");
        test.buffers[0] = "\x01"; /* the others are null */
        test.array.null_count = 2;
        expect(&test, NULL);
    }
    case_init(&test, "tin", 1, nanoseconds, NULL);
    expect(&test, NULL);
    case_init(&test, "tin", 2, nanoseconds, NULL);
    expect(&test, "nanoseconds would be lost");
    case_init(&test, "tsn:", 4, nanoseconds, NULL);
    expect(&test, NULL);
    case_init(&test, "ttn", 4, nanoseconds, NULL);
    expect(&test, NULL);
}

static void test_types_that_can_not_be_checked_are_refused(void)
{
    static const char *const refused[] = {"+r",  "+us:0,1", "+ud:0,1", "vu",    "vz",        "+vl",
                                          "+vL", "e",       "d:39,0",  "d:2,3", "d:9,2,256", "w:0",
                                          "q",   "",        "+w:-1",   "tdm"};
    struct column_case test;
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        case_init(&test, refused[i], 1, numbers, NULL);
        expect(&test, "column 'x'");
    }
    case_init(&test, "+w:1", 1, NULL, NULL);
    add_element(&test, "n", 1, NULL);
    expect(&test, "a type without values in a list of fixed size is not supported");
    case_init(&test, "l", 1, numbers, NULL);
    test.column.metadata = "\x01\0\0\0\x14\0\0\0ARROW:extension:name\x0c\0\0\0arrow.opaque";
    expect(&test, "this extension type is not supported");
    test.column.metadata = "\xff\xff\xff\xff";
    expect(&test, "broken metadata");
    test.column.metadata = NULL;
}
/* NOLINTEND(readability-magic-numbers) */

/* The filters of a condition as one text. */
static char *filters_text(const char *where)
{
    static const char *const signs[] = {"", "=", "<>", "<", "<=", ">", ">=", "null", "not null"};
    g_autoptr(GArray) filters = filters_read(where);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < filters->len; i++) {
        const struct sqlflow_filter *filter = &g_array_index(filters, struct sqlflow_filter, i);
        g_string_append_printf(text, "%s%s %s %s%u", i ? "; " : "", filter->column,
                               signs[filter->operation], filter->text ? filter->text : "",
                               filter->constant);
    }
    return g_string_free(text, FALSE);
}

static void test_conditions_that_others_understand(void)
{
    static const char *const cases[][2] = {
        {"a = 1", "a = 11"},
        {"a = 1 AND \"B \"\"c\" >= 'x''y'", "a = 11; B \"c >= x'y2"},
        {"-1.5 < a and day < DATE '2024-01-31'", "a > -1.51; day < 2024-01-314"},
        {"a IS NULL AND b IS NOT NULL AND c = TRUE", "a null 0; b not null 0; c = true3"},
        {"f(a) = 1 AND b <> 2 AND c + 1 = 2 AND (d = 3)", "b <> 21"},
        {"NOT a = 1 AND b = 2", "b = 21"},
        {"a = 1 OR b = 2", ""},
        {"a = 1 AND (b = 2 OR c = 3)", ""},
        {"a BETWEEN 1 AND b = 2", ""},
        {"CASE WHEN x THEN y END AND b = 2", ""},
        {"a.b = 1 AND a = b AND a = NULL AND NULL = a", ""},
        {"a = 1e5 AND b = 007 AND c = 1_000 AND d = E'x'", ""},
        {"a = '", ""},
        {"", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = filters_text(cases[i][0]);
        g_assert_cmpstr(text, ==, cases[i][1]);
    }
    g_autofree char *none = filters_text(NULL);
    g_assert_cmpstr(none, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arrow/lengths and buffers fit together",
                    test_lengths_and_buffers_fit_together);
    g_test_add_func("/arrow/texts are UTF-8", test_texts_are_utf8);
    g_test_add_func("/arrow/indexes are in their dictionary", test_indexes_are_in_their_dictionary);
    g_test_add_func("/arrow/lists stay in their elements", test_lists_stay_in_their_elements);
    g_test_add_func("/arrow/values fit their types", test_values_fit_their_types);
    g_test_add_func("/arrow/digits that would be lost are refused",
                    test_digits_that_would_be_lost_are_refused);
    g_test_add_func("/arrow/types that can't be checked are refused",
                    test_types_that_can_not_be_checked_are_refused);
    g_test_add_func("/filter/conditions that others understand",
                    test_conditions_that_others_understand);
    return g_test_run();
}
