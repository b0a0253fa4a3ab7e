#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""estab forward: what each end does is what the other end sees."""

import errno
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from tool import (KERNEL_V4, V4, V6, Tool, connect, estab, need, raw_segment,
                  read_all, read_some, run, wait)

need()

TARGET = "kernel:127.0.0.1:5000"


def serve(port=5000, address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(1024)
    server.settimeout(20)
    return server


def pair(server, address=V4, port=80):
    """Both ends of a new connection through the forwarder."""
    client = connect(address, port)
    peer, _ = server.accept()
    peer.settimeout(20)
    return client, peer


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    peer.close()


def is_reset(peer):
    try:
        peer.recv(1)
        return False
    except ConnectionResetError:
        return True


def refusal(address, port):
    """The errno of connecting, 0 if it does."""
    peer = socket.socket(socket.AF_INET6 if ":" in address else
                         socket.AF_INET)
    peer.settimeout(20)
    number = peer.connect_ex((address, port))
    peer.close()
    return number


def kernel_count(state, port):
    done = subprocess.run(["ss", "-Htan", "state", state, "dport", f":{port}"],
                          capture_output=True, text=True, check=True)
    return len(done.stdout.splitlines())


def both_ways(client, peer, there, back):
    """Send there and back at once, close each way; what arrived."""
    got = {}

    def receive(name, end):
        got[name] = read_all(end)

    def send(end, data):
        end.sendall(data)
        end.shutdown(socket.SHUT_WR)

    work = [threading.Thread(target=receive, args=("back", client)),
            threading.Thread(target=receive, args=("there", peer)),
            threading.Thread(target=send, args=(client, there)),
            threading.Thread(target=send, args=(peer, back))]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join(60)
    return got["there"], got["back"]


def descriptors(tool):
    return len(os.listdir(f"/proc/{tool.pid}/fd"))


def processor_time(tool):
    with open(f"/proc/{tool.pid}/stat", encoding="ascii") as stat:
        return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))


def sleeps(tool):
    """It uses next to no processor time while nothing moves."""
    before = processor_time(tool)
    time.sleep(1)
    used = processor_time(tool) - before
    assert used < os.sysconf("SC_CLK_TCK") / 2, used


# ---- Carrying -------------------------------------------------------------

def bytes_go_both_ways_and_each_way_ends():
    there, back = os.urandom(2_000_000), os.urandom(3_000_000)
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    for address in (V4, V6):
        client, peer = pair(server, address)
        assert both_ways(client, peer, there, back) == (there, back)
        client.close()
        peer.close()
    wait(lambda: tool.said().count(": closed; 2000000 bytes from estab, "
                                   "3000000 to it") == 2, tool.said)
    assert tool.end() == 128 + signal.SIGINT
    assert "2 connections\n" in tool.said()


def over_ipv6_to_ipv6_and_at_one_address_only():
    server = serve(5001, "::1")
    tool = Tool("forward", f"estab:[{V6}]:80", "kernel:[::1]:5001")
    client, peer = pair(server, V6)
    assert both_ways(client, peer, b"there", b"back") == (b"there", b"back")
    assert refusal(V4, 80) == errno.ECONNREFUSED
    tool.end()


def from_the_kernel_to_estab():
    """The target is the kernel's again, at the far end of estab's wire."""
    server = serve(5002, "0.0.0.0")
    tool = Tool("forward", "kernel:127.0.0.1:5003", f"estab:{KERNEL_V4}:5002")
    client, peer = pair(server, "127.0.0.1", 5003)
    assert peer.getpeername()[0] == V4
    there, back = os.urandom(1_000_000), os.urandom(1_000_000)
    assert both_ways(client, peer, there, back) == (there, back)
    for first, second in (pair(server, "127.0.0.1", 5003),
                          pair(server, "127.0.0.1", 5003)[::-1]):
        reset(first)
        assert is_reset(second)
    server.close()
    # The target refuses: the kernel has accepted by then, so it is a reset.
    client = socket.socket()
    client.settimeout(20)
    if client.connect_ex(("127.0.0.1", 5003)) == 0:
        assert is_reset(client)
    assert tool.end() == 128 + signal.SIGINT


