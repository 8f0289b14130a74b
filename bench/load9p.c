/* load9p: a 9P2000 client that counts. One thread, blocking sockets; one line of JSON on stdout.
 *
 *   load9p [-m msize] [-t seconds] [-p outstanding] [-c connections] [-f path] ADDRESS MODE
 *
 *   rtt      one Tread of one byte after the other: the latency of a round trip
 *   pipe     -p Treads of one byte outstanding
 *   stream   -p Treads of msize - 24 bytes outstanding
 *   walk     Twalk, Topen, Tclunk, one after the other
 *   conns    -c connections, one Tread of one byte outstanding on each
 *   idle     -c connections with an open file, held for -t seconds: for weighing the server
 *   park     on each of -c connections -p Treads that must block, each of an open of its own, held for -t seconds, then
 *            flushed: each must get its Rflush
 */
#include "nine.h"

static uint32_t msize = 8192;
static double seconds = 1;
static int outstanding = 1, connections = 1;
static const char *path = "data";
static uint8_t *in;
enum { IN = 8 << 20, FIRST_TAG = 10, SAMPLES = 1 << 22 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void write_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = write(fd, p, n);
		if (k < 0)
			die("write");
		p += k;
		n -= k;
	}
}

static void read_all(int fd, uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = read(fd, p, n);
		if (k <= 0) {
			fprintf(stderr, "the server hung up\n");
			exit(1);
		}
		p += k;
		n -= k;
	}
}

static void expect(const uint8_t *m, uint8_t type)
{
	if (m[4] == type)
		return;
	if (m[4] == Rerror)
		fprintf(stderr, "Rerror: %.*s\n", get2(m + 7), m + 9);
	else
		fprintf(stderr, "a reply of type %d, not %d\n", m[4], type);
	exit(1);
}

/* One request and its reply, which is left in `in`. */
static void ask(int fd, const uint8_t *m, uint8_t type)
{
	write_all(fd, m, get4(m));
	read_all(fd, in, 4);
	read_all(fd, in + 4, get4(in) - 4);
	expect(in, type);
}

static uint32_t put_walk(uint8_t *m, uint16_t tag, uint32_t fid, uint32_t newfid)
{
	char names[512];
	uint16_t count = 0;
	uint32_t size = 17;
	snprintf(names, sizeof names, "%s", path);
	for (char *name = strtok(names, "/"); name; name = strtok(NULL, "/"), count++)
		size += put_string(m + size, name);
	put_header(m, size, Twalk, tag);
	put4(m + 7, fid);
	put4(m + 11, newfid);
	put2(m + 15, count);
	return size;
}

static uint32_t put_fid(uint8_t *m, uint8_t type, uint16_t tag, uint32_t fid)
{
	put4(m + 7, fid);
	m[11] = 0; /* OREAD */
	return put_header(m, type == Topen ? 12 : 11, type, tag);
}

static uint32_t put_read(uint8_t *m, uint16_t tag, uint32_t fid, uint32_t count)
{
	put4(m + 7, fid);
	put8(m + 11, 0);
	put4(m + 19, count);
	return put_header(m, 23, Tread, tag);
}

