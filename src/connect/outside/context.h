/* SPDX-License-Identifier: Apache-2.0 */
/* What a connector gets and calls: the records behind the opaque ones of sqlflow/connector.h. */
#pragma once

#include "base/secret.h"
#include "connect/outside/outside.h"
#include "sqlflow/connector.h"

#include <pthread.h>

/* The first member of whatever a call is made with. */
struct sqlflow_context {
    const struct usage *usage;
    GHashTable *resolved;    /* option's name -> text: secrets that are kept elsewhere */
    struct secrets *secrets; /* all of the options' */
    gint *is_interrupted[2]; /* atomic; either may be NULL */
};

struct sqlflow_listing {
    GPtrArray *found; /* struct found */
    const struct secrets *secrets;
};

/* Streams of a scan share one. */
struct sqlflow_error {
    pthread_mutex_t lock; /* guards the two below */
    const struct secrets *secrets;
    GError *error;
    gint64 retry_after_ms; /* 0: not said */
    bool has_given_up;
};

/* Reads the secrets that options name (environment, file, command). The usage is borrowed. */
bool context_init(struct sqlflow_context *context, const struct usage *usage,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void context_clear(struct sqlflow_context *context);

bool context_is_cancelled(const struct sqlflow_context *context);

struct sqlflow_call context_call(const struct sqlflow_context *context);

struct sqlflow_error context_error(const struct sqlflow_context *context);

/* The connector's own; NULL: none. */
void *outside_moment_handle(const struct outside_moment *moment);

/* It has the member of that name, which the first version of the interface hadn't. */
bool outside_fetches(const struct sqlflow_connector *connector);
bool outside_delivers(const struct sqlflow_connector *connector);
bool outside_relates(const struct sqlflow_connector *connector);
/* NULL: none. */
const char *outside_format(const struct sqlflow_connector *connector);

/* Functions of the host table. */
void relation_format(struct sqlflow_relation *relation, const char *format);
void relation_path(struct sqlflow_relation *relation, const char *path);
void relation_option(struct sqlflow_relation *relation, const char *name, const char *text);
bool find_files(const struct sqlflow_context *context, const char *pattern,
                struct sqlflow_listing *listing, struct sqlflow_error *error);

/* What the program does for connectors. */
const struct sqlflow_host *host_table(void);

/* Hands the error over. `done` is what the call returned; returns it. A call that failed without a
 * word gets one; after a cancel it is ERROR_CANCELLED, whatever the connector says. */
bool outcome(bool done, const struct sqlflow_context *context, struct sqlflow_error *from,
             GError **error);
