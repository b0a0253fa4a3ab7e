/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.h - a world while its story is told: hosts, connections, segments
 * seen and not yet accounted for.
 *
 * The picker of the world meets each frame as it enters a wire and, where the
 * story stands at a segment line, compares it there and then, because only
 * then can the line decide its fate.  While the story stands elsewhere,
 * frames queue up; the next segment line takes them in their order.
 */
#ifndef SCENARIO_STAGE_H
#define SCENARIO_STAGE_H

#include "scenario/scenario.h"
#include "wire/packet.h"

#define STAGE_SYMBOLS_MAX 32
#define STAGE_MESSAGE_BYTES 512

/* A connection of a host, as its program and the story know it. */
struct stage_slot {
	estab_conn conn; /* the program's handle; 0: none */
	bool used;       /* it had one once */
	bool known;      /* its four-tuple */
	struct estab_endpoint local, remote;
	uint8_t *sent; /* every byte the program sent */
	uint64_t sent_bytes, sent_room;
	uint64_t received; /* bytes the program got */
	uint8_t first[32]; /* and the first of them */
	int error;         /* what ended it */
	/* The call that has not returned yet: a step's number + 1. */
	uint32_t job;
	uint64_t job_done; /* bytes of it */
};

struct stage_host {
	struct scenario_run *stage;
	uint8_t id;   /* 0 is A; also its trace_id */
	void *memory; /* malloc'ed around the arena */
	void *arena;
	struct estab_host *host;
	estab_conn listener;
	bool vanished;
	uint32_t iss_taken;            /* how many were chosen */
	struct estab_cookie_keys keys; /* of one of twins */
	uint8_t keys_made;             /* how many it was ever given */
	struct stage_slot slot[SCRIPT_SLOTS_MAX];
};

/* A frame on a wire. */
struct stage_seen {
	uint32_t frame;
	uint8_t from_host, to_host;
	estab_time time;
	struct packet_view view;
	uint8_t option_bytes;
	uint8_t option[40];
	bool has_out; /* its OUT record: the sender's side of it */
	enum estab_state state;
	enum estab_reason because;
	bool fated; /* a line further down has decided its fate */
};

/* A frame that was accounted for and has not arrived. */
struct stage_pending {
	uint32_t frame;
	uint32_t step;
	uint8_t to_host;
	estab_time arrival; /* ESTAB_NEVER: held */
	bool late;          /* its line made it so */
	bool state_given, verdict_given;
	enum estab_state state;
	enum estab_reason verdict;
};

struct stage_symbol {
	char name[SCRIPT_SYMBOL_BYTES];
	uint32_t value;
};

struct stage_held {
	char name[SCRIPT_NAME_BYTES];
	uint32_t frame;
	uint8_t to_host;
	int64_t delay_ns; /* its wire's */
};

/* What became of a host, for the closing sentence. */
struct stage_fate {
	enum estab_state state;
	bool closed;
	enum estab_reason closed_by;
	estab_time closed_after;
	uint32_t tcb_count, half_open_count, time_wait_count;
	uint64_t memory_bytes, received;
	uint8_t first[32];
	uint32_t segments, resets;
};

struct scenario_run {
	const struct scenario *scenario;
	const struct script_world *script;
	struct scenario_case how;
	struct scenario_watch watch;

	struct estab_world *world;
	void *world_memory;
	struct estab_trace trace;
	uint64_t read;    /* records looked at */
	uint64_t changed; /* the last change of state since the last arrival,
	                       * its number + 1; 0: none */
	struct stage_host host[SCRIPT_HOSTS_MAX];
	struct estab_impairment wire[SCRIPT_WIRES_MAX][2];
	/* Which of twins gets what comes to their address, by the first. */
	uint8_t routed[SCRIPT_HOSTS_MAX];

	uint32_t cursor;                   /* the step the story stands at */
	bool met;                          /* the picker has moved it */
	estab_time began;                  /* when "given" had done its work */
	estab_time base;                   /* of times that are relative */
	const struct script_words *saying; /* a remark that waits, until */
	estab_time say_at;
	struct stage_seen *queue;
	uint32_t queue_head, queue_count, queue_room;
	struct stage_pending *pending;
	uint32_t pending_count, pending_room;
	struct stage_held held[8];
	uint32_t held_count;
	struct stage_symbol symbol[STAGE_SYMBOLS_MAX];
	uint32_t symbol_count;
	/* The last time stamps seen from a host to another, for forgeries. */
	uint32_t ts[SCRIPT_HOSTS_MAX][SCRIPT_HOSTS_MAX][2];
	const struct script_step *forging;
	uint32_t forged_frame;

	struct stage_fate fate[SCRIPT_HOSTS_MAX];
	struct scenario_row *row;
	uint32_t row_count;
	bool failed;
	uint32_t failed_step;
	char message[STAGE_MESSAGE_BYTES];
};

/* ---- stage.c: hosts and wires ------------------------------------------- */

bool stage_build(struct scenario_run *run);
void stage_strike(struct scenario_run *run);
/* A host anew in its arena; without addresses if it is to vanish. */
bool stage_host_start(struct scenario_run *run, uint32_t host, bool vanish);
/* The wire between two hosts, and the direction from a; -1: there is none. */
int stage_wire(const struct scenario_run *run, uint8_t a, uint8_t b,
    int *direction);
