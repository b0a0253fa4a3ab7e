#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""estab echo, discard and chargen with the kernel's sockets at the other end."""

import hashlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from tool import (KERNEL_V4, V4, V6, Tool, connect, estab, need, read_all, run, wait)

need()


def send_and_close(peer, data):
    peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


def echoed(address, data):
    """What comes back of data, sent while it is read."""
    peer = connect(address, 7)
    sender = threading.Thread(target=send_and_close, args=(peer, data))
    sender.start()
    got = read_all(peer)
    sender.join()
    peer.close()
    return got


def echo_sends_back_what_came_and_closes_behind_it():
    tool = Tool("echo")
    data = os.urandom(3_000_000)
    for address in (V4, V6):
        assert echoed(address, data) == data, address
        assert echoed(address, b"") == b""
    wait(lambda: tool.said().count(": closed;") == 4, tool.said)
    assert tool.end() == 128 + signal.SIGINT
    assert "4 connections, 6000000 bytes in, 6000000 out" in tool.said()


def a_server_says_where_it_listens_and_counts_one_as_one():
    tool = Tool("echo", "7007", ready="listening at port 7007\n")
    peer = connect(V4, 7007)
    send_and_close(peer, b"x")
    assert read_all(peer) == b"x"
    wait(lambda: ": closed;" in tool.said(), tool.said)
    assert tool.end() == 128 + signal.SIGINT
    assert "1 connection, 1 byte in, 1 out" in tool.said(), tool.said()
    names = [name for _, name in socket.if_nameindex()]
    assert "estab0" not in names, names


def echo_on_a_bad_wire_is_still_right():
    tool = Tool("echo", "--impair", "loss=3%,reorder=3%,dup=1%", "--seed", "5",
                fast=True)
    data = os.urandom(300_000)
    assert echoed(V4, data) == data
    tool.end()


def a_peer_that_reads_nothing_holds_no_more_than_its_buffers():
    """What it does not take back stays unread, and its window closes."""
    tool = Tool("echo", fast=True)
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    peer.connect((V4, 7))
    peer.setblocking(False)
    sent = 0
    while select.select([], [peer], [], 0.5)[1]:
        sent += peer.send(b"x" * 65536)
    assert 100_000 < sent < 400_000, sent
    # It goes on as soon as it reads.
    peer.settimeout(20)
    peer.shutdown(socket.SHUT_WR)
    assert len(read_all(peer)) == sent
    tool.end()


def discard_reads_everything_and_says_how_much():
    tool = Tool("discard", "--json")
    for size in (0, 1, 2_000_000):
        peer = connect(V4, 9)
        port = peer.getsockname()[1]
        send_and_close(peer, b"x" * size)
        assert read_all(peer) == b""
        peer.close()
        wait(lambda: f'"port":{port}' in tool.printed(), tool.printed)
        last = json.loads(tool.printed().splitlines()[-1])
        assert last == {"peer": KERNEL_V4, "port": port, "in_bytes": size,
                        "out_bytes": 0}, last
    tool.end()


def what_cannot_be_told_ends_it():
    with open("/dev/full", "wb") as full:
        tool = Tool("discard", "--json", output=full)
        connect(V4, 9).close()
        assert tool.wait() == 1
    assert "standard output: No space left" in tool.said(), tool.said()
    assert "1 connection, 0 bytes in" in tool.said(), tool.said()


def pattern(n):
    """RFC 864: 72 characters a line, each line one further."""
    ring = bytes(range(32, 127))
    out = bytearray()
    line = 0
    while len(out) < n:
        start = line % 95
        out += (ring * 2)[start:start + 72] + b"\r\n"
        line += 1
    return bytes(out[:n])


def chargen_sends_the_pattern_until_the_peer_closes():
    tool = Tool("chargen")
    for address in (V4, V6):
        peer = connect(address, 19)
        peer.sendall(b"this is thrown away")
        got = b""
        while len(got) < 1_000_000:
            got += peer.recv(65536)
        peer.shutdown(socket.SHUT_WR)
        got += read_all(peer)
        assert got == pattern(len(got))
        peer.close()
    wait(lambda: tool.said().count(": closed; 19 bytes in") == 2, tool.said)
    tool.end()


def chargen_bears_the_rude_abort():
    tool = Tool("chargen")
    for _ in range(20):
        peer = connect(V4, 19)
        peer.recv(100)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        peer.close()
    wait(lambda: tool.said().count("connection reset by the peer") == 20,
         tool.said)
    tool.end()


def five_hundred_at_once_are_all_served():
    tool = Tool("echo", fast=True)
    peers = []
    for _ in range(500):
        peer = socket.socket()
        peer.setblocking(False)
        peer.connect_ex((V4, 7))
        peers.append(peer)
    text = {peer: hashlib.sha256(str(i).encode()).digest() * 100
            for i, peer in enumerate(peers)}
    for peer in peers:
        peer.setblocking(True)
        peer.settimeout(20)
        peer.sendall(text[peer])
    with open(f"/proc/{tool.pid}/status", encoding="ascii") as status:
        resident = next(int(line.split()[1]) for line in status
                        if line.startswith("VmRSS"))
    assert resident < 200_000, resident  # KiB; 1 GiB is only reserved
    for peer in peers:
        peer.shutdown(socket.SHUT_WR)
        assert read_all(peer) == text[peer]
        peer.close()
    wait(lambda: tool.said().count(": closed;") == 500,
         lambda: f"{tool.said().count(': closed;')} have closed: " +
         estab("ss"))
    assert tool.end() == 128 + signal.SIGINT
    assert "500 connections" in tool.said()


def beyond_the_limit_others_wait():
    tool = Tool("echo", "-n", "2")
    peers = [connect(V4, 7) for _ in range(3)]
    for peer in peers:
        peer.sendall(b"ping")
    assert peers[0].recv(4) == b"ping" and peers[1].recv(4) == b"ping"
    assert not select.select([peers[2]], [], [], 0.5)[0]
    peers[0].close()
    assert peers[2].recv(4) == b"ping"
    tool.end()


def ctrl_c_resets_what_is_open():
    tool = Tool("echo")
    peers = [connect(V4, 7) for _ in range(300)]
    for peer in peers:
        peer.sendall(b"x")
        assert peer.recv(1) == b"x"
    assert tool.process.poll() is None
    assert tool.end() == 128 + signal.SIGINT
    assert "those still open are reset" in tool.said()
    for peer in peers:
        try:
            assert False, peer.recv(1)
        except ConnectionResetError:
            pass


def a_port_in_use_nowhere_is_refused_and_curl_reads_discard():
    """Other ports refuse; an HTTP client is a peer like any other."""
    tool = Tool("discard", "80")
    done = subprocess.run(["curl", "-s", "-m", "1", f"http://{V4}/"],
                          capture_output=True, check=False)
    assert done.returncode == 28, done  # nothing comes back
    try:
        assert False, connect(V4, 81)
    except ConnectionRefusedError:
        pass
    tool.end()


run(echo_sends_back_what_came_and_closes_behind_it,
    a_server_says_where_it_listens_and_counts_one_as_one,
    echo_on_a_bad_wire_is_still_right,
    a_peer_that_reads_nothing_holds_no_more_than_its_buffers,
    discard_reads_everything_and_says_how_much,
    what_cannot_be_told_ends_it,
    chargen_sends_the_pattern_until_the_peer_closes,
    chargen_bears_the_rude_abort,
    five_hundred_at_once_are_all_served,
    beyond_the_limit_others_wait,
    ctrl_c_resets_what_is_open,
    a_port_in_use_nowhere_is_refused_and_curl_reads_discard)
