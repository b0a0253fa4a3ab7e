/* SPDX-License-Identifier: BSD-2-Clause
 *
 * figure.h - what was measured, as `./x bench` reads it; and whether it is
 * what it should be.
 */
#ifndef FLOOD_FIGURE_H
#define FLOOD_FIGURE_H

#include <stdbool.h>

/* A JSON object on standard output; name without the "flood." before it. */
void figure(const char *name, double value, const char *unit);
void figure_beside(const char *name, double value, const char *unit,
    const char *peer, double peer_value, double ratio);
/* Says on standard error that an aim is missed, unless it is reached. */
void figure_aim(bool reached, const char *name, double value, const char *aim);

#endif
