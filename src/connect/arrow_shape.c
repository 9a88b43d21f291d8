/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/arrow_shape.h"

#include "base/error.h"
#include "connect/arrow_format.h"

#include <string.h>

/* Shapes are shared by projections of each other. */
struct arrow_shape {
    gatomicrefcount references;
    struct arrow_format format;
    char *text; /* the format as given */
    char *name;
    guint count;
    struct arrow_shape **children;
    struct arrow_shape *dictionary;
};

/* Where a check is: the path is only made for a message. */
struct place {
    const struct place *outer;
    const struct arrow_shape *shape;
};

static char *place_path(const struct place *place)
{
    g_autofree char *outer =
        place->outer && place->outer->outer ? place_path(place->outer) : g_strdup("");
    return g_strconcat(outer, *outer ? "." : "", place->shape->name, NULL);
}

static bool refuse(const struct place *place, GError **error, const char *what)
{
    g_autofree char *path = place_path(place);
    if (place->outer)
        error_set(error, ERROR_DATA, "column '%s' (Arrow's '%s'): %s", path, place->shape->text,
                  what);
    else
        error_set(error, ERROR_DATA, "the rows: %s", what);
    return false;
}

void arrow_shape_free(struct arrow_shape *shape)
{
    if (!shape || !g_atomic_ref_count_dec(&shape->references))
        return;
    for (guint i = 0; i < shape->count; i++)
        arrow_shape_free(shape->children[i]);
    arrow_shape_free(shape->dictionary);
    g_free(shape->children);
    g_free(shape->text);
    g_free(shape->name);
    g_free(shape);
}

static struct arrow_shape *shape_ref(struct arrow_shape *shape)
{
    g_atomic_ref_count_inc(&shape->references);
    return shape;
}

static bool read_schema(const struct ArrowSchema *schema, const struct place *outer, guint depth,
                        struct arrow_shape **out, GError **error);

static bool read_children(const struct ArrowSchema *schema, const struct place *place, guint depth,
                          struct arrow_shape *shape, GError **error)
{
    if (schema->n_children < 0 || schema->n_children > ARROW_MAX_COLUMNS ||
        (schema->n_children > 0 && !schema->children))
        return refuse(place, error, "a wrong number of children");
    if (shape->format.children >= 0 && schema->n_children != shape->format.children)
        return refuse(place, error, "a wrong number of children");
    shape->children = g_new0(struct arrow_shape *, (gsize)schema->n_children);
    for (gint64 i = 0; i < schema->n_children; i++) {
        if (!read_schema(schema->children[i], place, depth + 1, &shape->children[i], error))
            return false;
        shape->count++;
    }
    return true;
}

static bool check_map(const struct place *place, GError **error)
{
    const struct arrow_shape *entries = place->shape->count == 1 ? place->shape->children[0] : NULL;
    if (entries && entries->format.kind == ARROW_STRUCT && entries->count == 2)
        return true;
    return refuse(place, error, "a map's entries are a struct of key and value");
}

static bool is_inside(const struct place *place, enum arrow_kind kind)
{
    for (const struct place *at = place->outer; at; at = at->outer)
        if (at->shape->format.kind == kind)
            return true;
    return false;
}

/* Where DuckDB reads the wrong words of a dictionary. */
static bool is_in_list(const struct place *place)
{
    return is_inside(place, ARROW_LIST) || is_inside(place, ARROW_FIXED_LIST) ||
           is_inside(place, ARROW_MAP);
}

/* Where DuckDB (1.5.6) has values that nobody wrote instead of NULL, in a list of such lists. */
static bool check_null(const struct place *place, GError **error)
{
    if (place->shape->format.kind != ARROW_NULL || !is_inside(place, ARROW_FIXED_LIST))
        return true;
    return refuse(place, error, "a type without values in a list of fixed size is not supported");
}

static bool read_dictionary(const struct ArrowSchema *schema, const struct place *place,
                            guint depth, struct arrow_shape *shape, GError **error)
{
    if (!schema->dictionary)
        return true;
    if (is_in_list(place))
        return refuse(place, error, "a dictionary inside of a list is not supported");
    if (shape->format.kind != ARROW_INTEGER)
        return refuse(place, error, "indexes of a dictionary are integers");
    if (!read_schema(schema->dictionary, place, depth + 1, &shape->dictionary, error))
        return false;
    return !shape->dictionary->dictionary ||
           refuse(place, error, "a dictionary inside of a dictionary is not supported");
}

static bool read_into(const struct ArrowSchema *schema, const struct place *place, guint depth,
                      struct arrow_shape *shape, GError **error)
{
    const char *problem = arrow_format_read(schema, &shape->format);
    if (problem)
        return refuse(place, error, problem);
    if (depth > ARROW_MAX_DEPTH)
        return refuse(place, error, "nested too deep");
    return check_null(place, error) && read_children(schema, place, depth, shape, error) &&
           (shape->format.kind != ARROW_MAP || check_map(place, error)) &&
           read_dictionary(schema, place, depth, shape, error);
}

