// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <expected>

namespace relay::book {

// Makes answers as their endpoints say: at once, in the store, or first on a thread of its own,
// which is there for what takes long without a database. Called on io threads, which go on
// meanwhile: what is awaited ends on the one where it began. The store and this outlive all
// requests.
class Answerer {
public:
    explicit Answerer(booking::Store& store) : store_(store) {}

    // See parse_body. A large body is parsed on the thread for what takes long.
    boost::asio::awaitable<std::expected<nlohmann::json, net::HttpResponse>> parse(
        const Endpoint& endpoint, const net::HttpRequest& request);

    // An exception is a fault of ours: it is told in the log, and the answer is 500.
    boost::asio::awaitable<net::HttpResponse> answer(const Endpoint& endpoint, Call& call);

private:
    using Answer = boost::asio::awaitable<net::HttpResponse>;
    Answer make(const Endpoint& endpoint, const Immediate& answer, Call& call);
    Answer make(const Endpoint& endpoint, const Reading& answer, Call& call);
    Answer make(const Endpoint& endpoint, const Reporting& answer, Call& call);
    Answer make(const Endpoint& endpoint, const Writing& answer, Call& call);
    Answer make(const Endpoint& endpoint, const WritingFirst& answer, Call& call);
    Answer make(const Endpoint& endpoint, const Preparing& answer, Call& call);
    template <class Handler>
    Answer write(const Endpoint& endpoint, const Handler& handler, const Call& call);

    booking::Store& store_;
    boost::asio::thread_pool worker_{1};
};

}  // namespace relay::book
