#define _GNU_SOURCE
#include "CSystem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static socklen_t parse(const char *text, uint16_t port, union address *out) {
  memset(out, 0, sizeof *out);
  if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(port);
    return sizeof out->v4;
  }
  if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(port);
    return sizeof out->v6;
  }
  errno = EINVAL;
  return 0;
}

int gh_accept(int listener, char *text, size_t capacity, uint16_t *port) {
  union address from;
  socklen_t length = sizeof from;
  int fd = accept4(listener, &from.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return fd;
  if (capacity) text[0] = 0;
  if (from.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &from.v4.sin_addr, text, (socklen_t)capacity);
    *port = ntohs(from.v4.sin_port);
  } else if (from.any.sa_family == AF_INET6) {
    if (IN6_IS_ADDR_V4MAPPED(&from.v6.sin6_addr))
      inet_ntop(AF_INET, &from.v6.sin6_addr.s6_addr[12], text, (socklen_t)capacity);
    else
      inet_ntop(AF_INET6, &from.v6.sin6_addr, text, (socklen_t)capacity);
    *port = ntohs(from.v6.sin6_port);
  }
  gh_no_delay(fd);
  return fd;
}

int gh_usable_processors(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int n = CPU_COUNT(&set);
  return n > 0 ? n : 1;
}

void gh_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

// A listening socket; with `shares` others of the same user may listen there too.
static int listening(const char *text, uint16_t port, int backlog, int shares) {
  union address at;
  socklen_t length = parse(text, port, &at);
  if (!length) return -1;
  int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if ((shares && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
      bind(fd, &at.any, length) != 0 || listen(fd, backlog) != 0) {
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
  }
  return fd;
}

int gh_listen(const char *text, uint16_t port, int backlog) { return listening(text, port, backlog, 1); }

int gh_is_free(const char *text, uint16_t port) {
  // Shared, it would not find the listener of another process; connections in TIME_WAIT do not count.
  int fd = listening(text, port, 1, 0);
  if (fd < 0) return -1;
  close(fd);
  return 0;
}

int gh_connect(const char *text, uint16_t port) {
  union address to;
  socklen_t length = parse(text, port, &to);
  if (!length) return -1;
  int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  gh_no_delay(fd);
  if (connect(fd, &to.any, length) != 0 && errno != EINPROGRESS) {
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
  }
  return fd;
}

int gh_resolve(const char *host, int rank, char *text, size_t capacity) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
  int failure = getaddrinfo(host, NULL, &hints, &list);
  if (failure) return failure;
  const struct addrinfo *at = list;
  while (at && rank-- > 0) at = at->ai_next;
  failure = at ? getnameinfo(at->ai_addr, at->ai_addrlen, text, (socklen_t)capacity, NULL, 0, NI_NUMERICHOST) : EAI_NONAME;
  freeaddrinfo(list);
  return failure;
}

uint16_t gh_bound_port(int fd) {
  union address at;
  socklen_t length = sizeof at;
  if (getsockname(fd, &at.any, &length) != 0) return 0;
  return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

// Where a limit is not limited the number is still one that fits everywhere.
static long descriptors(rlim_t limit) { return limit == RLIM_INFINITY || limit > 0x3fffffff ? 0x3fffffff : (long)limit; }

long gh_highest_descriptor_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? descriptors(limit.rlim_max) : 256;
}

long gh_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  return descriptors(setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur);
}

int gh_socket_error(int fd) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length) == 0 ? value : errno;
}

void gh_no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int gh_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  signal(SIGPIPE, SIG_IGN);
  if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int gh_next_signal(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}
