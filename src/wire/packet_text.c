/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet_text.c - a packet as a sentence.
 */
#include "wire/bytes.h"
#include "wire/packet.h"

#include <estab/trace.h>

/* ---- Writing into a room of limited size -------------------------------- */

struct writer {
	char *text;
	uint32_t room;
	uint32_t wanted; /* bytes written, had there been room */
};

static void
write_char(struct writer *w, char c)
{
	if (w->wanted + 1 < w->room)
		w->text[w->wanted] = c;
	w->wanted++;
}

static void
write_string(struct writer *w, const char *string)
{
	while (*string != '\0')
		write_char(w, *string++);
}

static void
write_number(struct writer *w, uint32_t number)
{
	char digits[10];
	int n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		write_char(w, digits[--n]);
}

/* A word and its number: " seq=" 1. */
static void
write_field(struct writer *w, const char *word, uint32_t number)
{
	write_string(w, word);
	write_number(w, number);
}

static void
write_address(struct writer *w, const struct estab_address *address)
{
	char text[ESTAB_ADDRESS_TEXT];

	estab_address_text(address, text);
	write_string(w, text);
}

static void
write_endpoint(struct writer *w, const struct estab_address *address,
    uint16_t port)
{
	const bool v6 = !ip_is_v4(address);

	if (v6)
		write_char(w, '[');
	write_address(w, address);
	if (v6)
		write_char(w, ']');
	write_field(w, ":", port);
}

/* ---- Options ------------------------------------------------------------ */

static void
write_sack(struct writer *w, const uint8_t *at, uint32_t length)
{
	write_string(w, "sack");
	for (uint32_t i = 2; i + 8 <= length; i += 8) {
		write_field(w, " ", get32(at + i));
		write_field(w, "..", get32(at + i + 4));
	}
}

/* at..+length is the whole option. */
static void
write_known_option(struct writer *w, const uint8_t *at, uint32_t length)
{
	if (at[0] == 2 && length == 4) {
		write_field(w, "mss ", get16(at + 2));
	} else if (at[0] == 3 && length == 3) {
		write_field(w, "ws ", at[2]);
	} else if (at[0] == 4 && length == 2) {
		write_string(w, "sack ok");
	} else if (at[0] == 5 && length % 8 == 2 && length > 2) {
		write_sack(w, at, length);
	} else if (at[0] == 8 && length == 10) {
		write_field(w, "ts ", get32(at + 2));
		write_field(w, " ", get32(at + 6));
	} else {
		write_field(w, "option ", at[0]);
		write_field(w, " of ", length);
	}
}

static void
write_option(struct writer *w, const struct packet_view *view,
    const struct packet_option *option)
{
	if (option->length >= 2 && !option->runs_over) {
		write_known_option(w, view->options + option->offset,
		    option->length);
		return;
	}
	write_field(w, "option ", option->kind);
	if (option->runs_over)
		write_string(w, " runs over");
	else
		write_field(w, " of ", option->length);
}

/* Padding is left out. */
static void
write_options(struct writer *w, const struct packet_view *view)
{
	const char *before = " <";

	for (uint8_t i = 0; i < view->option_count; i++) {
		const struct packet_option *option = &view->option[i];

		if (option->kind <= 1)
			continue;
		write_string(w, before);
		write_option(w, view, option);
		before = ",";
	}
	if (before[0] == ',')
		write_char(w, '>');
}

/* ---- Packets ------------------------------------------------------------ */

static void
write_flags(struct writer *w, uint8_t flags)
{
	/* SYN before ACK, as everyone says it. */
	static const struct {
		uint8_t flag;
		const char *name;
	} flag[] = {
		{ ESTAB_SYN, " SYN" },
		{ ESTAB_FIN, " FIN" },
		{ ESTAB_RST, " RST" },
		{ ESTAB_PSH, " PSH" },
		{ ESTAB_ACK, " ACK" },
		{ ESTAB_URG, " URG" },
		{ ESTAB_ECE, " ECE" },
		{ ESTAB_CWR, " CWR" },
	};

	if (flags == 0)
		write_string(w, " no flags");
	for (size_t i = 0; i < sizeof flag / sizeof flag[0]; i++) {
		if (flags & flag[i].flag)
			write_string(w, flag[i].name);
	}
}

