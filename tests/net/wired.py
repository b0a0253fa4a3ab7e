# SPDX-License-Identifier: BSD-2-Clause
"""Two wires between estab and the kernel, and what others wrote at both ends:
nginx, curl, wrk, iperf3."""

import os
import shutil
import subprocess
import tempfile

from tool import (KERNEL_V4, KERNEL_V6, LINK, RUNTIME, V4, V6, Tool, connect,
                  skip, wait)

LONG = os.environ.get("ESTAB_TEST_LONG") == "1"
HTTP = 8080  # where nginx is
NEAR = 8081  # where the kernel's end of a forwarder is
SMALL, LARGE = b"hello from nginx\n", os.urandom(1 << 20)
VETH = ["--link", "packet:estab0", "--addr", V4 + "/24", "--addr", V6 + "/64"]


def need_programs():
    for name in ("nginx", "curl", "wrk", "iperf3"):
        if shutil.which(name) is None:
            skip(f"{name} is not installed")


def shell(text):
    subprocess.run(["sh", "-ec", text], check=True)


def make_pair():
    shell("ip link add estab0 type veth peer name kernel0;"
          "ip link set estab0 up; ip link set kernel0 up;"
          f"ip addr add {KERNEL_V4}/24 dev kernel0;"
          f"ip addr add {KERNEL_V6}/64 dev kernel0 nodad")


class Way:
    """A forwarder, and the addresses at which a client finds a server through
    it: in, to estab's address, or out, from it."""

    def __init__(self, wire, inward, v6, port=HTTP):
        self.wire, self.inward = wire, inward
        if wire == "veth":
            make_pair()
        loop, kernel = ("[::1]", f"[{KERNEL_V6}]") if v6 else \
            ("127.0.0.1", KERNEL_V4)
        own = V6 if v6 else V4
        if inward:
            self.address, self.port = own, port
            ends = (f"estab:{port}", f"kernel:{loop}:{port}")
        else:
            self.address, self.port = loop.strip("[]"), NEAR
            ends = (f"kernel:{loop}:{NEAR}", f"estab:{kernel}:{port}")
        self.tool = Tool("forward", *ends, fast=True,
                         link=VETH if wire == "veth" else LINK)
        host = f"[{self.address}]" if v6 else self.address
        self.url = f"http://{host}:{self.port}/"

    def __str__(self):
        return f"{self.wire}, {'in' if self.inward else 'out'}, {self.url}"

    def end(self):
        self.tool.end()
        if self.wire == "veth":
            shell("ip link del kernel0")


ALL = [(wire, inward, v6) for wire in ("tun", "veth")
       for inward in (True, False) for v6 in (False, True)]
# At full length all; else each wire, way and family once with each of the
# others.
WAYS = ALL if LONG else [
    ("tun", True, False), ("tun", False, True),
    ("veth", True, True), ("veth", False, False)]


class Nginx:
    CONF = """daemon off;
master_process off;
pid {0}/pid;
error_log {0}/error.log;
events {{ worker_connections 16000; }}
http {{
    access_log off;
    client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};
    scgi_temp_path {0}; uwsgi_temp_path {0};
    keepalive_requests 1000000000;
    server {{
        listen 0.0.0.0:{1} backlog=4096;
        listen [::]:{1} backlog=4096;
        root {0}/www;
    }}
}}
"""

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=RUNTIME)
        os.mkdir(self.folder + "/www")
        for name, text in (("www/index.html", SMALL), ("www/large", LARGE),
                           ("conf", self.CONF.format(self.folder, HTTP)
                            .encode())):
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(text)
        self.process = subprocess.Popen(
            ["nginx", "-p", self.folder, "-c", self.folder + "/conf"],
            stderr=subprocess.DEVNULL)
        wait(self.answers, self.errors)

    def answers(self):
        try:
            connect("127.0.0.1", HTTP).close()
            return True
        except ConnectionRefusedError:
            return False

    def errors(self):
        try:
            with open(self.folder + "/error.log", encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return "nginx has not said why it does not listen"

    def end(self):
        self.process.kill()
        self.process.wait()