/* A connection with fid 0 attached and fid 1 open on the path. */
static int begin(const char *address)
{
	struct sockaddr_storage where;
	socklen_t length;
	uint8_t m[1024];
	int fd = open_socket(address, &where, &length);
	if (connect(fd, (void *)&where, length) < 0)
		die(address);
	no_delay(fd);
	put4(m + 7, msize);
	put_header(m, 11 + put_string(m + 11, "9P2000"), Tversion, NOTAG);
	ask(fd, m, Rversion);
	msize = get4(in + 7) < msize ? get4(in + 7) : msize;
	put4(m + 7, 0);
	put4(m + 11, NOFID);
	uint32_t size = 15 + put_string(m + 15, "bench");
	size += put_string(m + size, "");
	put_header(m, size, Tattach, 1);
	ask(fd, m, Rattach);
	put_walk(m, 1, 0, 1);
	ask(fd, m, Rwalk);
	put_fid(m, Topen, 1, 1);
	ask(fd, m, Ropen);
	return fd;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

static void report(const char *mode, uint64_t messages, uint64_t bytes, double took)
{
	printf("{\"mode\": \"%s\", \"messages\": %lu, \"seconds\": %.4f, \"rate\": %.0f, \"mb_per_s\": %.1f", mode, messages,
	       took, messages / took, bytes / took / 1e6);
}

static void round_trips(int fd)
{
	uint8_t m[32];
	uint64_t n = 0;
	float *took = malloc(SAMPLES * sizeof *took);
	double start = now(), last = start;
	put_read(m, 7, 1, 1);
	while (last - start < seconds && n < SAMPLES) {
		ask(fd, m, Rread);
		double done = now();
		took[n++] = 1e6 * (done - last);
		last = done;
	}
	qsort(took, n, sizeof *took, by_value);
	report("rtt", n, n, last - start);
	printf(", \"p50_us\": %.2f, \"p99_us\": %.2f}\n", took[n / 2], took[n * 99 / 100]);
}

static void walks(int fd)
{
	uint8_t m[1024];
	uint64_t n = 0;
	double start = now();
	for (; now() - start < seconds; n += 3) {
		put_walk(m, 1, 0, 2);
		ask(fd, m, Rwalk);
		put_fid(m, Topen, 1, 2);
		ask(fd, m, Ropen);
		put_fid(m, Tclunk, 1, 2);
		ask(fd, m, Rclunk);
	}
	report("walk", n, 0, now() - start);
	printf("}\n");
}

/* Keep a window of reads full: every reply that comes is answered with a new request, in one write for each read. */
static void pipeline(int fd, const char *mode, uint32_t count)
{
	uint8_t *out = malloc(32 * (size_t)outstanding);
	size_t have = 0, due = 0;
	uint64_t n = 0, bytes = 0;
	int left = outstanding;
	for (int i = 0; i < outstanding; i++)
		due += put_read(out + due, FIRST_TAG + i, 1, count);
	write_all(fd, out, due);
	double start = now(), last = start;
	while (left) {
		ssize_t k = read(fd, in + have, IN - have);
		if (k <= 0)
			die("read");
		have += k;
		last = now();
		size_t at = 0;
		due = 0;
		while (have - at >= 4 && have - at >= get4(in + at)) {
			expect(in + at, Rread);
			bytes += get4(in + at + 7);
			n++;
			if (last - start < seconds)
				due += put_read(out + due, get2(in + at + 5), 1, count);
			else
				left--;
			at += get4(in + at);
		}
		memmove(in, in + at, have -= at);
		write_all(fd, out, due);
	}
	report(mode, n, bytes, last - start);
	printf("}\n");
}

static void many(const char *address, int is_idle)
{
	int *fds = malloc(connections * sizeof *fds), poll = epoll_create1(0);
	for (int i = 0; i < connections; i++)
		fds[i] = begin(address);
	if (is_idle) {
		printf("{\"mode\": \"idle\", \"connections\": %d}\n", connections);
		fflush(stdout);
		usleep(1e6 * seconds);
		return;
	}
	uint8_t m[32];
	put_read(m, 7, 1, 1);
	for (int i = 0; i < connections; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
		epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event);
		write_all(fds[i], m, 23);
	}
	uint64_t n = 0;
	double start = now(), last = start;
	while ((last = now()) - start < seconds) {
		struct epoll_event events[256];
		int ready = epoll_wait(poll, events, 256, 1000);
		for (int i = 0; i < ready; i++, n++) {
			read_all(events[i].data.fd, in, 4);
			read_all(events[i].data.fd, in + 4, get4(in) - 4);
			expect(in, Rread);
			write_all(events[i].data.fd, m, 23);
		}
	}
	report("conns", n, n, last - start);
	printf("}\n");
}

/* Reads that wait, of as many opens. */
static void block(int fd)
{
	uint8_t m[1024];
	for (int i = 0; i < outstanding; i++) {
		put_walk(m, 1, 0, 2 + i);
		ask(fd, m, Rwalk);
		put_fid(m, Topen, 1, 2 + i);
		ask(fd, m, Ropen);
		write_all(fd, m, put_read(m, FIRST_TAG + i, 2 + i, 100));
	}
}

static void unblock(int fd)
{
	uint8_t m[32];
	for (int i = 0; i < outstanding; i++) {
		put2(m + 7, FIRST_TAG + i);
		put_header(m, 9, Tflush, 30000 + i);
		write_all(fd, m, 9);
	}
	for (int i = 0; i < outstanding; i++) {
		read_all(fd, in, 4);
		read_all(fd, in + 4, get4(in) - 4);
		expect(in, Rflush);
	}
}

static void park(const char *address)
{
	int *fds = malloc(connections * sizeof *fds);
	for (int i = 0; i < connections; i++)
		block(fds[i] = begin(address));
	printf("{\"mode\": \"park\", \"parked\": %d}\n", connections * outstanding);
	fflush(stdout);
	usleep(1e6 * seconds);
	for (int i = 0; i < connections; i++)
		unblock(fds[i]);
}

int main(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "m:t:p:c:f:")) != -1;)
		switch (c) {
		case 'm': msize = atoi(optarg); break;
		case 't': seconds = atof(optarg); break;
		case 'p': outstanding = atoi(optarg); break;
		case 'c': connections = atoi(optarg); break;
		case 'f': path = optarg; break;
		default: return 2;
		}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: load9p [-m msize] [-t seconds] [-p outstanding] [-c connections] [-f path] ADDRESS MODE\n");
		return 2;
	}
	many_files();
	in = malloc(IN);
	const char *address = argv[optind], *mode = argv[optind + 1];
	if (!strcmp(mode, "conns") || !strcmp(mode, "idle"))
		many(address, !strcmp(mode, "idle"));
	else if (!strcmp(mode, "rtt"))
		round_trips(begin(address));
	else if (!strcmp(mode, "walk"))
		walks(begin(address));
	else if (!strcmp(mode, "pipe"))
		pipeline(begin(address), mode, 1);
	else if (!strcmp(mode, "stream")) {
		int fd = begin(address);
		pipeline(fd, mode, msize - 24);
	} else if (!strcmp(mode, "park"))
		park(address);
	else {
		fprintf(stderr, "%s: no such mode\n", mode);
		return 2;
	}
	return 0;
}
