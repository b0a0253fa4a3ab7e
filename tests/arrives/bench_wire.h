/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench_wire.h - the two streams of a bench: byte n is a function of n,
 * and the room a packet needs.
 */
#ifndef ARRIVES_BENCH_WIRE_H
#define ARRIVES_BENCH_WIRE_H

#include <stdint.h>

#define PACKET_MAX 2048

uint8_t bench_host_byte(uint32_t offset);
uint8_t bench_peer_byte(uint32_t offset);

#endif
