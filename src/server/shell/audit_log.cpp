// SPDX-License-Identifier: Apache-2.0
#include "server/shell/audit_log.hpp"

#include "base/log.hpp"

#include <utility>

namespace relay::server {

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& file) {
    if (file.empty()) return std::unique_ptr<AuditLog>(new AuditLog(std::nullopt));
    AuditFile opened(file);
    if (auto done = opened.open(); !done) return std::unexpected(done.error());
    return std::unique_ptr<AuditLog>(new AuditLog(std::move(opened)));
}

AuditLog::AuditLog(std::optional<AuditFile> file)
    : file_(std::move(file)), thread_([this] { run(); }) {}

AuditLog::~AuditLog() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void AuditLog::write(AuditRecord record) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) {
        ++lost_;
        overflowed_ = true;
        return;
    }
    waiting_.push_back(std::move(record));
    changed_.notify_one();
}

std::uint64_t AuditLog::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

void AuditLog::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const AuditRecord record = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        put_down(record);
        lock.lock();
        if (!waiting_.empty() || !std::exchange(overflowed_, false)) continue;
        const std::uint64_t lost = lost_;
        lock.unlock();
        log::warn("audit records came faster than they could be written", {{"lost", lost}});
        lock.lock();
    }
}

void AuditLog::put_down(const AuditRecord& record) {
    if (!file_) {
        log_audit(record);
        return;
    }
    const auto written = file_->append(audit_line(record));
    if (written) {
        if (std::exchange(failing_, false))
            log::warn("the audit file is written again", {{"lost", lost()}});
        return;
    }
    if (!std::exchange(failing_, true))
        log::error("cannot write the audit file", {{"reason", written.error().detail}});
    const std::lock_guard lock(mutex_);
    ++lost_;
}

}  // namespace relay::server
