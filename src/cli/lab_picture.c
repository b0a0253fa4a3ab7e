/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab_picture.c - floods as a picture: a panel for each defence, in it the
 * queue and the success of honest clients over time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/lab.h"

#define LEFT 60
#define WIDTH 600
#define RIGHT (LEFT + WIDTH)
#define HEIGHT 60           /* from nothing to all */
#define PANEL (HEIGHT + 62) /* and words above, seconds below */
#define HEAD 34             /* a scenario's title, or the legend */

struct lab_picture {
	const char *path;
	FILE *file, *body; /* whose height is known at the end */
	char *text;
	size_t bytes;
	int top; /* below what is drawn */
	bool zh;
};

struct lab_picture *
lab_picture_open(const char *path, bool zh)
{
	struct lab_picture *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->path = path;
	p->zh = zh;
	p->top = HEAD;
	p->file = fopen(path, "w");
	p->body = p->file != NULL ? open_memstream(&p->text, &p->bytes) : NULL;
	if (p->body != NULL)
		return p;
	cli_say("estab lab", "cannot write %s: %s", path, strerror(errno));
	if (p->file != NULL)
		(void)fclose(p->file);
	free(p);
	return NULL;
}

/* ---- A panel ------------------------------------------------------------ */

static void
words(FILE *svg, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			(void)fputs("&amp;", svg);
			break;
		case '<':
			(void)fputs("&lt;", svg);
			break;
		default:
			(void)fputc(*text, svg);
			break;
		}
}

static int
x_of(const struct scenario_row *r, estab_time at)
{
	return LEFT + (int)(at * WIDTH / (r->sample_ns * SCENARIO_SAMPLES));
}

/* The middle of the n-th sample. */
static int
x_at(const struct scenario_row *r, uint32_t n)
{
	return x_of(r, r->sample_ns * n + r->sample_ns / 2);
}

static int
y_of(int bottom, uint32_t part, uint32_t whole)
{
	return bottom - (int)((uint64_t)HEIGHT * part / whole);
}

/* What the right edge counts to: the limit, or where that is far above all
 * that was seen, twice as much, as a round number. */
static uint32_t
records_max(const struct scenario_row *r)
{
	uint32_t n = 10;

	while (n < r->half_opens * 2)
		n *= 10;
	if (n / 5 >= r->half_opens * 2)
		n /= 5;
	return n < r->half_open_max ? n : r->half_open_max;
}

static void
draw_caption(const struct lab_picture *p, const struct scenario_row *r, int top)
{
	const struct script_words *title = &r->defence->title;
	const unsigned permille =
	    r->tried == 0 ? 0 : (unsigned)(r->served * 1000ull / r->tried);

	(void)fprintf(p->body, "<text x='%d' y='%d'>", LEFT, top - 8);
	words(p->body, p->zh && title->zh != NULL ? title->zh : title->en);
	(void)fprintf(p->body,
	    p->zh ? "</text>\n<text class='small end' x='%d' y='%d'>"
	            "%u.%u %% 得到服务，%u B，发出 %llu 个 SYN+ACK</text>\n" :
	            "</text>\n<text class='small end' x='%d' y='%d'>"
	            "%u.%u %% served, %u B, %llu SYN+ACKs out</text>\n",
	    RIGHT, top - 8, permille / 10, permille % 10,
	    (unsigned)r->memory_bytes, (unsigned long long)r->syn_acks);
}

static void
draw_axes(FILE *svg, const struct scenario_row *r, int top)
{
	static const char *const percent[] = { "0 %", "50 %", "100 %" };
	const int bottom = top + HEIGHT;
	const int64_t end = r->sample_ns * SCENARIO_SAMPLES;

	(void)fprintf(svg,
	    "<rect class='frame' x='%d' y='%d' width='%d' height='%d'/>\n",
	    LEFT, top, WIDTH, HEIGHT);
	for (int n = 0; n < 3; n++)
		(void)fprintf(svg,
		    "<text class='small end served' x='%d' y='%d'>%s</text>\n",
		    LEFT - 6, bottom - n * HEIGHT / 2 + 4, percent[n]);
	for (uint32_t n = 0; n < 2; n++)
		(void)fprintf(svg,
		    "<text class='small records' x='%d' y='%d'>%u</text>\n",
		    RIGHT + 6, bottom - (int)n * HEIGHT + 4,
		    (unsigned)(n * records_max(r)));
	for (estab_time at = 0; at < end + r->sample_ns; at += ESTAB_SECOND)
		(void)fprintf(svg,
		    "<path class='frame' d='M%d %dv4'/>"
		    "<text class='small middle' x='%d' y='%d'>%d s</text>\n",
		    x_of(r, at), bottom, x_of(r, at), bottom + 16,
		    (int)(at / ESTAB_SECOND));
}