/* NOLINTNEXTLINE(misc-no-recursion): ARROW_MAX_DEPTH bounds it */
static bool read_schema(const struct ArrowSchema *schema, const struct place *outer, guint depth,
                        struct arrow_shape **out, GError **error)
{
    if (!schema || !schema->format || !schema->release) {
        error_set(error, ERROR_DATA, "the schema of the rows is incomplete");
        return false;
    }
    AUTO(arrow_shape) shape = g_new0(struct arrow_shape, 1);
    g_atomic_ref_count_init(&shape->references);
    shape->text = g_utf8_make_valid(schema->format, -1);
    shape->name = g_strdup(schema->name ? schema->name : "");
    const struct place place = {outer, shape};
    if (!g_utf8_validate(shape->name, -1, NULL))
        return refuse(&place, error, "its name is not UTF-8");
    if (!read_into(schema, &place, depth, shape, error))
        return false;
    *out = g_steal_pointer(&shape);
    return true;
}

struct arrow_shape *arrow_shape_new(const struct ArrowSchema *schema, GError **error)
{
    struct arrow_shape *made = NULL;
    if (!read_schema(schema, NULL, 0, &made, error))
        return NULL;
    AUTO(arrow_shape) shape = made;
    if (shape->format.kind == ARROW_STRUCT && !shape->dictionary)
        return g_steal_pointer(&shape);
    error_set(error, ERROR_DATA, "the schema of rows is a struct of columns, not '%s'",
              shape->text);
    return NULL;
}

static bool check_array(const struct place *outer, const struct arrow_shape *shape,
                        const struct ArrowArray *array, GError **error);

/* All children of a list, each of a struct or map. */
static bool check_children(const struct place *place, const struct ArrowArray *array,
                           GError **error)
{
    const struct arrow_shape *shape = place->shape;
    if (array->n_children != shape->count || (shape->count > 0 && !array->children))
        return refuse(place, error, "a wrong number of children");
    const gint64 wanted = arrow_children_length(&shape->format, array);
    for (guint i = 0; i < shape->count; i++) {
        const struct ArrowArray *child = array->children[i];
        if (!child || child->length < wanted)
            return refuse(place, error, "fewer values in it than rows");
        if (!check_array(place, shape->children[i], child, error))
            return false;
    }
    return true;
}

static bool check_dictionary(const struct place *place, const struct ArrowArray *array,
                             GError **error)
{
    const struct arrow_shape *shape = place->shape;
    if (!shape->dictionary != !array->dictionary)
        return refuse(place, error, "a dictionary is missing, or one too many");
    if (!shape->dictionary)
        return true;
    if (!check_array(place, shape->dictionary, array->dictionary, error))
        return false;
    return arrow_indexes_fit(&shape->format, array, array->dictionary->length) ||
           refuse(place, error, "an index that the dictionary doesn't have");
}

/* A map without its keys can't be looked into. */
static bool check_keys(const struct place *place, const struct ArrowArray *array, GError **error)
{
    const struct ArrowArray *entries = array->children[0];
    return (!arrow_has_nulls(entries) && !arrow_has_nulls(entries->children[0])) ||
           refuse(place, error, "a map with a key that is null");
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the shape */
static bool check_array(const struct place *outer, const struct arrow_shape *shape,
                        const struct ArrowArray *array, GError **error)
{
    const struct place place = {outer, shape};
    const char *problem = arrow_format_check(&shape->format, array);
    if (problem)
        return refuse(&place, error, problem);
    return check_children(&place, array, error) && check_dictionary(&place, array, error) &&
           (shape->format.kind != ARROW_MAP || check_keys(&place, array, error));
}

bool arrow_shape_check(const struct arrow_shape *shape, const struct ArrowArray *array,
                       GError **error)
{
    const struct place place = {NULL, shape};
    if (!array->release)
        return refuse(&place, error, "an array that has been released");
    if (!check_array(NULL, shape, array, error))
        return false;
    return !arrow_has_nulls(array) || refuse(&place, error, "a row that is null as a whole");
}

struct arrow_shape *arrow_shape_project(const struct arrow_shape *shape, const guint32 *columns,
                                        guint count)
{
    struct arrow_shape *projection = g_new0(struct arrow_shape, 1);
    g_atomic_ref_count_init(&projection->references);
    projection->format = shape->format;
    projection->text = g_strdup(shape->text);
    projection->name = g_strdup("");
    projection->count = count;
    projection->children = g_new0(struct arrow_shape *, count);
    for (guint i = 0; i < count; i++)
        projection->children[i] = shape_ref(shape->children[columns[i]]);
    return projection;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the shape */
bool arrow_shape_equal(const struct arrow_shape *left, const struct arrow_shape *right)
{
    if (left == right)
        return true;
    if (!left || !right || left->count != right->count ||
        left->format.extension != right->format.extension || strcmp(left->text, right->text) != 0 ||
        !arrow_shape_equal(left->dictionary, right->dictionary))
        return false;
    const bool is_named = left->format.kind == ARROW_STRUCT;
    for (guint i = 0; i < left->count; i++) {
        const struct arrow_shape *a = left->children[i], *b = right->children[i];
        if (!arrow_shape_equal(a, b) || (is_named && strcmp(a->name, b->name) != 0))
            return false;
    }
    return true;
}

guint arrow_shape_columns(const struct arrow_shape *shape)
{
    return shape->count;
}

const char *arrow_shape_name(const struct arrow_shape *shape, guint column)
{
    return shape->children[column]->name;
}
