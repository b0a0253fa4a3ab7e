/* SPDX-License-Identifier: BSD-2-Clause
 *
 * facts.h - what is known of a connection, and of a process with a host, as
 * JSON objects (jansson): estab ss reads what a running process writes.
 *
 * A record's members are the fields of struct estab_status by their names.
 * kind and state are words; an address and port are "10.0.0.1:80",
 * "[2001:db8::1]:80", "*:80"; a listener's pressure is a word, its defences
 * are an array of words; an instant is left out when it does not come.
 */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include <jansson.h>

#include <estab/estab.h>

struct facts {
	struct estab_status status;
	int64_t send_limit, receive_limit; /* bytes; -1: not known */
};

struct facts_who {
	long pid;
	char command[16]; /* "nc" */
	estab_time now;   /* of the process: its instants are compared to it */
};

/* New references, or NULL when memory is out. */
json_t *facts_pack(const struct facts *facts);
json_t *facts_pack_who(const struct facts_who *who);
json_t *facts_pack_counters(const struct estab_host *host);

/* What another version does not say stays zero.  False: this is no such
 * object. */
bool facts_unpack(const json_t *object, struct facts *facts);
bool facts_unpack_who(const json_t *object, struct facts_who *who);

/* "calm", "pressed", "flooded". */
const char *facts_pressure(enum estab_pressure pressure);
/* The word of each defence, in the order of their bits; NULL: no more. */
const char *facts_defence(uint32_t n);

/* ---- facts_field.c: the plain fields of a status ---- */
void facts_fields_pack(const struct estab_status *status, json_t *object);
void facts_fields_unpack(const json_t *object, struct estab_status *status);

#endif
