// OpenSSL 3, with the function-like macros of its API as inline functions that Swift can call.
#pragma once
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline long gh_ssl_ctx_set_mode(SSL_CTX *c, long m) { return SSL_CTX_set_mode(c, m); }
static inline long gh_ssl_ctx_clear_mode(SSL_CTX *c, long m) { return SSL_CTX_clear_mode(c, m); }
static inline int gh_ssl_ctx_set_min_version(SSL_CTX *c, int v) { return SSL_CTX_set_min_proto_version(c, v); }
static inline int gh_ssl_ctx_set_max_version(SSL_CTX *c, int v) { return SSL_CTX_set_max_proto_version(c, v); }
static inline long gh_ssl_ctx_set_session_cache_mode(SSL_CTX *c, long m) { return SSL_CTX_set_session_cache_mode(c, m); }
static inline int gh_ssl_ctx_set_groups(SSL_CTX *c, const char *l) { return SSL_CTX_set1_groups_list(c, l); }
static inline long gh_ssl_set_host_name(SSL *s, const char *n) { return SSL_set_tlsext_host_name(s, n); }
static inline void gh_ssl_ctx_set_read_ahead(SSL_CTX *c, int on) { SSL_CTX_set_read_ahead(c, on); }
static inline void gh_bio_set_retry_read(BIO *b) { BIO_set_retry_read(b); }
static inline void gh_bio_set_retry_write(BIO *b) { BIO_set_retry_write(b); }
static inline void gh_bio_clear_retry_flags(BIO *b) { BIO_clear_retry_flags(b); }
static inline long gh_ssl_ctx_set_ticket_keys(SSL_CTX *c, void *k, size_t n) { return SSL_CTX_set_tlsext_ticket_keys(c, k, (long)n); }
static inline uint64_t gh_ssl_op_defaults(void) {
  return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE;
}

// SHA-2 with its state held by value: copied and shared between threads without a lock, an allocation or a fetch of the
// algorithm, which the EVP interface that deprecates these functions cannot do.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline void gh_sha256_init(SHA256_CTX *c) { SHA256_Init(c); }
static inline void gh_sha256_update(SHA256_CTX *c, const void *d, size_t n) { SHA256_Update(c, d, n); }
static inline void gh_sha256_final(SHA256_CTX *c, uint8_t *out) { SHA256_Final(out, c); }
static inline void gh_sha512_init(SHA512_CTX *c) { SHA512_Init(c); }
static inline void gh_sha512_update(SHA512_CTX *c, const void *d, size_t n) { SHA512_Update(c, d, n); }
static inline void gh_sha512_final(SHA512_CTX *c, uint8_t *out) { SHA512_Final(out, c); }
#pragma clang diagnostic pop
