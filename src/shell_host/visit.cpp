// SPDX-License-Identifier: Apache-2.0
#include "shell_host/visit.hpp"

#include "base/log.hpp"

namespace relay::shell_host {
namespace {

std::string target_text(const Visit& visit) {
    return visit.target ? visit.target->text() : "none";
}

}  // namespace

void log_opened(const Visit& visit, const char* form) {
    log::info("stream opened",
              {{"connection", visit.connection}, {"form", form}, {"target", target_text(visit)}});
}

void log_ended(const Visit& visit, const char* form, const tunnel::LinkEnd& end,
               std::chrono::steady_clock::duration lasted) {
    log::info("stream ended", {{"connection", visit.connection},
                               {"form", form},
                               {"target", target_text(visit)},
                               {"seconds", std::chrono::duration<double>(lasted).count()},
                               {"to_client", end.sent},
                               {"from_client", end.received},
                               {"complete", end.complete},
                               {"reason", end.reason}});
}

}  // namespace relay::shell_host
