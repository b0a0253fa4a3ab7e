/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wired.h - a lone host on Ethernet, and neighbours made of frames by hand.
 *
 * The host is at 02:00:00:00:00:02, its gateways are 10.0.0.1 and fd00::1;
 * neighbour n has address n and the MAC 02:00:00:00:00:n.
 */
#ifndef TESTS_HOST_WIRED_H
#define TESTS_HOST_WIRED_H

#include "host/lone.h"

/* The host, its addresses ours if settled, and traced.  config may be NULL. */
struct lone *wired_create(uint8_t version, const struct estab_config *config,
    bool settled);

struct estab_address wired_own(const struct lone *w);
void wired_mac(uint8_t n, uint8_t *mac);

/* Frames from neighbour n: a packet to a MAC, a segment, a message. */
uint32_t wired_frame(uint8_t *frame, uint8_t from, const uint8_t *to,
    uint16_t type, const void *payload, uint32_t n);
uint32_t wired_segment_packet(const struct lone *w, uint8_t *packet, uint8_t n,
    const struct segment *seg, const void *text);
void wired_segment(struct lone *w, uint8_t n, const struct segment *seg,
    const void *text);
/* Asks for address about as neighbour n (0: a probe). */
void wired_asks(struct lone *w, uint8_t n, uint8_t about);
/* The same without saying where it is (IPv6), to us alone. */
void wired_asks_us(struct lone *w, uint8_t n);
/* Neighbour n, whose MAC is that of mac, says where it is: because it was
 * asked, or of its own accord. */
void wired_answers(struct lone *w, uint8_t n, uint8_t mac, bool solicited);

/* The host opens a connection to address n (0: far away); nothing else. */
estab_conn wired_connect(struct lone *w, uint8_t n);
/* The same, resolved and established, by gateway or neighbour with MAC n. */
estab_conn wired_open(struct lone *w, uint8_t n);

/* The neighbour's entry; false: none. */
bool wired_find(const struct lone *w, uint8_t n, struct estab_neighbour *found);
enum estab_neighbour_state wired_state(const struct lone *w, uint8_t n);
/* How many records of the trace have this reason. */
uint32_t wired_records(const struct lone *w, enum estab_reason reason);
/* Whether of what left one message, and one only, asks for address n: all, or
 * MAC n alone. */
bool wired_out_asks(const struct lone *w, uint8_t n, bool alone);

#endif
