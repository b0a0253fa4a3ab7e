/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wall.c - a server under a flood, by the clock.
 *
 *     wall SECONDS BARE
 *
 * Generator and honest clients run on one core, the server on another, with
 * the loop of the program's own commands and every default; between them are
 * queues of 4,096 frames that drop what does not fit.  SECONDS is how long
 * each load is brought.  BARE is how often a second the bare arithmetic of an
 * answer is done here (bench/flood.c).
 *
 * Other work on the machine takes a core from a thread for a millisecond now and
 * then: "running" are the figures without who opened meanwhile (flood/stop.h).
 *
 * C, the cookies answered a second, is measured with as many SYNs as are
 * answered, some always waiting; then half of C, nine tenths of C and twice C
 * come, however many are answered.
 */
#include <estab/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

#include "flood/figure.h"
#include "flood/stage.h"
#include "measure.h"

#define OPENS_PER_SECOND 500.0
#define FLOWS 16
#define MESSAGE_BYTES 4096
#define MESSAGES_GUESS 20000.0
#define FIFTH 0.2
#define BUSY 0.97

static struct stage stage;

/* ---- Figures ------------------------------------------------------------ */

/* What a load did, for whoever wants to know why. */
static void
tell(const char *what, const struct found *f)
{
	const struct estab_host *const host = stage.server.end.host;

	(void)fprintf(stderr,
	    "flood: %s: %.0f SYN/s offered, %.2f %% dropped by the full "
	    "queue, %.0f/s answered; %llu dropped unread (TCPSynLate); core "
	    "%.1f %%; %llu of %llu visitors served, connected after %.1f us "
	    "(99 %%: %.1f us; without who found a thread standing still: "
	    "%.1f us); %.0f messages/s; frames of honest clients dropped: "
	    "%llu; %u stops, %.2f %% of the time; threads waited for their "
	    "cores for %.2f %%\n",
	    what, f->offered, 100 * f->queue_dropped, f->answered,
	    (unsigned long long)estab_counter(host, ESTAB_COUNT_TCPSynLate),
	    100 * f->core, (unsigned long long)f->served,
	    (unsigned long long)f->opened, (double)f->median_ns / 1e3,
	    (double)f->late_ns / 1e3, (double)f->own_late_ns / 1e3,
	    f->echoed_per_second, (unsigned long long)f->frames_lost, f->stops,
	    100 * f->stopped, 100 * f->waited);
}

/* Other work on the machine shows in who never sleeps. */
static void
warn_of_others(const struct found *f)
{
	const double had = f->own < f->core ? f->own : f->core;

	if (had < BUSY)
		(void)fprintf(stderr,
		    "flood: others work on this machine: of a core that was "
		    "never idle %.0f %% was had; what the clock says below "
		    "means little\n",
		    100 * had);
}

/* A stage of its own for one load. */
static struct found
bring(const char *what, const struct load *load, double seconds)
{
	struct found found;

	stage_begin(&stage);
	found = stage_bring(&stage, load, seconds);
	stage_stop(&stage);
	tell(what, &found);
	stage_end(&stage);
	return found;
}

static double
percent(const struct found *f)
{
	return f->opened == 0 ? 0 : 100 * (double)f->served / (double)f->opened;
}

/* ---- What is measured --------------------------------------------------- */

static double
cookies(double seconds, double bare)
{
	const struct load load = { .syns_per_second = STAGE_ANSWERED };
	const struct found found = bring("capacity", &load, seconds);
	const double c = found.answered;

	warn_of_others(&found);
	figure_beside("cookies_per_second", c, "1/s", "bare arithmetic", bare,
	    c / bare);
	figure_aim(c * 2 >= bare, "cookies_per_second", c,
	    "half of the bare arithmetic");
	return c;
}

static struct found
visited(const char *what, double syns_per_second, double seconds)
{
	const struct load load = { .syns_per_second = syns_per_second,
		.opens_per_second = OPENS_PER_SECOND };

	return bring(what, &load, seconds);
}

static void
honest_success(double c, double seconds)
{
	const struct found idle = visited("idle", 0, seconds);
	const struct found half = visited("C / 2", c / 2, seconds);
	const struct found most = visited("0.9 C", c * 0.9, seconds);
	const double late = (double)most.late_ns / 1e3;
	const double idle_late = (double)idle.late_ns / 1e3;
	const double own = (double)most.own_late_ns / 1e3;
	const double idle_own = (double)idle.own_late_ns / 1e3;

	figure("honest_success_half", percent(&half), "%");
	figure("honest_success_nine_tenths", percent(&most), "%");
	figure_beside("connect_p99_us_nine_tenths", late, "us",
	    "without a flood", idle_late, idle_late / late);
	figure_beside("connect_p99_us_nine_tenths_running", own, "us",
	    "without a flood", idle_own, idle_own / own);
	figure_aim(percent(&idle) >= 100, "honest success, idle",
	    percent(&idle), "all");
	figure_aim(percent(&half) >= 99.9, "honest_success_half",
	    percent(&half), "99.9 %");
	figure_aim(percent(&most) >= 99, "honest_success_nine_tenths",
	    percent(&most), "99 %");
	figure_aim(late <= 2 * idle_late, "connect_p99_us_nine_tenths", late,
	    "twice what it is without a flood");
	figure_aim(own <= 2 * idle_own, "connect_p99_us_nine_tenths_running",
	    own, "twice what it is without a flood");
}

/* So many messages a second that the server uses a fifth of its core. */
static double
a_fifth(double seconds)
{
	double messages = MESSAGES_GUESS;

	for (int i = 0; i < 3; i++) {
		const struct load load = { .messages_per_second = messages };
		const struct found found = stage_bring(&stage, &load, seconds);

		measure_must(found.core > 0, "the server did nothing");
		messages *= FIFTH / found.core;
	}
	return messages;
}

static void
overload(double c, double seconds)
{
	struct load load = { 0 };
	struct found before, during;
	double kept, answered;

	stage_begin(&stage);
	honest_open_flows(&stage.honest, FLOWS, MESSAGE_BYTES);
	load.messages_per_second = a_fifth(seconds / 10);
	before = stage_bring(&stage, &load, seconds / 2);
	load.syns_per_second = 2 * c;
	during = stage_bring(&stage, &load, seconds);
	stage_stop(&stage);
	tell("flows alone", &before);
	tell("flows, 2 C", &during);
	stage_end(&stage);
	kept = 100 * during.echoed_per_second / before.echoed_per_second;
	answered = 100 * during.answered / c;
	figure("overload_established", kept, "%");
	figure("overload_cookies", answered, "% of C");
	figure_aim(kept >= 90, "overload_established", kept, "90 %");
	figure_aim(answered >= 80, "overload_cookies", answered, "80 % of C");
	figure_aim(during.offered >= 1.95 * c, "overload", during.offered,
	    "the generator has not brought twice C");
}

int
main(int argc, char **argv)
{
	const double seconds = argc == 3 ? strtod(argv[1], NULL) : 0;
	const double bare = argc == 3 ? strtod(argv[2], NULL) : 0;
	double ceiling, c;

	measure_must(seconds > 0 && bare > 0, "usage: wall SECONDS BARE");
	measure_must(get_nprocs() >= 2,
	    "wall needs two cores: generator and server would take turns");
	stage.server_core = stop_quieter_core(1);
	ceiling = stage_ceiling(1);
	c = cookies(seconds, bare);
	figure_beside("generator_per_second", ceiling, "1/s",
	    "cookies_per_second", c, ceiling / c);
	honest_success(c, seconds);
	overload(c, seconds);
	return 0;
}
