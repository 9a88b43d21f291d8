/* SPDX-License-Identifier: Apache-2.0 */
/* The REST connector as the program calls it, with a host of ours: what several threads send, and
 * what would take too long to see with a server. */
#include "connect/rest/link.h"
#include "connect/rest/pages.h"
#include "connect/rest/rest.h"
#include "http_service.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 1000, BATCH = 10 };

struct sqlflow_context {
    GHashTable *options; /* name -> text, besides the defaults of the table */
    gint notes;          /* atomic: how many */
};

struct sqlflow_error {
    enum sqlflow_error_kind kind;
    char *message;
};

static const char *option_text(const struct sqlflow_context *context, const char *name)
{
    const struct sqlflow_host host = {.abi = SQLFLOW_CONNECTOR_ABI};
    const char *text = g_hash_table_lookup(context->options, name);
    const struct sqlflow_option *option = sqlflow_connector(&host)->options;
    for (; option->name && !text; option++)
        if (strcmp(option->name, name) == 0)
            text = option->default_text;
    return text;
}

static uint32_t option_count(const struct sqlflow_context *context, const char *name)
{
    (void)context;
    (void)name;
    return 0;
}

static bool is_cancelled(const struct sqlflow_context *context)
{
    (void)context;
    return false;
}

static void note(const struct sqlflow_context *context, const char *format, ...)
{
    (void)format;
    g_atomic_int_inc((gint *)(guintptr)&context->notes);
}

G_GNUC_PRINTF(4, 5)
static bool fail(struct sqlflow_error *error, enum sqlflow_error_kind kind, const char *code,
                 const char *format, ...)
{
    (void)code;
    va_list arguments;
    va_start(arguments, format);
    *error = (struct sqlflow_error){.kind = kind, .message = g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    return false;
}

static void retry_after(struct sqlflow_error *error, int64_t milliseconds)
{
    (void)error;
    (void)milliseconds;
}

static void gave_up(struct sqlflow_error *error)
{
    (void)error;
}

static const struct sqlflow_host host = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof host,
    .option_text = option_text,
    .option_count = option_count,
    .is_cancelled = is_cancelled,
    .note = note,
    .fail = fail,
    .retry_after = retry_after,
    .gave_up = gave_up,
};

/* A use of the connector, its rows and what it notes. */
struct use {
    struct sqlflow_context context;
    struct sqlflow_call call;
    struct sqlflow_error error;
    struct sqlflow_delivery delivery;
    char *address;
};

static int open_file(const struct server *server, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(server->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    const int file = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    g_assert_cmpint(file, >=, 0);
    return file;
}

static void use_set(struct use *use, const char *option, const char *text)
{
    g_hash_table_insert(use->context.options, (gpointer)(guintptr)option, (gpointer)(guintptr)text);
}

static void use_init(struct use *use, const struct server *server, const char *path)
{
    g_autoptr(GString) rows = g_string_new(NULL);
    for (guint i = 0; i < ROWS; i++)
        g_string_append_printf(rows, "{\"id\":%u}\n", i);
    *use = (struct use){.address = g_strconcat(server->url, path, NULL)};
    use->context.options = g_hash_table_new(g_str_hash, g_str_equal);
    use_set(use, "url", use->address);
    use->call =
        (struct sqlflow_call){.host = &host, .context = &use->context, .token = "step", .tries = 1};
    use->delivery.file = open_file(server, "rows", rows->str);
    use->delivery.progress = open_file(server, "progress", "");
}

static void use_clear(struct use *use)
{
    close(use->delivery.file);
    close(use->delivery.progress);
    g_hash_table_unref(use->context.options);
    g_free(use->error.message);
    g_free(use->address);
}

/* Requests to `path`, each different body once; *out_count: of them all. */
static GHashTable *bodies_of(const struct server *server, const char *path, guint *out_count)
{
    g_autofree char *log = log_of(server);
    g_autofree char *wanted = g_strdup_printf("\"path\": \"%s\"", path);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    GHashTable *bodies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    *out_count = 0;
    for (char **line = lines; *line; line++) {
        if (!strstr(*line, wanted))
            continue;
        g_hash_table_add(bodies, after(*line, "\"body\": "));
        ++*out_count;
    }
    return bodies;
}

static void test_together(gconstpointer data)
{
    struct use use;
    use_init(&use, data, "/together");
    use_set(&use, "batch_size", "10");
    use_set(&use, "max_concurrency", "8");
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.delivery.rows, ==, ROWS);
    use.delivery.rows = 0;
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.delivery.rows, ==, ROWS);
    guint count = 0;
    g_autoptr(GHashTable) bodies = bodies_of(data, "/together", &count);
    g_assert_cmpuint(count, ==, ROWS / BATCH);
    g_assert_cmpuint(g_hash_table_size(bodies), ==, ROWS / BATCH);
    use_clear(&use);
}

/* Those that are under way when one fails are waited for; then the rest is sent. */
static void test_refused(gconstpointer data)
{
    struct use use;
    guint count = 0, all = 0;
    use_init(&use, data, "/refused");
    use_set(&use, "batch_size", "10");
    use_set(&use, "max_concurrency", "8");
    order(data, "/refused", "{}, {}, {}, {\"status\": 422, \"body\": \"no\"}");
    g_assert_false(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.error.kind, ==, SQLFLOW_ERROR_DATA);
    g_assert_nonnull(strstr(use.error.message, "422 Unprocessable Content: no"));
    g_autoptr(GHashTable) first = bodies_of(data, "/refused", &count);
    g_assert_cmpuint(count, <, ROWS / BATCH);
    g_clear_pointer(&use.error.message, g_free);
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_autoptr(GHashTable) bodies = bodies_of(data, "/refused", &all);
    g_assert_cmpuint(all, ==, ROWS / BATCH + 1);
    g_assert_cmpuint(g_hash_table_size(bodies), ==, ROWS / BATCH);
    use_clear(&use);
}

