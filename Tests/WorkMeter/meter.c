// The counters of a build for code coverage: one for every function, branch and body of a loop.
#include "WorkMeter.h"

#include <stddef.h>

// Of the compiler's profile runtime, which is linked in such a build alone.
extern char *__llvm_profile_begin_counters(void) __attribute__((weak));
extern char *__llvm_profile_end_counters(void) __attribute__((weak));

int64_t work_meter_total(void) {
  if (!__llvm_profile_begin_counters || !__llvm_profile_end_counters) return -1;
  const uint64_t *end = (const uint64_t *)(const void *)__llvm_profile_end_counters();
  uint64_t sum = 0;
  for (const uint64_t *next = (const uint64_t *)(const void *)__llvm_profile_begin_counters(); next < end; next++)
    sum += *next;
  return (int64_t)(sum & INT64_MAX);
}
