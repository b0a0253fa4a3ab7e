/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss_words.c - a record in ss's words, in its order and units.  What ss
 * leaves out at its common value is left out here.
 */
#include "cli/ss.h"

#include <stdarg.h>
#include <string.h>

#define SSTHRESH_NONE 0xffff /* in segments: no loss yet */

const char *
ss_state_word(uint8_t state)
{
	static const char *const word[] = { "UNKNOWN", "ESTAB", "SYN-SENT",
		"SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN",
		"CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING" };

	return state < sizeof word / sizeof word[0] ? word[state] : word[0];
}

static void __attribute__((format(printf, 2, 3)))
add(char words[SS_WORDS], const char *format, ...)
{
	const size_t n = strlen(words);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(words + n, SS_WORDS - n, format, arguments);
	va_end(arguments);
}

/* ---- The timer ---------------------------------------------------------- */

/* "1min20sec", "1.200ms" (a second and 200 ms), "200ms": ss's own way. */
static void
add_duration(char words[SS_WORDS], uint32_t total_ms)
{
	const uint32_t minutes = total_ms / 60000;
	const uint32_t seconds = minutes > 9 ? 0 : total_ms / 1000 % 60;
	const uint32_t ms = minutes > 0 || seconds > 9 ? 0 : total_ms % 1000;

	if (minutes > 0)
		add(words, "%umin", minutes);
	if (seconds > 0)
		add(words, "%u%s", seconds, ms > 0 ? "." : "sec");
	if (ms > 0)
		add(words, "%03ums", ms);
}

void
ss_timer_words(const struct ss_record *record, char words[SS_WORDS])
{
	static const char *const word[] = { "off", "on", "keepalive",
		"timewait", "persist" };

	words[0] = '\0';
	if (record->timer == SS_TIMER_NONE)
		return;
	add(words, "timer:(%s,", word[record->timer]);
	add_duration(words, record->expires_ms);
	add(words, ",%u)", record->retransmits);
}

/* ---- The details -------------------------------------------------------- */

static void
add_memory(const struct ss_record *record, char words[SS_WORDS])
{
	add(words, " skmem:(r%u,rb%u,t0,tb%u,f0,w%u,o0,bl0,d0)",
	    record->receive_memory, record->receive_limit, record->send_limit,
	    record->state == 10 ? 0 : record->send_queue);
}

static void
add_count(char words[SS_WORDS], const char *name, uint64_t n)
{
	if (n > 0)
		add(words, " %s:%llu", name, (unsigned long long)n);
}

/* How a listener stands towards SYNs, and what it has against a flood. */
static void
add_flood(const struct ss_record *record, char words[SS_WORDS])
{
	const char *between = " defences:";

	add(words, " half-open:%u pressure:%s", record->half_open,
	    facts_pressure(record->pressure));
	for (uint32_t n = 0; facts_defence(n) != NULL; n++) {
		if ((record->defences & 1u << n) == 0)
			continue;
		add(words, "%s%s", between, facts_defence(n));
		between = ",";
	}
}

static double
ms_of(uint32_t microseconds)
{
	return (double)microseconds / 1000;
}

static void
add_path(const struct tcp_info *info, char words[SS_WORDS])
{
	if ((info->tcpi_options & TCPI_OPT_TIMESTAMPS) != 0)
		add(words, " ts");
	if ((info->tcpi_options & TCPI_OPT_SACK) != 0)
		add(words, " sack");
	add(words, " " SS_CONGESTION);
	if ((info->tcpi_options & TCPI_OPT_WSCALE) != 0)
		add(words, " wscale:%u,%u", info->tcpi_snd_wscale,
		    info->tcpi_rcv_wscale);
	if (info->tcpi_rto > 0)
		add(words, " rto:%g", ms_of(info->tcpi_rto));
	if (info->tcpi_backoff > 0)
		add(words, " backoff:%u", info->tcpi_backoff);
	if (info->tcpi_rtt > 0)
		add(words, " rtt:%g/%g", ms_of(info->tcpi_rtt),
		    ms_of(info->tcpi_rttvar));
	if (info->tcpi_ato > 0)
		add(words, " ato:%g", ms_of(info->tcpi_ato));
	add_count(words, "mss", info->tcpi_snd_mss);
	add_count(words, "pmtu", info->tcpi_pmtu);
	add_count(words, "rcvmss", info->tcpi_rcv_mss);
	add_count(words, "advmss", info->tcpi_advmss);
	add_count(words, "cwnd", info->tcpi_snd_cwnd);
	if (info->tcpi_snd_ssthresh > 0 &&
	    info->tcpi_snd_ssthresh < SSTHRESH_NONE)
		add(words, " ssthresh:%u", info->tcpi_snd_ssthresh);
}

/* What a window a round trip makes. */
static void
add_rate(const struct tcp_info *info, char words[SS_WORDS])
{
	const double bits =
	    (double)info->tcpi_snd_cwnd * (double)info->tcpi_snd_mss * 8;

	if (bits > 0 && info->tcpi_rtt > 0)
		add(words, " send %.0fbps",
		    bits * 1000000 / (double)info->tcpi_rtt);
}

static void
add_counts(const struct tcp_info *info, char words[SS_WORDS])
{
	add_count(words, "bytes_sent", info->tcpi_bytes_sent);
	add_count(words, "bytes_retrans", info->tcpi_bytes_retrans);
	add_count(words, "bytes_acked", info->tcpi_bytes_acked);
	add_count(words, "bytes_received", info->tcpi_bytes_received);
	add_count(words, "segs_out", info->tcpi_segs_out);
	add_count(words, "segs_in", info->tcpi_segs_in);
	add_rate(info, words);
	add_count(words, "lastack", info->tcpi_last_ack_recv);
	add_count(words, "unacked", info->tcpi_unacked);
	if (info->tcpi_retrans + info->tcpi_total_retrans > 0)
		add(words, " retrans:%u/%u", info->tcpi_retrans,
		    info->tcpi_total_retrans);
	add_count(words, "lost", info->tcpi_lost);
	add_count(words, "notsent", info->tcpi_notsent_bytes);
	add_count(words, "snd_wnd", info->tcpi_snd_wnd);
}

void
ss_details(const struct ss_record *record, char words[SS_WORDS])
{
	words[0] = '\0';
	if (record->whole || record->state == 10)
		add_memory(record, words);
	if (record->state == 10)
		add_flood(record, words);
	if (!record->whole)
		return;
	add_path(&record->info, words);
	add_counts(&record->info, words);
}