def a_listener_that_cannot_be_had_is_told_and_what_to_do():
    """In words on standard error, exit 1, and no device stays."""
    taken = serve(2222)
    for listen, words in (("kernel:127.0.0.1:2222", "take another port"),
                          ("kernel:192.0.2.7:2223", "no address of this")):
        tool = Tool("forward", listen, f"estab:{KERNEL_V4}:22", ready=None)
        assert tool.wait() == 1, tool.said()
        assert words in tool.said(), tool.said()
        assert f"LISTEN {listen.split(':')[1]} port" in tool.said()
        assert "estab0" not in [name for _, name in socket.if_nameindex()]
    taken.close()


def from_the_kernel_a_refusal_is_a_reset():
    """The kernel has accepted before estab is asked (estab-forward(1))."""
    tool = Tool("forward", "kernel:127.0.0.1:2222", f"estab:{KERNEL_V4}:22",
                ready="listening at 127.0.0.1 port 2222\n")
    peer = connect("127.0.0.1", 2222)
    assert is_reset(peer)
    wait(lambda: "connection refused" in tool.said(), tool.said)
    assert tool.end() == 128 + signal.SIGINT
    assert "estab forward: 1 connection\n" in tool.said(), tool.said()


def an_http_client_sees_its_server():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)

    def answer():
        peer, _ = server.accept()
        text = b""
        while b"\r\n\r\n" not in text:
            text += peer.recv(65536)
        peer.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
        peer.close()

    thread = threading.Thread(target=answer)
    thread.start()
    done = subprocess.run(["curl", "-s", "-m", "20", f"http://{V4}/"],
                          capture_output=True, text=True, check=True)
    thread.join()
    assert done.stdout == "hello\n"
    tool.end()


def a_bad_wire_changes_no_byte():
    server = serve()
    tool = Tool("forward", "--impair", "loss=3%,reorder=3%,dup=1%", "--seed",
                "7", "estab:80", TARGET, fast=True)
    client, peer = pair(server)
    there, back = os.urandom(200_000), os.urandom(200_000)
    assert both_ways(client, peer, there, back) == (there, back)
    tool.end()


# ---- Opening: W1, W4, W11 --------------------------------------------------

def w1_a_target_that_refuses_is_refusal():
    tool = Tool("forward", "estab:80", "kernel:127.0.0.1:5999")
    for address in (V4, V6):
        for _ in range(20):
            assert refusal(address, 80) == errno.ECONNREFUSED
    assert "Connection refused" in tool.said()
    assert descriptors(tool) < 16
    tool.end()


def w1_a_target_out_of_reach_is_unreachable():
    assert subprocess.run(["ip", "route", "add", "unreachable",
                           "192.0.2.0/24"], check=False).returncode == 0
    assert subprocess.run(["ip", "-6", "route", "add", "unreachable",
                           "2001:db8::/32"], check=False).returncode == 0
    tool = Tool("forward", "estab:80", "kernel:192.0.2.1:80")
    assert refusal(V4, 80) == errno.EHOSTUNREACH
    assert refusal(V6, 80) == errno.EHOSTUNREACH
    tool.end()


def filter_port(port, hook="output"):
    subprocess.run(
        ["nft", f"add table inet t; add chain inet t i {{ type filter hook "
         f"{hook} priority 0; }}; add rule inet t i tcp dport {port} drop"],
        check=True)


def unfilter():
    subprocess.run(["nft", "delete", "table", "inet", "t"], check=True)


