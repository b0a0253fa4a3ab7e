/* SPDX-License-Identifier: BSD-2-Clause
 *
 * extension.h - the extension headers of IPv6 (RFC 8200 4).
 */
#ifndef WIRE_EXTENSION_H
#define WIRE_EXTENSION_H

#include "wire/ip.h"

#define EXTENSION_HEADERS_MAX 8
#define EXTENSION_BYTES_MAX 512

/* Walk from the IPv6 header, already in packet, to the payload: protocol,
 * header_bytes and payload_bytes of packet move on with each header.  The
 * length is held against packet_bytes at the end. */
enum wire_verdict extension_walk(const uint8_t *data, uint32_t contiguous,
    uint32_t packet_bytes, struct ip_packet *packet);

#endif
