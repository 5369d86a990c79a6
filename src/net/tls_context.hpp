// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace relay::net {

// Which certificates a TLS client trusts and shows: TLS 1.2 or later, the far side always verified.
// Cheap to copy; constant after creation, so connections of any thread may share one.
class TlsContext {
public:
    struct Settings {
        std::filesystem::path ca_file;           // PEM; trusted besides the system's roots
        std::filesystem::path certificate_file;  // PEM chain shown to servers that ask; optional
        std::filesystem::path key_file;          // PEM; needed with certificate_file
    };

    // Errc::invalid, naming the file, when one cannot be read or the key does not fit.
    static Result<TlsContext> create(const Settings& settings);

    boost::asio::ssl::context& native() const { return *context_; }

private:
    explicit TlsContext(std::shared_ptr<boost::asio::ssl::context> context)
        : context_(std::move(context)) {}

    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace relay::net
