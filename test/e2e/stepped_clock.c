// SPDX-License-Identifier: Apache-2.0
// Loaded before a program under test (LD_PRELOAD): its wall clock is off by as many seconds as the
// file that STEPPED_CLOCK names says, a 64-bit integer that the test changes while it runs.
// Intervals (CLOCK_MONOTONIC) are left alone, as when an operator sets the clock of a machine.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* offset;

__attribute__((constructor)) static void open_offset(void) {
    const char* path = getenv("STEPPED_CLOCK");
    const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void* page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) abort();
    close(file);
    offset = page;
}

// The kernel is asked directly: to look for the function of the C library (dlsym) takes memory, and
// sanitizers ask for the time before they have any.
int clock_gettime(clockid_t clock, struct timespec* time) {
    const int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && offset != NULL) time->tv_sec += *offset;
    return result;
}
