/* SPDX-License-Identifier: BSD-2-Clause
 *
 * core.c - what the core costs, without any device: two hosts back to back in
 * memory.  core.sh runs it and bench/peer/lwip.c alike, and compares.
 *
 *     core bulk MIB [ts]          one stream, 16 KiB a write
 *     core rr COUNT CONNS [ts]    64 bytes there and back
 *     core conn COUNT [ts]        open, a byte each way, close
 *     core idle COUNT [ts]        that many connections, silent
 *
 * ts: with time stamps (RFC 7323).  It prints how many units there were (of
 * bulk: the bytes in segments of full size, so that small segments cannot
 * look cheap), and how long they took.  Virtual time rises a little each
 * turn; no clock is read on the way.
 */
#include "pair.h"

#include <estab/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)1 << 32)
#define TURN_NS (50 * ESTAB_US) /* 64 frames at some 15 Gbit/s */
#define WRITE_BYTES 16384
#define RR_BYTES 64
#define PORT 80

/* A program at either end: told what happened to which connection. */
typedef void (*program)(struct estab_host *host,
    const struct estab_event *event);

static struct pair pair;
static uint8_t source[WRITE_BYTES], sink[1 << 17];
static uint64_t goal, done, written;
static uint64_t accepted;

/* Give the program of host n its events. */
static void
serve(int n, program what)
{
	struct estab_event event;

	while (estab_event(pair.host[n], &event) == 1)
		what(pair.host[n], &event);
}

/* One turn of everything.  When nobody has anything to do, time passes. */
static void
turn(program client, program server)
{
	int moved = pair_carry(&pair, 0);

	serve(1, server);
	moved += pair_carry(&pair, 1);
	serve(0, client);
	if (moved > 0)
		pair.now += TURN_NS;
	else
		pair_wait(&pair);
}

static estab_conn
take(struct estab_host *host, estab_conn listener)
{
	estab_conn conn;

	pair_must(estab_accept(host, listener, &conn), "accept");
	pair_must(estab_set(host, conn, ESTAB_NODELAY, 1), "option");
	accepted++;
	return conn;
}

static void
open_one(void)
{
	const struct estab_endpoint to = pair_endpoint(1, false, PORT);
	estab_conn conn;

	pair_must(estab_connect(pair.host[0], &conn, NULL, &to), "connect");
	pair_must(estab_set(pair.host[0], conn, ESTAB_NODELAY, 1), "option");
}

static size_t
read_all(struct estab_host *host, estab_conn conn)
{
	const int64_t n = estab_receive(host, conn, sink, sizeof sink);

	return n > 0 ? (size_t)n : 0;
}

static void
write_all(struct estab_host *host, estab_conn conn, size_t n)
{
	if (pair_must(estab_send(host, conn, source, n), "send") != (int64_t)n)
		pair_must(ESTAB_EAGAIN, "send");
}

/* ---- bulk ---- */

static void
bulk_client(struct estab_host *host, const struct estab_event *event)
{
	while ((event->ready & ESTAB_WRITABLE) && written < goal) {
		const size_t want = goal - written < WRITE_BYTES ?
		    (size_t)(goal - written) :
		    WRITE_BYTES;
		const int64_t n =
		    pair_must(estab_send(host, event->conn, source, want),
		        "send");

		written += (uint64_t)n;
		if ((size_t)n < want)
			break;
	}
}

static void
bulk_server(struct estab_host *host, const struct estab_event *event)
{
	if (event->ready & ESTAB_ACCEPTABLE)
		(void)take(host, event->conn);
	else if (event->ready & ESTAB_READABLE)
		done += read_all(host, event->conn);
}

/* ---- rr ---- */

static void
rr_client(struct estab_host *host, const struct estab_event *event)
{
	if (event->ready & ESTAB_READABLE) {
		(void)read_all(host, event->conn);
		done++;
	} else if (written > 0) {
		written--; /* its first question, when the handshake ends */
	} else {
		return;
	}
	if (done < goal)
		write_all(host, event->conn, RR_BYTES);
}

