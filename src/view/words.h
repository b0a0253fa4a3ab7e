/* SPDX-License-Identifier: BSD-2-Clause
 *
 * words.h - every word the pictures are labelled with, in English and
 * Chinese.  %1 to %9 are what text_fill puts there.
 */
#ifndef VIEW_WORDS_H
#define VIEW_WORDS_H

#include "view/text.h"

#define WORDS(X)                                                               \
	/* the ladder */                                                       \
	X(TIME, "time, s", "时间/s")                                           \
	X(LOST, "lost", "丢失")                                                \
	X(QUEUE_FULL, "queue full: lost", "队列已满：丢失")                    \
	X(TOO_BIG, "too big: lost", "过大：丢失")                              \
	X(HELD, "held", "扣留")                                                \
	X(DUPLICATED, "duplicated", "重复")                                    \
	X(REORDERED, "delayed", "延迟")                                        \
	X(CORRUPTED, "corrupted", "损坏")                                      \
	X(FORGED, "forged", "伪造")                                            \
	X(RELEASED, "held until now", "扣留至此")                              \
	X(COPY, "copy", "副本")                                                \
	X(LATER, "%1 s pass", "过了 %1 s")                                     \
	X(SEGMENTS, "%1: %2 segments", "%1：%2 个报文段")                      \
	X(WITH_TEXT, ", %1 bytes of text", "，数据 %1 字节")                   \
	X(WITH_ACKS, ", %1 plain ACKs", "，其中单纯确认 %1 个")                \
	X(WITH_LOST, ", %1 lost", "，丢失 %1 个")                              \
	X(TIMES, "%1 times: ", "%1 次：")                                      \
	X(CWND, "cwnd", "拥塞窗口")                                            \
	X(SSTHRESH, "ssthresh", "慢开始门限")                                  \
	X(CONNECTION, "connection #%1: %2 - %3", "连接 #%1：%2 与 %3")         \
	X(ISS_OF, "%1's initial sequence number", "%1 的初始序号")             \
	X(FORGED_OF, "of a forged segment", "伪造报文段的序号")                \
	X(FIN_OF, "%1's FIN", "%1 的 FIN")                                     \
	X(NEXT_OF, "%1's next number when it acknowledges that FIN",           \
	    "%1 确认该 FIN 时的下一个序号")                                    \
	X(BYTES_HELD, "n B: bytes of memory held there for this connection",   \
	    "n B：该端为此连接占用的内存字节数")                               \
	/* the control block */                                                \
	X(TCB, "TCB", "传输控制块")                                            \
	X(LISTENER, "listener", "监听记录")                                    \
	X(HALF_OPEN, "half-open record", "半连接记录")                         \
	X(TIME_WAIT_RECORD, "TIME-WAIT record", "TIME-WAIT 记录")              \
	X(NOTHING, "no record", "没有记录")                                    \
	X(GROUP_PLACE, "place", "位置")                                        \
	X(GROUP_SEND, "send sequence", "发送序号")                             \
	X(GROUP_RECEIVE, "receive sequence", "接收序号")                       \
	X(GROUP_BUFFERS, "buffers and queues", "缓存与队列")                   \
	X(GROUP_SEGMENT, "what was agreed on", "协商结果")                     \
	X(GROUP_TIMERS, "timers", "计时器")                                    \
	X(GROUP_RTT, "round-trip time", "往返时间")                            \
	X(GROUP_CONGESTION, "congestion", "拥塞控制")                          \
	X(GROUP_COUNTS, "so far", "累计")                                      \
	X(GROUP_QUEUE, "SYN queue", "未连接队列")                              \
	X(BUCKET, "bucket in the table", "连接表中的桶")                       \
	X(HANDLE, "handle", "句柄")                                            \
	X(MEMORY, "memory", "内存")                                            \
	X(ERROR, "error", "错误")                                              \
	X(FLAGS, "noted", "状况")                                              \
	X(FIN_SENT, "FIN sent", "FIN 已发送")                                  \
	X(FIN_ACKED, "FIN acknowledged", "FIN 已被确认")                       \
	X(FIN_TAKEN, "peer's FIN taken", "已收到对端的 FIN")                   \
	X(ORPHAN, "orphan: no program holds it", "孤儿：已无程序持有")         \
	X(IN_RECOVERY, "in fast recovery", "快速恢复中")                       \
	X(SEND_BUFFER, "send buffer", "发送缓存")                              \
	X(SEND_UNSENT, "of it not sent yet", "其中尚未发送")                   \
	X(RECEIVE_BUFFER, "receive buffer, unread", "接收缓存（未读）")        \
	X(REORDER_BUFFER, "out of order", "失序数据")                          \
	X(RETRANSMIT_QUEUE, "retransmission queue", "重传队列")                \
	X(RANGES, "%1 B in %2 ranges", "%1 B，共 %2 段")                       \
	X(MSS_NOW, "MSS now", "当前 MSS")                                      \
	X(MSS_PEER, "MSS the peer sent", "对端通告的 MSS")                     \
	X(PATH_MTU, "path MTU", "路径 MTU")                                    \
	X(SHIFT_SEND, "shift of its windows", "对端窗口的移位")                \
	X(SHIFT_RECEIVE, "shift of our windows", "本端窗口的移位")             \
	X(TIMESTAMPS, "time stamps", "时间戳")                                 \
	X(ON, "on", "启用")                                                    \
	X(OFF, "off", "未启用")                                                \
	X(RETRANSMIT_IN, "retransmission", "重传")                             \
	X(PERSIST_IN, "window probe", "窗口探测")                              \
	X(ACK_IN, "delayed ACK", "延迟确认")                                   \
	X(KEEPALIVE_IN, "keep-alive", "保活")                                  \
	X(TIME_WAIT_IN, "2 MSL", "2 MSL")                                      \
	X(USER_TIMEOUT_IN, "user time-out", "用户超时")                        \
	X(IN_SECONDS, "in %1 s", "%1 s 后")                                    \
	X(NONE_ARMED, "none runs", "无")                                       \
	X(BACKOFF, "time-outs in a row", "连续超时次数")                       \
	X(DUPLICATE_ACKS, "duplicate ACKs", "重复确认")                        \
	X(UNLIMITED, "no limit yet", "尚无限制")                               \
	X(BYTES_SENT, "bytes sent", "已发送字节")                              \
	X(BYTES_AGAIN, "bytes sent again", "已重传字节")                       \
	X(BYTES_ACKED, "bytes acknowledged", "已被确认字节")                   \
	X(BYTES_RECEIVED, "bytes received", "已接收字节")                      \
	X(SEGMENTS_OUT, "segments sent", "已发送报文段")                       \
	X(SEGMENTS_IN, "segments received", "已接收报文段")                    \
	X(RETRANSMITS, "segments sent again", "已重传报文段")                  \
	X(HALF_OPEN_COUNT, "half-open connections", "半连接数")                \
	X(ACCEPT_COUNT, "waiting to be accepted", "等待接受的连接数")          \
	X(BACKLOG, "backlog", "队列上限")                                      \
	X(PRESSURE, "SYN cache", "半连接队列")                                 \
	X(CALM, "calm", "平静")                                                \
	X(PRESSED, "pressed", "承压")                                          \
	X(FLOODED, "flooded", "洪泛")                                          \
	/* the diagram */                                                      \
	X(PASSIVE_OPEN, "passive OPEN", "被动打开")                            \
	X(ACTIVE_OPEN, "active OPEN: SYN", "主动打开：发 SYN")                 \
	X(CLOSE, "CLOSE", "关闭")                                              \
	X(SEND_SYN, "SEND: SYN", "发送：发 SYN")                               \
	X(RCV_SYN, "SYN: SYN+ACK", "收 SYN：发 SYN+ACK")                       \
	X(RCV_RST, "RST", "收 RST")                                            \
	X(RCV_ACK_OF_SYN, "ACK of SYN", "收到对 SYN 的确认")                   \
	X(RCV_SYN_ACK, "SYN+ACK: ACK", "收 SYN+ACK：发 ACK")                   \
	X(CLOSE_FIN, "CLOSE: FIN", "关闭：发 FIN")                             \
	X(RCV_FIN, "FIN: ACK", "收 FIN：发 ACK")                               \
	X(RCV_ACK_OF_FIN, "ACK of FIN", "收到对 FIN 的确认")                   \
	X(RCV_FIN_ACK, "FIN+ACK of FIN: ACK", "收 FIN 和确认：发 ACK")         \
	X(TWO_MSL, "2 MSL", "2 MSL")                                           \
	X(LIT, "lit: what was passed", "加亮：经过的状态与转换")               \
	X(OTHER_EDGES, "edges not drawn above", "图中未画出的转换")

enum word {
#define WORDS_X(name, en, zh) WORD_##name,
	WORDS(WORDS_X)
#undef WORDS_X
	    WORD_COUNT
};

const char *word(enum word word, bool zh);

/* Append a reason's sentence and its clause in brackets, "(RFC 9293 3.10.7.4
 * seventh)", which stays together where lines are broken. */
struct text *words_reason(struct text *text, enum estab_reason reason, bool zh);

/* chinese.c, by name: NULL when it has none. */
const char *words_reason_zh(const char *name);
const char *words_error_zh(const char *name);

#endif
