// What Swift needs of toml++: a document as a flat list of events, each with its line and column.

#ifndef GATEHOUSE_CTOML_H
#define GATEHOUSE_CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What stands at one place of a document. Tables and arrays are a begin and an end with their members between;
/// each member of a table is a key followed by its value.
enum ctoml_kind {
    CTOML_TABLE_BEGIN = 0,
    CTOML_TABLE_END = 1,
    CTOML_ARRAY_BEGIN = 2,
    CTOML_ARRAY_END = 3,
    CTOML_KEY = 4,
    CTOML_STRING = 5,
    CTOML_INTEGER = 6,
    CTOML_FLOAT = 7,
    CTOML_BOOLEAN = 8,
    CTOML_DATE_OR_TIME = 9
};

/// One event. `text` (of keys and strings, UTF-8, may hold NUL) lives as long as the document.
typedef struct {
    enum ctoml_kind kind;
    uint32_t line;    // counted from 1
    uint32_t column;  // counted from 1, in code points
    const char *text;
    size_t text_length;
    int64_t integer;
    double floating;
    bool boolean;
} ctoml_event;

typedef struct ctoml_document ctoml_document;

/// Reads a document. NULL only when memory is short. The bytes are not needed afterwards.
ctoml_document *ctoml_parse(const char *bytes, size_t length);

/// True when the text was not TOML; the place and the reason of the first mistake are then filled in.
/// The reason lives as long as the document.
bool ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column, const char **reason,
                 size_t *reason_length);

/// The number of events, 0 for a document that could not be read.
size_t ctoml_count(const ctoml_document *document);

/// The event at an index below the count; the members of a table come in the order in which they were written.
ctoml_event ctoml_event_at(const ctoml_document *document, size_t index);

void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif

#endif
