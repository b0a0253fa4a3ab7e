/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.c - one end of lwIP.
 */
#include "end.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "measure.h"

static u8_t source[BENCH_WRITE_BYTES], sink[1 << 16];

/* The device writes: one copy. */
static err_t
link_output(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	struct end *end = netif->state;
	struct slot *slot = ring_free(&end->ring);

	(void)to;
	if (slot == NULL)
		return ERR_BUF;
	slot->bytes = 0;
	for (; p != NULL; p = p->next) {
		memcpy(slot->data + slot->bytes, p->payload, p->len);
		slot->bytes += p->len;
	}
	end->packets++;
	end->ring.head++;
	return ERR_OK;
}

static void
keep(struct pbuf *p)
{
	(void)p;
}

void
end_carry(struct end *from, struct end *to)
{
	struct ring *ring = &from->ring;
	const uint32_t until = ring->head;

	for (; ring->tail != until; ring->tail++) {
		const uint32_t at = ring->tail % RING_SLOTS;
		struct slot *slot = &ring->slot[at];
		struct pbuf *p;

		from->pbuf[at].custom_free_function = keep;
		p = to->pbuf_alloced_custom(PBUF_RAW, (u16_t)slot->bytes,
		    PBUF_REF, &from->pbuf[at], slot->data, (u16_t)slot->bytes);
		(void)to->ip_input(p, &to->netif);
	}
}

static err_t
interface_begin(struct netif *netif)
{
	netif->output = link_output;
	netif->mtu = BENCH_MTU;
	netif->name[0] = 'm';
	netif->name[1] = 'l';
	netif->flags |= NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

static void *
find(void *library, const char *name)
{
	void *found = dlsym(library, name);

	measure_must(found != NULL, name);
	return found;
}

static void
load(struct end *end, const char *file)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	void *found;

	measure_must(library != NULL, file);
#define X(name)                                                                \
	found = find(library, #name);                                          \
	memcpy(&end->name, &found, sizeof found);
	END_FUNCTIONS(X)
#undef X
}

void
end_begin(struct end *end, const char *file, int own, int other)
{
	ip4_addr_t address, mask, gateway;

	load(end, file);
	end->lwip_init();
	IP4_ADDR(&address, 10, 0, 0, own);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	IP4_ADDR(&gateway, 10, 0, 0, other);
	measure_must(end->netif_add(&end->netif, &address, &mask, &gateway, end,
	                 interface_begin, end->ip_input) != NULL,
	    "netif_add");
	end->netif_set_default(&end->netif);
	end->netif_set_link_up(&end->netif);
	end->netif_set_up(&end->netif);
}

err_t
end_write(struct end *end, struct tcp_pcb *pcb, u16_t n)
{
	return end->tcp_write(pcb, source, n, TCP_WRITE_FLAG_COPY);
}

void
end_say(struct end *end, struct tcp_pcb *pcb, u16_t n)
{
	measure_must(end_write(end, pcb, n) == ERR_OK, "tcp_write");
	(void)end->tcp_output(pcb);
}

u16_t
end_read(struct end *end, struct tcp_pcb *pcb, struct pbuf *p)
{
	const u16_t n = p->tot_len;

	(void)end->pbuf_copy_partial(p, sink, n, 0);
	end->tcp_recved(pcb, n);
	(void)end->pbuf_free(p);
	return n;
}
