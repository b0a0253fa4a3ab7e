/* SPDX-License-Identifier: BSD-2-Clause
 *
 * interface.h - what the kernel says of a network interface: by its name, or,
 * once it is open, by its index, which no other has after it.
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

/* An open one: 0 when it is up, -ENETDOWN, -EBADFD when it was removed, or
 * another negative errno.  A removal under way has ended by then. */
int interface_state(unsigned int index);

/* What an errno means that reading or writing an open one gave: as above
 * where it is about the interface, else -error. */
int interface_error(unsigned int index, int error);

#endif
