/* SPDX-License-Identifier: BSD-2-Clause
 *
 * link.h - the few functions a device provides, and the built-in devices.
 *
 * A device moves packets between a file descriptor and a host.  It knows
 * nothing of TCP; a loop asks it for frames and gives it frames.
 */
#ifndef ESTAB_LINK_H
#define ESTAB_LINK_H

#include <estab/estab.h>

#ifdef __cplusplus
extern "C" {
#endif

struct estab_device {
	/* What the host needs to know (estab_link_add). */
	struct estab_link link;
	/* Readable when frames wait, writable when they can leave. */
	int fd;
	/* Read up to max frames; their spans stay valid until the next call.
	 * Returns how many, 0 for none now, or a negative errno. */
	int (*receive)(struct estab_device *device, struct estab_frame *frames,
	    size_t max);
	/* Send frames in order.  Returns how many were taken (the rest found the
	 * queue full; wait for the descriptor), or a negative errno. */
	int (*send)(struct estab_device *device, const struct estab_frame *frames,
	    size_t n);
	/* Give everything back.  device itself is the caller's. */
	void (*close)(struct estab_device *device);
	void *state;
};

/* A TUN device (Linux tun(4), IFF_NO_PI): plain packets, one a read.  name
 * is created if it does not exist.  Needs CAP_NET_ADMIN.  Returns 0 or a
 * negative errno. */
int estab_device_tun(struct estab_device *device, const char *name);

/* Configure the kernel's end of a device over netlink: address, prefix, MTU
 * (0: leave), transmit queue length (0: leave), up.  Returns 0 or a negative
 * errno. */
int estab_device_configure(const char *name,
    const struct estab_address *address, uint8_t prefix_bits, uint32_t mtu,
    uint32_t queue_packets);

#ifdef __cplusplus
}
#endif
#endif
