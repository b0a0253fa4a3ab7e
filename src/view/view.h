/* SPDX-License-Identifier: BSD-2-Clause
 *
 * view.h - what people look at: the ladder, the control block, the state
 * diagram, JSON events and capture files, made from trace records alone.
 *
 * Everything is written through a function the caller gives; nothing here
 * makes a system call, and only the ladder allocates.  All text is UTF-8;
 * widths are display columns, of which a Chinese character takes two.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <estab/estab.h>
#include <estab/trace.h>

/* Where text goes.  write is called with pieces of any length; pieces are
 * not lines. */
struct view_out {
	void (*write)(void *context, const char *text, size_t n);
	void *context;
};

/* How it looks.  All zero is English, Unicode lines, no colour, symbols for
 * numbers, every segment drawn, 100 columns. */
struct view_style {
	bool colour; /* ANSI escapes */
	bool ascii;  /* arrows and lines of - | > instead of box drawing */
	bool zh;     /* Chinese */
	bool raw;    /* sequence numbers as they are, not x+1 */
	bool fold;   /* long runs of alike segments become one line */
	int columns; /* 0: 100; never less than 80 */
};

/* A host of the picture.  id is the trace_id its records carry.  The first
 * is drawn left, the second right, further ones left; with more than two,
 * states carry names.  where (may be NULL) stands under the name in the
 * heading.  A second host that writes no records is a peer of whom nothing
 * is known but what arrives: give it absent. */
struct view_host {
	uint8_t id;
	bool absent;
	const char *name;
	const char *where;
};
#define VIEW_HOSTS_MAX 16

/* ---- The ladder -------------------------------------------------------- */

/* Feed it records in their order, of any hosts; it draws as they come, a few
 * records late at most, because a segment that arrives as the next thing is
 * drawn as one arrow.  flush draws what waits, before something else is
 * printed, or after each batch of a live host, whose folded runs go on; end
 * does so too and adds the legend of symbols.  The hosts' names
 * and out's context must outlive it. */
struct view_ladder;
struct view_ladder *view_ladder_new(const struct view_out *out,
    const struct view_style *style, const struct view_host *hosts, size_t n);
void view_ladder_record(struct view_ladder *ladder,
    const struct estab_record *record);
void view_ladder_flush(struct view_ladder *ladder);
void view_ladder_end(struct view_ladder *ladder);
void view_ladder_free(struct view_ladder *ladder);

/* A sentence of the caller's across the ladder, between two events: the
 * heading of a step, a remark.  Wrapped. */
void view_ladder_note(struct view_ladder *ladder, const char *text);

/* ---- Symbols ----------------------------------------------------------- */

/* Names for numbers of one sequence space, e.g. {"x", 1000}, {"u", 1461}. */
#define VIEW_SYMBOLS_MAX 8
struct view_symbol {
	char name[8];
	uint32_t value;
};
struct view_space {
	struct view_symbol symbol[VIEW_SYMBOLS_MAX];
	uint8_t count;
};
struct view_symbols {
	struct view_space own, peer; /* seen from the host that was asked for */
};

/* What a ladder has learned of a connection.  False: never seen. */
bool view_ladder_symbols(const struct view_ladder *ladder, uint8_t host,
    const struct estab_endpoint *local, const struct estab_endpoint *remote,
    struct view_symbols *symbols);

/* ---- The control block ------------------------------------------------- */

/* Print a control block (or listener, half-open or TIME-WAIT record) of the
 * host called name.  With symbols (may be NULL) numbers are x+1 and so on,
 * the plain number beside it.  Timers are told relative to now. */
void view_tcb(const struct view_out *out, const struct view_style *style,
    const char *name, const struct estab_status *status,
    const struct view_symbols *symbols, estab_time now);

/* ---- The state diagram ------------------------------------------------- */

struct view_edge {
	uint8_t from, to; /* enum estab_state */
};

/* Which edges and states records have passed.  Zero it, then feed it. */
struct view_walk {
	uint16_t to[ESTAB_STATE_COUNT]; /* bit t of to[f]: f -> t was taken */
	uint16_t visited;               /* bit s: state s was entered or left */
};
void view_walk_record(struct view_walk *walk,
    const struct estab_record *record);
bool view_walk_took(const struct view_walk *walk, enum estab_state from,
    enum estab_state to);

/* RFC 9293 figure 5 in our own drawing, states and edges of the walk lit
 * (walk may be NULL), and below it every legal edge that was not drawn. */
void view_diagram(const struct view_out *out, const struct view_style *style,
    const struct view_edge *legal, size_t n, const struct view_walk *walk);

/* ---- JSON -------------------------------------------------------------- */

/* One object and a newline a record; the fields are told in json.c.  Names
 * are English whatever the language.  hosts may be NULL. */
void view_json(const struct view_out *out, const struct view_host *hosts,
    size_t n, const struct estab_record *record);

/* ---- Capture files ----------------------------------------------------- */

enum view_pcap_format {
	VIEW_PCAPNG,
	VIEW_PCAP, /* classic, nanoseconds; comments are left out */
};
struct view_pcap {
	struct view_out out;
	enum view_pcap_format format;
	int64_t epoch_ns; /* added to every time; 0: virtual time begins 1970 */
};

/* Fill pcap and write the file header: packets that begin with their IP
 * header, or with an Ethernet header, stamps in nanoseconds. */
void view_pcap_begin(struct view_pcap *pcap, const struct view_out *out,
    enum view_pcap_format format, int64_t epoch_ns, bool ethernet);
/* By the name of a file: pcapng, unless it ends in ".pcap". */
enum view_pcap_format view_pcap_format_of(const char *path);
/* comment may be NULL. */
void view_pcap_packet(struct view_pcap *pcap, estab_time time,
    const void *packet, uint32_t bytes, const char *comment);

/* What records say of the packet they were made for, a line each; zero it, then
 * add them.  What does not fit is left out. */
struct view_comment {
	char who;        /* a host's letter, before each line; 0: none */
	uint16_t reason; /* of the last line: a verdict does not repeat it */
	char text[2048];
	uint32_t bytes;
};
void view_comment(struct view_comment *comment,
    const struct estab_record *record);

/* ---- Words ------------------------------------------------------------- */

/* Sentences in the language asked for; static storage. */
const char *view_reason_text(enum estab_reason reason, bool zh);
const char *view_error_text(int error, bool zh);

/* Display columns of UTF-8 text; escapes for colour take none. */
int view_width(const char *text);

/* Write text wrapped at columns, each line after the first indented. */
void view_wrap(const struct view_out *out, const char *text, int columns,
    int indent);

#endif
