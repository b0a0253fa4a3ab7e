/* SPDX-License-Identifier: BSD-2-Clause
 *
 * options.h - what options a command has, those of its argp children and
 * argp's own too.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <argp.h>
#include <stddef.h>

#define OPTIONS_MAX 64

/* All options of a command; returns how many. */
size_t options_of(const struct argp *argp,
    const struct argp_option *found[OPTIONS_MAX]);

#endif
