/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench_program.c - the calls of the program on the bench.
 */
#include "bench.h"
#include "bench_wire.h"

void
bench_connect(struct bench *b)
{
	if (estab_connect(b->host, &b->conn, &b->local, &b->remote) < 0)
		bench_fault(b, "estab_connect fails");
	estab_set(b->host, b->conn, ESTAB_NODELAY, 1);
}

void
bench_listen(struct bench *b)
{
	if (estab_listen(b->host, &b->listener, &b->local, 4) < 0)
		bench_fault(b, "estab_listen fails");
	estab_set(b->host, b->listener, ESTAB_NODELAY, 1);
}

bool
bench_accept(struct bench *b)
{
	return b->listener != 0 &&
	    estab_accept(b->host, b->listener, &b->conn) >= 0;
}

void
bench_send(struct bench *b, uint32_t bytes)
{
	uint8_t text[BENCH_RECEIVE_BYTES];

	for (uint32_t i = 0; i < bytes; i++)
		text[i] = bench_host_byte(b->sent_bytes + i);
	if (estab_send(b->host, b->conn, text, bytes) != bytes)
		bench_fault(b, "estab_send does not take the text");
	b->sent_bytes += bytes;
}

uint32_t
bench_read(struct bench *b)
{
	uint8_t text[512];
	uint32_t sum = 0;
	int64_t n;

	if (b->conn == 0)
		return 0;
	while ((n = estab_receive(b->host, b->conn, text, sizeof(text))) > 0) {
		for (int64_t i = 0; i < n; i++)
			if (text[i] !=
			    bench_peer_byte((uint32_t)(b->received_bytes +
			        (uint64_t)i)))
				bench_fault(b, "a wrong byte was delivered");
		b->received_bytes += (uint64_t)n;
		sum += (uint32_t)n;
	}
	return sum;
}
