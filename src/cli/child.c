/* SPDX-License-Identifier: BSD-2-Clause
 *
 * child.c - a program started by ours.
 */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Three pairs of descriptors: [0] to read, [1] to write. */
struct pipes {
	int in[2], out[2], err[2];
};

static void
close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
close_pipes(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_one(&pipes->in[i]);
		close_one(&pipes->out[i]);
		close_one(&pipes->err[i]);
	}
}

static bool
open_err(int err[2], enum child_err how)
{
	struct termios as_it_is;

	if (how == CHILD_ERR_OURS)
		return true;
	if (how == CHILD_ERR_PIPE)
		return pipe2(err, O_CLOEXEC) == 0;
	cfmakeraw(&as_it_is);
	if (openpty(&err[0], &err[1], NULL, &as_it_is, NULL) != 0)
		return false;
	(void)fcntl(err[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(err[1], F_SETFD, FD_CLOEXEC);
	return true;
}

static _Noreturn void
become(char *const argv[], const struct pipes *pipes, pid_t parent)
{
	sigset_t none;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it has ended just before */
		_exit(127);
	(void)dup2(pipes->in[0], STDIN_FILENO);
	(void)dup2(pipes->out[1], STDOUT_FILENO);
	if (pipes->err[1] >= 0)
		(void)dup2(pipes->err[1], STDERR_FILENO);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execvp(argv[0], argv);
	_exit(127);
}

bool
child_start(struct child *child, char *const argv[], enum child_err err)
{
	struct pipes pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	const pid_t parent = getpid();

	*child = (struct child){ 0, -1, -1, -1 };
	if (pipe2(pipes.in, O_CLOEXEC) != 0 ||
	    pipe2(pipes.out, O_CLOEXEC) != 0 || !open_err(pipes.err, err) ||
	    (child->pid = fork()) < 0) {
		const int error = errno;

		close_pipes(&pipes);
		child->pid = 0;
		errno = error;
		return false;
	}
	if (child->pid == 0)
		become(argv, &pipes, parent);
	child->in = pipes.in[1];
	child->out = pipes.out[0];
	child->err = pipes.err[0];
	pipes.in[1] = pipes.out[0] = pipes.err[0] = -1;
	close_pipes(&pipes);
	(void)fcntl(child->in, F_SETFL, O_NONBLOCK);
	(void)fcntl(child->out, F_SETFL, O_NONBLOCK);
	if (child->err >= 0)
		(void)fcntl(child->err, F_SETFL, O_NONBLOCK);
	return true;
}

bool
child_ended(struct child *child, int *status)
{
	int how;

	if (child->pid == 0 || waitpid(child->pid, &how, WNOHANG) == 0)
		return false;
	child->pid = 0;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return true;
}

void
child_stop(struct child *child)
{
	if (child->pid > 0) {
		(void)kill(child->pid, SIGKILL);
		(void)waitpid(child->pid, NULL, 0);
		child->pid = 0;
	}
	close_one(&child->in);
	close_one(&child->out);
	close_one(&child->err);
}
