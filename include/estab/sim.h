/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sim.h - a simulated world: hosts joined by bad wires in virtual time.
 *
 * A world reads no clock and knows no randomness but its seed: the same
 * calls give the same world, bit for bit.  Use it to test a program against
 * loss, reordering and resets that a real network shows once a year:
 *
 *     estab_world_create(&world, memory, sizeof memory, seed);
 *     a = estab_world_attach(world, host_a);       both hosts made by you
 *     b = estab_world_attach(world, host_b);
 *     estab_world_wire(world, a, link_a, b, link_b, &there, &back);
 *     while (estab_world_step(world, until) == 1)  one instant at a time
 *             ... estab_event(), estab_send(), estab_receive() ...
 */
#ifndef ESTAB_SIM_H
#define ESTAB_SIM_H

#include <estab/estab.h>
#include <estab/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

struct estab_world; /* lives in the creator's memory */

#define ESTAB_WORLD_HOSTS_MAX 16
#define ESTAB_WORLD_WIRES_MAX 32

/* One direction of a wire.  Zero everywhere is a perfect one.  Chances are
 * in parts per million, drawn per frame from the world's seed. */
struct estab_impairment {
	int64_t delay_ns;
	int64_t jitter_ns;        /* delay varies in [0, jitter) without overtaking */
	uint64_t rate_bits_per_s; /* 0: no limit */
	uint32_t queue_bytes;     /* before the rate; 0: no limit */
	uint32_t mtu;             /* 0: no limit.  A larger packet is lost and
	                           * answered by ICMP too big from icmp_source */
	uint32_t loss_ppm;
	uint32_t burst_enter_ppm; /* Gilbert-Elliott: chance to enter a bad spell */
	uint32_t burst_leave_ppm; /* and to leave it */
	uint32_t burst_loss_ppm;  /* loss inside one */
	uint32_t duplicate_ppm;
	uint32_t reorder_ppm;     /* chance to be held back reorder_ns */
	int64_t reorder_ns;       /* 0: 4 times the time a frame takes, >= 1 ms */
	uint32_t corrupt_ppm;     /* one bit, anywhere in the packet */
	bool too_big_silent;      /* a black hole: no ICMP */
};

/* "loss=5%,reorder=5%,dup=2%,corrupt=1%,delay=10ms,rate=10mbit" -> struct.
 * Words: delay jitter rate queue mtu loss burst dup reorder reorder-by
 * corrupt.  Returns 0, or EINVAL with *where at the offending character. */
int estab_impairment_parse(const char *text, struct estab_impairment *wire,
    const char **where);

/* The world's memory holds frames in flight; a megabyte carries a few
 * hundred.  Errors: EMSGSIZE.  seed is also what estab_world_crypto's random
 * bytes come from. */
#define ESTAB_WORLD_BYTES_MIN (64 * 1024)
int estab_world_create(struct estab_world **world, void *memory, size_t bytes,
    uint64_t seed);

/* Seeded crypto for hosts of a world: SipHash-2-4 and a generator that is
 * not secret.  Never for a host that others can reach. */
struct estab_crypto estab_world_crypto(struct estab_world *world);

/* Record what wires do into this ring (the one the hosts write into). */
void estab_world_set_trace(struct estab_world *world,
    struct estab_trace *trace);

/* Put a host into the world.  Returns its number, the order of attaching. */
int estab_world_attach(struct estab_world *world, struct estab_host *host);
struct estab_host *estab_world_host(const struct estab_world *world, int n);

/* Join a link of host a with one of host b.  Returns the wire's number;
 * direction 0 is a to b.  NULL impairments are perfect wires. */
int estab_world_wire(struct estab_world *world, int a, int link_a, int b,
    int link_b, const struct estab_impairment *there,
    const struct estab_impairment *back);
/* Change a direction from now on. */
int estab_world_impair(struct estab_world *world, int wire, int direction,
    const struct estab_impairment *impairment);

/* A fault picked by hand.  The picker is asked for every frame that enters a
 * wire, before chance is: it may leave the fate as it is (all zero). */
struct estab_fate {
	bool lost;
	bool held;            /* until estab_world_release(frame) */
	uint32_t duplicates;  /* extra copies */
	int64_t delay_ns;     /* on top of the wire's */
	bool corrupt;         /* flip corrupt_bit (counted from the packet's
	                       * first bit) */
	uint32_t corrupt_bit;
	bool certain;         /* chance does not touch this frame */
};
typedef void (*estab_pick)(void *context, int wire, int direction,
    uint32_t frame, const uint8_t *packet, uint32_t bytes,
    struct estab_fate *fate);
void estab_world_set_picker(struct estab_world *world, estab_pick pick,
    void *context);

/* Let a held frame go on its way now.  ESTALE: no such frame is held. */
int estab_world_release(struct estab_world *world, uint32_t frame);

/* Put a packet of your own on a wire, as if its sender had sent it. */
int estab_world_inject(struct estab_world *world, int wire, int direction,
    const void *packet, uint32_t bytes);

/* See every packet that is delivered or lost, e.g. to write a capture.
 * fate is ESTAB_FATE_...; called when it enters the wire. */
typedef void (*estab_tap)(void *context, int wire, int direction,
    uint32_t frame, estab_time now, estab_time arrival, uint8_t fate,
    const uint8_t *packet, uint32_t bytes);
void estab_world_set_tap(struct estab_world *world, estab_tap tap,
    void *context);

estab_time estab_world_now(const struct estab_world *world);

/* First let every host put out what it owes now, then go to the next instant
 * at which something happens, at most until: deliver what arrives then and
 * run what is due.  Returns 1, or 0 when nothing happens by then (time is
 * then until, unless until is ESTAB_NEVER). */
int estab_world_step(struct estab_world *world, estab_time until);

/* What wires did, all together. */
struct estab_world_counts {
	uint64_t frames, delivered, lost, queue_full, too_big, duplicated,
	    reordered, corrupted, held, injected, no_memory;
};
void estab_world_counts(const struct estab_world *world,
    struct estab_world_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
