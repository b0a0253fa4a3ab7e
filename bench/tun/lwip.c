/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lwip.c - lwIP as an endpoint behind a TUN device, doing what estab's own
 * servers do: discard at port 9, chargen at 19, echo at 7.
 *
 *     lwip DEVICE ADDRESS
 *
 * One thread, the raw API, a packet a read and a packet a write: what its
 * users build on a TUN.  It prints "ready" when it listens and runs until it
 * is ended.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

#define PACKET_MAX 2048
#define BATCH 64 /* packets between two looks at the timers */
#define WRITE_AT_ONCE 16384

enum service { DISCARD, CHARGEN, ECHO };

static int tun;
static uint8_t pattern[WRITE_AT_ONCE];
static uint8_t taken[UINT16_MAX];

/* ---- The device ---- */

static err_t
leave(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	uint8_t flat[PACKET_MAX];
	const uint8_t *packet = p->payload;

	(void)netif;
	(void)to;
	if (p->next != NULL) {
		(void)pbuf_copy_partial(p, flat, sizeof flat, 0);
		packet = flat;
	}
	/* A full queue is a loss like any other. */
	return write(tun, packet, p->tot_len) < 0 ? ERR_BUF : ERR_OK;
}

static err_t
netif_made(struct netif *netif)
{
	netif->name[0] = 't';
	netif->name[1] = 'n';
	netif->mtu = 1500;
	netif->output = leave;
	return ERR_OK;
}

static void
arrive(struct netif *netif)
{
	static uint8_t packet[UINT16_MAX];

	for (int i = 0; i < BATCH; i++) {
		const ssize_t n = read(tun, packet, sizeof packet);
		struct pbuf *p;

		if (n <= 0)
			return;
		p = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM);
		if (p == NULL)
			continue;
		memcpy(p->payload, packet, (size_t)n);
		if (netif->input(p, netif) != ERR_OK)
			(void)pbuf_free(p);
	}
}

static int
open_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	(void)strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0 ? fd : -1;
}

/* ---- The services ---- */

static void
write_pattern(struct tcp_pcb *pcb)
{
	while (tcp_sndbuf(pcb) >= tcp_mss(pcb)) {
		const u16_t room = tcp_sndbuf(pcb);
		const u16_t n = room < WRITE_AT_ONCE ? room : WRITE_AT_ONCE;

		if (tcp_write(pcb, pattern, n, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
	}
	(void)tcp_output(pcb);
}

static err_t
acknowledged(void *arg, struct tcp_pcb *pcb, u16_t n)
{
	(void)arg;
	(void)n;
	write_pattern(pcb);
	return ERR_OK;
}

static err_t
received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	const enum service *const service = arg;
	u16_t n;

	(void)error;
	if (p == NULL) {
		tcp_recv(pcb, NULL);
		(void)tcp_close(pcb);
		return ERR_OK;
	}
	n = pbuf_copy_partial(p, taken, p->tot_len, 0);
	tcp_recved(pcb, n);
	(void)pbuf_free(p);
	if (*service == ECHO) {
		(void)tcp_write(pcb, taken, n, TCP_WRITE_FLAG_COPY);
		(void)tcp_output(pcb);
	}
	return ERR_OK;
}

static err_t
accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const enum service *const service = arg;

	if (error != ERR_OK || pcb == NULL)
		return ERR_VAL;
	tcp_nagle_disable(pcb);
	tcp_recv(pcb, received);
	if (*service == CHARGEN) {
		tcp_sent(pcb, acknowledged);
		write_pattern(pcb);
	}
	return ERR_OK;
}

static bool
listen_at(u16_t port, enum service *service)
{
	struct tcp_pcb *pcb = tcp_new();

	if (pcb == NULL || tcp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK)
		return false;
	pcb = tcp_listen_with_backlog(pcb, 255);
	if (pcb == NULL)
		return false;
	tcp_arg(pcb, service);
	tcp_accept(pcb, accepted);
	return true;
}

int
main(int argc, char **argv)
{
	static enum service service[] = { DISCARD, CHARGEN, ECHO };
	static struct netif netif;
	ip4_addr_t address, mask, none;
	struct pollfd fd = { .events = POLLIN };

	if (argc != 3 || !ip4addr_aton(argv[2], &address)) {
		(void)fprintf(stderr, "usage: lwip DEVICE ADDRESS\n");
		return 2;
	}
	fd.fd = tun = open_tun(argv[1]);
	if (tun < 0) {
		perror("lwip: /dev/net/tun");
		return 1;
	}
	memset(pattern, 'x', sizeof pattern);
	lwip_init();
	IP4_ADDR(&mask, 255, 255, 0, 0);
	ip4_addr_set_zero(&none);
	(void)netif_add(&netif, &address, &mask, &none, NULL, netif_made,
	    ip_input);
	netif_set_default(&netif);
	netif_set_link_up(&netif);
	netif_set_up(&netif);
	if (!listen_at(9, &service[0]) || !listen_at(19, &service[1]) ||
	    !listen_at(7, &service[2]))
		return 1;
	(void)puts("ready");
	(void)fflush(stdout);
	for (;;) {
		(void)poll(&fd, 1, 10);
		arrive(&netif);
		sys_check_timeouts();
	}
}
