/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lwip.c - what lwIP's core costs in the same place: two of them back to back
 * over the same rings, doing what core.c does.
 *
 *     lwip LIBRARY COPY bulk MIB | rr COUNT CONNS | conn COUNT | idle COUNT
 *
 * End 0 is the client, end 1 the server.  The program at the receiving end
 * copies the text out.
 */
#include <stdbool.h>
#include <stdio.h>

#include "end.h"
#include "measure.h"

#define TURNS_PER_TICK 64

static struct end end[2];
static uint64_t goal, done, written, accepted, connected, closed;
static bool one_each; /* a byte each way, then close */

static void
turn(void)
{
	static unsigned turns;

	end_carry(&end[0], &end[1]);
	end_carry(&end[1], &end[0]);
	if (++turns % TURNS_PER_TICK == 0) {
		end[0].sys_check_timeouts();
		end[1].sys_check_timeouts();
	}
}

/* ---- The server: with an argument it echoes ---- */

static err_t
server_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	u16_t n;

	(void)error;
	if (p == NULL) {
		(void)end[1].tcp_close(pcb);
		closed++;
		return ERR_OK;
	}
	n = end_read(&end[1], pcb, p);
	if (arg != NULL)
		end_say(&end[1], pcb, n);
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
listen_at(u16_t port, bool echo)
{
	struct tcp_pcb *pcb = end[1].tcp_new();
	const ip_addr_t any = { 0 };

	measure_must(pcb != NULL && end[1].tcp_bind(pcb, &any, port) == ERR_OK,
	    "tcp_bind");
	pcb = end[1].tcp_listen_with_backlog(pcb, 255);
	measure_must(pcb != NULL, "tcp_listen");
	end[1].tcp_arg(pcb, echo ? &end[1] : NULL);
	end[1].tcp_accept(pcb, server_accepted);
}

/* ---- The client: with an argument it asks ---- */

static err_t
client_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	(void)arg;
	(void)error;
	if (p == NULL)
		return ERR_OK;
	(void)end_read(&end[0], pcb, p);
	done++;
	if (one_each)
		(void)end[0].tcp_close(pcb);
	else if (done < goal)
		end_say(&end[0], pcb, BENCH_RR_BYTES);
	return ERR_OK;
}

static err_t
client_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)error;
	connected++;
	tcp_nagle_disable(pcb);
	if (arg != NULL)
		end_say(&end[0], pcb, one_each ? 1 : BENCH_RR_BYTES);
	return ERR_OK;
}

static struct tcp_pcb *
open_one(bool asks)
{
	struct tcp_pcb *pcb = end[0].tcp_new();
	ip_addr_t to;

	IP_ADDR4(&to, 10, 0, 0, 2);
	measure_must(pcb != NULL, "tcp_new");
	end[0].tcp_arg(pcb, asks ? &end[0] : NULL);
	end[0].tcp_recv(pcb, client_received);
	measure_must(end[0].tcp_connect(pcb, &to, BENCH_PORT,
	                 client_connected) == ERR_OK,
	    "tcp_connect");
	return pcb;
}

/* ---- Runs ---- */

static uint64_t
packets(void)
{
	return end[0].packets + end[1].packets;
}

/* Write until there is no room for a segment. */
static void
fill(struct tcp_pcb *pcb)
{
	bool taken = true;

	while (taken && written < goal && tcp_sndbuf(pcb) >= TCP_MSS) {
		const uint64_t left = goal - written;
		u16_t n = tcp_sndbuf(pcb);

		if (n > BENCH_WRITE_BYTES)
			n = BENCH_WRITE_BYTES;
		if (n > left)
			n = (u16_t)left;
		taken = end_write(&end[0], pcb, n) == ERR_OK;
		if (taken)
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
	began = measure_clock();
	while (done < goal) {
		fill(pcb);
		turn();
	}
	measure_say((double)goal / TCP_MSS, began, packets());
}

static void
rr(uint64_t count, uint64_t conns)
{
	const double began = measure_clock();

	goal = count;
	for (uint64_t i = 0; i < conns; i++)
		(void)open_one(true);
	while (done < goal)
		turn();
	measure_say((double)count, began, packets());
}

/* One after the other. */
static void
conn(uint64_t count)
{
	const double began = measure_clock();

	one_each = true;
	for (goal = 1; goal <= count; goal++) {
		(void)open_one(true);
		while (closed < goal)
			turn();
		turn();
	}
	measure_say((double)count, began, packets());
}

static void
idle(uint64_t count)
{
	const long before = measure_resident();

	for (goal = 1; goal <= count; goal++) {
		(void)open_one(false);
		while (accepted < goal)
			turn();
	}
	printf("units %llu resident %.0f\n", (unsigned long long)count,
	    (double)(measure_resident() - before) / (double)count / 2);
}

int
main(int argc, char **argv)
{
	const struct measure m = argc < 3 ?
	    measure_arguments(0, argv, "lwip LIBRARY COPY") :
	    measure_arguments(argc - 2, argv + 2, "lwip LIBRARY COPY");

	end_begin(&end[0], argv[1], 1, 2);
	end_begin(&end[1], argv[2], 2, 1);
	listen_at(BENCH_PORT, m.mode == MEASURE_RR || m.mode == MEASURE_CONN);
	switch (m.mode) {
	case MEASURE_BULK:
		bulk(m.count);
		break;
	case MEASURE_RR:
		rr(m.count, m.conns);
		break;
	case MEASURE_CONN:
		conn(m.count);
		break;
	case MEASURE_IDLE:
		idle(m.count);
		break;
	}
	return 0;
}
