/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that must be shown nowhere: passwords, tokens. A text that is about to be shown goes
 * through secrets_mask. While a process holds one it can't be dumped nor traced by its user.
 *
 * Threads: none at the same time.
 */
#pragma once

#include "base/auto.h"

struct secrets;

struct secrets *secrets_new(void);
/* Overwrites what it held. */
void secrets_free(struct secrets *secrets);
DEFINE_AUTO(secrets, secrets_free);

/* Remembers a copy; nothing for NULL and the empty text. From the first one on the process is not
 * dumpable. */
void secrets_add(struct secrets *secrets, const char *text);

/* Remembers all that others are. `from` may be NULL. */
void secrets_add_all(struct secrets *secrets, const struct secrets *from);

/* The password of each address in a text: scheme://user:password@host, as written and as meant. */
void secrets_add_addresses(struct secrets *secrets, const char *text);

/* A copy of the text with stars for every secret in it, as it is and as it stands in SQL, in JSON,
 * in a URI and, when it isn't short, in base64. `secrets` may be NULL. */
char *secrets_mask(const struct secrets *secrets, const char *text);

/* The same with as many characters as before: a star for each of a secret's. */
char *secrets_cover(const struct secrets *secrets, const char *text);

/* Whoever gets one says so: from then on the process is not dumpable. */
void secret_hold(void);

/* Overwrites and frees a text that held one; NULL is fine. */
void secret_free(char *text);
