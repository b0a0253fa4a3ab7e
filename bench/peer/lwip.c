/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lwip.c - what lwIP's core costs in the same place: two copies of the
 * library back to back over the same rings, doing what core.c does.
 *
 *     lwip LIBRARY COPY bulk MIB | rr COUNT CONNS | conn COUNT | idle COUNT
 *
 * lwIP keeps its state in globals, so each end is a copy of the library of
 * its own: two files, because the loader knows a file again.  A packet is
 * given to lwIP where it lies in the ring; the program at the receiving end
 * copies the text out.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <lwip/opt.h>

#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

#include "ring.h"

#define WRITE_BYTES 16384
#define RR_BYTES 64
#define PORT 80
#define HEADERS_MAX 80u
#define TURNS_PER_TICK 64

#undef ip_input

/* What is called of each copy. */
#define FUNCTIONS(X)                                                           \
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

err_t ip_input(struct pbuf *p, struct netif *netif);

struct end {
#define X(name) __typeof__(&name) name;
	FUNCTIONS(X)
#undef X
	struct netif netif;
	struct ring ring; /* what this end sent */
	struct pbuf_custom pbuf[RING_SLOTS];
	uint64_t packets, texts;
};

static struct end end[2];
static uint8_t source[WRITE_BYTES], sink[1 << 16];
static uint64_t goal, done, written, accepted, connected, closed;
static bool one_each;

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: lwip: %s\n", what);
	exit(1);
}

/* ---- The link ---- */

static err_t
link_output(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	struct end *from = netif->state;
	struct slot *slot = ring_free(&from->ring);

	(void)to;
	if (slot == NULL)
		return ERR_BUF;
	slot->bytes = 0;
	for (; p != NULL; p = p->next) {
		memcpy(slot->data + slot->bytes, p->payload, p->len);
		slot->bytes += p->len;
	}
	from->packets++;
	from->texts += slot->bytes > HEADERS_MAX;
	from->ring.head++;
	return ERR_OK;
}

static void
keep(struct pbuf *p)
{
	(void)p;
}

/* Give the other end everything that end n has sent up to now. */
static void
carry(int n)
{
	struct ring *ring = &end[n].ring;
	struct end *to = &end[1 - n];
	const uint32_t until = ring->head;

	for (; ring->tail != until; ring->tail++) {
		const uint32_t at = ring->tail % RING_SLOTS;
		struct slot *slot = &ring->slot[at];
		struct pbuf *p;

		end[n].pbuf[at].custom_free_function = keep;
		p = to->pbuf_alloced_custom(PBUF_RAW, (u16_t)slot->bytes,
		    PBUF_REF, &end[n].pbuf[at], slot->data, (u16_t)slot->bytes);
		(void)to->ip_input(p, &to->netif);
	}
}

static void
turn(void)
{
	static unsigned turns;

	carry(0);
	carry(1);
	if (++turns % TURNS_PER_TICK == 0) {
		end[0].sys_check_timeouts();
		end[1].sys_check_timeouts();
	}
}

/* ---- The two ends ---- */

static err_t
netif_begin(struct netif *netif)
{
	netif->output = link_output;
	netif->mtu = BENCH_MTU;
	netif->name[0] = 'm';
	netif->name[1] = 'l';
	netif->flags |= NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static void
load(struct end *e, const char *file)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	must(library != NULL, file);
#define X(name)                                                                \
	*(void **)&e->name = dlsym(library, #name);                            \
	must(e->name != NULL, #name);
	FUNCTIONS(X)
#undef X
}

static void
begin(int n, const char *file)
{
	struct end *e = &end[n];
	ip4_addr_t own, mask, other;

	load(e, file);
	e->lwip_init();
	IP4_ADDR(&own, 10, 0, 0, 1 + n);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	IP4_ADDR(&other, 10, 0, 0, 2 - n);
	must(e->netif_add(&e->netif, &own, &mask, &other, e, netif_begin,
	         e->ip_input) != NULL,
	    "netif_add");
	e->netif_set_default(&e->netif);
	e->netif_set_link_up(&e->netif);
	e->netif_set_up(&e->netif);
}

static void
write_some(struct end *e, struct tcp_pcb *pcb, uint16_t n)
{
	must(e->tcp_write(pcb, source, n, TCP_WRITE_FLAG_COPY) == ERR_OK,
	    "tcp_write");
	(void)e->tcp_output(pcb);
}

static uint16_t
read_all(struct end *e, struct tcp_pcb *pcb, struct pbuf *p)
{
	const uint16_t n = p->tot_len;

	(void)e->pbuf_copy_partial(p, sink, n, 0);
	e->tcp_recved(pcb, n);
	(void)e->pbuf_free(p);
	return n;
}

/* ---- The server: with an argument it echoes ---- */

static err_t
server_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	uint16_t n;

	(void)error;
	if (p == NULL) {
		(void)end[1].tcp_close(pcb);
		closed++;
		return ERR_OK;
	}
	n = read_all(&end[1], pcb, p);
	if (arg != NULL)
		write_some(&end[1], pcb, n);
	else
		done += n;
	return ERR_OK;
}

static err_t
server_accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)arg; /* the listener's, and from now on the connection's */
	(void)error;
	tcp_nagle_disable(pcb);
	end[1].tcp_recv(pcb, server_received);
	accepted++;
	return ERR_OK;
}

