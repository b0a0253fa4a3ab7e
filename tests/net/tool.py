# SPDX-License-Identifier: BSD-2-Clause
"""estab's commands at one end of a TUN device, the kernel at the other.

A script that imports this runs in a network namespace of its own, which ends
with it, and with an XDG_RUNTIME_DIR of its own; its tests are the functions
given to run().
"""

import atexit
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

V4, V6 = "10.9.0.2", "fd00:9::2"
KERNEL_V4, KERNEL_V6 = "10.9.0.1", "fd00:9::1"
LINK = ["--link", "tun:estab0",
        "--addr", V4 + "/24", "--gateway", KERNEL_V4,
        "--addr", V6 + "/64", "--gateway", KERNEL_V6]


def need():
    """Enter the namespace, or skip the whole script."""
    if "ESTAB" not in os.environ or "ESTAB_DEBUG" not in os.environ:
        skip("ESTAB and ESTAB_DEBUG do not name the program")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        skip("/dev/net/tun does not open (modprobe tun; root)")
    if os.environ.get("ESTAB_TEST_INSIDE") != str(os.getpid()):
        # unshare becomes us: the process stays the same.
        os.environ["ESTAB_TEST_INSIDE"] = str(os.getpid())
        shutil.rmtree(RUNTIME)  # the program after us has one of its own
        try:
            os.execvp("unshare", ["unshare", "-n", sys.executable]
                      + sys.argv)
        except OSError as error:
            skip(f"unshare: {error}")
    if subprocess.run(["ip", "link", "set", "lo", "up"]).returncode != 0:
        skip("a network namespace may not be made (root is needed)")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(77)


RUNTIME = tempfile.mkdtemp(prefix=f"estab-test-{os.getpid()}-")
os.environ["XDG_RUNTIME_DIR"] = RUNTIME
os.environ["NO_COLOR"] = "1"
CONTROL = os.path.join(RUNTIME, "estab")
atexit.register(shutil.rmtree, RUNTIME, True)

running = []


class Tool:
    """A command that runs."""

    def __init__(self, *words, fast=False, link=True, ready="listening",
                 output=None, stdin=subprocess.DEVNULL):
        program = os.environ["ESTAB" if fast else "ESTAB_DEBUG"]
        self.words = tempfile.TemporaryFile("w+b")
        self.output = output or tempfile.TemporaryFile("w+b")
        command = [program, words[0], "-v"] + \
            (LINK if link is True else link or []) + list(words[1:])
        self.process = subprocess.Popen(
            command, stdin=stdin, stdout=self.output, stderr=self.words)
        running.append(self)
        self.pid = self.process.pid
        if ready:
            self.wait_said(ready)

    @staticmethod
    def read(file):
        # The offset is the child's as well: it must not move.
        size = os.fstat(file.fileno()).st_size
        return os.pread(file.fileno(), size, 0).decode("utf-8", "replace")

    def said(self):
        return self.read(self.words)

    def printed(self):
        return self.read(self.output)

    def wait_said(self, text, seconds=20):
        wait(lambda: text in self.said() or self.process.poll() is not None,
             f'"{text}" was not said but: ' + self.said(), seconds)
        assert text in self.said(), \
            f'not "{text}" but, exit {self.process.poll()}: ' + self.said()

    def end(self, number=signal.SIGINT, seconds=20):
        """Its exit status after that signal; what it leaves is checked."""
        self.process.send_signal(number)
        return self.wait(seconds)

    def wait(self, seconds=20):
        status = self.process.wait(seconds)
        running.remove(self)
        text = self.said()
        assert "Sanitizer" not in text and "runtime error" not in text, text
        return status


def wait(holds, what, seconds=20):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what() if callable(what) else what
        time.sleep(0.01)


def estab(*words, status=0):
    """Run a command to its end; returns what it printed."""
    done = subprocess.run([os.environ["ESTAB_DEBUG"], *words],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == status, \
        f"estab {' '.join(words)}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def connect(address, port, seconds=20):
    peer = socket.create_connection((address, port), seconds)
    peer.settimeout(seconds)
    return peer


def raw_segment(source, port, to_port, seq, flags):
    """One segment from nobody: what is answered to it is not taken."""
    header = struct.pack("!HHIIBBHHH", port, to_port, seq, 0, 5 << 4,
                         {"S": 2, "R": 4}[flags], 8192, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(V4) + \
        struct.pack("!BBH", 0, 6, len(header))
    total = sum(struct.unpack("!16H", pseudo + header))
    total = (total & 0xffff) + (total >> 16)
    total = ~(total + (total >> 16)) & 0xffff
    header = header[:16] + struct.pack("!H", total) + header[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0,
                     socket.inet_aton(source), socket.inet_aton(V4))
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(ip + header, (V4, 0))
    raw.close()


def read_all(peer):
    """Everything up to the end of the stream."""
    got = bytearray()
    while True:
        piece = peer.recv(65536)
        if not piece:
            return bytes(got)
        got += piece


def read_some(peer, n):
    """n bytes, or fewer at the end of the stream."""
    got = bytearray()
    while len(got) < n:
        piece = peer.recv(n - len(got))
        if not piece:
            break
        got += piece
    return bytes(got)


def run(*tests):
    failed = False
    for test in tests:
        name = test.__name__.replace("_", " ")
        try:
            test()
            print("ok " + name, flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed = True
            where = error.__traceback__.tb_next
            line = where.tb_lineno if where else "?"
            del where  # and with it what the test had open
            print(f"line {line}: {type(error).__name__}: {error}")
            for tool in running:
                print(tool.said()[-2000:])
            print("not ok " + name, flush=True)
        for tool in list(running):
            tool.process.kill()
            tool.process.wait()
            running.remove(tool)
    sys.exit(failed)
