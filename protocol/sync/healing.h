// Damaged entries come back from whoever holds them (D11): asks the peer for what is damaged here, gives it what is
// damaged there, compares what came with what this end's own places prove.
//
// A value owned by one session; no clock, no I/O. Bounds: limits::healed_a_beat questions between two of this end's
// heartbeats, and as many answers: a question beyond them is dropped, and asked again by who still needs it.
#pragma once

#include <map>

#include "protocol/sync/step.h"

namespace redress::sync {

class Healing {
 public:
  // `self` is who this end is; `streams` outlives it.
  Healing(const journal::Domain& domain, SiteId self, const Streams* streams, SiteId peer)
      : domain_{domain}, self_{self}, streams_{streams}, peer_{peer} {}

  // Begins a session's life, if both ends speak of healing; else nothing is asked.
  void open(SessionId session, bool understood);
  void close() { open({}, false); }

  // Asks for some of what is damaged. What was not answered is asked for again after a minute, what was not held there
  // after an hour.
  void on_beat(Instant now, Step& step);
  // Both fail with unexpected_frame if they were not agreed on; requires: a frame of this session.
  // Fails with foreign_site: a branch is given its own journals and feeds, and head office asks for no others.
  [[nodiscard]] std::optional<Error> on_want(const wire::Want& want, Step& step);
  // What was not asked for is dropped. Fails with bad_chain: another entry than the one that stands there.
  [[nodiscard]] std::optional<Error> on_give(Instant now, const wire::Give& give, Step& step);

 private:
  struct Asked {
    Instant again;  // when it may be asked for again
    bool answered = false;
  };
  // The entry with its digests. Nothing: no more is known here of what stands there than that it is damaged.
  [[nodiscard]] Result<std::optional<Placed>> place(const Spot& spot, const wire::Item& item) const;

  journal::Domain domain_;
  SiteId self_;
  const Streams* streams_;
  SiteId peer_;
  SessionId session_;
  bool understood_ = false;
  std::map<Spot, Asked> asked_;
  std::size_t answers_left_ = 0;
};

}  // namespace redress::sync
