/* SPDX-License-Identifier: BSD-2-Clause
 *
 * board.c - a board for examples/bare.c: a time of its own, a queue that is
 * full now and then, a wire that loses frames, and at its end a host that
 * sends text and wants it back.
 */
#include "board.h"

#include <estab/estab.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 100000

static _Alignas(ESTAB_ARENA_ALIGN) uint8_t arena[1 << 20];
static struct estab_host *peer;
static estab_time now = ESTAB_SECOND;
static unsigned int frames;
static bool made; /* the host of examples/bare.c */

int64_t
board_clock(void)
{
	return now;
}

static void
peers_random(void *context, void *bytes, size_t n)
{
	(void)context;
	memset(bytes, 0xa5, n);
}

static void
begin(void)
{
	const struct estab_config config = {
		.crypto = { .siphash = estab_siphash_portable,
		    .random = peers_random },
	};
	const struct estab_link link = { .mtu = 1500,
		.ethernet = true,
		.mac = { 2, 0, 0, 0, 0, 1 } };
	struct estab_address own;

	if (estab_address_parse("10.0.0.1", &own) != 0 ||
	    estab_host_create(&peer, arena, sizeof arena, &config, now) != 0 ||
	    estab_link_add(peer, &link) != 0 ||
	    estab_address_add(peer, 0, &own, 24) != 0)
		exit(2);
}

/* Asked first of all, when the program makes its host. */
void
board_entropy(void *bytes, size_t n)
{
	static uint8_t next;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)bytes)[i] = next++;
	if (made)
		exit(9);
	if (peer == NULL)
		begin();
}

size_t
board_receive(uint8_t *frame, size_t room)
{
	struct estab_frame out;

	do {
		if (estab_output(peer, &out, 1, now) != 1)
			return 0;
	} while (++frames % 19 == 0); /* lost */
	if (estab_frame_bytes(&out) > room)
		exit(3);
	return estab_frame_gather(&out, frame);
}

bool
board_transmit(const uint8_t *frame, size_t n)
{
	static uint8_t copy[2048];
	struct estab_frame in = { .span_count = 1 };

	if (++frames % 7 == 0)
		return false;
	if (frames % 17 == 0) /* lost */
		return true;
	memcpy(copy, frame, n);
	in.span[0] = (struct estab_span){ copy, (uint32_t)n };
	(void)estab_input(peer, &in, 1, now);
	return true;
}

static uint8_t
letter(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

/* Send what there is room for, close, and read to the end. */
static void
call(void)
{
	static estab_conn conn;
	static size_t sent, got;
	struct estab_endpoint at = { .port = 7 };
	uint8_t byte;
	int64_t n;

	(void)estab_address_parse("10.0.0.2", &at.address);
	if (conn == 0 && estab_connect(peer, &conn, NULL, &at) != 0)
		exit(4);
	if ((estab_ready(peer, conn) & ESTAB_CONNECTED) == 0)
		return;
	while (sent < TEXT) {
		byte = letter(sent);
		if (estab_send(peer, conn, &byte, 1) != 1)
			break;
		if (++sent == TEXT)
			(void)estab_close(peer, conn);
	}
	while ((n = estab_receive(peer, conn, &byte, 1)) == 1)
		if (byte != letter(got++))
			exit(5);
	if (n != 0 && n != ESTAB_EAGAIN)
		exit(6);
	if (n == 0) {
		printf("%zu bytes came back\n", got);
		exit(got == TEXT ? 0 : 7);
	}
}

void
board_sleep(int64_t until)
{
	estab_time next = until;

	made = true;
	call();
	if (estab_deadline(peer) < next)
		next = estab_deadline(peer);
	if (next == ESTAB_NEVER || next > ESTAB_MINUTE * 10)
		exit(8); /* nothing would happen any more */
	now = next > now + ESTAB_US ? next : now + ESTAB_US;
}
