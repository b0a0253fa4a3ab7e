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
	/* Send frames in order.  Returns how many were taken (the rest found
	 * the queue full; offer them again), or a negative errno.  ENETDOWN,
	 * here and of receive, is a device that is down: whoever offers it the
	 * frames again, or none, learns whether it still is.  A packet the
	 * device calls malformed is taken and lost.  Where link.mtu has
	 * become smaller in the call, the rest found that out: the host must
	 * know (estab_link_set_mtu) before it sends them anew. */
	int (*send)(struct estab_device *device,
	    const struct estab_frame *frames, size_t n);
	/* Give everything back.  device itself is the caller's. */
	void (*close)(struct estab_device *device);
	/* NULL, but for a device that plays a recording: when its next frame
	 * arrives, ESTAB_NEVER when none is left.  Such a device has no fd, and
	 * its time is what the owner puts into now: receive gives what has
	 * arrived by then, send stamps with it. */
	estab_time (*next)(struct estab_device *device);
	estab_time now;
	void *state;
};

/* A TUN device (Linux tun(4), IFF_NO_PI): plain packets, one a read.  name
 * is created if it does not exist, and then goes away with close.  Needs
 * CAP_NET_ADMIN.  link.mtu is what the device has now.  Returns 0 or a
 * negative errno; while open, ENETDOWN is down, EBADFD was removed. */
int estab_device_tun(struct estab_device *device, const char *name);

/* A TAP device: the same with Ethernet frames.  link.mac is drawn at random
 * (the kernel's end has another); the caller may set one of his own before
 * he gives link to a host. */
int estab_device_tap(struct estab_device *device, const char *name);

/* An Ethernet interface that is there and up, by a packet socket (Linux
 * packet(7)): frames with their Ethernet header, one a read.  link has the
 * interface's own MAC.  Whole frames of
 * every kind arrive that reach the interface, other hosts' too where it is
 * promiscuous, but none of another LAN (802.1Q).  The kernel goes on to hear
 * them as well: it must not have the host's addresses, nor forward between
 * this interface and others; best is an interface it has no address on.
 *
 * Joined segments arrive as super-segments, and what another program of this
 * machine sent over veth comes as ESTAB_CHECKSUM_PARTIAL.  When the kernel
 * refuses a frame as too large, link.mtu sinks to what the interface has by
 * then.  Needs CAP_NET_RAW.  Returns 0 or a negative
 * errno: EMEDIUMTYPE is not Ethernet, ENETDOWN is down, EBADFD was removed
 * while open. */
int estab_device_packet(struct estab_device *device, const char *name);

/* A capture file (pcap or pcapng) in the place of a device.  The IP packets of
 * in arrive as they are and when they did, whoever they were for: now is the
 * time of the first, in nanoseconds since 1970, and a time that runs back is
 * that of the packet before.  Understood are captures on Ethernet, of raw IP,
 * Linux cooked ones (any) and loopback.  What the host sends goes to out (pcap
 * with nanoseconds, raw IP), or nowhere when that is NULL.
 *
 * Returns 0, or a negative errno and what is wrong in why; EOPNOTSUPP is a
 * library built without libpcap.  receive fails with EBADMSG where the file
 * turns out to be damaged or cut, after all that stands before. */
#define ESTAB_DEVICE_WHY 512
int estab_device_pcap(struct estab_device *device, const char *in,
    const char *out, char why[ESTAB_DEVICE_WHY]);

/* An estab_choose_iss, with the device as its context: the host begins each
 * connection with the number that was used in the capture, so that the
 * recorded peer understands it. */
bool estab_pcap_iss(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss);

/* Configure the kernel's end of a device over netlink: address (NULL: leave)
 * with its prefix, MTU (0: leave), transmit queue length (0: leave), up.  May
 * be called once an address.  An IPv6 address is usable at once: nobody else
 * is on the wire, so duplicates are not looked for.  A changed MTU is the
 * caller's to put into device->link.  Returns 0 or a negative errno. */
int estab_device_configure(const char *name,
    const struct estab_address *address, uint8_t prefix_bits, uint32_t mtu,
    uint32_t queue_packets);

/* What an error of the functions above, a negative errno, means for a device,
 * and what to do: "needs CAP_NET_ADMIN: ...".  Static storage. */
const char *estab_device_strerror(int error);

/* ---- Machine: what a host wants of this one ------------------------- */

/* SipHash-2-4 and random bytes of libsodium. */
struct estab_crypto estab_crypto_native(void);

/* Cookie keys (estab_config) from a file or any descriptor, at most 1 KiB of
 * lines:
 *
 *     # two machines behind 203.0.113.7
 *     shared
 *     stamp  6f0e...   32 hexadecimal digits; never changed
 *     sign   9a31...   new cookies are made with it
 *     verify 07c2...   perhaps: honoured, too
 *
 * estab-keys(1) makes such a file and changes its keys: one is added as
 * "verify", promoted by exchanging the two words, and the old one removed
 * when two epochs have passed.  Returns 0, a negative errno, or -EINVAL: not
 * such a file; *keys is then as before.  No copy stays behind. */
int estab_cookie_keys_read(int fd, struct estab_cookie_keys *keys);

/* The fastest estab_copy_sum this processor has. */
estab_copy_sum estab_copy_sum_best(void);

/* Now, of a clock that never runs back (CLOCK_MONOTONIC). */
estab_time estab_clock(void);

#ifdef __cplusplus
}
#endif
#endif
