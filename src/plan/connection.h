/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which connector a SOURCE or EXPORT means, and what it is told: TYPE with its own options, or a
 * connector of the profile, over whose params the options are laid. Inside of plan/ only.
 */
#pragma once

#include "plan/planner.h"

struct connection {
    const struct connector *connector;       /* NULL after an error, which has been told */
    const struct profile_connector *profile; /* the profile's, or NULL */
    const struct value *map; /* what is checked: the statement's own, or `operation->params` */
    char *address; /* EXPORT to a storage by TYPE S3: s3://bucket/key, the caller's; or NULL */
};

/* `ability` is CONNECTOR_SOURCE or CONNECTOR_EXPORT. Lays params and options together into
 * operation->params where there are params. */
struct connection connection_find(struct planner *planner, struct operation *operation,
                                  guint ability);

/* What the destination is called at the other end: "orders" for 'warehouse/orders'. */
const char *connection_destination(const struct planner *planner, const struct statement *statement,
                                   const struct connection *connection);

/* The resource that a table at the other end is, however it is written: "at:warehouse/orders"; for
 * NULL that of all tables there, with a star. The caller's. */
char *connection_resource(const struct connection *connection, const char *table);
