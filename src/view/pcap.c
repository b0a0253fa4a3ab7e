/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap.c - capture files: pcapng (draft-ietf-opsawg-pcapng) and the classic
 * format with nanoseconds, with LINKTYPE_RAW, where each packet begins with its
 * IP header, or LINKTYPE_ETHERNET.  Files are little-endian whatever the machine is.
 */
#include <string.h>

#include "view/view.h"

#define LINKTYPE_ETHERNET 1
#define LINKTYPE_RAW 101
#define SNAP_LENGTH 262144

#define PCAP_MAGIC_NS 0xa1b23c4dU

#define PCAPNG_SECTION 0x0a0d0d0aU
#define PCAPNG_INTERFACE 1
#define PCAPNG_PACKET 6
#define PCAPNG_BYTE_ORDER 0x1a2b3c4dU
#define OPTION_COMMENT 1
#define OPTION_TSRESOL 9

/* A few fields before they are written. */
struct block {
	uint8_t byte[64];
	uint32_t n;
};

static void
put16(struct block *block, uint32_t value)
{
	block->byte[block->n++] = (uint8_t)value;
	block->byte[block->n++] = (uint8_t)(value >> 8);
}

static void
put32(struct block *block, uint32_t value)
{
	put16(block, value & 0xffff);
	put16(block, value >> 16);
}

static void
flush(const struct view_pcap *pcap, struct block *block)
{
	pcap->out.write(pcap->out.context, (const char *)block->byte, block->n);
	block->n = 0;
}

static uint32_t
padded(uint32_t bytes)
{
	return (bytes + 3) & ~3U;
}

/* Bytes, and zeros up to a word. */
static void
write_padded(const struct view_pcap *pcap, const void *data, uint32_t bytes)
{
	static const char zeros[3];

	pcap->out.write(pcap->out.context, data, bytes);
	if (padded(bytes) > bytes)
		pcap->out.write(pcap->out.context, zeros,
		    padded(bytes) - bytes);
}

static void
begin_classic(const struct view_pcap *pcap, uint16_t type)
{
	struct block block = { .n = 0 };

	put32(&block, PCAP_MAGIC_NS);
	put16(&block, 2);
	put16(&block, 4);
	put32(&block, 0); /* zone */
	put32(&block, 0); /* accuracy */
	put32(&block, SNAP_LENGTH);
	put32(&block, type);
	flush(pcap, &block);
}

static void
begin_ng(const struct view_pcap *pcap, uint16_t type)
{
	struct block block = { .n = 0 };

	put32(&block, PCAPNG_SECTION);
	put32(&block, 28);
	put32(&block, PCAPNG_BYTE_ORDER);
	put16(&block, 1);
	put16(&block, 0);
	put32(&block, 0xffffffff); /* the section's length: not told */
	put32(&block, 0xffffffff);
	put32(&block, 28);
	flush(pcap, &block);

	put32(&block, PCAPNG_INTERFACE);
	put32(&block, 32);
	put16(&block, type);
	put16(&block, 0);
	put32(&block, SNAP_LENGTH);
	put16(&block, OPTION_TSRESOL);
	put16(&block, 1);
	put32(&block, 9); /* 10^-9 s, and padding */
	put32(&block, 0); /* end of options */
	put32(&block, 32);
	flush(pcap, &block);
}

void
view_pcap_begin(struct view_pcap *pcap, const struct view_out *out,
    enum view_pcap_format format, int64_t epoch_ns, bool ethernet)
{
	const uint16_t type = ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW;

	pcap->out = *out;
	pcap->format = format;
	pcap->epoch_ns = epoch_ns;
	if (format == VIEW_PCAP)
		begin_classic(pcap, type);
	else
		begin_ng(pcap, type);
}

enum view_pcap_format
view_pcap_format_of(const char *path)
{
	static const char suffix[] = ".pcap";
	const size_t n = strlen(path), m = sizeof suffix - 1;

	return n >= m && strcmp(path + n - m, suffix) == 0 ? VIEW_PCAP :
	                                                     VIEW_PCAPNG;
}

static void
packet_classic(const struct view_pcap *pcap, uint64_t ns, const void *packet,
    uint32_t bytes, uint32_t kept)
{
	struct block block = { .n = 0 };

	put32(&block, (uint32_t)(ns / (uint64_t)ESTAB_SECOND));
	put32(&block, (uint32_t)(ns % (uint64_t)ESTAB_SECOND));
	put32(&block, kept);
	put32(&block, bytes);
	flush(pcap, &block);
	pcap->out.write(pcap->out.context, packet, kept);
}

static void
packet_ng(const struct view_pcap *pcap, uint64_t ns, const void *packet,
    uint32_t bytes, uint32_t kept, const char *comment)
{
	const size_t words = comment == NULL ? 0 : strlen(comment);
	const uint32_t said = words < 0xffff ? (uint32_t)words : 0xffff;
	const uint32_t options = said == 0 ? 0 : 4 + padded(said) + 4;
	const uint32_t length = 32 + padded(kept) + options;
	struct block block = { .n = 0 };

	put32(&block, PCAPNG_PACKET);
	put32(&block, length);
	put32(&block, 0); /* interface */
	put32(&block, (uint32_t)(ns >> 32));
	put32(&block, (uint32_t)ns);
	put32(&block, kept);
	put32(&block, bytes);
	flush(pcap, &block);
	write_padded(pcap, packet, kept);
	if (said > 0) {
		put16(&block, OPTION_COMMENT);
		put16(&block, said);
		flush(pcap, &block);
		write_padded(pcap, comment, said);
		put32(&block, 0);
	}
	put32(&block, length);
	flush(pcap, &block);
}

void
view_pcap_packet(struct view_pcap *pcap, estab_time time, const void *packet,
    uint32_t bytes, const char *comment)
{
	const int64_t ns = time + pcap->epoch_ns;
	const uint64_t stamp = ns < 0 ? 0 : (uint64_t)ns;
	const uint32_t kept = bytes < SNAP_LENGTH ? bytes : SNAP_LENGTH;

	if (pcap->format == VIEW_PCAP)
		packet_classic(pcap, stamp, packet, bytes, kept);
	else
		packet_ng(pcap, stamp, packet, bytes, kept, comment);
}