static void test_too_large(gconstpointer data)
{
    struct use use;
    guint count = 0;
    use_init(&use, data, "/large");
    use_set(&use, "max_bytes", "12"); /* {"id":999} and the brackets */
    g_assert_cmpint(write(use.delivery.file, "{\"id\":1000}", 11), ==, 11);
    g_assert_false(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_nonnull(strstr(use.error.message, "row 1001 has 11 bytes"));
    g_autoptr(GHashTable) none = bodies_of(data, "/large", &count);
    g_assert_cmpuint(count, ==, 0);
    g_clear_pointer(&use.error.message, g_free);
    use_set(&use, "max_bytes", "13");
    use_set(&use, "max_concurrency", "8");
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.delivery.rows, ==, ROWS + 1);
    use_clear(&use);
}

/* Where rows may be so large that not each is looked at beforehand. */
static void test_too_large_among_small(gconstpointer data)
{
    struct use use;
    guint count = 0;
    g_autofree char *row = g_strnfill(300 * 1000, '7');
    g_autofree char *rows = g_strconcat(row, "\n1\n", NULL);
    const gssize length = (gssize)strlen(rows);
    use_init(&use, data, "/largest");
    g_assert_cmpint(write(use.delivery.file, rows, (gsize)length), ==, length);
    use_set(&use, "max_bytes", "300001");
    g_assert_false(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_nonnull(strstr(use.error.message, "row 1001 has 300000 bytes"));
    g_autoptr(GHashTable) none = bodies_of(data, "/largest", &count);
    g_assert_cmpuint(count, ==, 0);
    g_clear_pointer(&use.error.message, g_free);
    use_set(&use, "max_bytes", "300002");
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.delivery.rows, ==, ROWS + 2);
    use_clear(&use);
}

/* However many send. */
static void test_rate(gconstpointer data)
{
    struct use use;
    use_init(&use, data, "/rate");
    use_set(&use, "batch_size", "100");
    use_set(&use, "max_concurrency", "8");
    use_set(&use, "rate", "3000/m");
    const gint64 start = g_get_monotonic_time();
    g_assert_true(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(g_get_monotonic_time() - start, >=, (10 - 1) * G_USEC_PER_SEC / 50);
    use_set(&use, "rate", "often");
    g_assert_false(rest_deliver(&use.call, &use.delivery, &use.error));
    g_assert_cmpint(use.error.kind, ==, SQLFLOW_ERROR_USAGE);
    use_clear(&use);
}

/* An API whose pages never end and are all different. */
static void test_endless(gconstpointer data)
{
    struct use use;
    struct api api;
    GError *error = NULL;
    gint64 count = 0;
    use_init(&use, data, "/endless");
    use_set(&use, "pagination.cursor_path", "next");
    g_assert_true(api_init(&api, &use.call, &error));
    AUTO(pages) pages = pages_new(&api, &error);
    for (bool goes_on = true; goes_on; count++) {
        g_autofree char *text = g_strdup_printf("{\"next\": %" G_GINT64_FORMAT "}", count + 1);
        struct page page = {.records = 1};
        g_assert_true(json_check(text, strlen(text), &page.root, &error));
        bool is_new = false;
        goes_on = pages_is_new(pages, &page, &is_new, &error) && is_new &&
                  pages_advance(pages, &page, &error);
    }
    g_assert_cmpint(count, ==, 100000);
    g_assert_cmpint(error_kind(error), ==, ERROR_DATA);
    g_assert_nonnull(strstr(error->message, "there is no end after 100000 pages"));
    g_error_free(error);
    api_clear(&api);
    use_clear(&use);
}

static void test_links(void)
{
    static const struct {
        const char *value, *next;
    } links[] = {
        {"<a>; rel=next", "a"},
        {"<a?x=1,2;3>;REL = \"prev Next\"", "a?x=1,2;3"},
        {"<a>; rel=\"prev\" , <b>; rel=\"next\"; results=\"true\"", "b"},
        {"<a>; title=\"<b>, x; rel=next\"; rel=\"last\", <c>; rel=\"next\"", "c"},
        {"<a>; rel=\"next\"; results=\"false\"; cursor=\"0:3:0\"", NULL},
        {"<a>; crossorigin; rel=last", NULL},
        {"<a>; rel=\"next", NULL},
        {"<a>; title=next", NULL},
        {"<a", NULL},
        {"", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *next = link_next(links[i].value);
        g_assert_cmpstr(next, ==, links[i].next);
    }
}

int main(int argc, char **argv)
{
    struct server server;
    g_test_init(&argc, &argv, NULL);
    server_start(&server, "rest-server");
    g_test_add_data_func("/rest/several send, each batch once", &server, test_together);
    g_test_add_data_func("/rest/a refusal ends it, the next call sends the rest", &server,
                         test_refused);
    g_test_add_data_func("/rest/a row that fits nowhere: nothing is sent", &server, test_too_large);
    g_test_add_data_func("/rest/a row that is too large among small ones", &server,
                         test_too_large_among_small);
    g_test_add_data_func("/rest/no more requests than the rate allows", &server, test_rate);
    g_test_add_data_func("/rest/pages without an end are an error", &server, test_endless);
    g_test_add_func("/rest/the next page by a header Link", test_links);
    const int failed = g_test_run();
    server_stop(&server);
    return failed;
}
