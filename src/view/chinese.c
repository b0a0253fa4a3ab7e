/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chinese.c - reasons and errors in Chinese, by name: one may come and go in
 * the public headers, and a test finds the one that has no text here.
 */
#include <string.h>

#include "view/words.h"

struct chinese {
	const char *name, *text;
};

static const struct chinese reasons[] = {
	{ "NONE", "" },
	{ "CALL_LISTEN", "被动打开：创建监听记录，等待连接" },
	{ "CALL_CONNECT", "主动打开：创建传输控制块，发送 SYN" },
	{ "CALL_LISTEN_CONNECT", "对监听者主动打开：它变为连接" },
	{ "CALL_SEND", "发送：程序交付数据" },
	{ "CALL_RECEIVE", "接收：程序取走数据" },
	{ "CALL_CLOSE", "关闭：此后不再发送数据" },
	{ "CALL_CLOSE_UNSENT", "关闭：FIN 排在尚未发送的数据之后" },
	{ "CALL_ABORT", "中止：复位连接，丢弃所有队列" },
	{ "CALL_RELEASE", "程序放开了这个连接" },
	{ "CALL_RELEASE_UNREAD", "程序离开时仍有数据未读：复位，使对端得知" },
	{ "CALL_ACCEPT", "程序接受了一个连接" },
	{ "CALL_FORGET", "未满 2 MSL，TIME-WAIT 被人为结束" },
	{ "CALL_ANSWER_ACCEPT", "程序接受此次打开：发 SYN+ACK" },
	{ "CALL_ANSWER_REFUSE", "程序拒绝：发 RST" },
	{ "CALL_ANSWER_UNREACHABLE", "程序无法到达：告知对端不可达" },
	{ "CALL_ANSWER_NONE", "程序不回答此 SYN" },
	{ "TIMEOUT_RETRANSMIT", "RTO 到时：重传" },
	{ "TIMEOUT_SYN", "SYN 未及时得到回答：重传" },
	{ "TIMEOUT_SYN_ACK", "SYN+ACK 未得到确认：重传" },
	{ "TIMEOUT_PROBE", "零窗口探测" },
	{ "TIMEOUT_ACK", "延迟确认：等待已够久" },
	{ "TIMEOUT_SILLY", "糊涂窗口的时限已到：窗口容得下多少就发多少" },
	{ "TIMEOUT_KEEPALIVE", "对端长时间无消息：保活探测" },
	{ "TIMEOUT_USER", "用户超时：对端已消失" },
	{ "TIMEOUT_TRIES", "重传次数过多：对端已消失" },
	{ "TIMEOUT_SYN_TRIES", "所有 SYN 都没有回答：放弃" },
	{ "TIMEOUT_HALF_OPEN", "半连接过久：丢弃记录，回到 LISTEN" },
	{ "TIMEOUT_KEEPALIVE_DEAD", "所有保活探测都没有回答" },
	{ "TIMEOUT_ORPHAN", "孤儿连接的数据始终未得到确认" },
	{ "TIMEOUT_FIN_WAIT_2", "孤儿连接等待对端的 FIN 已够久" },
	{ "TIMEOUT_DEFERRED", "SYN 未再到达：对端已放弃" },
	{ "TIMEOUT_2MSL", "2 MSL 已过" },
	{ "NO_CONNECTION", "没有这样的连接：回答 RST" },
	{ "NO_CONNECTION_RST", "RST 不对应任何连接：忽略" },
	{ "NOT_UNICAST", "SYN 不是发给单个主机的：忽略" },
	{ "LISTEN_RST", "LISTEN：忽略 RST" },
	{ "LISTEN_ACK", "LISTEN：并无可确认之物，回答 RST" },
	{ "LISTEN_NO_SYN", "LISTEN：既无 SYN 也无 ACK，忽略" },
	{ "LISTEN_SYN_FIN", "LISTEN：SYN 带有 FIN，忽略" },
	{ "LISTEN_SYN", "接受 SYN：建立小的半连接记录，回答 SYN+ACK" },
	{ "LISTEN_SYN_DEFERRED", "接受 SYN：等程序决定如何回答" },
	{ "LISTEN_QUEUE_FULL", "未连接队列已满：丢弃 SYN" },
	{ "LISTEN_BACKLOG_FULL", "等待接受的队列已满：丢弃 SYN" },
	{ "LISTEN_SYN_COOKIE", "以 cookie 回答 SYN：不留任何记录" },
	{ "LISTEN_COOKIE", "ACK 带回了我们的 cookie：据此建立连接" },
	{ "LISTEN_COOKIE_UNSURE",
	    "数据可能属于 ACK 迟到的 cookie：丢弃，等待重传" },
	{ "LISTEN_SOURCE_RATE", "同一来源的 SYN 过多：丢弃" },
	{ "LISTEN_SOURCE_FULL", "同一来源的连接过多：丢弃" },
	{ "LISTEN_SYN_ACK_RATE", "发往同一地址的 SYN+ACK 过多：丢弃" },
	{ "HALF_OPEN_EVICTED", "最旧的半连接记录让位给新的" },
	{ "HALF_OPEN_SYN_AGAIN", "同一个 SYN 再次到达：再发同样的 SYN+ACK" },
	{ "DEFERRED_SYN_AGAIN", "同一个 SYN 再次到达：程序尚未决定" },
	{ "DEFERRED_IGNORED", "我方尚未发出任何报文段：忽略" },
	{ "HALF_OPEN_RST", "RST 正好在 RCV.NXT：丢弃半连接记录，回到 LISTEN" },
	{ "HALF_OPEN_ACK_BAD", "确认的不是我们的 SYN：回答 RST" },
	{ "HALF_OPEN_BACKLOG_FULL", "等待接受的队列已满：不收 ACK，记录保留" },
	{ "HALF_OPEN_NO_TEXT", "监听者等待数据：不接受 ACK，记录保留" },
	{ "HALF_OPEN_NO_MEMORY", "没有内存建立传输控制块：不接受 ACK" },
	{ "SYN_SENT_ACK_BAD", "SYN-SENT：确认号不是 x+1，回答 RST" },
	{ "SYN_SENT_RST", "RST 带 ack=x+1：连接被拒绝" },
	{ "SYN_SENT_RST_BAD", "RST 不带 ack=x+1：忽略" },
	{ "SYN_SENT_SYN_ACK", "SYN+ACK 带 ack=x+1：连接打开" },
	{ "SYN_SENT_SYN", "两个 SYN 相遇：同时打开" },
	{ "SYN_SENT_NO_SYN", "既非 SYN 也非 RST：丢弃" },
	{ "SYN_SENT_FIN", "SYN-SENT：FIN，丢弃" },
	{ "PAWS", "时间戳比已记录的更旧：丢弃并确认" },
	{ "TS_MISSING", "已约定的时间戳缺失：丢弃" },
	{ "SEQ_UNACCEPTABLE", "在窗口之外：丢弃并确认" },
	{ "SEQ_KEEPALIVE", "保活探测：确认" },
	{ "RST_TAKEN", "RST 正好在 RCV.NXT：连接被复位" },
	{ "RST_REFUSED", "RST 正好在 RCV.NXT：连接被拒绝" },
	{ "RST_CHALLENGED", "RST 在窗口之内：发出质询确认" },
	{ "RST_OUTSIDE", "RST 在窗口之外：忽略" },
	{ "SYN_CHALLENGED", "已打开的连接收到 SYN：发出质询确认" },
	{ "CHALLENGE_LIMITED", "本应质询确认，但刚刚发过一个" },
	{ "ACK_MISSING", "没有 ACK 位：丢弃" },
	{ "ACK_NOT_OF_SYN", "SYN-RECEIVED：确认号不是 y+1，回答 RST" },
	{ "ACK_OLD", "确认号太旧，或确认了未曾发送之物：质询确认" },
	{ "ACK_BEYOND", "确认了从未发送的序号：回一个确认" },
	{ "ACK_OF_SYN", "我们的 SYN 得到确认：ESTABLISHED" },
	{ "ACK_OF_FIN", "我们的 FIN 得到确认" },
	{ "ACK_ADVANCES", "新数据得到确认" },
	{ "ACK_DUPLICATE", "重复确认" },
	{ "ACK_REPEATED", "没有新内容" },
	{ "ACK_WINDOW", "窗口更新" },
	{ "TEXT_TAKEN", "按序收到数据" },
	{ "TEXT_HELD", "前面有空缺：数据先存着" },
	{ "TEXT_FILLS", "数据填上了空缺" },
	{ "TEXT_TRIMMED", "数据有一部分是旧的或超出窗口：截去" },
	{ "TEXT_NO_MEMORY", "没有内存存放数据：不接受" },
	{ "TEXT_NOT_EXPECTED", "对端 FIN 之后的数据：忽略" },
	{ "TEXT_ORPHAN", "程序已离开而数据到达：复位" },
	{ "ORPHAN_NO_MEMORY", "内存不足而程序已离开：复位" },
	{ "FIN_TAKEN", "收下 FIN" },
	{ "FIN_HELD", "FIN 前面有空缺：先记住" },
	{ "TIME_WAIT_FIN", "对端再次发来 FIN：确认，2 MSL 重新计时" },
	{ "TIME_WAIT_RST", "TIME-WAIT 中的 RST：忽略" },
	{ "TIME_WAIT_OLD", "TIME-WAIT 中的旧报文段：回一个确认" },
	{ "TIME_WAIT_REUSED", "更新的 SYN：这对端口重新使用" },
	{ "TIME_WAIT_SYN_OLD", "SYN 并不更新：回一个确认" },
	{ "TIME_WAIT_ACK", "TIME-WAIT 中的单纯确认：无事可做" },
	{ "TIME_WAIT_EVICTED", "TIME-WAIT 过多：最旧的提前结束" },
	{ "OUT_SYN", "打开连接" },
	{ "OUT_SYN_ACK", "回答 SYN" },
	{ "OUT_ACK", "确认" },
	{ "OUT_ACK_NOW", "立即确认" },
	{ "OUT_TEXT", "发送数据" },
	{ "OUT_FIN", "本端不再有数据" },
	{ "OUT_RST", "复位连接" },
	{ "OUT_RST_REPLY", "复位此处不存在的连接" },
	{ "OUT_CHALLENGE", "质询确认：若是当真，请再说一遍" },
	{ "OUT_RETRANSMIT", "重传：RTO 到时" },
	{ "OUT_FAST_RETRANSMIT", "重传：收到三个重复确认" },
	{ "OUT_PARTIAL", "重传：部分确认" },
	{ "OUT_PROBE", "询问窗口是否已打开" },
	{ "OUT_KEEPALIVE", "询问对端是否还在" },
	{ "OUT_WINDOW", "窗口更新" },
	{ "OUT_RESEGMENT", "重传：路径只容得下更小的报文段" },
	{ "LOSS_FAST", "三个重复确认：快速恢复" },
	{ "LOSS_TIMEOUT", "超时：只发一个报文段，慢开始" },
	{ "LOSS_RECOVERED", "所有未确认的数据都已得到确认" },
	{ "ICMP_HARD_SYN_SENT", "不可达，所指正是我们的 SYN：放弃" },
	{ "ICMP_SOFT", "也许只是一时，或连接已打开：只作记录" },
	{ "ICMP_TOO_BIG", "路径只容得下更小的分组：改用较小的报文段" },
	{ "ICMP_IGNORED", "与在途的报文段无关：忽略" },
	{ "DROP_CHECKSUM", "检验和错误：丢弃" },
	{ "DROP_MALFORMED", "首部不合规：丢弃" },
	{ "ADDRESS_OURS", "没有别的主机使用该地址：从此归我们" },
	{ "ADDRESS_DUPLICATE", "另一台主机已有该地址：不使用" },
	{ "ADDRESS_CLAIMED", "另一台主机声称拥有我们的地址：只作记录" },
	{ "NEIGHBOUR_ASKED", "向所有主机询问谁有该地址" },
	{ "NEIGHBOUR_FOUND", "邻居作了回答" },
	{ "NEIGHBOUR_PROBED", "询问邻居是否还在" },
	{ "NEIGHBOUR_CONFIRMED", "连接有进展：邻居还在" },
	{ "NEIGHBOUR_DOUBTED", "有人声称另一个硬件地址：先问已知的那个" },
	{ "NEIGHBOUR_FAILED", "没有邻居回答：不可达" },
	{ "INVARIANT", "内部不变式被破坏：连接中止" },
	{ "OUT_HELD", "还没有通往邻居的路：视为未发送" },
	{ "OUT_SYN_AGAIN", "再次打开：RST 已结束对端残留的旧连接" },
};

