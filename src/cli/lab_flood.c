/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab_flood.c - what came of each defence: a table side by side, and a
 * picture of queue and honest success over time.
 */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/lab.h"

/* ---- The table ---------------------------------------------------------- */

static void
heading(bool zh)
{
	/* A Chinese character takes two columns. */
	(void)puts(zh ?
	        "正常客户   连接 毫秒     半连接   内存    收到    发出\n"
	        "得到服务  中位    99%       最多   字节     SYN SYN+ACK"
	        "  防御" :
	        "honest    connect ms  half-open  memory    SYNs SYN+ACK\n"
	        "served  median   99%    at most   bytes      in     out"
	        "  defence");
}

static void
row(const struct scenario_row *r, bool zh)
{
	const struct script_words *title = &r->defence->title;
	const unsigned permille =
	    r->tried == 0 ? 0 : (unsigned)(r->served * 1000ull / r->tried);

	(void)printf("%3u.%u %% %6lld %5lld %5u/%-5u %6llu %7llu %7llu  %s\n",
	    permille / 10, permille % 10, (long long)(r->median_ns / ESTAB_MS),
	    (long long)(r->late_ns / ESTAB_MS), (unsigned)r->half_opens,
	    (unsigned)r->half_open_max, (unsigned long long)r->memory_bytes,
	    (unsigned long long)r->syns, (unsigned long long)r->syn_acks,
	    zh && title->zh != NULL ? title->zh : title->en);
}

/* ---- The picture -------------------------------------------------------- */

#define LEFT 20
#define WIDTH 600
#define HEIGHT 60
#define STEP (WIDTH / SCENARIO_SAMPLES)
#define BAND (HEIGHT + 44)

/* The queue as an area, honest success as a line above it. */
static void
draw_row(FILE *svg, const struct scenario_row *r, int top, bool zh)
{
	const struct script_words *title = &r->defence->title;
	const int bottom = top + HEIGHT;
	uint32_t n;

	(void)fprintf(svg,
	    "<text x='%d' y='%d'>%s</text>\n<path class='queue' d='M%d %d",
	    LEFT, top - 6, zh && title->zh != NULL ? title->zh : title->en,
	    LEFT, bottom);
	for (n = 0; n < SCENARIO_SAMPLES; n++)
		(void)fprintf(svg, "L%d %d", LEFT + (int)n * STEP,
		    bottom -
		        (int)((uint64_t)HEIGHT * r->sample[n].half_opens /
		            r->half_open_max));
	(void)fprintf(svg, "V%dZ'/>\n<polyline class='honest' points='",
	    bottom);
	for (n = 0; n < SCENARIO_SAMPLES; n++)
		if (r->sample[n].tried > 0)
			(void)fprintf(svg, "%d,%d ", LEFT + (int)n * STEP,
			    bottom -
			        (int)((uint64_t)HEIGHT * r->sample[n].served /
			            r->sample[n].tried));
	(void)fprintf(svg,
	    "'/>\n<rect class='frame' x='%d' y='%d' width='%d' height='%d'/>\n"
	    "<text class='small' x='%d' y='%d'>%lld s</text>\n",
	    LEFT, top, WIDTH, HEIGHT, LEFT + WIDTH - 24, bottom + 14,
	    (long long)(r->sample_ns * SCENARIO_SAMPLES / ESTAB_SECOND));
}

static void
draw(FILE *svg, const struct scenario_row *r, uint32_t count, bool zh)
{
	(void)fprintf(svg,
	    "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%u' "
	    "font-family='sans-serif' font-size='13'>\n<style>"
	    ".queue{fill:#e8a0a0}.honest{fill:none;stroke:#206020;"
	    "stroke-width:2}.frame{fill:none;stroke:#888}.small{font-size:11px}"
	    "</style>\n<rect width='100%%' height='100%%' fill='#fff'/>\n"
	    "<text x='%d' y='18'>%s</text>\n",
	    WIDTH + 2 * LEFT, 40 + count * BAND, LEFT,
	    zh ?
	        "红：半连接队列，占上限的比例；绿：该时刻打开的正常客户得到服务的比例" :
	        "red: half-open queue, of its limit; green: honest clients "
	        "of that moment that were served");
	for (uint32_t i = 0; i < count; i++)
		draw_row(svg, &r[i], 50 + (int)i * BAND, zh);
	(void)fputs("</svg>\n", svg);
}

static bool
picture(const struct lab_wish *wish, const struct scenario_row *r,
    uint32_t count)
{
	FILE *svg = fopen(wish->picture, "w");

	if (svg != NULL) {
		draw(svg, r, count, wish->style.zh);
		if (fclose(svg) == 0)
			return true;
	}
	cli_say("estab lab", "cannot write %s: %s", wish->picture,
	    strerror(errno));
	return false;
}

bool
lab_flood(const struct lab_wish *wish, const struct scenario_run *run)
{
	const struct scenario_row *r;
	const uint32_t count = scenario_run_rows(run, &r);

	if (count == 0 || wish->json)
		return true;
	heading(wish->style.zh);
	for (uint32_t i = 0; i < count; i++)
		row(&r[i], wish->style.zh);
	(void)putchar('\n');
	return wish->picture == NULL || picture(wish, r, count);
}
