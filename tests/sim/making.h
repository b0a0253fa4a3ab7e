/* SPDX-License-Identifier: BSD-2-Clause
 *
 * making.h - packets for tests of wires and worlds.
 */
#ifndef TESTS_SIM_MAKING_H
#define TESTS_SIM_MAKING_H

#include "wire/ip.h"
#include "wire/segment.h"

/* 10.0.0.n, or fd00::n */
struct estab_address made_address(uint8_t version, uint8_t n);

/* Bytes that tell where in a stream they stand. */
void made_text(uint8_t *text, uint32_t first, uint32_t n);

/* A whole packet with good checksums; its segment's text is made_text from
 * position seq.  Returns its bytes. */
uint32_t made_packet(uint8_t *packet, uint8_t version, uint8_t from, uint8_t to,
    const struct segment *segment);

/* Whether IP and TCP are intact, to the last byte. */
bool is_intact(const uint8_t *packet, uint32_t bytes, struct ip_packet *ip,
    struct segment *segment);

#endif
