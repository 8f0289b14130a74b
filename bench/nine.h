/* What the two C programs of the benchmarks share: addresses, sockets, and the fields of 9P2000 messages.
 *
 * A measuring instrument, not a library: it dies at the first thing that is not as it should be.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	Tversion = 100, Rversion, Tauth, Rauth, Tattach, Rattach, Rerror = 107, Tflush, Rflush, Twalk, Rwalk,
	Topen, Ropen, Tcreate, Rcreate, Tread, Rread, Twrite, Rwrite, Tclunk, Rclunk, Tremove, Rremove, Tstat, Rstat,
};
enum { HEADER = 7, MOST = 1 << 20 };
static const uint16_t NOTAG = 0xffff;
static const uint32_t NOFID = 0xffffffff;

static void put2(uint8_t *p, uint16_t v) { memcpy(p, &v, 2); }
static void put4(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }
static void put8(uint8_t *p, uint64_t v) { memcpy(p, &v, 8); }
static uint16_t get2(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }
static uint32_t get4(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

static inline uint32_t put_string(uint8_t *p, const char *s)
{
	uint16_t n = strlen(s);
	put2(p, n);
	memcpy(p + 2, s, n);
	return 2 + n;
}

static inline uint32_t put_header(uint8_t *p, uint32_t size, uint8_t type, uint16_t tag)
{
	put4(p, size);
	p[4] = type;
	put2(p + 5, tag);
	return size;
}

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

static inline void many_files(void)
{
	struct rlimit limit = {65536, 65536};
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
}

/* `unix!/path`, a bare path, or `host:port` (numeric), as a socket and its address. */
static inline int open_socket(const char *address, struct sockaddr_storage *where, socklen_t *length)
{
	memset(where, 0, sizeof *where);
	if (!strncmp(address, "unix!", 5))
		address += 5;
	if (address[0] == '/') {
		struct sockaddr_un *un = (void *)where;
		un->sun_family = AF_UNIX;
		snprintf(un->sun_path, sizeof un->sun_path, "%s", address);
		*length = sizeof *un;
		return socket(AF_UNIX, SOCK_STREAM, 0);
	}
	char host[64];
	const char *colon = strrchr(address, ':');
	if (!colon || colon - address >= (long)sizeof host) {
		fprintf(stderr, "%s: not an address\n", address);
		exit(2);
	}
	snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
	struct sockaddr_in *in = (void *)where;
	in->sin_family = AF_INET;
	in->sin_port = htons(atoi(colon + 1));
	inet_pton(AF_INET, host, &in->sin_addr);
	*length = sizeof *in;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static inline void no_delay(int fd)
{
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on a unix socket, and does not matter there */
}
