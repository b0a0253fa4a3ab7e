/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.h - two hosts in a world, and a program on each: one connects, one
 * accepts, both send a stream, close, and check what they get.
 */
#ifndef TESTS_SIM_PAIR_H
#define TESTS_SIM_PAIR_H

#include <estab/sim.h>

#define PAIR_WORLD_BYTES ((size_t)8 * 1024 * 1024)
#define PAIR_ARENA_BYTES ((size_t)8 * 1024 * 1024)

struct end {
	struct estab_host *host;
	void *arena;
	estab_conn listener, conn;
	uint64_t to_send, sent, got; /* bytes of the streams */
	int error;                   /* that ended the connection */
	bool closes_last;            /* once the peer has closed */
	uint32_t read_bytes;         /* at a time; 0: all there are */
	int64_t read_ns;             /* between two reads */
	estab_time read_at;
	bool closed, eof, ended, wrong;
};

struct pair {
	struct estab_world *world;
	void *memory;
	struct estab_trace trace;
	uint8_t version;
	struct end end[2]; /* 0 connects, 1 accepts */
	uint64_t steps;
};

struct pair_setup {
	uint8_t version; /* 4 or 6 */
	uint64_t seed;
	struct estab_impairment there, back;
	struct estab_config config; /* crypto and trace are filled in */
	struct estab_link link;
	uint64_t to_send[2];
	bool closes_last[2];
	/* A program that reads so many bytes every so many nanoseconds; 0: all
	 * at once. */
	uint32_t read_bytes[2];
	int64_t read_ns[2];
	uint32_t records; /* of the trace; 0: none.  A power of two */
};

/* Any failure fails the test. */
struct pair *pair_create(const struct pair_setup *setup);
void pair_free(struct pair *pair);

/* A second world of copies. */
struct pair *pair_clone(const struct pair *pair);

/* Open the listener and the connection. */
void pair_open(struct pair *pair);

/* Step and let the programs act until both have ended, or until.  Whether
 * both have. */
bool pair_run(struct pair *pair, estab_time until);

/* Both streams have arrived whole, nobody saw an error, no invariant failed;
 * then all is released, time goes on, and nothing is left of it. */
void pair_check_ended(struct pair *pair);

#endif
