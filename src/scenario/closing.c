/* SPDX-License-Identifier: BSD-2-Clause
 *
 * closing.c - the sentence that stands below two worlds: only what differs,
 * each fact read from what happened.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <string.h>

/* Which facts of a host are worth telling. */
struct differing {
	bool ending, received, holding, resets;
};

/* Text that grows; it counts on when the room is full. */
struct sentence {
	char *text;
	size_t room, used;
	bool zh;
};

static void
add(struct sentence *s, const char *text)
{
	for (; *text != '\0'; text++) {
		if (s->used + 1 < s->room)
			s->text[s->used] = *text;
		s->used++;
	}
	if (s->room > 0)
		s->text[s->used < s->room ? s->used : s->room - 1] = '\0';
}

static void
add_count(struct sentence *s, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	add(s, text);
}

static void
add_seconds(struct sentence *s, estab_time t)
{
	char text[40];

	(void)snprintf(text, sizeof text, "%lld.%03lld",
	    (long long)(t / ESTAB_SECOND),
	    (long long)(t % ESTAB_SECOND / ESTAB_MS));
	add(s, text);
	add(s, s->zh ? " 秒" : " s");
}

static bool
same_time(estab_time a, estab_time b)
{
	return (a > b ? a - b : b - a) < ESTAB_MS;
}

static struct differing
compare(const struct stage_fate *a, const struct stage_fate *b)
{
	return (struct differing){
		.ending = a->state != b->state || a->closed != b->closed ||
		    (a->closed &&
		        (a->closed_by != b->closed_by ||
		            !same_time(a->closed_after, b->closed_after))),
		.received = a->received != b->received ||
		    memcmp(a->first, b->first, sizeof a->first) != 0,
		.holding = a->tcb_count != b->tcb_count ||
		    a->half_open_count != b->half_open_count ||
		    a->time_wait_count != b->time_wait_count ||
		    a->memory_bytes != b->memory_bytes,
		.resets = a->resets != b->resets,
	};
}

/* How a connection can end, in a word; what a reason stands for. */
static const char *
ended_by(enum estab_reason reason, bool zh)
{
	switch ((int)reason) {
	case ESTAB_REASON_ACK_OF_FIN:
		return zh ? "（正常关闭）" : " in the regular way";
	case ESTAB_REASON_TIMEOUT_2MSL:
		return zh ? "（2 MSL 已过）" : ", 2 MSL over";
	case ESTAB_REASON_RST_TAKEN:
	case ESTAB_REASON_RST_REFUSED:
	case ESTAB_REASON_SYN_SENT_RST:
		return zh ? "（被 RST 复位）" : " by a RST";
	case ESTAB_REASON_CALL_ABORT:
		return zh ? "（自己中止）" : " by its own abort";
	case ESTAB_REASON_TIMEOUT_USER:
	case ESTAB_REASON_TIMEOUT_TRIES:
	case ESTAB_REASON_TIMEOUT_SYN_TRIES:
	case ESTAB_REASON_TIMEOUT_KEEPALIVE_DEAD:
	case ESTAB_REASON_TIMEOUT_ORPHAN:
	case ESTAB_REASON_TIMEOUT_FIN_WAIT_2:
		return zh ? "（超时）" : " by time-out";
	default:
		return "";
	}
}

static void
add_ending(struct sentence *s, const struct stage_fate *f)
{
	const bool closed = f->closed;

	add(s,
	    closed ? (s->zh ? "在 " : " is CLOSED after ") :
	             (s->zh ? "处于 " : " ends in "));
	if (closed) {
		add_seconds(s, f->closed_after);
		add(s, s->zh ? "后 CLOSED" : "");
		add(s, ended_by(f->closed_by, s->zh));
	} else {
		add(s, estab_state_name(f->state));
	}
}

