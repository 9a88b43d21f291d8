/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a secret in a line that is about to be shown: told by what it is called, since it
 * may stand in a text that can't be read further. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* "password", "api_key", "AWS_SECRET_ACCESS_KEY", ..: its value is not to be shown. */
bool name_is_secret(const char *name, gsize length);

/* Stars, in place, one for each character and nothing for bytes that are left over (the text gets
 * no longer): values behind secret names in a map ("password": "x") and in SET password = 'x', and
 * the password of an address. What is only named (${PW}) stays. */
void cover_line(char *line);
