/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline from its text to its results, on the real engine, in a folder of its own. */
#pragma once

#include "run/run.h"

struct pipeline {
    char *folder; /* the current one while the pipeline is open */
    char *former;
    const struct engine_class *engine;
    struct project *project;
    struct profile *profile;
    struct registry *registry;
    struct diagnostics *diagnostics;
    struct variables *variables;
    struct plan *plan;
    struct run_result *result;
};

/* An empty folder, and the engine loaded. */
void pipeline_open(struct pipeline *pipeline);

/* Removes the folder. */
void pipeline_close(struct pipeline *pipeline);

/* Makes a file in the folder. */
void pipeline_write(struct pipeline *pipeline, const char *path, const char *content);

/* The content of a file in the folder. */
char *pipeline_read(struct pipeline *pipeline, const char *path);

/* Plans the text; false when something is wrong with it. What was planned and run before is
 * freed. */
bool pipeline_try_plan(struct pipeline *pipeline, const char *text);

/* Plans the text; what is wrong with it fails the test. What was planned and run before is
 * freed. */
void pipeline_plan(struct pipeline *pipeline, const char *text);

/* Plans the text and runs it in memory; what is wrong with the text fails the test. What was
 * planned and run before is freed. */
const struct run_result *pipeline_run(struct pipeline *pipeline, const char *text,
                                      struct run_options options);

/* The step called `id`. */
const struct step_result *pipeline_step(const struct pipeline *pipeline, const char *id);

/* All steps OK; else the test fails with the first message. */
void pipeline_assert_ok(const struct pipeline *pipeline);