/* The queue as an area, honest success as a line above it. */
static void
draw_panel(const struct lab_picture *p, const struct scenario_row *r, int top)
{
	const int bottom = top + HEIGHT;
	FILE *svg = p->body;

	draw_caption(p, r, top);
	(void)fprintf(svg, "<path class='queue' d='M%d %d", LEFT, bottom);
	for (uint32_t n = 0; n < r->sample_count; n++)
		(void)fprintf(svg, "L%d %d", x_at(r, n),
		    y_of(bottom, r->sample[n].half_opens, records_max(r)));
	if (r->sample_count > 0)
		(void)fprintf(svg, "V%d", bottom);
	(void)fprintf(svg, "Z'/>\n");
	draw_axes(svg, r, top);
	(void)fprintf(svg, "<polyline class='honest' points='");
	for (uint32_t n = 0; n < SCENARIO_SAMPLES; n++)
		if (r->sample[n].tried > 0)
			(void)fprintf(svg, "%d,%d ", x_at(r, n),
			    y_of(bottom, r->sample[n].served,
			        r->sample[n].tried));
	(void)fprintf(svg, "'/>\n");
}

void
lab_picture_add(struct lab_picture *p, const char *title,
    const struct scenario_row *row, uint32_t count)
{
	(void)fprintf(p->body, "<text class='title' x='%d' y='%d'>", LEFT,
	    p->top + HEAD / 2);
	words(p->body, title);
	(void)fprintf(p->body, "</text>\n");
	p->top += HEAD;
	for (uint32_t i = 0; i < count; i++) {
		draw_panel(p, &row[i], p->top + 24);
		p->top += PANEL;
	}
}

/* ---- All of it ---------------------------------------------------------- */

static void
draw_whole(const struct lab_picture *p)
{
	(void)fprintf(p->file,
	    "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
	    "font-family='sans-serif' font-size='13'>\n<style>"
	    ".queue{fill:#f0b0a8}.honest{fill:none;stroke:#186018;"
	    "stroke-width:2}.frame{fill:none;stroke:#777}.small{font-size:11px}"
	    ".title{font-weight:bold}.end{text-anchor:end}"
	    ".middle{text-anchor:middle}.served{fill:#186018}"
	    ".records{fill:#a03020}</style>\n"
	    "<rect width='100%%' height='100%%' fill='#fff'/>\n",
	    RIGHT + LEFT, p->top);
	(void)fprintf(p->file,
	    "<path class='honest' d='M%d 21h24'/><text x='%d' y='25'>%s</text>"
	    "\n<rect class='queue' x='%d' y='14' width='24' height='14'/>"
	    "<text x='%d' y='25'>%s</text>\n",
	    LEFT, LEFT + 30,
	    p->zh ? "得到服务的正常客户，按其到来的时刻（左，%）" :
	            "honest clients served, by when they came (left, %)",
	    LEFT + 370, LEFT + 400,
	    p->zh ? "半连接队列（右，条记录）" :
	            "half-open queue (right, records)");
	(void)fwrite(p->text, 1, p->bytes, p->file);
	(void)fputs("</svg>\n", p->file);
}

bool
lab_picture_close(struct lab_picture *p)
{
	const bool empty = p->top == HEAD;
	bool good = fclose(p->body) == 0;

	draw_whole(p);
	good &= ferror(p->file) == 0;
	good &= fclose(p->file) == 0;
	if (!good)
		cli_say("estab lab", "cannot write %s: %s", p->path,
		    strerror(errno));
	else if (empty)
		cli_say("estab lab",
		    "%s: no flood was played, so nothing is drawn; f1 is one",
		    p->path);
	free(p->text);
	free(p);
	return good && !empty;
}
