// System calls whose glibc declarations Swift's Glibc module does not show.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

/// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC; address is written as numeric text of at most capacity bytes.
int gh_accept(int listener, char *address, size_t capacity, uint16_t *port);
/// Number of processors this process may run on.
int gh_usable_processors(void);
/// Pins the calling thread's name, at most 15 bytes.
void gh_name_thread(const char *name);
/// Opens a listening TCP socket (SO_REUSEPORT, nonblocking) on a numeric address; -1 and errno on failure.
/// 0 where nobody listens on an address and port, -1 with errno EADDRINUSE where someone does.
int gh_is_free(const char *text, uint16_t port);

int gh_listen(const char *address, uint16_t port, int backlog);
/// Starts a nonblocking TCP connection to a numeric address; -1 and errno on failure.
int gh_connect(const char *address, uint16_t port);
/// Resolves a host name to the numeric address of the given rank; 0, EAI_NONAME beyond the last, or a getaddrinfo error.
int gh_resolve(const char *host, int rank, char *address, size_t capacity);
/// The port a socket is bound to; 0 on failure.
uint16_t gh_bound_port(int socket);
/// Raises the number of descriptors that this process may hold to what it may raise it to; the number afterwards.
long gh_raise_descriptor_limit(void);
/// The number that gh_raise_descriptor_limit would come to.
long gh_highest_descriptor_limit(void);
/// Value of SO_ERROR.
int gh_socket_error(int socket);
void gh_no_delay(int socket);
/// Blocks SIGTERM, SIGINT, SIGHUP, SIGUSR1 in this thread and those it makes, ignores SIGPIPE, and returns a signalfd.
int gh_signals(void);
/// The next signal of such a descriptor, or 0.
int gh_next_signal(int descriptor);
