/* SPDX-License-Identifier: BSD-2-Clause
 *
 * script.h - a scenario as it was parsed: what its author wrote, checked for
 * form and not yet run.  estab-scenario(5) tells the language.
 *
 * A scenario has one world, or two beside each other.  A world is a head
 * (hosts, wires, configuration) and a story: a list of steps.
 */
#ifndef SCENARIO_SCRIPT_H
#define SCENARIO_SCRIPT_H

#include <estab/sim.h>

#define SCRIPT_HOSTS_MAX 8
#define SCRIPT_SLOTS_MAX 4 /* connections of one host that have a name */
#define SCRIPT_WIRES_MAX 8
#define SCRIPT_ISS_MAX 8
#define SCRIPT_OPTIONS_MAX 8
#define SCRIPT_SYMBOL_BYTES 8
#define SCRIPT_NAME_BYTES 32

/* One text in both languages; NULL: not written. */
struct script_words {
	const char *en, *zh;
};

/* A, B.2: a connection of a host.  nobody.3 is an address on the receiver's
 * net at which no host lives. */
struct script_end {
	uint8_t host;
	uint8_t slot;   /* 0 is plain A */
	uint8_t nobody; /* its number; 0: a host */
};

/* x+1, 0x7fffffff: a position by name and offset, or raw. */
struct script_number {
	bool given;
	char symbol[SCRIPT_SYMBOL_BYTES]; /* "": raw */
	int64_t offset;
};

/* The time-outs a duration can wait for: A's RTO, B's TIME-WAIT. */
enum script_timer {
	SCRIPT_TIMER_NONE,
	SCRIPT_TIMER_RTO,
	SCRIPT_TIMER_PERSIST,
	SCRIPT_TIMER_ACK,
	SCRIPT_TIMER_KEEPALIVE,
	SCRIPT_TIMER_TIME_WAIT,
	SCRIPT_TIMER_USER,
};

/* 3s, 2 MSL, 2 MSL + 10ms, B's RTO: a sum.  A timer makes it the instant at
 * which that timer runs out. */
struct script_duration {
	int64_t ns;
	int32_t msl_count;
	enum script_timer timer;
	struct script_end whose;
};

enum script_when_kind {
	SCRIPT_WHEN_ANY,
	SCRIPT_WHEN_AT,    /* since the story began */
	SCRIPT_WHEN_LATER, /* since the line before */
};

struct script_when {
	enum script_when_kind kind;
	struct script_duration from, to; /* equal unless a range was written */
};

/* How a value is compared. */
enum script_test {
	SCRIPT_TEST_NONE, /* not looked at */
	SCRIPT_TEST_ANY,  /* written "any": a wildcard, counted */
	SCRIPT_TEST_EQUAL,
	SCRIPT_TEST_NOT_EQUAL,
	SCRIPT_TEST_AT_LEAST,
	SCRIPT_TEST_AT_MOST,
	SCRIPT_TEST_ABOVE,
	SCRIPT_TEST_BELOW,
};

enum script_options_test {
	SCRIPT_OPTIONS_NONE,  /* not looked at */
	SCRIPT_OPTIONS_SET,   /* these kinds and no other, in any order */
	SCRIPT_OPTIONS_SOME,  /* at least these */
	SCRIPT_OPTIONS_EXACT, /* to the byte */
};

struct script_option {
	uint8_t kind;
	uint8_t value_count;
	uint32_t value[2];
};

struct script_options {
	enum script_options_test test;
	uint8_t count;
	struct script_option option[SCRIPT_OPTIONS_MAX];
	uint8_t exact_bytes;
	uint8_t exact[40];
};

/* What the wire does to this one segment. */
struct script_fate {
	bool lost, duplicated, corrupted;
	char held[SCRIPT_NAME_BYTES]; /* until released by this name; "": not */
	bool bit_given;
	uint32_t bit;
	bool late;
	struct script_duration delay;
};