def w1_a_filtered_target_is_silence_and_one_dial():
    filter_port(5998)
    tool = Tool("forward", "estab:80", "kernel:127.0.0.1:5998")
    client = socket.socket()
    client.settimeout(3.5)  # its SYN comes three times
    try:
        client.connect((V4, 80))
        assert False, "connected"
    except TimeoutError:
        pass
    assert kernel_count("syn-sent", 5998) == 1
    assert "SYN-RECV" in estab("ss")
    # It leaves; when its SYN has not come for a while, so does the dial.
    client.close()
    wait(lambda: kernel_count("syn-sent", 5998) == 0, "it dials for nobody",
         40)
    assert "user timeout" in tool.said(), tool.said()
    unfilter()
    tool.end()


def w11_a_client_that_resets_its_syn_ends_the_dial_at_once():
    filter_port(5997)
    tool = Tool("forward", "estab:80", "kernel:127.0.0.1:5997")
    raw_segment("10.9.0.77", 4000, 80, 1, "S")
    wait(lambda: kernel_count("syn-sent", 5997) == 1, tool.said)
    raw_segment("10.9.0.77", 4000, 80, 1, "S")  # and no second dial
    time.sleep(0.2)
    assert kernel_count("syn-sent", 5997) == 1
    raw_segment("10.9.0.77", 4000, 80, 2, "R")
    wait(lambda: kernel_count("syn-sent", 5997) == 0, tool.said, 3)
    assert "reset by the peer" in tool.said(), tool.said()
    unfilter()
    tool.end()


def w11_a_client_that_never_ends_its_handshake_resets_its_target():
    """SYN+ACK, and then a reset: the target's connection is reset, too."""
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    raw_segment("10.9.0.77", 4001, 80, 1, "S")
    peer, _ = server.accept()
    peer.settimeout(20)
    raw_segment("10.9.0.77", 4001, 80, 2, "R")
    assert is_reset(peer)
    tool.end()


def w11_a_client_of_the_kernel_s_that_resets_ends_the_dial():
    filter_port(5996, "input")
    tool = Tool("forward", "kernel:127.0.0.1:5003", f"estab:{KERNEL_V4}:5996")
    client = connect("127.0.0.1", 5003)
    wait(lambda: "SYN-SENT" in estab("ss"), tool.said)
    reset(client)
    wait(lambda: "SYN-SENT" not in estab("ss"), tool.said, 3)
    unfilter()
    tool.end()


# ---- Ending: W12, W14, W22, W23 --------------------------------------------------

def w12_each_direction_ends_alone():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    for near, far in (pair(server), pair(server)[::-1]):
        near.sendall(b"question")
        near.shutdown(socket.SHUT_WR)
        assert read_all(far) == b"question"
        time.sleep(0.3)
        for i in range(20):  # data for as long as it likes
            far.sendall(b"answer %d" % i)
            assert near.recv(64) == b"answer %d" % i
        far.sendall(os.urandom(500_000))
        far.close()
        assert len(read_all(near)) == 500_000
        near.close()
    wait(lambda: tool.said().count(": closed;") == 2, tool.said)
    tool.end()


def w22_a_reset_is_handed_on():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    for near, far in (pair(server), pair(server)[::-1]):
        near.sendall(b"x")
        assert far.recv(1) == b"x"
        reset(near)
        assert is_reset(far)
    # Half-closed as well.
    for near, far in (pair(server), pair(server)[::-1]):
        far.shutdown(socket.SHUT_WR)
        assert read_all(near) == b""
        reset(near)
        assert is_reset(far)
    wait(lambda: "ESTAB" not in estab("ss"), lambda: estab("ss"))
    tool.end()


def read_to_reset(peer):
    """What came before the reset."""
    got = b""
    try:
        while True:
            piece = peer.recv(65536)
            assert piece, f"an end in order after {len(got)} bytes"
            got += piece
    except ConnectionResetError:
        return got