static void
echo_server(struct estab_host *host, const struct estab_event *event)
{
	size_t n;

	if (event->ready & ESTAB_ACCEPTABLE) {
		(void)take(host, event->conn);
		return;
	}
	if (event->ready & ESTAB_READABLE) {
		n = read_all(host, event->conn);
		write_all(host, event->conn, n);
	}
	if (event->ready & ESTAB_EOF)
		pair_must(estab_release(host, event->conn), "release");
}

/* ---- conn ---- */

static void
conn_client(struct estab_host *host, const struct estab_event *event)
{
	if (event->ready & ESTAB_READABLE) {
		(void)read_all(host, event->conn);
		pair_must(estab_close(host, event->conn), "close");
	} else if (event->ready & ESTAB_ENDED) {
		pair_must(estab_release(host, event->conn), "release");
		done++;
	} else if (written > 0) {
		written--;
		write_all(host, event->conn, 1);
	}
}

/* ---- idle ---- */

static void
idle_client(struct estab_host *host, const struct estab_event *event)
{
	(void)host;
	done += (event->ready & ESTAB_CONNECTED) != 0;
}

/* ---- Runs ---- */

static void
listen_at(uint16_t port)
{
	const struct estab_endpoint at = { .port = port };
	estab_conn listener;

	pair_must(estab_listen(pair.host[1], &listener, &at, 1024), "listen");
}

static double
seconds_since(estab_time began)
{
	return (double)(estab_clock() - began) / 1e9;
}

static void
bulk(uint64_t mib, uint32_t mss)
{
	estab_time began;

	goal = mib << 20;
	open_one();
	began = estab_clock();
	while (done < goal)
		turn(bulk_client, bulk_server);
	printf("units %.3f seconds %.6f bytes %llu texts %llu acks %llu "
	       "resent %llu\n",
	    (double)goal / mss, seconds_since(began), (unsigned long long)goal,
	    (unsigned long long)pair.texts[0],
	    (unsigned long long)pair.packets[1],
	    (unsigned long long)estab_counter(pair.host[0],
	        ESTAB_COUNT_RetransSegs));
}

static void
rr(uint64_t count, uint64_t conns)
{
	const estab_time began = estab_clock();

	goal = count;
	written = conns;
	for (uint64_t i = 0; i < conns; i++)
		open_one();
	while (done < goal)
		turn(rr_client, echo_server);
	printf("units %llu seconds %.6f packets %.2f\n",
	    (unsigned long long)goal, seconds_since(began),
	    (double)(pair.packets[0] + pair.packets[1]) / (double)goal);
}

static void
conn(uint64_t count)
{
	const estab_time began = estab_clock();

	for (goal = 1; goal <= count; goal++) {
		written = 1;
		open_one();
		while (done < goal)
			turn(conn_client, echo_server);
	}
	printf("units %llu seconds %.6f packets %.2f\n",
	    (unsigned long long)count, seconds_since(began),
	    (double)(pair.packets[0] + pair.packets[1]) / (double)count);
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
		open_one();
		while (accepted < goal || done < goal)
			turn(idle_client, bulk_server);
	}
	printf("units %llu resident %.0f\n", (unsigned long long)count,
	    (double)(resident_bytes() - before) / (double)count / 2);
}

int
main(int argc, char **argv)
{
	const bool ts = argc > 3 && strcmp(argv[argc - 1], "ts") == 0;
	const struct estab_config config = { .timestamps = ts ? 1 : ESTAB_OFF };
	const char *mode = argc > 2 ? argv[1] : "";
	const uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;

	memset(source, 0x5a, sizeof source);
	pair_make(&pair, &config, ARENA_BYTES);
	listen_at(PORT);
	if (strcmp(mode, "bulk") == 0)
		bulk(n, BENCH_MTU - 40 - (ts ? 12 : 0));
	else if (strcmp(mode, "rr") == 0)
		rr(n, argc - ts > 3 ? strtoull(argv[3], NULL, 10) : 1);
	else if (strcmp(mode, "conn") == 0)
		conn(n);
	else if (strcmp(mode, "idle") == 0)
		idle(n);
	else {
		fprintf(stderr,
		    "usage: core bulk MIB | rr COUNT CONNS | "
		    "conn COUNT | idle COUNT [ts]\n");
		return 2;
	}
	return 0;
}
