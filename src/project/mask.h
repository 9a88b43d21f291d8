/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of configuration files in which values that look secret are stars, byte for byte. Messages
 * point into the copy, so no line that they show tells a password, even if the file can't be read.
 */
#pragma once

#include <glib.h>

/* All values of a `.env`: of KEY=value the KEY stays, of lines without `=` nothing; comments too.
 */
char *mask_dotenv(const char *data, gsize length);

/* YAML: the scalar behind a secret's key, also over several lines, and the password of an address
 * such as postgres://user:password@host. References such as {env: NAME} stay. */
char *mask_yaml(const char *data, gsize length);
