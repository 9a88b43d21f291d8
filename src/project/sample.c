/* SPDX-License-Identifier: Apache-2.0 */
#include "project/sample.h"

/* xorshift64*: Marsaglia (2003), Vigna (2016). */
struct dice {
    guint64 state;
};

static guint roll(struct dice *dice, guint sides)
{
    guint64 x = dice->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    dice->state = x;
    return (guint)((x * G_GUINT64_CONSTANT(2685821657736338717)) >> 33) % sides;
}

struct city {
    const char *name;
    const char *country;
    guint weight;
};

static const char *const first_names[] = {
    "Ada",    "Alice",  "Amira", "Anna",  "Arun",  "Beatriz", "Björn", "Carla",  "Chen",   "Clara",
    "David",  "Diego",  "Elena", "Elif",  "Emil",  "Emma",    "Erik",  "Fatima", "Felix",  "Freya",
    "Grace",  "Hugo",   "Ines",  "Ivan",  "Jana",  "Jonas",   "José",  "Julia",  "Kofi",   "Lars",
    "Léa",    "Linh",   "Lucía", "Maja",  "Marco", "Mateo",   "Mila",  "Nadia",  "Nils",   "Noah",
    "Olga",   "Omar",   "Paula", "Priya", "Rosa",  "Samuel",  "Sofia", "Søren",  "Tereza", "Tomás",
    "Ursula", "Viktor", "Wei",   "Yara",  "Yusuf", "Zoë"};

static const char *const last_names[] = {
    "Almeida", "Andersen", "Baker",   "Bianchi",  "Bauer",    "Berg",     "Carvalho", "Costa",
    "Dubois",  "Dvořák",   "Fischer", "García",   "Haddad",   "Hansen",   "Horváth",  "Huber",
    "Ivanova", "Jansen",   "Kaya",    "Keller",   "Kowalski", "Laurent",  "Lind",     "Martin",
    "Mensah",  "Moreau",   "Müller",  "Navarro",  "Nguyen",   "Nielsen",  "Novák",    "O'Brien",
    "Okafor",  "Olsen",    "Patel",   "Petrov",   "Pereira",  "Rossi",    "Sato",     "Schmidt",
    "Silva",   "Singh",    "Smith",   "Svensson", "Tanaka",   "Van Dijk", "Weber",    "Wilson",
    "Yılmaz",  "Zhang"};

static const struct city cities[] = {
    {"Amsterdam", "Netherlands", 7}, {"Barcelona", "Spain", 8},     {"Berlin", "Germany", 14},
    {"Bern", "Switzerland", 3},      {"Copenhagen", "Denmark", 6},  {"Ghent", "Belgium", 3},
    {"Graz", "Austria", 3},          {"Hamburg", "Germany", 7},     {"Kraków", "Poland", 6},
    {"Lisbon", "Portugal", 6},       {"Lyon", "France", 6},         {"Madrid", "Spain", 9},
    {"Milan", "Italy", 8},           {"Munich", "Germany", 7},      {"Paris", "France", 13},
    {"Porto", "Portugal", 4},        {"Prague", "Czechia", 6},      {"Rome", "Italy", 6},
    {"Stockholm", "Sweden", 6},      {"Utrecht", "Netherlands", 3}, {"Vienna", "Austria", 7},
    {"Warsaw", "Poland", 8},         {"Zürich", "Switzerland", 5},
};

struct product {
    const char *category;
    const char *name;
    guint cents;
    guint weight;
    guint most; /* in one order */
};

static const struct product products[] = {
    {"Books", "Atlas of Rivers", 3490, 5, 2},
    {"Books", "Cooking with Seven Spices", 2495, 9, 2},
    {"Books", "The Patient Gardener", 1890, 8, 3},
    {"Books", "Trains at Night", 1290, 10, 3},
    {"Garden", "Garden hose, 25 m", 3299, 5, 2},
    {"Garden", "Pruning shears", 2150, 6, 2},
    {"Garden", "Tomato seeds", 349, 12, 9},
    {"Garden", "Watering can", 1799, 7, 3},
    {"Kitchen", "Bread knife", 2899, 6, 2},
    {"Kitchen", "Cast-iron pan", 5490, 5, 1},
    {"Kitchen", "Coffee, 1 kg", 1690, 16, 6},
    {"Kitchen", "Set of six glasses", 2390, 7, 4},
    {"Outdoor", "Head lamp", 3150, 6, 2},
    {"Outdoor", "Hiking boots", 14900, 4, 1},
    {"Outdoor", "Tent for two", 18900, 2, 1},
    {"Outdoor", "Thermos bottle", 2690, 9, 3},
    {"Toys", "Marble run", 4490, 4, 1},
    {"Toys", "Puzzle, 1000 pieces", 1590, 9, 2},
    {"Toys", "Wooden train", 2990, 5, 2},
};

