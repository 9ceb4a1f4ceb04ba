#include "gateway/quota.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace redress::gateway {
namespace {

constexpr std::int64_t saved_s_max = 4;
constexpr std::int64_t owed_s_max = 2;
constexpr auto one_frame = static_cast<std::int64_t>(limits::frame_bytes_max);
constexpr std::size_t turn_bytes_max = 128 * limits::kib;
constexpr std::size_t turn_bytes_alone_max = 1 * limits::mib;
constexpr std::int64_t alone_after_ms = 1'000;
constexpr std::size_t frame_cost_min = 1 * limits::kib;  // however short: it is looked at, and may have to be answered
constexpr std::size_t entry_cost_min = 1 * limits::kib;
constexpr std::int64_t second_ms = 1'000;

std::size_t cost_of(ByteView frame) { return std::max(frame.size(), frame_cost_min); }

}  // namespace

template <typename Key>
Quota::Bucket& Quota::filled(Buckets<Key>& buckets, const Key& key, Instant now) const {
  const auto [found, is_new] = buckets.try_emplace(key);
  Bucket& bucket = found->second;
  const std::int64_t fill = saved_s_max * rate();
  if (is_new) bucket.level = fill;
  const std::int64_t passed_ms = is_new ? 0 : std::max<std::int64_t>(0, now.value() - bucket.filled_at.value());
  // Beyond this it is full however it stood; the product stays small.
  const std::int64_t counted_ms = std::min(passed_ms, ((fill + owed_max()) / rate() + 1) * second_ms);
  const std::int64_t gained = counted_ms * rate() / second_ms;
  bucket.level = std::min(fill, bucket.level + gained);
  // A gain too small to count stays in the clock.
  if (is_new || gained > 0) bucket.filled_at = now;
  return bucket;
}

// A site may always send a whole frame, and owes it.
std::int64_t Quota::owed_max() const { return std::max(owed_s_max * rate(), one_frame); }

// Of two sites one is another; a third that was at work before them is as good as either.
Instant Quota::alone_at(SiteId site, const Bucket& bucket) const {
  if (waiting_bytes_ > bucket.waiting_bytes) return redress::never;
  return latest_.site != site ? latest_.until : before_.until;
}

bool Quota::may_pass(const Bucket& bucket, bool is_alone) {
  if (is_alone) return bucket.turn_bytes < turn_bytes_alone_max;
  return bucket.level > 0 && bucket.turn_bytes < turn_bytes_max;
}

void Quota::pay(Bucket& bucket, std::size_t bytes) const {
  bucket.level = std::max(-owed_max(), bucket.level - static_cast<std::int64_t>(bytes));
}

Quota::Verdict Quota::on_frame(Instant now, SiteId site, const Bytes& line, ByteView frame) {
  Bucket& bucket = filled(buckets_, site, now);
  const bool is_alone = alone_at(site, bucket) <= now;
  const std::size_t cost = cost_of(frame);
  if (bucket.waiting.empty() && may_pass(bucket, is_alone)) {
    if (!is_alone) pay(bucket, cost);
    bucket.turn_bytes += cost;
    return Verdict::now;
  }
  const std::size_t site_max = window_bytes(options_) + limits::frame_bytes_max;
  const bool fits = bucket.waiting_bytes + cost <= site_max && waiting_bytes_ + cost <= options_.waiting_bytes_max;
  if (!fits) return Verdict::never;
  bucket.waiting.push_back({line, site, copy_of(frame)});
  bucket.waiting_bytes += cost;
  waiting_bytes_ += cost;
  return Verdict::later;
}

bool Quota::on_invited_frame(Instant now, const PublicKey& one_time, ByteView frame) {
  Bucket& bucket = filled(invited_, one_time, now);
  if (!may_pass(bucket, /*is_alone=*/false)) return false;
  pay(bucket, cost_of(frame));
  bucket.turn_bytes += cost_of(frame);
  return true;
}

void Quota::charge_entries(Instant now, SiteId site, std::size_t entries, std::size_t bytes) {
  if (entries == 0) return;
  if (latest_.site != site) before_ = latest_;
  latest_ = {site, after_ms(now, alone_after_ms)};
  if (entries * entry_cost_min <= bytes) return;
  const auto found = buckets_.find(site);
  if (found == buckets_.end() || alone_at(site, found->second) <= now) return;
  pay(found->second, entries * entry_cost_min - bytes);
}

std::vector<Quota::Waiting> Quota::take_due(Instant now) {
  std::vector<Waiting> due;
  for (auto& [site, unused] : buckets_) {
    Bucket& bucket = filled(buckets_, site, now);
    bucket.turn_bytes = 0;
    const bool is_alone = alone_at(site, bucket) <= now;
    while (!bucket.waiting.empty() && may_pass(bucket, is_alone)) {
      const std::size_t cost = cost_of(bucket.waiting.front().frame);
      if (!is_alone) pay(bucket, cost);
      bucket.turn_bytes += cost;
      bucket.waiting_bytes -= cost;
      waiting_bytes_ -= cost;
      due.push_back(std::move(bucket.waiting.front()));
      bucket.waiting.pop_front();
    }
  }
  for (auto& [key, unused] : invited_) filled(invited_, key, now).turn_bytes = 0;
  const auto is_full = [&](const auto& one) {
    return one.second.waiting.empty() && one.second.level == saved_s_max * rate();
  };
  std::erase_if(buckets_, is_full);
  std::erase_if(invited_, is_full);
  return due;
}

void Quota::forget(const Bytes& line) {
  for (auto& [site, bucket] : buckets_) {
    std::size_t bytes = 0;
    std::erase_if(bucket.waiting, [&](const Waiting& one) {
      if (one.line == line) bytes += cost_of(one.frame);
      return one.line == line;
    });
    bucket.waiting_bytes -= bytes;
    waiting_bytes_ -= bytes;
  }
}

Instant Quota::next_due() const {
  Instant next = redress::never;
  for (const auto& [site, bucket] : buckets_) {
    if (bucket.waiting.empty()) continue;
    const std::int64_t owed = std::max<std::int64_t>(0, 1 - bucket.level);
    const Instant paid = after_ms(bucket.filled_at, (owed * second_ms + rate() - 1) / rate());
    next = std::min({next, paid, alone_at(site, bucket)});
  }
  return next;
}

}  // namespace redress::gateway