static void
write_tcp(struct writer *w, const struct packet_view *view)
{
	write_endpoint(w, &view->ip.from, view->from_port);
	write_string(w, " > ");
	write_endpoint(w, &view->ip.to, view->to_port);
	write_flags(w, view->flags);
	write_field(w, " seq=", view->seq);
	if ((view->flags & ESTAB_ACK) || view->ack != 0)
		write_field(w, " ack=", view->ack);
	write_field(w, " win=", view->wnd);
	if ((view->flags & ESTAB_URG) || view->up != 0)
		write_field(w, " up=", view->up);
	if (view->reserved != 0)
		write_field(w, " reserved=", view->reserved);
	if (view->text_bytes > 0)
		write_field(w, " len=", view->text_bytes);
	write_options(w, view);
	if (view->text_offset == 0)
		write_field(w, " impossible data offset ", view->data_offset);
}

static const char *
icmp_words(enum icmp_kind kind)
{
	switch (kind) {
	case ICMP_OTHER:
		return " ICMP";
	case ICMP_ECHO:
		return " ICMP echo";
	case ICMP_ECHO_REPLY:
		return " ICMP echo reply";
	case ICMP_UNREACHABLE_HARD:
		return " ICMP unreachable (hard)";
	case ICMP_UNREACHABLE_SOFT:
		return " ICMP unreachable (soft)";
	case ICMP_TOO_BIG:
		return " ICMP too big";
	case ICMP_TIME_EXCEEDED:
		return " ICMP time exceeded";
	case ICMP_PARAMETER:
		return " ICMP parameter problem";
	}
	return " ICMP";
}

static void
write_icmp(struct writer *w, const struct icmp_message *icmp)
{
	write_string(w, icmp_words(icmp->kind));
	write_field(w, " type=", icmp->type);
	write_field(w, " code=", icmp->code);
	if (icmp->kind == ICMP_TOO_BIG)
		write_field(w, " mtu=", icmp->mtu);
	if (!icmp->quotes_tcp)
		return;
	write_string(w, " about ");
	write_endpoint(w, &icmp->quoted_from.address, icmp->quoted_from.port);
	write_string(w, " > ");
	write_endpoint(w, &icmp->quoted_to.address, icmp->quoted_to.port);
	write_field(w, " seq=", icmp->quoted_seq);
}

static const char *
verdict_words(enum wire_verdict verdict)
{
	switch (verdict) {
	case WIRE_GOOD:
		return "";
	case WIRE_TRUNCATED:
		return " (truncated)";
	case WIRE_MALFORMED:
		return " (malformed)";
	case WIRE_CHECKSUM:
		return " (wrong IP checksum)";
	case WIRE_FRAGMENT:
		return " (fragment)";
	case WIRE_UNKNOWN:
		return " (unknown extension header)";
	}
	return "";
}

static void
write_packet(struct writer *w, const struct packet_view *view)
{
	if (view->has_tcp) {
		write_tcp(w, view);
	} else if (view->ip.header_bytes == 0) {
		write_field(w, "no IP header: bytes=", view->captured_bytes);
		return;
	} else {
		write_address(w, &view->ip.from);
		write_string(w, " > ");
		write_address(w, &view->ip.to);
		if (view->has_icmp)
			write_icmp(w, &view->icmp);
		else
			write_field(w, " protocol=", view->ip.protocol);
	}
	write_string(w, verdict_words(view->ip_verdict));
	if ((view->has_tcp || view->has_icmp) && !view->checksum_good &&
	    view->ip_verdict == WIRE_GOOD)
		write_string(w, " (wrong checksum)");
}

uint32_t
packet_text(const struct packet_view *view, char *text, uint32_t room)
{
	struct writer w = { .text = text, .room = room };

	write_packet(&w, view);
	if (room > 0)
		text[w.wanted < room ? w.wanted : room - 1] = '\0';
	return w.wanted;
}
