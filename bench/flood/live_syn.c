/* SPDX-License-Identifier: BSD-2-Clause
 *
 * live_syn.c - SYNs for a real device, from random addresses at which nobody
 * lives.
 *
 *     live_syn packet DEVICE ADDRESS PORT SECONDS RATE [MAC]
 *     live_syn tun    DEVICE ADDRESS PORT SECONDS RATE
 *
 * packet: out through a device, for who is behind it; MAC is his, on
 * Ethernet.  tun: into this machine through a TUN device that is there, for
 * the kernel behind that; what it answers is left to fill the device's queue
 * and is thrown away there.  RATE is SYNs a
 * second, 0 as many as go.  It prints how many a second went.
 */
#include <estab/link.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flood/generator.h"
#include "measure.h"

#define BATCH 32u
#define FRAME_BYTES (ETH_HLEN + GENERATOR_SYN_BYTES)

struct shot {
	int fd;
	bool tun;
	struct sockaddr_ll to;
	uint32_t header; /* bytes before the IP packet */
	struct generator generator;
	uint8_t frame[BATCH][FRAME_BYTES];
	struct mmsghdr message[BATCH];
	struct iovec iov[BATCH];
	uint64_t sent;
};

/* ---- Devices ------------------------------------------------------------ */

static void
open_packet(struct shot *shot, const char *device, const char *mac)
{
	const int on = 1;
	const struct sockaddr_ll nothing_to_hear = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(device),
	};
	struct ether_header header = { .ether_type = htons(ETH_P_IP) };
	uint8_t *to = header.ether_dhost;

	shot->fd = socket(AF_PACKET, SOCK_RAW, 0);
	measure_must(shot->fd >= 0 && nothing_to_hear.sll_ifindex != 0 &&
	        bind(shot->fd, (const void *)&nothing_to_hear,
	            sizeof nothing_to_hear) == 0,
	    "no packet socket, or no such device");
	(void)setsockopt(shot->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
	    sizeof on);
	shot->to = nothing_to_hear;
	shot->to.sll_protocol = htons(ETH_P_IP);
	if (mac == NULL)
		return;
	measure_must(sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to[0],
	                 &to[1], &to[2], &to[3], &to[4], &to[5]) == 6,
	    "this is no MAC address");
	shot->header = ETH_HLEN;
	for (uint32_t i = 0; i < BATCH; i++)
		memcpy(shot->frame[i], &header, ETH_HLEN);
}

static void
open_tun(struct shot *shot, const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	shot->tun = true;
	shot->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	(void)strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	measure_must(shot->fd >= 0 && ioctl(shot->fd, TUNSETIFF, &request) == 0,
	    "no TUN device");
}

/* ---- Sending ------------------------------------------------------------ */

/* What the device refuses is lost, one at a time. */
static void
send_packets(struct shot *shot, uint32_t n)
{
	for (uint32_t i = 0; i < n;) {
		const int sent =
		    sendmmsg(shot->fd, &shot->message[i], n - i, 0);

		measure_must(sent >= 0 || errno == ENOBUFS || errno == EINTR,
		    "sendmmsg");
		shot->sent += sent > 0 ? (uint64_t)sent : 0;
		i += sent > 0 ? (uint32_t)sent : 1;
	}
}

static void
write_packets(struct shot *shot, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		shot->sent +=
		    write(shot->fd, shot->frame[i], GENERATOR_SYN_BYTES) > 0;
}

static void
shoot(struct shot *shot, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		generator_write(&shot->generator,
		    shot->frame[i] + shot->header);
	if (shot->tun)
		write_packets(shot, n);
	else
		send_packets(shot, n);
}

static void
prepare(struct shot *shot)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		shot->iov[i] = (struct iovec){ shot->frame[i],
			shot->header + GENERATOR_SYN_BYTES };
		shot->message[i].msg_hdr.msg_iov = &shot->iov[i];
		shot->message[i].msg_hdr.msg_iovlen = 1;
		shot->message[i].msg_hdr.msg_name = &shot->to;
		shot->message[i].msg_hdr.msg_namelen = sizeof shot->to;
	}
}

/* At a rate: no more than were due in the last tenth of a second. */
static void
run(struct shot *shot, double seconds, double rate)
{
	const struct timespec nap = { .tv_nsec = 50 * 1000 };
	const double began = measure_clock();
	double now, due = 0;

	while ((now = measure_clock() - began) < seconds) {
		if (rate > 0 && rate * now - due < BATCH) {
			(void)nanosleep(&nap, NULL);
			continue;
		}
		if (rate > 0 && rate * now - due > rate / 10)
			due = rate * now - rate / 10;
		due += BATCH;
		shoot(shot, BATCH);
	}
	printf("{\"per_second\": %.0f}\n",
	    (double)shot->sent / (measure_clock() - began));
}

int
main(int argc, char **argv)
{
	static struct shot shot;
	struct estab_endpoint to;
	const bool tun = argc == 7 && strcmp(argv[1], "tun") == 0;

	measure_must(tun ||
	        ((argc == 7 || argc == 8) && strcmp(argv[1], "packet") == 0),
	    "usage: live_syn packet|tun DEVICE ADDRESS PORT SECONDS RATE "
	    "[MAC]");
	measure_must(estab_address_parse(argv[3], &to.address) == 0 &&
	        estab_address_is_v4(&to.address) && to.address.byte[12] == 10,
	    "an address of 10.0.0.0/8 is wanted");
	to.port = (uint16_t)strtoul(argv[4], NULL, 10);
	generator_begin(&shot.generator, NULL, &to);
	if (tun)
		open_tun(&shot, argv[2]);
	else
		open_packet(&shot, argv[2], argc == 8 ? argv[7] : NULL);
	prepare(&shot);
	run(&shot, strtod(argv[5], NULL), strtod(argv[6], NULL));
	return 0;
}
