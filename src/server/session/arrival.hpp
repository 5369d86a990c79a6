// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/topic_directory.hpp"
#include "server/arrival.hpp"

namespace relay::server {

// A client of a session, or of the stats topic.
struct SessionArrival : Arrival {
    hub::TopicDirectory::Seat seat;
    bool asks_audience = false;  // wants to be told whether anybody reads
};

}  // namespace relay::server