static void
add_received(struct sentence *s, const struct stage_fate *f)
{
	const uint64_t n =
	    f->received < sizeof f->first ? f->received : sizeof f->first;
	char text[sizeof f->first + 1];

	add(s, s->zh ? "的程序收到 " : "'s program got ");
	add_count(s, f->received);
	add(s, s->zh ? " 字节" : f->received == 1 ? " byte" : " bytes");
	for (uint64_t i = 0; i < n; i++) {
		if (f->first[i] < ' ' || f->first[i] > '~')
			return;
		text[i] = (char)f->first[i];
	}
	text[n] = '\0';
	if (n == 0 || n < f->received)
		return;
	add(s, s->zh ? "“" : " \"");
	add(s, text);
	add(s, s->zh ? "”" : "\"");
}

static void
add_kind(struct sentence *s, bool *any, uint32_t count, const char *en,
    const char *zh)
{
	if (count == 0)
		return;
	add(s, *any ? (s->zh ? "、" : ", ") : (s->zh ? "（" : " ("));
	*any = true;
	add_count(s, count);
	add(s, s->zh ? zh : en);
	if (!s->zh && count > 1)
		add(s, "s");
}

static void
add_holding(struct sentence *s, const struct stage_fate *f)
{
	bool any = false;

	add(s, s->zh ? "占内存 " : " holds ");
	add_count(s, f->memory_bytes);
	add(s, s->zh ? " 字节" : " bytes");
	add_kind(s, &any, f->tcb_count, " TCB", " 个 TCB");
	add_kind(s, &any, f->half_open_count, " half-open record",
	    " 条半连接记录");
	add_kind(s, &any, f->time_wait_count, " TIME-WAIT record",
	    " 条 TIME-WAIT 记录");
	if (any)
		add(s, s->zh ? "）" : ")");
}

static void
add_resets(struct sentence *s, const struct stage_fate *f)
{
	add(s, s->zh ? "发出 " : " sends ");
	add_count(s, f->resets);
	add(s, s->zh ? " 个 RST" : f->resets == 1 ? " RST" : " RSTs");
}

/* One fact of one host: its name, and what is said of it. */
static void
add_fact(struct sentence *s, bool *first, uint8_t host,
    void (*say)(struct sentence *s, const struct stage_fate *f),
    const struct stage_fate *f)
{
	const char name[2] = { (char)('A' + host), '\0' };

	if (!*first)
		add(s, s->zh ? "，" : ", ");
	*first = false;
	add(s, name);
	add(s, s->zh ? " " : "");
	say(s, f);
}

static bool
add_world(struct sentence *s, const struct scenario_run *run,
    const struct differing *differing)
{
	bool first = true;

	for (uint8_t i = 0; i < run->script->host_count; i++) {
		const struct stage_fate *f = &run->fate[i];

		if (differing[i].ending)
			add_fact(s, &first, i, add_ending, f);
		if (differing[i].received)
			add_fact(s, &first, i, add_received, f);
		if (differing[i].holding)
			add_fact(s, &first, i, add_holding, f);
		if (differing[i].resets)
			add_fact(s, &first, i, add_resets, f);
	}
	return !first;
}

static void
add_segments(struct sentence *s, const struct scenario_run *run)
{
	uint64_t n = 0;

	for (uint8_t i = 0; i < run->script->host_count; i++)
		n += run->fate[i].segments;
	add_count(s, n);
	add(s, s->zh ? " 个报文段" : " segments");
}

size_t
scenario_closing(const struct scenario_run *first,
    const struct scenario_run *second, bool zh, char *text, size_t room)
{
	struct sentence s = { .text = text, .room = room, .zh = zh };
	struct differing differing[SCRIPT_HOSTS_MAX];
	const struct script_words *title = &second->script->title;

	for (unsigned i = 0; i < SCRIPT_HOSTS_MAX; i++)
		differing[i] = compare(&first->fate[i], &second->fate[i]);
	add(&s, zh ? "区别：在这里，" : "The difference: here ");
	if (add_world(&s, first, differing))
		add(&s, zh ? "，" : ", ");
	add_segments(&s, first);
	add(&s, zh ? "；旁边的世界（" : "; beside it (");
	add(&s, zh && title->zh != NULL ? title->zh : title->en);
	add(&s, zh ? "）里，" : ") ");
	if (add_world(&s, second, differing))
		add(&s, zh ? "，" : ", ");
	add_segments(&s, second);
	add(&s, zh ? "。" : ".");
	return s.used;
}
