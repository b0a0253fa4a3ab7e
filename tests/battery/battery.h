/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery.h - bad input in every state (docs/battery.md).
 *
 * A row makes packets, each a good one that something was done to.  They
 * arrive at a host in each of the eleven states (CLOSED: nobody listens),
 * over IPv4 and IPv6, with the sequence numbers of both sides about 0, 2^31-1,
 * 2^31 and 2^32-1, in buffers of just their size.  After each the host's
 * memory must be as it was, byte for byte, but for the counter that the row
 * names; nothing may leave.  After all of a state the connection carries
 * 64 KiB each way, and ends in the regular way.
 */
#ifndef BATTERY_BATTERY_H
#define BATTERY_BATTERY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arrives/mould.h"

#define BATTERY_PACKET_MAX 2048u
#define BATTERY_TEXT 40u

struct battery_input {
	uint8_t packet[BATTERY_PACKET_MAX];
	uint32_t bytes; /* of the packet; 0: this variant has none */
	uint32_t ip_bytes, tcp_bytes; /* headers, as built */
	enum estab_counter counter;   /* goes up by one */
	bool copied; /* text may be in free memory: only what the host says
	              * of itself is compared */
};

/* Make variant n; false: there are no more.  input holds the good packet of
 * this state, sealed. */
typedef bool (*battery_make)(const struct mould *m, uint32_t n,
    struct battery_input *input);

/* How many packets arrived.  In ESTABLISHED every variant does, elsewhere
 * one of every stride, beginning at another each time. */
uint32_t battery_dropped(battery_make make, uint32_t stride);

/* The same, where dropping is not the only right thing: each variant arrives
 * at a host of its own, and has one answer at the most, no longer than itself,
 * and none when it is an RST.  No invariant of the host's fails, and what the
 * program reads, at once and when the connection is open, is the peer's
 * stream.  Only an RST ends a connection before its time; after each packet
 * that left it otherwise than those before, it goes on (battery_goes_on). */
uint32_t battery_survived(battery_make make, uint32_t stride);

/* The segment that this state waits for: a SYN, a SYN+ACK, text in order. */
struct segment battery_good(const struct mould *m);
void battery_build(const struct mould *m, const struct segment *seg,
    struct battery_input *input);
bool battery_is_v4(const struct battery_input *input);
void battery_put16(uint8_t *to, uint32_t value);
/* The total length of IPv4, or the payload length of IPv6. */
void battery_set_length(struct battery_input *input, uint32_t value);
/* Make the checksums of both headers right again. */
void battery_seal(struct battery_input *input);
void battery_seal_ip(struct battery_input *input); /* IPv4's */
void battery_seal_tcp(struct battery_input *input);

/* One packet arrives.  Returns how many left, and the largest of them. */
int battery_arrives(struct bench *b, const uint8_t *packet, uint32_t bytes,
    uint32_t *largest);

/* From wherever it is: opened, 64 KiB each way, where the state lets them
 * pass; then a regular end.  NULL, or what went wrong. */
const char *battery_goes_on(struct bench *b, const struct mould *m);

/* Moulds of all states, families and origins, one after the other: false
 * when there are no more.  *at begins at 0. */
bool battery_next(struct mould *m, uint32_t *at);

/* A row has had so many cases, as its test says it must.  tools/run-tests
 * reads the row and the number here. */
#define battery_ran(row, cases, wanted) assert_int_equal(cases, wanted)

#endif