static void
listen_at(uint16_t port, bool echo)
{
	struct tcp_pcb *pcb = end[1].tcp_new();
	ip_addr_t any;

	memset(&any, 0, sizeof any);
	must(pcb != NULL && end[1].tcp_bind(pcb, &any, port) == ERR_OK,
	    "tcp_bind");
	pcb = end[1].tcp_listen_with_backlog(pcb, 255);
	must(pcb != NULL, "tcp_listen");
	end[1].tcp_accept(pcb, server_accepted);
	end[1].tcp_arg(pcb, echo ? &end[1] : NULL);
}

/* ---- The client ---- */

static err_t
client_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	(void)arg;
	(void)error;
	if (p == NULL)
		return ERR_OK;
	(void)read_all(&end[0], pcb, p);
	done++;
	if (one_each)
		(void)end[0].tcp_close(pcb);
	else if (done < goal)
		write_some(&end[0], pcb, RR_BYTES);
	return ERR_OK;
}

static err_t
client_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)error;
	connected++;
	tcp_nagle_disable(pcb);
	if (arg != NULL)
		write_some(&end[0], pcb, one_each ? 1 : RR_BYTES);
	return ERR_OK;
}

static struct tcp_pcb *
open_one(bool talks)
{
	struct tcp_pcb *pcb = end[0].tcp_new();
	ip_addr_t to;

	IP_ADDR4(&to, 10, 0, 0, 2);
	must(pcb != NULL, "tcp_new");
	end[0].tcp_arg(pcb, talks ? pcb : NULL);
	end[0].tcp_recv(pcb, client_received);
	must(end[0].tcp_connect(pcb, &to, PORT, client_connected) == ERR_OK,
	    "tcp_connect");
	return pcb;
}

/* ---- Runs ---- */

static double
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
fill(struct tcp_pcb *pcb)
{
	while (written < goal && tcp_sndbuf(pcb) >= TCP_MSS) {
		uint64_t n = tcp_sndbuf(pcb);

		if (n > WRITE_BYTES)
			n = WRITE_BYTES;
		if (n > goal - written)
			n = goal - written;
		if (end[0].tcp_write(pcb, source, (u16_t)n,
		        TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
		written += n;
	}
	(void)end[0].tcp_output(pcb);
}

static void
bulk(uint64_t mib)
{
	struct tcp_pcb *pcb = open_one(false);
	double began;

	goal = mib << 20;
	while (connected == 0)
		turn();
	began = now();
	while (done < goal) {
		fill(pcb);
		turn();
	}
	printf("units %.3f seconds %.6f bytes %llu texts %llu acks %llu\n",
	    (double)goal / TCP_MSS, now() - began, (unsigned long long)goal,
	    (unsigned long long)end[0].texts,
	    (unsigned long long)end[1].packets);
}

static void
rr(uint64_t count, uint64_t conns)
{
	const double began = now();

	goal = count;
	for (uint64_t i = 0; i < conns; i++)
		(void)open_one(true);
	while (done < goal)
		turn();
	printf("units %llu seconds %.6f packets %.2f\n",
	    (unsigned long long)count, now() - began,
	    (double)(end[0].packets + end[1].packets) / (double)count);
}

static void
conn(uint64_t count)
{
	const double began = now();

	one_each = true;
	for (goal = 1; goal <= count; goal++) {
		(void)open_one(true);
		while (closed < goal)
			turn();
		turn();
	}
	printf("units %llu seconds %.6f packets %.2f\n",
	    (unsigned long long)count, now() - began,
	    (double)(end[0].packets + end[1].packets) / (double)count);
}

static long
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		(void)fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static void
idle(uint64_t count)
{
	const long before = resident_bytes();

	for (goal = 1; goal <= count; goal++) {
		(void)open_one(false);
		while (accepted < goal)
			turn();
	}
	printf("units %llu resident %.0f tcp_pcb %zu\n",
	    (unsigned long long)count,
	    (double)(resident_bytes() - before) / (double)count / 2,
	    sizeof(struct tcp_pcb));
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 4 ? argv[3] : "";
	const uint64_t n = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;

	memset(source, 0x5a, sizeof source);
	if (argc > 4) {
		begin(0, argv[1]);
		begin(1, argv[2]);
		listen_at(PORT,
		    strcmp(mode, "rr") == 0 || strcmp(mode, "conn") == 0);
	}
	if (strcmp(mode, "bulk") == 0)
		bulk(n);
	else if (strcmp(mode, "rr") == 0)
		rr(n, argc > 5 ? strtoull(argv[5], NULL, 10) : 1);
	else if (strcmp(mode, "conn") == 0)
		conn(n);
	else if (strcmp(mode, "idle") == 0)
		idle(n);
	else {
		fprintf(stderr,
		    "usage: lwip LIBRARY COPY bulk MIB | "
		    "rr COUNT CONNS | conn COUNT | idle COUNT\n");
		return 2;
	}
	return 0;
}
