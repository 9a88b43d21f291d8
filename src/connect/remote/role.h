/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials that a service hands out. Each: true without `out` when it isn't meant here. */
#pragma once

#include "connect/remote/credentials.h"

/* AssumeRoleWithWebIdentity of AWS's STS, as in Kubernetes. */
bool role_from_web_identity(const struct storage_context *context, struct credentials *out,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A container's agent (ECS, EKS). */
bool role_from_container(const struct storage_context *context, struct credentials *out,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The metadata of an instance: without an answer within a second it is none. */
bool role_from_instance(const struct storage_context *context, struct credentials *out,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
