/* SPDX-License-Identifier: BSD-2-Clause
 *
 * two.h - two hosts in a world: the program of host 0 connects and sends a
 * stream, that of host 1 accepts and reads it.
 */
#ifndef TESTS_HOST_TWO_H
#define TESTS_HOST_TWO_H

#include <estab/sim.h>

#define TWO_PORT 80
#define TWO_ARENA ((size_t)4 * 1024 * 1024)
#define TWO_WORLD ((size_t)8 * 1024 * 1024)

struct two_setup {
	uint8_t version;
	uint64_t seed;
	struct estab_config config; /* crypto and trace are filled in */
	struct estab_impairment there, back;
	uint32_t records; /* of the trace; 0: none */
};

struct two {
	struct estab_world *world;
	struct estab_host *host[2];
	void *arena[2], *memory;
	size_t arena_bytes;
	struct estab_trace trace;
	uint8_t version;
	int wire;
	estab_conn listener, conn[2];
	uint64_t to_send, sent, got;
	bool closes; /* both do, when all is sent and read */
	bool closed, eof;
	uint32_t read_most; /* bytes at a time; 0: all there are */
	bool deaf;          /* host 1 does not read */
	bool wrong;         /* the stream differs */
	int error[2];
	/* What was seen to enter direction 0 since they were set to 0. */
	uint32_t packet_max;
	uint32_t text_min;
	bool fragmentable; /* a v4 packet without DF */
};

struct two *two_create(const struct two_setup *setup);
void two_free(struct two *two);
struct estab_address two_address(const struct two *two, uint8_t n);
/* Listen, connect, and step until both are open. */
void two_open(struct two *two);
/* Programs act, and time goes on until then, or until done. */
void two_run(struct two *two, estab_time until);
/* A second world of copies, in arenas of that size. */
struct two *two_clone(const struct two *two, size_t arena_bytes);
void two_impair(struct two *two, int direction,
    const struct estab_impairment *impairment);
struct estab_status two_status(const struct two *two, int i);
/* All that was to be sent has been read, and is what was sent. */
bool two_is_done(const struct two *two);

#endif