def w23_what_was_said_before_a_reset_is_still_read():
    """A server that answers and leaves with text unread, and anybody who
    speaks and resets: forward sees both at once."""
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    text = os.urandom(9000)
    for order in (1, -1):
        for rude in (False, True):
            near, far = pair(server)[::order]
            if not rude:
                near.sendall(b"never read")
                wait(lambda: select.select([far], [], [], 0)[0], "no text")
            os.kill(tool.pid, signal.SIGSTOP)
            far.sendall(text)
            time.sleep(0.05)
            if rude:
                reset(far)
            else:
                near.sendall(b"and more")
                far.close()
            time.sleep(0.05)
            os.kill(tool.pid, signal.SIGCONT)
            assert read_to_reset(near) == text, (order, rude)
            near.close()
    tool.end()


# ---- Bounds -----------------------------------------------------------------

def who_does_not_read_closes_the_other_s_window():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET, fast=True)
    for near, far in (pair(server), pair(server)[::-1]):
        near.setblocking(False)
        sent = 0
        while select.select([], [near], [], 1)[1]:
            sent += near.send(b"x" * 262144)
        assert sent < 24_000_000, sent  # the kernel's own buffers, mostly
        sleeps(tool)
        near.setblocking(True)
        near.shutdown(socket.SHUT_WR)
        assert len(read_all(far)) == sent
        far.close()
        near.close()
    tool.end()


def an_end_that_hangs_up_while_the_other_is_stuck_spins_nothing():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET, fast=True)
    client, peer = pair(server)
    client.shutdown(socket.SHUT_WR)
    assert read_all(peer) == b""
    data = os.urandom(6_000_000)
    thread = threading.Thread(target=lambda: (peer.sendall(data),
                                              peer.close()))
    thread.start()
    time.sleep(1)
    sleeps(tool)
    assert read_all(client) == data
    thread.join()
    tool.end()


def five_hundred_at_once_each_have_their_own():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET, fast=True)
    clients = []
    for _ in range(500):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex((V4, 80))
        clients.append(client)
    peers = [server.accept()[0] for _ in range(500)]
    for i, client in enumerate(clients):
        client.setblocking(True)
        client.settimeout(20)
        client.sendall(struct.pack("!I", i) * 1000)
    for peer in peers:
        peer.settimeout(20)
        number = read_some(peer, 4)
        peer.sendall(number * 1000)
        assert read_some(peer, 3996) == number * 999
    for i, client in enumerate(clients):
        assert read_some(client, 4000) == struct.pack("!I", i) * 1000
    assert estab("ss").count("\nESTAB") == 500
    for i, client in enumerate(clients):
        reset(client) if i % 2 else client.close()
    for peer in peers:
        try:
            assert peer.recv(1) == b""
        except ConnectionResetError:
            pass
        peer.close()
    wait(lambda: descriptors(tool) < 16, lambda: str(descriptors(tool)))
    tool.end()


def w24_nothing_is_left_after_many():
    """W24: whatever their ends, connections leave nothing behind: neither a
    descriptor nor one of the few records that there are."""
    server = serve()
    tool = Tool("forward", "--set", "connections_max=8", "estab:80", TARGET)
    before = descriptors(tool)
    for i in range(400):
        client, peer = pair(server)
        if i % 4 == 0:
            reset(client)
        elif i % 4 == 1:
            reset(peer)
        else:
            client.sendall(b"x")
        client.close()
        peer.close()
    wait(lambda: descriptors(tool) == before, lambda: str(descriptors(tool)))
    wait(lambda: json.loads(estab("nstat", "-z", "--json"))["TcpCurrEstab"]
         == 0, lambda: estab("ss"))
    assert "ESTAB" not in estab("ss")
    assert tool.end() == 128 + signal.SIGINT


