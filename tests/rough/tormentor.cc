#include "tests/rough/tormentor.h"

#include <csignal>

namespace redress::rough {
namespace {

constexpr int reset_percent = 20;  // of the steps of a line that is reset again and again
constexpr int percent = 100;

struct BadLine {
  const char* name;
  std::vector<std::string> commands;
};

const std::vector<BadLine>& bad_lines() {
  static const std::vector<BadLine> all{
      {"cut", {"cut"}},
      {"stalled", {"stall"}},
      {"slow", {"delay 2000"}},
      {"narrow", {"rate 8000"}},
      {"slow and narrow", {"delay 500", "rate 20000"}},
      {"hole up", {"hole up"}},
      {"hole down", {"hole down"}},
      {"flapping", {"flap 1000"}},
      {"drips", {"drip 200"}},
      {"resets", {"reset"}},
  };
  return all;
}

}  // namespace

Status Tormentor::step(Instant now) {
  if (trouble_ != "killed" && !fleet_.runs(site_))
    return fail(Code::io, "site " + std::to_string(site_.value()) + " ended by itself");
  if (!until_) until_ = after_ms(now, dice_.between(torment_.calm_ms_min, torment_.calm_ms_max));
  if (trouble_ == "resets" && dice_.below(percent) < reset_percent) {
    const Status done = tell({"reset"});
    if (!done) return done;
  }
  if (now < *until_) return Done{};
  const bool was_calm = trouble_.empty();
  const Status done = was_calm ? begin() : heal();
  until_ = was_calm ? after_ms(now, dice_.between(torment_.hold_ms_min, torment_.hold_ms_max))
                    : after_ms(now, dice_.between(torment_.calm_ms_min, torment_.calm_ms_max));
  return done;
}

Status Tormentor::begin() {
  const auto lines = static_cast<std::int64_t>(relay_ == nullptr ? 0 : bad_lines().size());
  const std::int64_t kinds = lines + (torment_.stops ? 1 : 0) + (torment_.kills ? 1 : 0);
  if (kinds == 0) return Done{};
  const std::int64_t drawn = dice_.below(kinds);
  if (drawn < lines) {
    const BadLine& line = bad_lines()[static_cast<std::size_t>(drawn)];
    trouble_ = line.name;
    ++counts_[trouble_];
    return tell(line.commands);
  }
  if (torment_.stops && drawn == lines) {
    trouble_ = "stopped";
    ++counts_[trouble_];
    fleet_.signal(site_, SIGSTOP);
    return Done{};
  }
  trouble_ = "killed";
  ++counts_[trouble_];
  const auto ended = fleet_.kill(site_);
  return ended ? Status{Done{}} : fail(ended.error());
}

Status Tormentor::heal() {
  const std::string was = std::exchange(trouble_, {});
  if (was.empty()) return Done{};
  if (was == "stopped") {
    fleet_.signal(site_, SIGCONT);
    return Done{};
  }
  return was == "killed" ? fleet_.launch(site_) : tell({"heal"});
}

Status Tormentor::tell(const std::vector<std::string>& commands) const {
  for (const std::string& command : commands) {
    const auto said = relay_->tell(command);
    if (!said) return fail(said.error());
  }
  return Done{};
}

}  // namespace redress::rough
