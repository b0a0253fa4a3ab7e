/* SPDX-License-Identifier: BSD-2-Clause
 *
 * namespace.h - a network namespace for this process and its children.
 */
#ifndef CLI_NAMESPACE_H
#define CLI_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>

/* Enter a new one in which devices can be made: as root, or, where that is not
 * permitted, as root of a user namespace.  It has no name and ends with the
 * last of its processes; nothing is forwarded in it.  False: why, and what
 * would help. */
bool namespace_enter(char *why, size_t room);

/* Whether a TUN device can be opened; otherwise why not. */
bool namespace_has_tun(const char **why);

#endif