def without_descriptors_a_client_waits():
    server = serve()
    tool = Tool("forward", "-n", "2", "estab:80", TARGET)
    first, second = pair(server), pair(server)
    third = socket.socket()
    third.setblocking(False)
    third.connect_ex((V4, 80))
    assert not select.select([], [third], [], 0.5)[1]
    for peer in first:
        peer.close()
    assert select.select([], [third], [], 20)[1]  # its SYN, again
    assert third.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    assert second[0].fileno() >= 0
    tool.end()


def forge(first, count, port=80):
    """SYNs from addresses at which nobody is."""
    for n in range(first, first + count):
        raw_segment(f"10.9.{n >> 8}.{n & 255}", 4000, port, n, "S")


def take_all(server):
    """What has come to the target."""
    server.settimeout(0.5)
    taken = []
    try:
        while True:
            taken.append(server.accept()[0])
    except TimeoutError:
        server.settimeout(20)
        return taken


def forged_syns_take_half_of_the_places_and_dial_no_more():
    """As many as there are places, and nobody completes a handshake: whoever
    does gets in, and the target is not dialled for each."""
    server = serve()
    tool = Tool("forward", "-n", "8", "estab:80", TARGET)
    forge(0x100, 200)
    forged = take_all(server)
    assert 0 < len(forged) <= 4, len(forged)
    clients = [pair(server) for _ in range(4)]
    for client, peer in clients:
        assert both_ways(client, peer, b"there", b"back") == \
            (b"there", b"back")
    forge(0x200, 200)
    assert len(take_all(server)) <= 4
    client, peer = pair(server)
    reset(peer)  # now the target is asked after the client
    assert is_reset(client)
    server.close()
    client = socket.socket()
    client.settimeout(20)
    assert client.connect_ex((V4, 80)) == errno.ECONNRESET or is_reset(client)
    assert tool.end() == 128 + signal.SIGINT
    for peer in forged:
        peer.close()


def after_forged_syns_a_refusal_is_one_again():
    tool = Tool("forward", "-n", "8", "--set", "syn_ack_tries_max=1",
                "estab:80", TARGET)
    server = serve()
    forge(0x100, 200)
    assert len(take_all(server)) <= 4
    server.close()
    wait(lambda: refusal(V4, 80) == errno.ECONNREFUSED,
         lambda: estab("ss"))
    tool.end()


def ctrl_c_resets_both_ends():
    server = serve()
    tool = Tool("forward", "estab:80", TARGET)
    pairs = [pair(server) for _ in range(200)]
    assert tool.end() == 128 + signal.SIGINT
    assert "those still open are reset" in tool.said()
    for client, peer in pairs:
        assert is_reset(client) and is_reset(peer)


run(bytes_go_both_ways_and_each_way_ends,
    over_ipv6_to_ipv6_and_at_one_address_only,
    from_the_kernel_to_estab,
    a_listener_that_cannot_be_had_is_told_and_what_to_do,
    from_the_kernel_a_refusal_is_a_reset,
    an_http_client_sees_its_server,
    a_bad_wire_changes_no_byte,
    w1_a_target_that_refuses_is_refusal,
    w1_a_target_out_of_reach_is_unreachable,
    w1_a_filtered_target_is_silence_and_one_dial,
    w11_a_client_that_resets_its_syn_ends_the_dial_at_once,
    w11_a_client_that_never_ends_its_handshake_resets_its_target,
    w11_a_client_of_the_kernel_s_that_resets_ends_the_dial,
    w12_each_direction_ends_alone,
    w22_a_reset_is_handed_on,
    w23_what_was_said_before_a_reset_is_still_read,
    who_does_not_read_closes_the_other_s_window,
    an_end_that_hangs_up_while_the_other_is_stuck_spins_nothing,
    five_hundred_at_once_each_have_their_own,
    w24_nothing_is_left_after_many,
    without_descriptors_a_client_waits,
    forged_syns_take_half_of_the_places_and_dial_no_more,
    after_forged_syns_a_refusal_is_one_again,
    ctrl_c_resets_both_ends)
