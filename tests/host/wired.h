/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wired.h - one host on Ethernet, and neighbours made of frames by hand.
 *
 * The host is 10.0.0.2/24 and fd00::2/64 at 02:00:00:00:00:02, its gateways
 * are 10.0.0.1 and fd00::1; neighbour n has address n and the MAC
 * 02:00:00:00:00:n.
 */
#ifndef TESTS_HOST_WIRED_H
#define TESTS_HOST_WIRED_H

#include <estab/sim.h>
#include <estab/trace.h>

#include "wire/ethernet.h"
#include "wire/neighbour.h"
#include "wire/segment.h"

#define WIRED_OUT_MAX 256u
#define WIRED_PORT 80

/* A frame that left, taken apart. */
struct wired_frame {
	struct ethernet_header ethernet;
	bool is_message; /* ARP or neighbour discovery */
	struct neighbour_message message;
	struct ip_packet ip; /* unless ARP */
	bool is_tcp;
	struct segment seg;
	uint32_t bytes;
	uint8_t data[1600];
};

struct wired {
	struct estab_host *host;
	void *arena, *world_memory;
	estab_time now;
	uint8_t version;
	struct estab_trace trace;
	struct wired_frame *out; /* since the last call */
	uint32_t out_count;
};

/* The host, its addresses ours if settled. config may be NULL.  Any failure
 * fails the test. */
struct wired *wired_create(uint8_t version, const struct estab_config *config,
    bool settled);
void wired_free(struct wired *w);

struct estab_address wired_address(uint8_t version, uint8_t n);
struct estab_address wired_own(const struct wired *w);
void wired_mac(uint8_t n, uint8_t *mac);

/* A frame arrives, and what the host then owes leaves. */
void wired_put(struct wired *w, const void *frame, uint32_t bytes);
/* Time goes on by ns, and what is due leaves. */
void wired_run(struct wired *w, int64_t ns);

/* Frames from neighbour n: a packet to a MAC, a segment, a message. */
uint32_t wired_frame(uint8_t *frame, uint8_t from, const uint8_t *to,
    uint16_t type, const void *payload, uint32_t n);
uint32_t wired_segment_packet(const struct wired *w, uint8_t *packet, uint8_t n,
    const struct segment *seg, const void *text);
void wired_segment(struct wired *w, uint8_t n, const struct segment *seg,
    const void *text);
/* Asks for address about as neighbour n (0: a probe). */
void wired_asks(struct wired *w, uint8_t n, uint8_t about);
/* The same without saying where it is (IPv6), to us alone. */
void wired_asks_us(struct wired *w, uint8_t n);
/* Neighbour n, whose MAC is that of mac, says where it is: because it was
 * asked, or of its own accord. */
void wired_answers(struct wired *w, uint8_t n, uint8_t mac, bool solicited);

/* The host opens a connection to address n (0: far away); nothing else. */
estab_conn wired_connect(struct wired *w, uint8_t n);
/* The same, resolved and established, by gateway or neighbour with MAC n. */
estab_conn wired_open(struct wired *w, uint8_t n);
struct estab_status wired_status(const struct wired *w, estab_conn conn);

/* The neighbour's entry; false: none. */
bool wired_find(const struct wired *w, uint8_t n,
    struct estab_neighbour *found);
enum estab_neighbour_state wired_state(const struct wired *w, uint8_t n);
uint64_t wired_counter(const struct wired *w, enum estab_counter id);
/* How many records of the trace have this reason. */
uint32_t wired_records(const struct wired *w, enum estab_reason reason);
/* Whether of what left one message, and one only, asks for address n: all, or
 * MAC n alone. */
bool wired_out_asks(const struct wired *w, uint8_t n, bool alone);

#endif
