// SQLite, as Debian ships it; the macro for copied bindings is the only thing Swift cannot see by itself.
#pragma once
#include <sqlite3.h>

static inline sqlite3_destructor_type gh_sqlite_transient(void) { return SQLITE_TRANSIENT; }
