/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.h - one end of lwIP: a copy of its library, an interface, and a ring of
 * what it sent.
 *
 * lwIP keeps its state in globals, so each end needs a copy of the library of
 * its own: two files, because the loader knows a file again.
 */
#ifndef BENCH_PEER_END_H
#define BENCH_PEER_END_H

#include <lwip/opt.h>

#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

#include "ring.h"

#undef ip_input
err_t ip_input(struct pbuf *p, struct netif *netif);

/* What is called of each copy. */
#define END_FUNCTIONS(X)                                                       \
	X(lwip_init)                                                           \
	X(netif_add)                                                           \
	X(netif_set_up)                                                        \
	X(netif_set_link_up)                                                   \
	X(netif_set_default)                                                   \
	X(tcp_new)                                                             \
	X(tcp_bind)                                                            \
	X(tcp_listen_with_backlog)                                             \
	X(tcp_arg)                                                             \
	X(tcp_accept)                                                          \
	X(tcp_recv)                                                            \
	X(tcp_connect)                                                         \
	X(tcp_write)                                                           \
	X(tcp_output)                                                          \
	X(tcp_recved)                                                          \
	X(tcp_close)                                                           \
	X(pbuf_alloced_custom)                                                 \
	X(pbuf_copy_partial)                                                   \
	X(pbuf_free)                                                           \
	X(sys_check_timeouts)                                                  \
	X(ip_input)

struct end {
#define X(name) __typeof__(name) *(name);
	END_FUNCTIONS(X)
#undef X
	struct netif netif;
	struct ring ring; /* what this end sent */
	struct pbuf_custom pbuf[RING_SLOTS];
	uint64_t packets;
};

/* Load the library in this file and give it the address 10.0.0.own, which
 * reaches 10.0.0.other.  Ends the program on failure. */
void end_begin(struct end *end, const char *file, int own, int other);

/* Give the other end everything that from has sent up to now, each packet
 * where it lies in the ring. */
void end_carry(struct end *from, struct end *to);

/* The program's n <= BENCH_WRITE_BYTES bytes are copied in. */
err_t end_write(struct end *end, struct tcp_pcb *pcb, u16_t n);
/* The same, and they leave now; ends the program when there is no room. */
void end_say(struct end *end, struct tcp_pcb *pcb, u16_t n);
/* All of p is copied out and freed.  Returns how many bytes it was. */
u16_t end_read(struct end *end, struct tcp_pcb *pcb, struct pbuf *p);

#endif
