/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/field.h"

#include <math.h>
#include <string.h>

enum {
    MAX_NUMBER_LENGTH = 63,
    DOUBLE_DIGITS = 15,  /* each decimal of so many digits has a double of its own */
    WRITTEN_DIGITS = 17, /* as many as it takes to write any double */
    DECIMAL_DIGITS = 38,
    EXACT_POWER = 22, /* 10^22 is the last power of ten that a double holds */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many digits there are from `at`. */
static gsize count_digits(const char *text, gsize at, gsize length)
{
    gsize end = at;
    while (end < length && is_digit(text[end]))
        end++;
    return end - at;
}

/* Exactly `digits` digits at `at`. */
static bool read_digits(const char *text, gsize length, gsize at, gsize digits, gint *out)
{
    if (at + digits > length || count_digits(text, at, at + digits) != digits)
        return false;
    gint value = 0;
    for (gsize i = 0; i < digits; i++)
        value = value * 10 + (text[at + i] - '0');
    *out = value;
    return true;
}

static bool has_char(const char *text, gsize length, gsize at, char c)
{
    return at < length && text[at] == c;
}

bool field_bigint(const char *text, gsize length, gint64 *out)
{
    bool negative = length > 0 && text[0] == '-';
    gsize at = negative ? 1 : 0;
    gsize digits = length - at;
    if (digits == 0 || digits > 19 || count_digits(text, at, length) != digits ||
        (text[at] == '0' && (digits > 1 || negative)))
        return false;
    guint64 value = 0; /* 19 digits fit */
    for (; at < length; at++)
        value = value * 10 + (guint64)(text[at] - '0');
    if (value > (guint64)G_MAXINT64 + (negative ? 1 : 0))
        return false;
    *out = negative ? (gint64)(0 - value) : (gint64)value;
    return true;
}

/* A number's parts: [whole][.fraction][exponent]. */
struct number {
    gsize whole, fraction; /* how many digits */
    gsize whole_at, fraction_at;
    bool has_exponent;
};

static bool skip_exponent(const char *text, gsize length, gsize *at)
{
    gsize from = *at + 1;
    if (from < length && (text[from] == '-' || text[from] == '+'))
        from++;
    gsize digits = count_digits(text, from, length);
    *at = from + digits;
    return digits > 0;
}

static bool split_number(const char *text, gsize length, struct number *out)
{
    *out = (struct number){.whole_at = length > 0 && text[0] == '-' ? 1 : 0};
    gsize at = out->whole_at;
    out->whole = count_digits(text, at, length);
    at += out->whole;
    if (out->whole > 1 && text[out->whole_at] == '0')
        return false;
    if (at < length && text[at] == '.') {
        out->fraction_at = ++at;
        out->fraction = count_digits(text, at, length);
        at += out->fraction;
        if (out->fraction == 0)
            return false;
    }
    if (out->whole + out->fraction == 0)
        return false;
    out->has_exponent = at < length && (text[at] == 'e' || text[at] == 'E');
    return (!out->has_exponent || skip_exponent(text, length, &at)) && at == length;
}

static const gdouble powers_of_ten[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* The i-th digit of whole and fraction together. */
static char digit_at(const char *text, const struct number *number, gsize i)
{
    return i < number->whole ? text[number->whole_at + i]
                             : text[number->fraction_at + i - number->whole];
}

/* Digits from the first that isn't 0. */
static gsize count_significant(const char *text, const struct number *number)
{
    const gsize count = number->whole + number->fraction;
    gsize zeros = 0;
    while (zeros < count && digit_at(text, number, zeros) == '0')
        zeros++;
    return count - zeros;
}

/* Up to 15 digits are an integer that a double holds, and so is the power of ten: one division is
 * rounded right. */
static bool short_double(const char *text, const struct number *number, gdouble *out)
{
    if (count_significant(text, number) > DOUBLE_DIGITS || number->fraction > EXACT_POWER)
        return false;
    guint64 digits = 0;
    for (gsize i = 0; i < number->whole + number->fraction; i++)
        digits = digits * 10 + (guint64)(digit_at(text, number, i) - '0');
    gdouble value = (gdouble)digits / powers_of_ten[number->fraction];
    *out = text[0] == '-' ? -value : value;
    return true;
}

static bool named_double(const char *text, gsize length, gdouble *out)
{
    gsize at = length > 0 && text[0] == '-' ? 1 : 0;
    gsize rest = length - at;
    if (rest == 3 && g_ascii_strncasecmp(text + at, "nan", 3) == 0)
        *out = NAN;
    else if ((rest == 3 && g_ascii_strncasecmp(text + at, "inf", 3) == 0) ||
             (rest == 8 && g_ascii_strncasecmp(text + at, "infinity", 8) == 0))
        *out = INFINITY;
    else
        return false;
    if (at)
        *out = -*out;
    return true;
}

/* The nearest double; false when it is none, or 0 for a number that isn't. */
static bool near_double(const char *text, gsize length, const struct number *number, gdouble *out)
{
    if (length > MAX_NUMBER_LENGTH)
        return false;
    char copy[MAX_NUMBER_LENGTH + 1];
    memcpy(copy, text, length);
    copy[length] = '\0';
    *out = g_ascii_strtod(copy, NULL);
    return isfinite(*out) && (*out != 0 || count_significant(text, number) == 0);
}

bool field_double(const char *text, gsize length, gdouble *out)
{
    struct number number;
    if (!split_number(text, length, &number))
        return named_double(text, length, out);
    if (!number.has_exponent)
        return short_double(text, &number, out);
    return count_significant(text, &number) <= WRITTEN_DIGITS &&
           near_double(text, length, &number, out);
}

/* The digits of a number without zeros at either end, up to `most`. */
static gsize plain_digits(const char *text, const struct number *number, char *out, gsize most)
{
    const gsize count = number->whole + number->fraction;
    gsize size = 0, kept = 0;
    for (gsize i = 0; i < count && size < most; i++) {
        const char digit = digit_at(text, number, i);
        if (size > 0 || digit != '0')
            out[size++] = digit;
        kept = digit == '0' ? kept : size;
    }
    return kept;
}

bool field_kept(const char *text, gsize length)
{
    struct number number, written;
    gdouble value;
    char digits[MAX_NUMBER_LENGTH], again[MAX_NUMBER_LENGTH], buffer[MAX_NUMBER_LENGTH];
    if (!split_number(text, length, &number))
        return false;
    if (length <= MAX_NUMBER_LENGTH && !number.has_exponent &&
        count_significant(text, &number) <= DOUBLE_DIGITS)
        return true;
    if (!near_double(text, length, &number, &value))
        return false;
    const gsize count = plain_digits(text, &number, digits, sizeof digits);
    if (count > WRITTEN_DIGITS)
        return false;
    g_autofree char *format = g_strdup_printf("%%.%ue", (guint)MAX(count, 1) - 1);
    g_ascii_formatd(buffer, sizeof buffer, format, value);
    return split_number(buffer, strlen(buffer), &written) &&
           plain_digits(buffer, &written, again, sizeof again) == count &&
           memcmp(digits, again, count) == 0;
}

bool field_floating(const char *text, gsize length, gdouble limit)
{
    struct number number;
    gdouble value;
    if (!split_number(text, length, &number))
        return named_double(text, length, &value);
    return near_double(text, length, &number, &value) && fabs(value) < limit;
}

bool field_digits(const char *text, gsize length, guint *out_whole, guint *out_fraction)
{
    struct number number;
    if (!split_number(text, length, &number) || number.has_exponent)
        return false;
    const bool is_zero = count_significant(text, &number) == 0;
    const gsize whole = text[number.whole_at] == '0' ? 0 : number.whole;
    if ((is_zero && text[0] == '-') || whole + number.fraction > DECIMAL_DIGITS)
        return false;
    *out_whole = (guint)whole;
    *out_fraction = (guint)number.fraction;
    return true;
}

bool field_decimal(const char *text, gsize length, guint whole, guint scale)
{
    struct number number;
    if (!split_number(text, length, &number) || number.has_exponent)
        return false;
    gsize digits = number.fraction;
    while (digits > 0 && text[number.fraction_at + digits - 1] == '0')
        digits--;
    return digits <= scale &&
           (number.whole <= whole || (number.whole == 1 && text[number.whole_at] == '0'));
}

/* Copies digits from *at on, which goes behind them. */
static void copy_digits(const char *text, gsize count, gsize *at, char *out, gsize *size)
{
    memcpy(out + *size, text + *at, count);
    *at += count;
    *size += count;
}

gsize field_plain(const char *text, gsize length, char point, char thousands, char *out)
{
    gsize size = 0, at = 0;
    if (has_char(text, length, 0, '-'))
        out[size++] = text[at++];
    const gsize first = count_digits(text, at, length);
    copy_digits(text, first, &at, out, &size);
    while (thousands && first > 0 && first <= 3 && has_char(text, length, at, thousands) &&
           count_digits(text, at + 1, length) == 3) {
        at++;
        copy_digits(text, 3, &at, out, &size);
    }
    if (has_char(text, length, at, point)) {
        out[size++] = '.';
        at++;
    } else if (at < length && text[at] != 'e' && text[at] != 'E') {
        return 0;
    }
    memcpy(out + size, text + at, length - at);
    return size + length - at;
}

bool field_boolean(const char *text, gsize length, bool *out)
{
    bool is_true = length == 4 && g_ascii_strncasecmp(text, "true", 4) == 0;
    if (!is_true && !(length == 5 && g_ascii_strncasecmp(text, "false", 5) == 0))
        return false;
    *out = is_true;
    return true;
}

static gint days_in_month(gint year, gint month)
{
    static const gint days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Days since 1970 in the proleptic Gregorian calendar (years count from March). */
static gint32 days_from_date(gint year, gint month, gint day)
{
    year -= month <= 2 ? 1 : 0;
    gint era = (year >= 0 ? year : year - 399) / 400;
    gint year_of_era = year - era * 400;
    gint day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    gint day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

bool field_date(const char *text, gsize length, gint32 *out_days)
{
    gint year, month, day;
    if (length != 10 || !read_digits(text, length, 0, 4, &year) ||
        !has_char(text, length, 4, '-') || !read_digits(text, length, 5, 2, &month) ||
        !has_char(text, length, 7, '-') || !read_digits(text, length, 8, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out_days = days_from_date(year, month, day);
    return true;
}

/* ".ffffff" from `at`, or nothing; *at goes behind it. */
static bool read_fraction(const char *text, gsize length, gsize *at, gsize most, gint *out_us)
{
    *out_us = 0;
    if (!has_char(text, length, *at, '.'))
        return true;
    const gsize digits = count_digits(text, *at + 1, length);
    gint value = 0;
    if (digits < 1 || digits > most || !read_digits(text, length, *at + 1, MIN(digits, 6), &value))
        return false;
    for (gsize i = digits; i < 6; i++)
        value *= 10;
    *at += 1 + digits;
    *out_us = value;
    return true;
}

/* HH:MM[:SS[.ffffff]] from *at, which goes behind it. */
static bool read_clock(const char *text, gsize length, gsize *at, gsize most, gint64 *out_us)
{
    gint hour, minute, second = 0, fraction = 0;
    if (!read_digits(text, length, *at, 2, &hour) || !has_char(text, length, *at + 2, ':') ||
        !read_digits(text, length, *at + 3, 2, &minute))
        return false;
    *at += 5;
    if (has_char(text, length, *at, ':')) {
        if (!read_digits(text, length, *at + 1, 2, &second))
            return false;
        *at += 3;
        if (!read_fraction(text, length, at, most, &fraction))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *out_us = ((gint64)hour * 3600 + minute * 60 + second) * G_USEC_PER_SEC + fraction;
    return true;
}

/* Z, +HH, +HH:MM or +HHMM, to the end. */
static bool read_offset(const char *text, gsize length, gsize at, gint64 *out_us)
{
    *out_us = 0;
    if (at + 1 == length && text[at] == 'Z')
        return true;
    if (at >= length || (text[at] != '+' && text[at] != '-'))
        return false;
    gint hours, minutes = 0;
    const bool has_colon = has_char(text, length, at + 3, ':');
    const gsize minutes_at = at + 3 + (has_colon ? 1 : 0);
    if (!read_digits(text, length, at + 1, 2, &hours) ||
        ((has_colon || minutes_at < length) && !read_digits(text, length, minutes_at, 2, &minutes)))
        return false;
    const gsize end = has_colon || minutes_at < length ? minutes_at + 2 : minutes_at;
    if (end != length || hours > 15 || minutes > 59)
        return false;
    *out_us = ((gint64)hours * 3600 + minutes * 60) * G_USEC_PER_SEC * (text[at] == '-' ? -1 : 1);
    return true;
}

bool field_time(const char *text, gsize length, gint64 *out_us)
{
    gsize at = 0;
    return length >= 8 && read_clock(text, length, &at, 6, out_us) && at == length;
}

static bool is_date_time(const char *text, gsize length)
{
    return length > 10 && (text[10] == ' ' || text[10] == 'T');
}

/* A date, and a time if there is one; *out_at goes behind. */
static bool read_date_time(const char *text, gsize length, gsize most, gsize *out_at,
                           gint64 *out_us)
{
    gint32 days;
    gint64 clock = 0;
    if (!field_date(text, MIN(length, 10), &days))
        return false;
    *out_at = 10;
    if (length > 10) {
        *out_at = 11;
        if (!is_date_time(text, length) || !read_clock(text, length, out_at, most, &clock))
            return false;
    }
    *out_us = (gint64)days * 24 * 3600 * G_USEC_PER_SEC + clock;
    return true;
}

bool field_timestamp(const char *text, gsize length, gint64 *out_us)
{
    gsize at;
    return read_date_time(text, length, 6, &at, out_us) && at == length;
}

bool field_instant(const char *text, gsize length, gint64 *out_us)
{
    gsize at;
    gint64 local, offset;
    if (!is_date_time(text, length) || !read_date_time(text, length, 6, &at, &local) ||
        !read_offset(text, length, at, &offset))
        return false;
    *out_us = local - offset;
    return true;
}

bool field_moment(const char *text, gsize length, bool has_date, guint digits, bool may_offset)
{
    gsize at = 0;
    gint64 ignored;
    if (has_date ? !read_date_time(text, length, digits, &at, &ignored)
                 : !read_clock(text, length, &at, digits, &ignored))
        return false;
    return at == length || (may_offset && read_offset(text, length, at, &ignored));
}
