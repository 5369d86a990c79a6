// SPDX-License-Identifier: Apache-2.0
#include "tunnel/local_stream.hpp"

#include "tunnel/local_descriptor_detail.hpp"

#include <optional>
#include <utility>

namespace relay::tunnel {

namespace asio = boost::asio;
using Use = LocalDescriptor::Use;

class LocalStream::Implementation {
public:
    Implementation(const asio::any_io_executor& executor, FileDescriptor socket)
        : input_(executor, std::move(socket), Use::both) {}
    Implementation(const asio::any_io_executor& executor, FileDescriptor input,
                   FileDescriptor output)
        : input_(executor, std::move(input), Use::read) {
        output_.emplace(executor, std::move(output), Use::write);
    }

    LocalDescriptor& input() { return input_; }
    LocalDescriptor& output() { return output_ ? *output_ : input_; }

    void end_writing() {
        output().end_writing();
        if (output_) output_->close();
    }
    void reset() {
        input_.reset();
        if (output_) output_->reset();
    }
    void close() {
        input_.close();
        if (output_) output_->close();
    }
    bool is_open() const { return input_.is_open() || (output_ && output_->is_open()); }

private:
    LocalDescriptor input_;                  // or both
    std::optional<LocalDescriptor> output_;  // when it is another
};

LocalStream::LocalStream(const asio::any_io_executor& executor, FileDescriptor socket)
    : implementation_(std::make_unique<Implementation>(executor, std::move(socket))) {}

LocalStream::LocalStream(const asio::any_io_executor& executor, FileDescriptor input,
                         FileDescriptor output)
    : implementation_(
          std::make_unique<Implementation>(executor, std::move(input), std::move(output))) {}

LocalStream::LocalStream(LocalStream&&) noexcept = default;
LocalStream& LocalStream::operator=(LocalStream&&) noexcept = default;
LocalStream::~LocalStream() = default;

LocalStream::Transfer LocalStream::read_now(std::span<std::uint8_t> into) {
    return implementation_->input().read_now(into);
}

LocalStream::Transfer LocalStream::write_now(std::span<const std::uint8_t> bytes) {
    return implementation_->output().write_now(bytes);
}

asio::awaitable<void> LocalStream::readable() {
    return implementation_->input().ready(asio::posix::descriptor_base::wait_read);
}

asio::awaitable<void> LocalStream::writable() {
    return implementation_->output().ready(asio::posix::descriptor_base::wait_write);
}

void LocalStream::end_writing() {
    implementation_->end_writing();
}

void LocalStream::reset() {
    implementation_->reset();
}

void LocalStream::close() {
    implementation_->close();
}

bool LocalStream::is_open() const {
    return implementation_ && implementation_->is_open();
}

}  // namespace relay::tunnel
