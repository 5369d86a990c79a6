// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "shell_client/config.hpp"

namespace relay::shell_client {

// `relay shell client`: with --stdio one stream, whose end ends the program: 0 when all bytes went
// both ways, else an error that says why. Without it a listener that carries each connection to the
// host, until SIGTERM or SIGINT, then 0; it prints {"event":"listening","local":"ADDRESS:PORT"} on
// standard output once it listens. Errors: Errc::invalid for settings, Errc::unavailable for an
// address that cannot be listened on; with --stdio those of the access API, so that a host that is
// absent is Errc::unavailable with the relay's reason.
Result<int> run(const Config& config);

}  // namespace relay::shell_client
