/* SPDX-License-Identifier: BSD-2-Clause
 *
 * option.h - setsockopt and getsockopt, and TCP_INFO, which needs the
 * kernel's <linux/tcp.h> where the rest needs <netinet/tcp.h>.
 */
#ifndef SOCKET_OPTION_H
#define SOCKET_OPTION_H

#include "socket/sockets.h"

#define INFO_BYTES 280u

/* Fill Linux's struct tcp_info, as much of it as is measured here.  Returns
 * its bytes. */
size_t info_fill(unsigned char info[INFO_BYTES],
    const struct estab_status *status);

#endif
