/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.c - one Ethernet interface, by a packet socket (packet(7)): each
 * frame with its Ethernet header, and before it what the kernel knows of it
 * (struct virtio_net_hdr).
 *
 * A frame from another program of this machine, over a veth pair say, has
 * passed no wire: its checksum was never completed, and TCP segments may come
 * joined, up to 64 KiB of them.  The kernel's word on both is taken; it is
 * the kernel's memory the frame comes from.
 */
#include <estab/link.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "link/batch.h"
#include "link/interface.h"

#define QUEUE_BYTES (8 * 1024 * 1024) /* either way; memory only when used */

struct packet {
	unsigned int index;            /* of the interface */
	struct batch batch;            /* the last received */
	uint8_t flat[BATCH_FRAME_MAX]; /* a frame to complete the checksum of */
};

/* ---- In ------------------------------------------------------------------ */

/* Bytes before the text of a TCP segment, or 0 where it is none. */
static uint32_t
text_at(const uint8_t *data, uint32_t bytes)
{
	uint32_t at = ETH_HLEN;

	if (bytes < ETH_HLEN + 60)
		return 0;
	if (data[at] >> 4 == 4 && data[at + 9] == IPPROTO_TCP)
		at += (data[at] & 15u) * 4;
	else if (data[at] >> 4 == 6 && data[at + 6] == IPPROTO_TCP)
		at += 40;
	else
		return 0;
	if (at + 20 > bytes)
		return 0;
	at += (data[at + 12] >> 4) * 4u;
	return at < bytes ? at : 0;
}

/* Note what the kernel says of a frame. */
static void
take_word(struct estab_frame *frame, const struct virtio_net_hdr *word)
{
	const uint32_t bytes = frame->span[0].length;
	const uint32_t at = text_at(frame->span[0].data, bytes);

	if (word->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		frame->checksum = ESTAB_CHECKSUM_PARTIAL;
	else if (word->flags & VIRTIO_NET_HDR_F_DATA_VALID)
		frame->checksum = ESTAB_CHECKSUM_VERIFIED;
	if (word->gso_type == VIRTIO_NET_HDR_GSO_NONE || word->gso_size == 0 ||
	    at == 0)
		return;
	frame->segment_bytes = word->gso_size;
	frame->segment_count =
	    (uint16_t)((bytes - at + word->gso_size - 1) / word->gso_size);
}

/* A tag that the kernel has taken out of the frame: it is of another LAN. */
static bool
is_tagged(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		struct tpacket_auxdata told;

		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&told, CMSG_DATA(c), sizeof told);
		return (told.tp_status & TP_STATUS_VLAN_VALID) != 0;
	}
	return false;
}

/* One frame; passed over is what is not ours to see, and what the kernel
 * cannot tell us of (EINVAL). */
static int
read_frame(struct estab_device *device, uint8_t *to, struct estab_frame *frame)
{
	struct virtio_net_hdr word = { 0 };
	struct iovec iov[2] = { { &word, sizeof word },
		{ to, BATCH_FRAME_MAX } };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} told;
	struct msghdr message = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = &told,
		.msg_controllen = sizeof told };
	const ssize_t got = recvmsg(device->fd, &message, 0);

	if (got < 0)
		return errno == EINVAL ? 0 : -errno;
	if ((size_t)got < sizeof word + ETH_HLEN ||
	    (message.msg_flags & MSG_TRUNC) != 0 || is_tagged(&message))
		return 0;
	*frame = (struct estab_frame){
		.span[0] = { to, (uint32_t)((size_t)got - sizeof word) },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
		.ip_at = ETH_HLEN,
	};
	take_word(frame, &word);
	return 1;
}

static int
receive(struct estab_device *device, struct estab_frame *frames, size_t max)
{
	struct packet *const packet = device->state;
	const int n =
	    batch_receive(&packet->batch, device, read_frame, frames, max);

	return n < 0 ? interface_error(packet->index, -n) : n;
}

/* ---- Out ----------------------------------------------------------------- */

