/* SPDX-License-Identifier: BSD-2-Clause
 *
 * interface.h - what the kernel says of a network interface, by its name.
 */
#ifndef LINK_INTERFACE_H
#define LINK_INTERFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* A name the kernel would take as it is: no pattern, nothing to cut. */
bool interface_name_good(const char *name);

/* One of the SIOCGIF... requests.  Returns 0 or a negative errno. */
int interface_ask(const char *name, unsigned long request, struct ifreq *about);

/* Returns 0 or a negative errno. */
int interface_mtu(const char *name, uint32_t *mtu);

/* Whether it still exists, asked so that a removal under way has ended. */
bool interface_exists(const char *name);

#endif
