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
 * in parts per million, drawn per frame from the world's seed.  A frame waits
 * in the queue, is sent at the rate, is lost or not, travels for the delay.
 * Every frame draws the same numbers whatever the chances are, so a wire with
 * more loss loses what the same wire with less does, and some more. */
struct estab_impairment {
	int64_t delay_ns;
	int64_t jitter_ns;  /* up to so much more, without overtaking */
	int64_t reorder_ns; /* 0: 4 times the time a frame takes, >= 1 ms */
	uint64_t rate_bits_per_s; /* 0: no limit */
	uint32_t queue_bytes;     /* that wait for the rate; 0: no limit */
	/* 0: no limit.  A larger IP packet, its Ethernet header not counted, is
	 * lost and answered by ICMP too big on the other direction; IPv4 that
	 * may be fragmented is only lost. */
	uint32_t mtu;
	uint32_t loss_ppm;
	/* Gilbert and Elliott: a bad spell begins, ends, loses. */
	uint32_t burst_enter_ppm, burst_leave_ppm, burst_loss_ppm;
	uint32_t duplicate_ppm;
	uint32_t reorder_ppm; /* to be held back by reorder_ns */
	uint32_t corrupt_ppm; /* one bit, anywhere in the packet */
	/* Who sends the ICMP.  Unspecified, or of the other family: the
	 * destination of the packet. */
	struct estab_address icmp_source;
	bool too_big_silent; /* a black hole: no ICMP */
	/* Deliver super-segments whole, as a receiver with GRO does; else they
	 * are cut, and each segment meets the wire by itself. */
	bool super;
};

/* "loss=5%,reorder=5%,dup=2%,corrupt=1%,delay=10ms,rate=10mbit" -> struct.
 *
 *     loss dup reorder corrupt      a chance: 5%, 0.1%, 20ppm
 *     delay jitter reorder-by       a time: ns us ms s
 *     rate                          bit kbit mbit gbit, a second
 *     queue mtu                     bytes: 1500, 64KiB, 1MB
 *     burst=1%/20%/50%              enter/leave/loss; the last is 100% if
 *                                   left out
 *     silent super                  the word alone
 *
 * Returns 0, or EINVAL with *where at the offending character (where may be
 * NULL). */
int estab_impairment_parse(const char *text, struct estab_impairment *wire,
    const char **where);

/* ---- Direction: one way of a wire by itself ------------------------- */

/* What a wire does to packets that others carry: through a device, out of a
 * file.  The fields are the library's. */
struct estab_direction {
	struct estab_impairment impairment;
	uint64_t luck[4];
	estab_time busy_until;   /* the rate: when the last bit will be sent */
	uint64_t busy_rest;      /* and what division left of it */
	estab_time last_arrival; /* packets that nothing befalls stay in order */
	bool bad_spell;          /* of Gilbert and Elliott */
	/* Of the link, before each packet: 14 on Ethernet.  The MTU does not
	 * count them, all else does.  Set it after estab_direction_begin. */
	uint32_t header_bytes;
};

/* How a packet comes through. */
struct estab_passage {
	uint8_t fate;            /* ESTAB_FATE_... */
	estab_time arrival;      /* ESTAB_NEVER: it does not, or is held */
	estab_time copy_arrival; /* of each copy, held or not */
	uint32_t copies;         /* besides the packet itself */
	uint32_t corrupt_bit;    /* when fate has ESTAB_FATE_CORRUPTED */
};

/* Begin: nothing is under way, and luck comes from seed.  Returns 0, or EINVAL
 * (impairment out of range). */
int estab_direction_begin(struct estab_direction *direction,
    const struct estab_impairment *impairment, uint64_t seed);
/* A packet of bytes enters at now, which never runs back.  Nothing is copied
 * or flipped, and no ICMP is made: passage says what to do. */
void estab_direction_pass(struct estab_direction *direction, estab_time now,
    uint32_t bytes, struct estab_passage *passage);

/* ---- World: hosts and wires ----------------------------------------- */

/* A world in the creator's memory, time 0.  The memory holds what is under
 * way, in cells of 2 KiB: a megabyte carries some 400 frames.  Memory never
 * used is never touched.  Errors: EMSGSIZE.  seed is also what
 * estab_world_crypto's random bytes come from. */
#define ESTAB_WORLD_BYTES_MIN ((size_t)256 * 1024)
int estab_world_create(struct estab_world **world, void *memory, size_t bytes,
    uint64_t seed);

/* Make a second world of from, with everything that is under way: both go on
 * alike given the same calls.  memory must be as large as from's.  hosts are
 * the copies (estab_host_clone) of from's hosts, in their order; trace
 * replaces from's (NULL: none), picker and tap are left out.  Errors:
 * EMSGSIZE, EINVAL (a host is NULL). */
int estab_world_clone(struct estab_world **world, void *memory, size_t bytes,
    const struct estab_world *from, struct estab_host *const *hosts,
    struct estab_trace *trace);

