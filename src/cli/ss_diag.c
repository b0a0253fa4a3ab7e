/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss_diag.c - records as the messages of sock_diag(7), for the real ss.
 */
#include "cli/ss.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#define MESSAGE_BYTES 1024

/* A message being made; fields of it are aligned to four bytes. */
struct message {
	union {
		struct nlmsghdr header;
		char byte[MESSAGE_BYTES];
	};
	size_t n;
};

static void
put_attribute(struct message *message, uint16_t type, const void *data,
    size_t n)
{
	struct rtattr attribute = {
		.rta_len = (unsigned short)RTA_LENGTH(n),
		.rta_type = type,
	};

	memcpy(message->byte + message->n, &attribute, sizeof attribute);
	memcpy(message->byte + message->n + RTA_LENGTH(0), data, n);
	message->n += RTA_ALIGN(RTA_LENGTH(n));
}

static void
put_end(const struct estab_endpoint *endpoint, bool v4, __be32 address[4],
    __be16 *port)
{
	if (v4)
		memcpy(address, endpoint->address.byte + 12, 4);
	else
		memcpy(address, endpoint->address.byte, 16);
	*port = htons(endpoint->port);
}

static void
put_body(struct message *message, const struct ss_record *record)
{
	const bool v4 = estab_address_is_v4(&record->local.address);
	struct inet_diag_msg body = {
		.idiag_family = v4 ? AF_INET : AF_INET6,
		.idiag_state = record->state,
		.idiag_timer = (uint8_t)record->timer,
		.idiag_retrans = (uint8_t)record->retransmits,
		.idiag_expires = record->expires_ms,
		.idiag_rqueue = record->receive_queue,
		.idiag_wqueue = record->send_queue,
	};

	put_end(&record->local, v4, body.id.idiag_src, &body.id.idiag_sport);
	put_end(&record->remote, v4, body.id.idiag_dst, &body.id.idiag_dport);
	memcpy(message->byte + message->n, &body, sizeof body);
	message->n += NLMSG_ALIGN(sizeof body);
}

static void
put_attributes(struct message *message, const struct ss_record *record)
{
	const bool listens = record->state == 10;
	const uint32_t memory[SK_MEMINFO_VARS] = {
		[SK_MEMINFO_RMEM_ALLOC] = record->receive_memory,
		[SK_MEMINFO_RCVBUF] = record->receive_limit,
		[SK_MEMINFO_SNDBUF] = record->send_limit,
		[SK_MEMINFO_WMEM_QUEUED] = listens ? 0 : record->send_queue,
	};
	const uint8_t both = 0;

	if (record->whole || listens)
		put_attribute(message, INET_DIAG_SKMEMINFO, memory,
		    sizeof memory);
	if (record->whole)
		put_attribute(message, INET_DIAG_INFO, &record->info,
		    sizeof record->info);
	if (record->whole)
		put_attribute(message, INET_DIAG_CONG, SS_CONGESTION,
		    sizeof SS_CONGESTION);
	/* A listener at :: takes both families: ss prints it as "*". */
	if (listens && !estab_address_is_v4(&record->local.address))
		put_attribute(message, INET_DIAG_SKV6ONLY, &both, sizeof both);
}

void
ss_diag_put(FILE *to, const struct ss_record *record)
{
	struct message message = { .n = NLMSG_HDRLEN };

	put_body(&message, record);
	put_attributes(&message, record);
	message.header.nlmsg_len = (uint32_t)message.n;
	message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message.header.nlmsg_flags = NLM_F_MULTI;
	(void)fwrite(message.byte, 1, message.n, to);
}

void
ss_diag_end(FILE *to)
{
	const struct nlmsghdr end = {
		.nlmsg_len = NLMSG_LENGTH(0),
		.nlmsg_type = NLMSG_DONE,
		.nlmsg_flags = NLM_F_MULTI,
	};

	(void)fwrite(&end, 1, sizeof end, to);
}
