// P13: what is shown of the lag is never smaller than it was at the last heartbeat, and is said to be unknown when none
// comes. What a heartbeat that was lost would have told is not asked for.
#include <algorithm>

#include "tests/sim/judge.h"

namespace redress::sim {
namespace {

constexpr std::int64_t fresh_ms = 2 * heartbeat_ms;

}  // namespace

Seq Judge::head_at(const Machine& branch, const StreamName& stream, Instant when) const {
  const auto& heads =
      stream.reader == no_reader ? journal_heads_[branch.index] : feed_heads_.at(stream.reader.value() - 1);
  Seq head;
  for (const auto& [at, seq] : heads) {
    // A heartbeat is written before the commit of its own turn.
    if (at >= when) break;
    head = seq;
  }
  return head;
}

void Judge::look_at_lag() {
  if (!world_.centre().is_up() || shaken_.contains(head_office)) return;
  const auto statuses = world_.centre().gateway->status(world_.now());
  for (std::size_t i = 1; i < world_.size(); ++i) {
    Machine& branch = world_.machine(i);
    if (!is_sound(branch) || branch.is_copy || shaken_.contains(branch.site)) continue;
    if (branch.is_up()) look_at_branch_lag(branch);
    for (const gateway::SiteStatus& status : statuses) {
      if (status.site == branch.site) look_at_centre_lag(branch, status);
    }
  }
}

void Judge::look_at_branch_lag(Machine& branch) {
  const agent::LinkView view = branch.agent->view(world_.now());
  const Book& own = book_of(branch);
  const Book& centre = book_of(world_.centre());
  const StreamName journal = branch.store->journal();
  const std::uint64_t missing = own.head_of(journal).seq.value() - centre.head_of(journal).seq.value();
  if (view.up.entries < missing)
    broke(branch,
          "P13 it shows " + std::to_string(view.up.entries) + " entries behind; there are " + std::to_string(missing));
  const bool known = view.down.state != sync::LagState::unknown;
  world_.marks.hit(known ? "lag known" : "lag unknown");
  if (view.up.oldest_ms < 0 || view.down.oldest_ms < 0) broke(branch, "P13 a negative age");
  const StreamName feed = feed_for(world_.centre().store->epoch(), branch.site);
  const std::uint64_t was = head_at(branch, feed, heard_[branch.index].down.taken(world_.now())).value();
  const std::uint64_t held = own.head_of(feed).seq.value();
  if (known && was > held && view.down.entries < was - held)
    broke(branch, "P13 it shows " + std::to_string(view.down.entries) + " feed entries behind, and was told of " +
                      std::to_string(was - held));
}

void Judge::look_at_centre_lag(Machine& branch, const gateway::SiteStatus& status) {
  const Book& centre = book_of(world_.centre());
  const StreamName feed = feed_for(world_.centre().store->epoch(), branch.site);
  const bool known = status.up.state != sync::LagState::unknown;
  const bool silent = heard_[branch.index].any < after_ms(world_.now(), -fresh_ms - 1'000);
  if (known && silent) broke(branch, "P13 head office shows its lag as known, and has not heard it");
  if (status.up.oldest_ms < 0 || status.down.oldest_ms < 0) broke(branch, "P13 a negative age at head office");
  const Seq feed_head = centre.head_of(feed).seq;
  const Seq feed_held = book_of(branch).head_of(feed).seq;
  // Measured with every commit that makes places, so that nothing is older than a tenth of a second.
  const Seq feed_was = head_at(branch, feed, after_ms(world_.now(), -1'000 - 2 * setting_.gather_ms));
  if (feed_was > feed_held && status.down.entries < feed_was.value() - feed_held.value())
    broke(branch, "P13 head office shows " + std::to_string(status.down.entries) + " feed entries behind of " +
                      std::to_string(feed_head.value() - feed_held.value()));
  if (!known || !branch.is_up()) return;
  const StreamName journal = branch.store->journal();
  const std::uint64_t was = head_at(branch, journal, heard_[branch.index].up.taken(world_.now())).value();
  const std::uint64_t held = centre.head_of(journal).seq.value();
  if (was > held && status.up.entries < was - held)
    broke(branch, "P13 head office shows " + std::to_string(status.up.entries) + " entries behind, and was told of " +
                      std::to_string(was - held));
}

}  // namespace redress::sim
