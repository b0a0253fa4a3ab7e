/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fetch.c - what goes on between estab nc, curl and us.
 */
#include "cli/fetch.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <estab/link.h>

#define PATIENCE_NS (20 * ESTAB_SECOND) /* for any one step */

enum { NC_ERR, NC_OUT, NC_IN, CURL_OUT, SIGNALS, FD_COUNT };

/* ---- What nc says ------------------------------------------------------- */

static void
take_line(struct fetch *fetch)
{
	fetch->line[fetch->line_bytes] = '\0';
	if (strncmp(fetch->line, "State ", 6) == 0) {
		fetch->in_table = true;
		fetch->table[0] = '\0';
	} else if (fetch->in_table && fetch->line_bytes == 0) {
		fetch->in_table = false;
		fetch->table_whole = true;
	} else if (fetch->in_table) {
		const size_t end = strlen(fetch->table);

		(void)snprintf(fetch->table + end, sizeof fetch->table - end,
		    "%s\n", fetch->line);
	} else {
		(void)puts(fetch->line);
	}
	if (strstr(fetch->line, "listening at port") != NULL)
		fetch->listening = true;
	fetch->line_bytes = 0;
}

void
fetch_read_words(struct fetch *fetch)
{
	char text[4096];
	const ssize_t got = read(fetch->nc.err, text, sizeof text);

	for (ssize_t i = 0; i < got; i++) {
		if (text[i] == '\n')
			take_line(fetch);
		else if (fetch->line_bytes < sizeof fetch->line - 1)
			fetch->line[fetch->line_bytes++] = text[i];
	}
	(void)fflush(stdout);
}

/* ---- Bytes -------------------------------------------------------------- */

/* Bytes of the answer from fetch->put on, in one piece. */
static size_t
answer(struct fetch *fetch, const void **data)
{
	const uint64_t head = strlen(fetch->head);
	uint64_t left = fetch->put_until - fetch->put;

	if (fetch->put < head) {
		*data = fetch->head + fetch->put;
		left = head - fetch->put;
	} else {
		const uint64_t at = (fetch->put - head) % sizeof fetch->body;

		if (at == 0) /* another 64 KiB of it */
			randombytes_buf(fetch->body, sizeof fetch->body);
		*data = fetch->body + at;
		if (left > sizeof fetch->body - at)
			left = sizeof fetch->body - at;
	}
	return (size_t)left;
}

static void
give_answer(struct fetch *fetch)
{
	const void *data;
	const size_t n = answer(fetch, &data);
	const ssize_t put = write(fetch->nc.in, data, n);

	if (put <= 0)
		return;
	if (fetch->put >= strlen(fetch->head))
		(void)crypto_hash_sha256_update(&fetch->sent, data,
		    (unsigned long long)put);
	fetch->put += (uint64_t)put;
}

static void
take_body(struct fetch *fetch)
{
	static uint8_t data[65536];
	const uint64_t left = fetch->got_until - fetch->got_bytes;
	const ssize_t got = read(fetch->curl.out, data,
	    left < sizeof data ? (size_t)left : sizeof data);

	if (got <= 0)
		return;
	(void)crypto_hash_sha256_update(&fetch->got, data,
	    (unsigned long long)got);
	fetch->got_bytes += (uint64_t)got;
}

/* ---- Time goes on ------------------------------------------------------- */

static void
forget_output(int fd)
{
	char data[4096];

	(void)!read(fd, data, sizeof data);
}

static void
ask(const struct fetch *fetch, struct pollfd fds[FD_COUNT])
{
	const bool giving = fetch->put < fetch->put_until;
	const bool taking = fetch->got_bytes < fetch->got_until;

	fds[NC_ERR] = (struct pollfd){ fetch->nc.err, POLLIN, 0 };
	fds[NC_OUT] = (struct pollfd){ fetch->nc.out, POLLIN, 0 };
	fds[NC_IN] = (struct pollfd){ giving ? fetch->nc.in : -1, POLLOUT, 0 };
	fds[CURL_OUT] =
	    (struct pollfd){ taking ? fetch->curl.out : -1, POLLIN, 0 };
	fds[SIGNALS] = (struct pollfd){ fetch->signals, POLLIN, 0 };
}

bool
fetch_go_on(struct fetch *fetch)
{
	struct pollfd fds[FD_COUNT];

	ask(fetch, fds);
	(void)poll(fds, FD_COUNT, 50);
	if (fds[NC_ERR].revents != 0)
		fetch_read_words(fetch);
	if (fds[NC_OUT].revents & POLLIN)
		forget_output(fetch->nc.out); /* curl's request */
	if (fds[NC_IN].revents != 0)
		give_answer(fetch);
	if (fds[CURL_OUT].revents & POLLIN)
		take_body(fetch);
	if (fds[SIGNALS].revents != 0)
		fetch->interrupted = true;
	return !fetch->interrupted && estab_clock() < fetch->until;
}

void
fetch_begin_step(struct fetch *fetch)
{
	fetch->until = estab_clock() + PATIENCE_NS;
}