/* What a forged ICMP message says about a segment. */
enum script_icmp {
	SCRIPT_ICMP_NONE, /* a segment, no ICMP */
	SCRIPT_ICMP_PORT_UNREACHABLE,
	SCRIPT_ICMP_HOST_UNREACHABLE,
	SCRIPT_ICMP_TIME_EXCEEDED,
	SCRIPT_ICMP_TOO_BIG,
};

/* A segment that is to come, or one that the lab forges.  Of an ICMP message
 * seq is that of the segment it quotes, which to has sent. */
struct script_segment {
	struct script_end from, to;
	enum script_icmp icmp;
	uint32_t icmp_mtu; /* 0: the router does not say */
	bool forged, maybe;
	bool flags_any, psh_given;
	uint8_t flags; /* ESTAB_SYN ... */
	struct script_number seq, ack;
	bool seq_any, ack_any;
	enum script_test len_test, wnd_test;
	uint32_t len, wnd, up;
	struct script_options options;
	const char *text; /* forged: its text; NULL: len bytes of 'x' */
	bool from_given, to_given; /* the state of that end was written */
	enum estab_state from_state, to_state;
	bool because_given, verdict_given;
	enum estab_reason because, verdict;
	uint16_t from_port, to_port; /* forged; 0: the connection's */
	struct script_fate fate;
};

/* What is done with the keys of one of several machines. */
enum script_keys {
	SCRIPT_KEYS_ADD,
	SCRIPT_KEYS_PROMOTE,
	SCRIPT_KEYS_REMOVE,
};

enum script_verb {
	SCRIPT_LISTEN,
	SCRIPT_CONNECT,
	SCRIPT_LISTEN_CONNECT,
	SCRIPT_ACCEPT,
	SCRIPT_SEND,
	SCRIPT_SEND_URGENT,
	SCRIPT_RECEIVE,
	SCRIPT_RECEIVE_END,
	SCRIPT_CLOSE,
	SCRIPT_ABORT,
	SCRIPT_RELEASE,
	SCRIPT_FORGET,
	SCRIPT_SET,
	SCRIPT_KEYS,    /* add, promote or remove one */
	SCRIPT_RESTART, /* the host loses its memory */
	SCRIPT_VANISH,  /* and does not come back */
	SCRIPT_VERB_COUNT
};

struct script_call {
	struct script_end who;
	enum script_verb verb;
	struct script_end peer; /* connect, listen-connect */
	uint16_t port;          /* the one that listens */
	uint16_t from_port;     /* 0: chosen by the host */
	uint32_t backlog;
	uint64_t bytes;
	const char *text; /* send "...", receive "..."; NULL: a pattern */
	enum estab_option option;
	int64_t value;     /* of the option; keys: enum script_keys */
	bool result_given; /* -> N: at once, and exactly so */
	int64_t result;
};

/* What "expect" can look at. */
enum script_check_kind {
	SCRIPT_CHECK_STATE,
	SCRIPT_CHECK_FIELD, /* of STATUS or of the host's memory */
	SCRIPT_CHECK_COUNTER,
	SCRIPT_CHECK_RECEIVED, /* bytes the program got, as they were sent */
	SCRIPT_CHECK_NOTHING_LEFT,
};

struct script_check {
	enum script_check_kind kind;
	struct script_end who;
	enum estab_state state;
	uint32_t field; /* of field.h's table, or enum estab_counter */
	enum script_test test;
	struct script_number number;
	struct script_duration duration;
	const char *where; /* in its line, for the message */
};

/* "attack random at 1000/s for 4s, honest 20/s": what the lines below it are
 * to stand. */
enum script_sources {
	SCRIPT_SOURCES_NONE,
	SCRIPT_SOURCES_ONE,       /* one address at which nobody lives */
	SCRIPT_SOURCES_RANDOM,    /* any address */
	SCRIPT_SOURCES_NEIGHBOUR, /* the one the honest have, behind a NAT */
	SCRIPT_SOURCES_VICTIM, /* the same, and it resets what it never sent */
};
struct script_attack {
	enum script_sources sources;
	uint32_t syns_per_second, honest_per_second;
	int64_t span_ns;
	int64_t restart_ns; /* the server loses its memory then; 0: never */
	int64_t turn_ns;    /* the server reads so often, all that has come; 0:
	                  * each packet as it comes */
	bool speaks_first;  /* the server does */
	bool third_lost;    /* the first ACK of each honest client */
};

