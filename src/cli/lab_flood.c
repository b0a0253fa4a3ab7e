/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab_flood.c - what came of each defence: a table side by side.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/lab.h"

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

/* Who served nobody has no time to show. */
static void
print_ms(const struct scenario_row *r, int width, int64_t ns)
{
	if (r->served == 0)
		(void)printf(" %*s", width, "-");
	else
		(void)printf(" %*lld", width, (long long)(ns / ESTAB_MS));
}

static void
row(const struct scenario_row *r, bool zh)
{
	const struct script_words *title = &r->defence->title;
	const unsigned permille =
	    r->tried == 0 ? 0 : (unsigned)(r->served * 1000ull / r->tried);

	(void)printf("%3u.%u %%", permille / 10, permille % 10);
	print_ms(r, 6, r->median_ns);
	print_ms(r, 5, r->late_ns);
	(void)printf(" %5u/%-5u %6llu %7llu %7llu  %s\n",
	    (unsigned)r->half_opens, (unsigned)r->half_open_max,
	    (unsigned long long)r->memory_bytes, (unsigned long long)r->syns,
	    (unsigned long long)r->syn_acks,
	    zh && title->zh != NULL ? title->zh : title->en);
}

void
lab_flood(const struct lab_wish *wish, const struct scenario *scenario,
    const struct scenario_run *run)
{
	const struct script_words *title = &scenario->title;
	const bool zh = wish->style.zh;
	const struct scenario_row *r;
	const uint32_t count = scenario_run_rows(run, &r);

	if (count == 0)
		return;
	if (wish->picture != NULL)
		lab_picture_add(wish->picture,
		    zh && title->zh != NULL ? title->zh : title->en, r, count);
	if (wish->json)
		return;
	heading(zh);
	for (uint32_t i = 0; i < count; i++)
		row(&r[i], zh);
	(void)putchar('\n');
}