/* Send one frame.  Returns 0 or an errno. */
static int
send_frame(struct estab_device *device, const struct estab_frame *frame)
{
	struct packet *const packet = device->state;
	static const struct virtio_net_hdr nothing_to_do;
	struct iovec iov[1 + ESTAB_SPANS_MAX] = {
		{ (void *)(uintptr_t)&nothing_to_do, sizeof nothing_to_do }
	};
	const int count = batch_places(frame, packet->flat, iov + 1);
	const struct msghdr message = { .msg_iov = iov,
		.msg_iovlen = 1u + (size_t)count };
	ssize_t put;

	if (count == 0)
		return EMSGSIZE;
	do
		put = sendmsg(device->fd, &message, 0);
	while (put < 0 && errno == EINTR);
	return put < 0 ? errno : 0;
}

/* A frame was too large.  True: the interface takes less than it did, and
 * from now on we know. */
static bool
mtu_has_sunk(struct estab_device *device)
{
	const struct packet *const packet = device->state;
	char name[IFNAMSIZ];
	uint32_t mtu;

	if (if_indextoname(packet->index, name) == NULL ||
	    interface_mtu(name, &mtu) < 0 || mtu >= device->link.mtu)
		return false;
	device->link.mtu = mtu;
	return true;
}

/* What the interface has become too small for waits to be made again. */
static int
write_frame(struct estab_device *device, const struct estab_frame *frame)
{
	const int error = send_frame(device, frame);

	return error == EMSGSIZE && mtu_has_sunk(device) ? EAGAIN : error;
}

static int
transmit(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	const struct packet *const packet = device->state;

	return batch_transmit(device, packet->index, write_frame, frames, n);
}

/* ---- Open and closed ----------------------------------------------------- */

static void
shut(struct estab_device *device)
{
	if (device->fd >= 0)
		(void)close(device->fd);
	free(device->state);
	device->fd = -1;
	device->state = NULL;
}

/* An Ethernet interface that is up.  Returns 0 or a negative errno. */
static int
look_at(const char *name, struct estab_link *link)
{
	struct ifreq about = { 0 };
	int result = interface_ask(name, SIOCGIFHWADDR, &about);

	if (result < 0)
		return result;
	if (about.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EMEDIUMTYPE;
	link->ethernet = true;
	memcpy(link->mac, about.ifr_hwaddr.sa_data, sizeof link->mac);
	result = interface_ask(name, SIOCGIFFLAGS, &about);
	if (result < 0)
		return result;
	return (about.ifr_flags & IFF_UP) != 0 ? 0 : -ENETDOWN;
}

static bool
turn_on(int fd, int option)
{
	const int on = 1;

	return setsockopt(fd, SOL_PACKET, option, &on, sizeof on) == 0;
}

/* As much as we may have; the kernel's own 208 KiB are three joined
 * segments. */
static void
widen(int fd)
{
	const int bytes = QUEUE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) !=
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes,
		    sizeof bytes);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) !=
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof bytes);
}

/* A socket without a protocol hears nothing until it is bound to its
 * interface.  Returns it or a negative errno. */
static int
attach(unsigned int index)
{
	const struct sockaddr_ll where = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)index };
	const int fd =
	    socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	widen(fd);
	if (index == 0 || !turn_on(fd, PACKET_VNET_HDR) ||
	    !turn_on(fd, PACKET_AUXDATA) ||
	    !turn_on(fd, PACKET_IGNORE_OUTGOING) ||
	    bind(fd, (const void *)&where, sizeof where) != 0) {
		const int error = index == 0 ? ENODEV : errno;

		(void)close(fd);
		return -error;
	}
	return fd;
}

int
estab_device_packet(struct estab_device *device, const char *name)
{
	struct estab_device made = {
		.fd = -1,
		.receive = receive,
		.send = transmit,
		.close = shut,
	};
	struct packet *packet;
	int result;

	if (!interface_name_good(name))
		return -EINVAL;
	result = look_at(name, &made.link);
	if (result == 0)
		result = interface_mtu(name, &made.link.mtu);
	if (result < 0)
		return result;
	packet = malloc(sizeof *packet);
	if (packet == NULL)
		return -ENOMEM;
	packet->index = if_nametoindex(name);
	made.state = packet;
	made.fd = attach(packet->index);
	if (made.fd < 0) {
		result = made.fd;
		shut(&made);
		return result;
	}
	*device = made;
	return 0;
}