/* "defend "cookies" syn-cookies on: honest >= 99%": the attack again, in a
 * world of its own, against a server so configured. */
struct script_defence {
	struct script_words title;
	struct script_attack attack;
	struct estab_config config;
	bool keys; /* given ones, which a restart keeps */
	enum script_test test;
	uint32_t percent; /* of the honest that are served */
};

enum script_step_kind {
	SCRIPT_STEP_SAY,
	SCRIPT_STEP_CALL,
	SCRIPT_STEP_SEGMENT, /* comes next on a wire */
	SCRIPT_STEP_FORGE,
	SCRIPT_STEP_AFTER,    /* time passes and nothing is sent */
	SCRIPT_STEP_ANYTHING, /* until the next segment line matches */
	SCRIPT_STEP_QUIET,    /* anything, until all is acknowledged */
	SCRIPT_STEP_ANY_FOR,  /* anything, for a while */
	SCRIPT_STEP_RELEASE,  /* a held segment goes on its way */
	SCRIPT_STEP_WIRE,     /* a wire changes */
	SCRIPT_STEP_ROUTE,    /* another twin gets what comes */
	SCRIPT_STEP_EXPECT,
	SCRIPT_STEP_DEFEND,
};

/* A held segment goes on its way, and what its receiver makes of it. */
struct script_release {
	char name[SCRIPT_NAME_BYTES];
	bool state_given, verdict_given;
	struct script_end who;
	enum estab_state state;
	enum estab_reason verdict;
};

struct script_wire {
	uint8_t a, b;
	/* The words of "wire A B loss=5%", parsed by estab_impairment_parse. */
	struct estab_impairment there, back;
	bool there_given, back_given;
};

struct script_step {
	enum script_step_kind kind;
	uint32_t line;       /* of the file */
	const char *written; /* the line itself */
	bool prelude;        /* made by "given", not written here */
	struct script_when when;
	union {
		struct script_words say;
		struct script_call call;
		struct script_segment segment;
		struct script_duration span;
		struct script_release release;
		struct script_wire wire;
		uint8_t route; /* to this host */
		struct script_defence *defence;
		struct {
			struct script_check *check;
			uint32_t count;
		} expect;
	} u;
};

/* A host's own settings, laid over what all hosts have. */
struct script_host {
	struct estab_config config; /* crypto, trace and ids are the runner's */
	uint32_t iss[SCRIPT_ISS_MAX];
	uint8_t iss_count;
	uint8_t twin_of; /* whose address it has, plus 1; 0: its own.  The
	                  * first of twins is its own twin. */
};

struct script_world {
	struct script_words title; /* of a world that stands beside another */
	uint8_t host_count;
	struct script_host host[SCRIPT_HOSTS_MAX];
	uint8_t wire_count;
	struct script_wire wire[SCRIPT_WIRES_MAX];
	uint64_t seed;
	struct script_attack attack; /* the last that was told */
	struct script_step *step;
	uint32_t step_count, step_room;
};

#define SCRIPT_V4 0x1u
#define SCRIPT_V6 0x2u
#define SCRIPT_ISS_CASES 4 /* 0, 2^31-1, 2^31, 2^32-1 */

struct scenario {
	char name[64];
	struct script_words title;
	uint8_t families;  /* SCRIPT_V4 | SCRIPT_V6 */
	uint8_t iss_cases; /* a bit for each of the four */
	uint8_t world_count;
	struct script_world world[2];
	uint32_t wildcard_count; /* numbers, windows, segments left open */
	/* Texts the steps point into. */
	char *source[3];
	uint8_t source_count;
};

#endif
