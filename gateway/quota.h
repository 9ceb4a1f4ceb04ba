// How much of the gateway's time one site may take while others need it too: a bucket a site, filled at a steady rate,
// and the frames that wait for it, so that a site that floods is slowed and the others are not (D16).
//
// A site is alone while, for a second, no other had entries stored and no other's frames wait. Then it may take all
// there is, a MiB a turn, and it costs it nothing. Beside others a frame costs its bytes, a frame and an entry each at
// least a kibibyte, and a turn takes 128 KiB of it. What a site has saved is at most four seconds' worth; what it owes
// at most two, or one frame; what waits of it at most two, which is the window that it should be granted, and one
// frame. So a site that keeps to its window waits for a few seconds at most, and its line does not seem dead.
//
// Owned by the loop's thread; no clock.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"

namespace redress::gateway {

struct QuotaOptions {
  std::size_t bytes_a_second = std::size_t{1} << 20;      // of one site beside others; at least a quarter of a frame
  std::size_t waiting_bytes_max = std::size_t{64} << 20;  // of all sites together
};

class Quota {
 public:
  struct Waiting {
    Bytes line;
    SiteId site;
    Bytes frame;
  };
  enum class Verdict {
    now,    // hand it on
    later,  // it is kept here until take_due() gives it
    never,  // too much waits already: it was not taken
  };

  explicit Quota(const QuotaOptions& options) : options_{options} {}

  // The window that keeps a well-behaved site from ever hearing `never`.
  [[nodiscard]] static std::size_t window_bytes(const QuotaOptions& options) { return 2 * options.bytes_a_second; }

  // A frame came. Frames of one site keep their order.
  [[nodiscard]] Verdict on_frame(Instant now, SiteId site, const Bytes& line, ByteView frame);
  // A frame came that a one-time key brought: true if it is to be handed on. It does not wait, and costs alone as
  // beside others. Each key has its own bucket: who holds one that the site had once takes nothing from the site.
  [[nodiscard]] bool on_invited_frame(Instant now, const PublicKey& one_time, ByteView frame);
  // So many entries of frames that were handed on are about to be stored: the site is at work.
  void charge_entries(Instant now, SiteId site, std::size_t entries, std::size_t bytes);
  // What may be handed on now: of each site in turn, as its bucket and its share of a turn allow; at least one frame.
  [[nodiscard]] std::vector<Waiting> take_due(Instant now);
  // The line ended: what waits of it is dropped.
  void forget(const Bytes& line);

  // When something that waits may be handed on.
  [[nodiscard]] Instant next_due() const;
  // As they cost, like every count of bytes here.
  [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

 private:
  struct Bucket {
    std::int64_t level = 0;  // bytes; below 0: owed
    Instant filled_at;
    std::size_t turn_bytes = 0;  // handed on since the last take_due()
    std::size_t waiting_bytes = 0;
    std::deque<Waiting> waiting;
  };

  template <typename Key>
  using Buckets = std::map<Key, Bucket>;  // of those that are not at their fill

  // Who had entries stored, and until when others are not alone because of it.
  struct Worker {
    SiteId site;
    Instant until{0};
  };

  [[nodiscard]] std::int64_t rate() const { return static_cast<std::int64_t>(options_.bytes_a_second); }
  template <typename Key>
  Bucket& filled(Buckets<Key>& buckets, const Key& key, Instant now) const;
  [[nodiscard]] std::int64_t owed_max() const;
  // When the site will be alone if nothing more comes; in the past: it is.
  [[nodiscard]] Instant alone_at(SiteId site, const Bucket& bucket) const;
  [[nodiscard]] static bool may_pass(const Bucket& bucket, bool is_alone);
  void pay(Bucket& bucket, std::size_t bytes) const;

  QuotaOptions options_;
  Buckets<SiteId> buckets_;
  Buckets<PublicKey> invited_;  // nothing waits in them; few: a person gives each key out
  std::size_t waiting_bytes_ = 0;
  Worker latest_, before_;  // the last two different sites
};

}  // namespace redress::gateway
