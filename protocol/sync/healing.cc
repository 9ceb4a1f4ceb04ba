#include "protocol/sync/healing.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr std::int64_t unanswered_ms = 60'000;
constexpr std::int64_t not_held_ms = 3'600'000;

std::string at(const Spot& spot) {
  return "site=" + std::to_string(spot.stream.owner.value()) + " epoch=" + std::to_string(spot.stream.epoch.value()) +
         " reader=" + std::to_string(spot.stream.reader.value()) + " seq=" + std::to_string(spot.seq.value());
}

}  // namespace

void Healing::open(SessionId session, bool understood) {
  session_ = session;
  understood_ = understood;
  asked_.clear();
  answers_left_ = limits::healed_a_beat;
}

void Healing::on_beat(Instant now, Step& step) {
  answers_left_ = limits::healed_a_beat;
  if (!understood_) return;
  const std::vector<Spot> damaged = streams_->damaged(peer_);
  std::erase_if(asked_, [&](const auto& one) { return std::count(damaged.begin(), damaged.end(), one.first) == 0; });
  std::size_t left = limits::healed_a_beat;
  for (const Spot& spot : damaged) {
    const auto [found, is_new] = asked_.try_emplace(spot);
    if (left == 0 || (!is_new && now < found->second.again)) {
      if (is_new) asked_.erase(found);
      continue;
    }
    --left;
    found->second = {after_ms(now, unanswered_ms), false};
    step.sends.push_back(wire::encode(wire::Want{session_, spot.stream, spot.seq}));
    step.events.push_back({Happening::wanted, peer_, Code::damaged, at(spot)});
  }
}

std::optional<Error> Healing::on_want(const wire::Want& want, Step& step) {
  if (!understood_) return Error{Code::unexpected_frame, "a damaged entry is asked for by an older peer", "frame"};
  const SiteId branch = self_ == head_office ? peer_ : self_;
  const bool journal = want.stream.owner == branch && want.stream.reader == no_reader;
  const bool feed = want.stream.owner == head_office && want.stream.reader == branch;
  if (!journal && !feed && !REDRESS_MUTANT(126)) {  // 126: anybody's entries are given
    return Error{Code::foreign_site, "an entry of another's stream is asked for", "want"};
  }
  if (answers_left_ == 0 && !REDRESS_MUTANT(105)) return std::nullopt;  // 105: as often as it is asked for
  if (answers_left_ > 0) --answers_left_;
  Outgoing out = streams_->read({want.stream, want.seq, 1, 0, peer_, /*every_key=*/true});
  wire::Give give{session_, want.stream, want.seq, std::nullopt, std::nullopt};
  if (!out.items.empty()) give.item = std::move(out.items.front());
  if (!out.grants.empty()) give.grant = std::move(out.grants.front());
  step.sends.push_back(wire::encode(give));
  return std::nullopt;
}

// Only what this end holds itself says what stood there: the digest of the place, and of the one before it.
Result<std::optional<Placed>> Healing::place(const Spot& spot, const wire::Item& item) const {
  const auto held = streams_->digest_at(spot.stream, spot.seq);
  const Seq seq_before{spot.seq.value() - 1};
  const auto before = streams_->digest_at(spot.stream, seq_before);
  const bool in_feed = spot.stream.reader != no_reader;
  if (!held || (in_feed && !before)) return std::optional<Placed>{};
  auto header = journal::decode_header(item.header);
  if (!header) return fail(Code::bad_chain, header.error().what);
  const std::array<ByteView, 1> body{ByteView{item.body}};
  const bool whole = header->body_bytes == item.body.size() && header->body == domain_.suite->hash(body);
  Placed placed{*header, item, journal::entry_digest(domain_, item.header), {}};
  placed.stream = placed.entry;
  if (in_feed) {
    const journal::Place there{spot.stream.owner, spot.stream.epoch, spot.seq, *before};
    placed.stream = journal::feed_digest(domain_, spot.stream.reader, there, placed.entry);
  }
  const bool same = whole && placed.stream == *held;
  // 74: whatever comes is taken
  if (!same && !REDRESS_MUTANT(74)) return fail(Code::bad_chain, "it is not the entry that stands there");
  placed.stream = *held;
  return std::optional{std::move(placed)};
}

std::optional<Error> Healing::on_give(Instant now, const wire::Give& give, Step& step) {
  if (!understood_) return Error{Code::unexpected_frame, "an entry is given by an older peer", "frame"};
  const Spot spot{give.stream, give.seq};
  const auto found = asked_.find(spot);
  if (found == asked_.end() || found->second.answered) {
    step.events.push_back(
        {Happening::stale, peer_, Code::stale_session, "an entry that is not asked for: " + at(spot)});
    return std::nullopt;
  }
  found->second = {after_ms(now, not_held_ms), true};
  if (!give.item) {
    step.writes.emplace_back(Heal{peer_, spot, std::nullopt, std::nullopt});
    return std::nullopt;
  }
  auto placed = place(spot, *give.item);
  if (!placed) return Error{placed.error().code, placed.error().what + ": " + at(spot), "give"};
  if (!*placed) return std::nullopt;
  step.events.push_back({Happening::healed, peer_, std::nullopt, at(spot)});
  step.writes.emplace_back(Heal{peer_, spot, std::move(*placed), give.grant});
  return std::nullopt;
}

}  // namespace redress::sync
