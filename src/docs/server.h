/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server of pages for a browser of this machine: it listens on the loopback address only. One
 * thread; a connection that is slow or says nothing keeps no other one waiting.
 */
#pragma once

#include "base/auto.h"
#include "docs/request.h"

struct server;

/* Port 0: a free one. ERROR_USAGE when the port is taken or not allowed, with the way out. */
struct server *server_open(guint16 port, GError **error);
void server_close(struct server *server);
DEFINE_AUTO(server, server_close);

guint16 server_port(const struct server *server);

/* Answers until the process ends; comes back only with an error. */
void server_run(struct server *server, const struct site *site, GError **error);
