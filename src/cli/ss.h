/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss.h - estab ss: the connections of running processes, as ss prints them.
 *
 * A record is first put into the kernel's words (struct tcp_info and what
 * sock_diag(7) says beside it).  From there it is printed as ss does, or
 * written as a dump for ss itself: so the two cannot differ.
 */
#ifndef CLI_SS_H
#define CLI_SS_H

#include <linux/tcp.h>
#include <stdio.h>

#include "cli/facts.h"

enum ss_timer_kind { /* idiag_timer's numbers */
	SS_TIMER_NONE,
	SS_TIMER_ON,
	SS_TIMER_KEEPALIVE,
	SS_TIMER_TIMEWAIT,
	SS_TIMER_PERSIST,
};

struct ss_record {
	const struct facts_who *who;
	struct estab_endpoint local, remote;
	uint8_t state; /* of the kernel: TCP_ESTABLISHED is 1 */
	enum ss_timer_kind timer;
	uint32_t expires_ms;
	uint32_t retransmits; /* since the last answer */
	uint32_t receive_queue, send_queue;
	uint32_t receive_memory, receive_limit, send_limit;
	/* A listener's: what ss does not know. */
	uint32_t half_open, defences;
	enum estab_pressure pressure;
	bool whole; /* a TCB: info is filled */
	struct tcp_info info;
};

/* ---- ss_record.c ---- */
struct ss_record ss_record_of(const struct facts_who *who,
    const struct facts *facts);

/* ---- ss_words.c ---- */
#define SS_WORDS 1024
/* "LISTEN", "ESTAB", "SYN-RECV". */
const char *ss_state_word(uint8_t state);
/* "timer:(on,200ms,0)", or "". */
void ss_timer_words(const struct ss_record *record, char words[SS_WORDS]);
#define SS_CONGESTION "reno" /* as the kernel calls RFC 5681 and 6582 */
/* " skmem:(...) ts reno wscale:7,7 rto:204 ...", or "". */
void ss_details(const struct ss_record *record, char words[SS_WORDS]);

/* ---- ss_table.c ---- */
/* Rows whose columns are as wide as they must be. */
struct ss_table;
struct ss_table *ss_table_new(void); /* NULL: no memory */
bool ss_table_add(struct ss_table *table, const struct ss_record *record);
size_t ss_table_rows(const struct ss_table *table);
void ss_table_print(const struct ss_table *table, FILE *to);
void ss_table_free(struct ss_table *table);

/* ---- ss_diag.c ---- */
/* One netlink message a record, for TCPDIAG_FILE=FILE ss; then the last. */
void ss_diag_put(FILE *to, const struct ss_record *record);
void ss_diag_end(FILE *to);

#endif
