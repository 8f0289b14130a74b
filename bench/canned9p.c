/* canned9p ADDRESS: a 9P2000 server that says yes to everything, at the lowest price: the floor of the benchmarks.
 *
 * Every walk succeeds, every file is endless (a Tread of n gives n bytes), and a file called `block` never answers a
 * read until it is flushed. One thread, one epoll, all messages of one read answered in one write.
 */
#include "nine.h"

enum { IN = 4 << 20, OUT = 4 << 20, FIDS = 1 << 14 };

struct client {
	int fd;
	uint32_t msize;
	size_t have, due;
	uint8_t *in, *out, blocks[FIDS];
};

static void send_all(struct client *c)
{
	size_t sent = 0;
	while (sent < c->due) {
		ssize_t n = write(c->fd, c->out + sent, c->due - sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		sent += n;
	}
	c->due = 0;
}

static uint8_t *reply(struct client *c, uint32_t size, uint8_t type, uint16_t tag)
{
	if (c->due + size > OUT)
		send_all(c);
	uint8_t *p = c->out + c->due;
	c->due += put_header(p, size, type, tag);
	return p;
}

static void put_qid(uint8_t *p, uint8_t type, uint64_t path)
{
	p[0] = type;
	put4(p + 1, 0);
	put8(p + 5, path);
}

static void walk(struct client *c, const uint8_t *m, uint16_t tag)
{
	uint16_t count = get2(m + 15);
	uint32_t newfid = get4(m + 11), at = 17;
	uint8_t *p = reply(c, 9 + 13 * count, Rwalk, tag), blocks = 0;
	put2(p + 7, count);
	for (int i = 0; i < count; i++) {
		uint16_t length = get2(m + at);
		blocks = length == 5 && !memcmp(m + at + 2, "block", 5);
		put_qid(p + 9 + 13 * i, i < count - 1 ? 0x80 : 0, 2 + i + blocks);
		at += 2 + length;
	}
	c->blocks[newfid % FIDS] = blocks;
}

static void answer(struct client *c, const uint8_t *m)
{
	uint16_t tag = get2(m + 5);
	uint8_t *p;
	switch (m[4]) {
	case Tversion:
		c->msize = get4(m + 7) < MOST ? get4(m + 7) : MOST;
		p = reply(c, 19, Rversion, tag);
		put4(p + 7, c->msize);
		put_string(p + 11, "9P2000");
		break;
	case Tattach:
		put_qid(reply(c, 20, Rattach, tag) + 7, 0x80, 1);
		break;
	case Tflush:
		reply(c, 7, Rflush, tag);
		break;
	case Twalk:
		walk(c, m, tag);
		break;
	case Topen:
		p = reply(c, 24, Ropen, tag);
		put_qid(p + 7, 0, 2);
		put4(p + 20, 0);
		break;
	case Tread: {
		uint32_t count = get4(m + 19), room = c->msize - 11;
		if (c->blocks[get4(m + 7) % FIDS])
			break;
		count = count < room ? count : room;
		put4(reply(c, 11 + count, Rread, tag) + 7, count);
		break;
	}
	case Twrite:
		put4(reply(c, 11, Rwrite, tag) + 7, get4(m + 19));
		break;
	case Tclunk:
		reply(c, 7, Rclunk, tag);
		break;
	default:
		p = reply(c, 9 + 2, Rerror, tag);
		put_string(p + 7, "no");
	}
}

/* Whether the client is still there. */
static int serve(struct client *c)
{
	ssize_t n = read(c->fd, c->in + c->have, IN - c->have);
	if (n <= 0)
		return 0;
	c->have += n;
	size_t at = 0;
	while (c->have - at >= HEADER) {
		uint32_t size = get4(c->in + at);
		if (size < HEADER || size > IN)
			return 0;
		if (c->have - at < size)
			break;
		answer(c, c->in + at);
		at += size;
	}
	memmove(c->in, c->in + at, c->have -= at);
	send_all(c);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: canned9p ADDRESS\n");
		return 2;
	}
	many_files();
	struct sockaddr_storage where;
	socklen_t length;
	int one = 1, listener = open_socket(argv[1], &where, &length), poll = epoll_create1(0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (void *)&where, length) < 0 || listen(listener, 4096) < 0)
		die(argv[1]);
	struct epoll_event event = {.events = EPOLLIN}, events[256];
	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int n = epoll_wait(poll, events, 256, -1);
		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;
			if (!c) {
				c = calloc(1, sizeof *c);
				c->in = malloc(IN);
				c->out = calloc(1, OUT);
				c->fd = accept(listener, NULL, NULL);
				no_delay(c->fd);
				event.data.ptr = c;
				epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
			} else if (!serve(c)) {
				close(c->fd);
				free(c->in);
				free(c->out);
				free(c);
			}
		}
	}
}
