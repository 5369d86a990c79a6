// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/base64.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

// An export as the reference makes it (spec/booking-instant.md §7), made up.
namespace relay::book::test {

inline std::string base64_of(const std::string& text) {
    return base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

inline nlohmann::json decoded(const nlohmann::json& text) {
    return nlohmann::json::parse(base64_decode(text.get<std::string>()).value());
}

// Times: the sessions end at 1795345200 (2026-11-22T11:00:00Z) and half an hour later.
inline const char* const reference_pools = R"json({
  "groups": {
    "5b1e61a2-0000-4000-8000-0000000000a1": {
      "description": {"id": "5b1e61a2-0000-4000-8000-0000000000a1", "name": "optics-2031", "type": "group"},
      "pools": [
        {"description": {"id": "5b1e61a2-0000-4000-8000-0000000000b1", "name": "Laser bench", "type": "pool"},
         "activities": {}, "available": {}, "inUse": {}, "minSession": 120, "maxSession": 2700}
      ]
    },
    "5b1e61a2-0000-4000-8000-0000000000a2": {
      "description": {"id": "5b1e61a2-0000-4000-8000-0000000000a2", "name": "empty", "type": "group"},
      "pools": null
    }
  },
  "pools": {
    "5b1e61a2-0000-4000-8000-0000000000b1": {
      "description": {"id": "5b1e61a2-0000-4000-8000-0000000000b1", "name": "Laser bench", "type": "pool",
                      "short": "Diffraction rigs"},
      "activities": {
        "5b1e61a2-0000-4000-8000-0000000000c1": {
          "config": {"url": "https://files.lab.test/laser-7.json"},
          "description": {"id": "5b1e61a2-0000-4000-8000-0000000000c1", "name": "Laser 7", "type": "laser"},
          "exp": 1988150400,
          "streams": {
            "video": {"for": "video", "url": "https://relay.lab.test/session/laser-7-video", "verb": "POST",
              "token": "a.secret.token",
              "permission": {"bookingID": "", "topic": "laser-7-video", "prefix": "session",
                "scopes": ["read"], "aud": ["https://relay.lab.test"], "exp": 5, "iat": 1, "nbf": 1}},
            "data": {"for": "data", "url": "https://relay.lab.test/session/laser-7-data", "verb": "POST",
              "permission": {"bookingID": "", "topic": "laser-7-data", "prefix": "session",
                "scopes": ["read", "write"], "aud": "https://relay.lab.test"}}
          },
          "ui": [{"description": {"id": "", "name": "Basic", "type": "ui"},
                  "url": "https://ui.lab.test/?streams={{streams}}", "streamsRequired": ["data", "video"]}]
        },
        "5b1e61a2-0000-4000-8000-0000000000c2": {
          "config": {"url": ""},
          "description": {"id": "5b1e61a2-0000-4000-8000-0000000000c2", "name": "Simulation", "type": "sim"},
          "exp": 1988150400, "streams": {}, "ui": null
        }
      },
      "available": {"5b1e61a2-0000-4000-8000-0000000000c1": 1988150400},
      "inUse": {"5b1e61a2-0000-4000-8000-0000000000c1": 1795345200},
      "minSession": 120, "maxSession": 2700
    },
    "5b1e61a2-0000-4000-8000-0000000000b2": {
      "description": {"id": "5b1e61a2-0000-4000-8000-0000000000b2", "name": "Unlimited", "type": "pool"},
      "activities": null, "available": null, "inUse": null, "minSession": 60, "maxSession": 0
    }
  },
  "secret": "c29tZXNlY3JldA==",
  "bookingTokenDuration": 3600
})json";

inline const char* const reference_bookings = R"json({
  "activities": {
    "ann": {
      "5b1e61a2-0000-4000-8000-0000000000d1": {
        "config": {"url": "https://files.lab.test/laser-7.json"},
        "description": {"id": "5b1e61a2-0000-4000-8000-0000000000c1", "name": "Laser 7", "type": "laser"},
        "exp": 1795345200,
        "streams": [
          {"for": "video", "url": "https://relay.lab.test/session/laser-7-video", "verb": "POST",
           "token": "a.secret.token",
           "permission": {"audience": "https://relay.lab.test", "connection_type": "session",
                          "scopes": ["read"], "topic": "laser-7-video"}},
          {"for": "data", "url": "https://relay.lab.test/session/laser-7-data", "verb": "POST",
           "token": "a.secret.token",
           "permission": {"audience": "https://relay.lab.test", "connection_type": "session",
                          "scopes": ["read", "write"], "topic": "laser-7-data"}}],
        "uis": [{"description": {"name": "Basic", "type": "ui"},
                 "url": "https://ui.lab.test/?streams={{streams}}", "streamsRequired": ["data", "video"]}]
      },
      "5b1e61a2-0000-4000-8000-0000000000d2": {
        "config": {"url": ""},
        "description": {"id": "5b1e61a2-0000-4000-8000-0000000000c9", "name": "Withdrawn", "type": "sim"},
        "exp": 1795347000, "streams": [], "uis": []
      }
    }
  },
  "sessions": {
    "ann": {"5b1e61a2-0000-4000-8000-0000000000d1": 1795345200,
            "5b1e61a2-0000-4000-8000-0000000000d2": 1795347000},
    "ben": {"5b1e61a2-0000-4000-8000-0000000000d3": 1795345200}
  },
  "activityBySession": {}, "userBySession": {},
  "lastFlush": 1795341000, "lastBookingEnds": 1795347000, "max": 2,
  "lockBookings": true, "message": "Closed for an export",
  "flushInterval": 3600000000000, "provisionalPeriod": 60000000000
})json";

inline nlohmann::json reference_export(const std::string& pools = reference_pools,
                                       const std::string& bookings = reference_bookings) {
    return {{"pool", base64_of(pools)}, {"booking", base64_of(bookings)}};
}

}  // namespace relay::book::test
