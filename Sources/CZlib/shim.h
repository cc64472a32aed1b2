// zlib, as Debian ships it; its beginning is a macro, which Swift cannot see.
#pragma once
#define ZLIB_CONST
#include <zlib.h>

static inline int gh_gzip_begin_writing(z_stream *stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

// Of gzip alone, as RFC 1952 has it: no zlib stream, no raw deflate.
static inline int gh_gzip_begin(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