static const struct chinese errors[] = {
	{ "EINVAL", "参数无效" },
	{ "ESTALE", "这个句柄（已经）不对应任何连接" },
	{ "ENOMEM", "资源不足：主机的内存已用完" },
	{ "EAGAIN", "现在没有：请等待事件" },
	{ "EADDRINUSE", "本地地址和端口正在使用" },
	{ "EADDRNOTAVAIL", "没有这样的本地地址，或没有剩余端口" },
	{ "ENETUNREACH", "没有通往该网络的路由" },
	{ "EHOSTUNREACH", "该主机不可达：没有邻居回答" },
	{ "ECONNREFUSED", "连接被拒绝：那里没有监听者" },
	{ "ECONNRESET", "连接被对端复位" },
	{ "ECONNABORTED", "连接在本端被中止" },
	{ "ETIMEDOUT", "用户超时，连接中止" },
	{ "ENOTCONN", "连接没有打开" },
	{ "EISCONN", "连接已经存在" },
	{ "EPIPE", "连接正在关闭：本端已发送 FIN" },
	{ "EOPNOTSUPP", "监听者不能这样做" },
	{ "EMSGSIZE", "帧、片段或缓存的长度不可能" },
	{ "EINTERNAL", "程序库的内部不变式被破坏；连接已中止" },
	{ "EDUPLICATE", "链路上另一台主机已有该地址" },
};

static const char *
find(const struct chinese *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].text;
	return NULL;
}

const char *
words_reason_zh(const char *name)
{
	return find(reasons, sizeof reasons / sizeof reasons[0], name);
}

const char *
words_error_zh(const char *name)
{
	return find(errors, sizeof errors / sizeof errors[0], name);
}
