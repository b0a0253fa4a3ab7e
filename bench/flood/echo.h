/* SPDX-License-Identifier: BSD-2-Clause
 *
 * echo.h - the server's program: what comes is sent back, who closes is
 * closed.
 */
#ifndef FLOOD_ECHO_H
#define FLOOD_ECHO_H

#include <estab/estab.h>

/* Do what the events of a host ask for. */
void echo_events(struct estab_host *host, estab_conn listener);

#endif