void stage_address(const struct scenario_run *run, int wire, uint8_t host,
    uint8_t nobody, struct estab_address *address);
/* ---- twins.c: several machines behind one address ----------------------- */

/* Keys of a host, as it is made: those of its twins. */
void twins_begin(struct stage_host *h);
/* Their segments come from one place. */
bool twins_join(struct scenario_run *run);
/* What comes to their address is this host's from here on. */
bool twins_route(struct scenario_run *run, uint8_t host);
int64_t twins_keys(struct stage_host *h, enum script_keys what);
/* The host at the far end of a wire, as it is routed now. */
uint8_t twins_at(const struct scenario_run *run, uint8_t host);

struct stage_slot *stage_slot(struct scenario_run *run,
    const struct script_end *end);

/* ---- stage_time.c: time and failure ------------------------------------- */

/* Note the first failure, at the step where the story stands. */
bool stage_fail(struct scenario_run *run, uint32_t step, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* One instant of the world; false: nothing happens by until. */
bool stage_step(struct scenario_run *run, estab_time until);
bool stage_advance(struct scenario_run *run, estab_time until);
/* Until what was accounted for has arrived at a host (or at all of them,
 * with SCRIPT_HOSTS_MAX). */
bool stage_settle(struct scenario_run *run, uint32_t host);
estab_time stage_instant(const struct scenario_run *run,
    const struct script_duration *duration, estab_time base);
/* For a line with a stamp: that time comes. */
bool stage_wait(struct scenario_run *run, const struct script_when *when);
/* A frame has been accounted for and is on its way. */
bool stage_pend(struct scenario_run *run, const struct stage_pending *pending);
void stage_read(struct scenario_run *run);
void stage_progress(struct scenario_run *run);
/* The remark that waits is made now. */
void stage_say(struct scenario_run *run);

/* ---- match.c, meet.c: segments against lines ---------------------------- */

/* x, u+1 to a number; false: nothing has this name yet. */
bool match_number(const struct scenario_run *run,
    const struct script_number *number, uint32_t *value);
/* A name met for the first time takes the number it stands for. */
void match_bind(struct scenario_run *run, const struct script_number *number,
    uint32_t value);
/* Whether what was seen is what a line wants of it. */
bool match_holds(enum script_test test, int64_t seen, int64_t want);
/* What a line asks that a segment has not; NULL: it fits. */
const char *match_misfit(struct scenario_run *run,
    const struct script_step *step, const struct stage_seen *seen);
/* Its time, against the stamp of the line. */
bool match_in_time(const struct scenario_run *run,
    const struct script_step *step, const struct stage_seen *seen);
uint32_t match_big_endian(const uint8_t *p, uint32_t bytes);
/* "A > B SYN ACK seq=1 ack=2 ..." */
void match_text(const struct scenario_run *run, const struct stage_seen *seen,
    char *text, size_t room);

void meet_set_up(struct scenario_run *run);
/* Take queued frames while the story stands at segment lines. */
void meet_queue(struct scenario_run *run);

/* ---- slot.c, job.c, call.c: programs ------------------------------------ */

/* The n-th byte that a program sends. */
uint8_t slot_pattern(const struct stage_host *h, const struct stage_slot *slot,
    uint64_t n);
bool slot_remember(struct stage_slot *slot, const uint8_t *data, uint64_t n);
/* The other end's program, or NULL. */
const struct stage_slot *slot_peer(const struct scenario_run *run,
    const struct stage_slot *slot);
void slot_learn(const struct stage_host *h, struct stage_slot *slot);
void slot_renew(struct stage_slot *slot, estab_conn conn);
void slot_let_go(const struct stage_host *h, struct stage_slot *slot);
void slot_let_go_of_ended(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot);

/* Try the call that waits on a connection. */
void job_try(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot);
/* Let calls that wait go on; let go of connections that have ended. */
void job_pump(struct scenario_run *run);
bool job_pending(const struct scenario_run *run);
int64_t job_send_piece(const struct stage_host *h, struct stage_slot *slot,
    const struct script_call *call, uint64_t max);
const char *job_result_text(int64_t result, char text[32]);

bool call_begin(struct scenario_run *run, const struct script_step *step);

/* ---- the other steps ---------------------------------------------------- */

void story_tell(struct scenario_run *run);
void story_finish(struct scenario_run *run);
bool siege_defend(struct scenario_run *run, const struct script_step *step);

/* ---- siege_row.c ---- */
/* A new one, all zeros but for its scales; NULL: no more room. */
struct scenario_row *siege_row_new(struct scenario_run *run,
    const struct script_defence *d);
/* Whether as many of the honest were served as its defence says. */
bool siege_row_good(const struct scenario_row *row);
bool forge_segment(struct scenario_run *run, const struct script_step *step);
/* An ICMP message as a packet; 0: the step has failed. */
uint32_t forge_icmp(struct scenario_run *run, const struct script_segment *s,
    int wire, uint8_t *packet);
bool check_all(struct scenario_run *run, const struct script_step *step);
/* The record of a connection, wherever it is; false: there is none. */
bool check_status(const struct scenario_run *run, const struct script_end *who,
    struct estab_status *status);
enum estab_state check_state(const struct scenario_run *run,
    const struct script_end *who);
/* One record, for the last ten. */
void report_record(const struct scenario_run *run,
    const struct estab_record *record, char *text, size_t room);

#endif
