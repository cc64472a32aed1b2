// Lays a toml++ document out as a flat list of events, so that no C++ type and no exception crosses into Swift.

#include "CTOML.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

// SwiftPM's `define` says 0 already; here for whoever compiles the file alone.
#ifndef TOML_EXCEPTIONS
#define TOML_EXCEPTIONS 0
#endif
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

struct ctoml_document {
    // The events point into the table, which therefore lives beside them.
    toml::table root;
    std::vector<ctoml_event> events;
    bool failed = false;
    std::string reason;
    uint32_t line = 1;
    uint32_t column = 1;
};

namespace {

ctoml_event event(ctoml_kind kind, const toml::source_region &region) {
    ctoml_event made{};
    made.kind = kind;
    made.line = region.begin.line;
    made.column = region.begin.column;
    return made;
}

bool stands_before(const toml::source_region &left, const toml::source_region &right) {
    return std::pair(left.begin.line, left.begin.column) < std::pair(right.begin.line, right.begin.column);
}

void append(std::vector<ctoml_event> &events, const toml::node &node);

void append_table(std::vector<ctoml_event> &events, const toml::table &table) {
    events.push_back(event(CTOML_TABLE_BEGIN, table.source()));
    std::vector<std::pair<const toml::key *, const toml::node *>> members;
    for (auto &&[key, value] : table) members.emplace_back(&key, &value);
    std::sort(members.begin(), members.end(), [](const auto &left, const auto &right) {
        return stands_before(left.first->source(), right.first->source());
    });
    for (const auto &[key, value] : members) {
        ctoml_event name = event(CTOML_KEY, key->source());
        name.text = key->str().data();
        name.text_length = key->str().size();
        events.push_back(name);
        append(events, *value);
    }
    events.push_back(event(CTOML_TABLE_END, table.source()));
}

// The depth of the recursion is bounded by toml++'s own limit on nested values (TOML_MAX_NESTED_VALUES, 256).
void append(std::vector<ctoml_event> &events, const toml::node &node) {
    const toml::source_region &region = node.source();
    switch (node.type()) {
    case toml::node_type::table:
        append_table(events, *node.as_table());
        break;
    case toml::node_type::array:
        events.push_back(event(CTOML_ARRAY_BEGIN, region));
        for (const toml::node &element : *node.as_array()) append(events, element);
        events.push_back(event(CTOML_ARRAY_END, region));
        break;
    case toml::node_type::string: {
        ctoml_event made = event(CTOML_STRING, region);
        const std::string &text = node.as_string()->get();
        made.text = text.data();
        made.text_length = text.size();
        events.push_back(made);
        break;
    }
    case toml::node_type::integer: {
        ctoml_event made = event(CTOML_INTEGER, region);
        made.integer = node.as_integer()->get();
        events.push_back(made);
        break;
    }
    case toml::node_type::floating_point: {
        ctoml_event made = event(CTOML_FLOAT, region);
        made.floating = node.as_floating_point()->get();
        events.push_back(made);
        break;
    }
    case toml::node_type::boolean: {
        ctoml_event made = event(CTOML_BOOLEAN, region);
        made.boolean = node.as_boolean()->get();
        events.push_back(made);
        break;
    }
    default:
        events.push_back(event(CTOML_DATE_OR_TIME, region));
        break;
    }
}

}  // namespace

ctoml_document *ctoml_parse(const char *bytes, size_t length) {
    ctoml_document *document = nullptr;
    // toml++ throws nothing itself (TOML_EXCEPTIONS is 0), but the standard library does when memory is short.
    try {
        document = new ctoml_document;
        toml::parse_result result = toml::parse(std::string_view(bytes, length));
        if (!result) {
            document->failed = true;
            document->reason = std::string(result.error().description());
            document->line = result.error().source().begin.line;
            document->column = result.error().source().begin.column;
            return document;
        }
        document->root = std::move(result).table();
        append_table(document->events, document->root);
        return document;
    } catch (...) {
        delete document;
        return nullptr;
    }
}

bool ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column, const char **reason,
                 size_t *reason_length) {
    if (!document->failed) return false;
    *line = document->line;
    *column = document->column;
    *reason = document->reason.data();
    *reason_length = document->reason.size();
    return true;
}

size_t ctoml_count(const ctoml_document *document) { return document->events.size(); }

ctoml_event ctoml_event_at(const ctoml_document *document, size_t index) { return document->events[index]; }

void ctoml_free(ctoml_document *document) { delete document; }