/* Seeded crypto for a host of this world: SipHash-2-4 and a generator that is
 * not secret.  Never for a host that others can reach.  Each call gives the
 * next of ESTAB_WORLD_HOSTS_MAX generators; then nothing, which
 * estab_host_create refuses. */
struct estab_crypto estab_world_crypto(struct estab_world *world);

/* Record what wires do into this ring (the one the hosts write into).  The
 * host in such a record is the sender's number here: give a host's
 * config.trace_id the number it will be attached under. */
void estab_world_set_trace(struct estab_world *world,
    struct estab_trace *trace);

/* Put a host into the world; its clock becomes the world's.  Returns its
 * number, the order of attaching from 0, or ENOMEM. */
int estab_world_attach(struct estab_world *world, struct estab_host *host);
/* The host of that number, or NULL. */
struct estab_host *estab_world_host(const struct estab_world *world, int n);

/* Join a link of host a with one of host b.  Returns the wire's number;
 * direction 0 is a to b.  NULL impairments are perfect wires.  Where both
 * links are Ethernet so is the wire: it carries ARP and neighbour discovery,
 * and what pickers and taps see, and inject takes, are frames with their
 * header.  Errors: EINVAL (no such host or link, link in use, one Ethernet and
 * the other not, impairment out of range), ENOMEM. */
int estab_world_wire(struct estab_world *world, int a, int link_a, int b,
    int link_b, const struct estab_impairment *there,
    const struct estab_impairment *back);
/* Change a direction from now on.  What enters it may overtake what is under
 * way.  Errors: EINVAL. */
int estab_world_impair(struct estab_world *world, int wire, int direction,
    const struct estab_impairment *impairment);

/* From now on a direction leads to this link of another host: two machines
 * behind one address, and a router before them that changes its mind.  What
 * is under way on it arrives there, too.  Errors: EINVAL. */
int estab_world_lead(struct estab_world *world, int wire, int direction,
    int host, int link);

/* Frames are numbered from 1 as they enter a wire, all wires together: the
 * newest has the number counts.frames.  Copies bear the number of the frame.
 *
 * A fault picked by hand.  The picker is asked for every frame that enters a
 * wire, before chance is: it may leave the fate as it is (all zero).  Neither
 * picker nor tap may call a function that changes the world. */
struct estab_fate {
	bool lost;           /* with all copies */
	bool held;           /* until estab_world_release(frame); copies go */
	uint32_t duplicates; /* extra copies */
	int64_t delay_ns;    /* on top of the wire's; others may overtake */
	bool corrupt;        /* flip corrupt_bit (counted from the packet's
	                       * first bit) */
	uint32_t corrupt_bit;
	bool certain; /* chance does not touch this frame */
};
typedef void (*estab_pick)(void *context, int wire, int direction,
    uint32_t frame, const uint8_t *packet, uint32_t bytes,
    struct estab_fate *fate);
void estab_world_set_picker(struct estab_world *world, estab_pick pick,
    void *context);

/* Let a held frame go now: it arrives after the wire's delay.  ESTALE: no
 * such frame is held. */
int estab_world_release(struct estab_world *world, uint32_t frame);

/* Put a packet of your own on a wire, as if its sender had sent it: picker
 * and chance see it too.  Errors: EINVAL (no such wire), EMSGSIZE. */
int estab_world_inject(struct estab_world *world, int wire, int direction,
    const void *packet, uint32_t bytes);

/* See every packet that is delivered or lost, e.g. to write a capture.
 * fate is ESTAB_FATE_...; called when it enters the wire, and once more for
 * each copy.  packet is what travels: its corrupted bit is flipped. */
typedef void (*estab_tap)(void *context, int wire, int direction,
    uint32_t frame, estab_time now, estab_time arrival, uint8_t fate,
    const uint8_t *packet, uint32_t bytes);
void estab_world_set_tap(struct estab_world *world, estab_tap tap,
    void *context);

/* The time in the world. */
estab_time estab_world_now(const struct estab_world *world);

/* First let every host put out what it owes now, then go to the next instant
 * at which something happens, at most until: deliver what arrives then, and
 * run what was due.  What the arrivals make a host owe leaves with the next
 * step, so that its program may add to it.  Returns 1, or 0 when nothing
 * happens by then (time is then until, unless until is ESTAB_NEVER).
 *
 * The clocks of all hosts are the world's whenever this returns. */
int estab_world_step(struct estab_world *world, estab_time until);

/* What wires did, all together.  Once nothing is under way or held,
 *     frames + duplicated = delivered + lost + queue_full + too_big
 */
struct estab_world_counts {
	uint64_t frames;    /* that entered a wire, injected and ICMP too */
	uint64_t delivered; /* copies too */
	uint64_t lost;      /* or left by a link without a wire */
	uint64_t queue_full, too_big;
	uint64_t duplicated; /* copies made */
	uint64_t reordered, corrupted, held, injected;
	uint64_t no_memory; /* of queue_full: the world's memory was full */
	uint64_t spins;     /* a host was due, had nothing to do and still was
	                      * due: a fault in it; not asked again then */
};
void estab_world_counts(const struct estab_world *world,
    struct estab_world_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
