// Reads how often the code of this program ran. For tests alone.

#ifndef WORK_METER_H
#define WORK_METER_H

#include <stdint.h>

/// The executions of every region of code so far, summed; -1 where the build does not count them.
int64_t work_meter_total(void);

#endif