struct word {
    const char *text;
    guint weight;
};

static const struct word segments[] = {{"private", 72}, {"small business", 20}, {"company", 8}};
static const struct word statuses[] = {
    {"delivered", 82}, {"shipped", 7}, {"returned", 5}, {"cancelled", 6}};

/* An index of a table whose weights lie `stride` bytes apart. */
static guint pick(struct dice *dice, const guint *weights, gsize stride, gsize count)
{
    guint total = 0;
    for (gsize i = 0; i < count; i++)
        total += *(const guint *)(const void *)((const char *)weights + i * stride);
    guint rest = roll(dice, total);
    for (gsize i = 0; i + 1 < count; i++) {
        const guint weight = *(const guint *)(const void *)((const char *)weights + i * stride);
        if (rest < weight)
            return (guint)i;
        rest -= weight;
    }
    return (guint)count - 1;
}

#define PICK(dice, table)                                                                          \
    (&(table)[pick(dice, &(table)->weight, sizeof *(table), G_N_ELEMENTS(table))])

static void append_date(GString *out, const GDate *date)
{
    g_string_append_printf(out, "%04u-%02u-%02u", (guint)g_date_get_year(date),
                           (guint)g_date_get_month(date), (guint)g_date_get_day(date));
}

static void append_date_after(GString *out, GDateYear year, guint days)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, 1, G_DATE_JANUARY, year);
    g_date_add_days(&date, days);
    append_date(out, &date);
}

GString *sample_customers(void)
{
    struct dice dice = {.state = 20230117};
    GString *out = g_string_new("customer_id,name,city,country,segment,customer_since\n");
    for (guint id = 1; id <= SAMPLE_CUSTOMERS; id++) {
        const char *first = first_names[roll(&dice, G_N_ELEMENTS(first_names))];
        const char *last = last_names[roll(&dice, G_N_ELEMENTS(last_names))];
        const struct city *city = PICK(&dice, cities);
        const struct word *segment = PICK(&dice, segments);
        g_string_append_printf(out, "%u,%s %s,%s,%s,%s,", id, first, last, city->name,
                               city->country, segment->text);
        append_date_after(out, 2019, roll(&dice, 4 * 365));
        g_string_append_c(out, '\n');
    }
    return out;
}

/* Early customers order more often than late ones. */
static guint pick_customer(struct dice *dice)
{
    const guint one = roll(dice, SAMPLE_CUSTOMERS);
    const guint other = roll(dice, SAMPLE_CUSTOMERS);
    return 1 + MIN(one, other);
}

/* Orders stand by day, and the shop grows: the last days have about twice as many as the first. */
static guint day_of_order(guint number)
{
    const guint64 days = 731; /* 2023 and 2024 */
    const guint64 left = SAMPLE_ORDERS - number;
    const guint64 bend = SAMPLE_ORDERS * 17 / 10;
    return (guint)(days - 1 -
                   (days - 1) * left * (bend + left) /
                       ((guint64)SAMPLE_ORDERS * (bend + SAMPLE_ORDERS)));
}

static void append_text(GString *out, const char *text)
{
    const gboolean has_comma = g_strstr_len(text, -1, ",") != NULL;
    g_string_append_printf(out, has_comma ? "\"%s\"" : "%s", text);
}

GString *sample_orders(void)
{
    struct dice dice = {.state = 19991231};
    GString *out = g_string_new("order_id,customer_id,ordered_on,category,product,quantity,"
                                "unit_price,status\n");
    for (guint i = 0; i < SAMPLE_ORDERS; i++) {
        const struct product *product = PICK(&dice, products);
        const struct word *status = PICK(&dice, statuses);
        const guint cents = product->cents * (90 + roll(&dice, 21)) / 100;
        g_string_append_printf(out, "%u,%u,", 10001 + i, pick_customer(&dice));
        append_date_after(out, 2023, day_of_order(i));
        g_string_append_printf(out, ",%s,", product->category);
        append_text(out, product->name);
        g_string_append_printf(out, ",%u,%u.%02u,%s\n", 1 + roll(&dice, product->most), cents / 100,
                               cents % 100, status->text);
    }
    return out;
}
