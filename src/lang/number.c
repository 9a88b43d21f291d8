/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/number.h"

#include <string.h>

static const char *pass_digits(const char *at)
{
    while (g_ascii_isdigit(*at))
        at++;
    return at;
}

bool text_is_number(const char *text)
{
    const char *whole = text + (*text == '-');
    const char *end = pass_digits(whole);
    if (end == whole || (*whole == '0' && end - whole > 1))
        return false;
    if (*end != '.')
        return *end == '\0';
    const char *fraction = end + 1;
    end = pass_digits(fraction);
    return end > fraction && *end == '\0';
}

/* The fraction's digits without the zeros at its end. */
static const char *fraction_of(const char *end_of_whole, gsize *out_length)
{
    const char *fraction = *end_of_whole == '.' ? end_of_whole + 1 : end_of_whole;
    gsize length = strlen(fraction);
    while (length > 0 && fraction[length - 1] == '0')
        length--;
    *out_length = length;
    return fraction;
}

static int compare_lengths(gsize left, gsize right)
{
    return (left > right) - (left < right);
}

/* Without their signs: neither whole part has a zero in front. */
static int compare_magnitudes(const char *left, const char *right)
{
    const char *left_end = pass_digits(left);
    const char *right_end = pass_digits(right);
    gsize left_length = (gsize)(left_end - left);
    int order = compare_lengths(left_length, (gsize)(right_end - right));
    if (order == 0)
        order = memcmp(left, right, left_length);
    if (order != 0)
        return order;
    gsize right_length = 0;
    const char *left_fraction = fraction_of(left_end, &left_length);
    const char *right_fraction = fraction_of(right_end, &right_length);
    order = memcmp(left_fraction, right_fraction, MIN(left_length, right_length));
    return order ? order : compare_lengths(left_length, right_length);
}

static bool is_zero(const char *magnitude)
{
    return magnitude[strspn(magnitude, "0.")] == '\0';
}

int number_compare(const char *left, const char *right)
{
    bool left_negative = *left == '-';
    bool right_negative = *right == '-';
    left += left_negative;
    right += right_negative;
    if (is_zero(left) && is_zero(right))
        return 0;
    if (left_negative != right_negative)
        return left_negative ? -1 : 1;
    int order = compare_magnitudes(left, right);
    return left_negative ? -order : order;
}
