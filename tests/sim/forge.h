// Frames made by hand out of what a node holds: for tests that play a faulty or hostile peer.
#pragma once

#include "tests/sim/pair.h"

namespace redress::sim {

// A batch of a site's own journal from `first` on, as the site itself would send it.
inline wire::Batch batch_of(const Node& node, SessionId session, Seq first, std::size_t entries_max = 1) {
  const StreamName stream = node.site->journal();
  sync::Outgoing out = node.site->read({stream, first, entries_max, std::size_t{1} << 20, head_office, false});
  REDRESS_ASSERT(!out.items.empty());
  const auto kept = node.site->checkpoint_at(stream, out.last.seq);
  const journal::Checkpoint checkpoint =
      kept ? *kept
           : journal::sign(sim_domain(), node.signer, {{}, {}, stream, out.last, WallTime{}, node.site->ledger(), {}});
  return {session, stream, first, std::move(out.items), std::move(out.grants), checkpoint};
}

// Signs the checkpoint of a batch again, after its items were changed.
inline void sign_again(const Node& node, wire::Batch& batch, const journal::Mark& before) {
  journal::Mark mark = before;
  for (const wire::Item& item : batch.items) {
    mark = {mark.seq.next(), journal::entry_digest(sim_domain(), item.header)};
  }
  batch.checkpoint.stream = batch.stream;
  batch.checkpoint.mark = mark;
  batch.checkpoint = journal::sign(sim_domain(), node.signer, batch.checkpoint);
}

// The first event of this kind that the node's sessions told, from the `from`-th on.
inline const sync::Event* event_of(const Node& node, sync::Happening what, std::size_t from = 0) {
  for (std::size_t i = from; i < node.events.size(); ++i) {
    if (node.events[i].what == what) return &node.events[i];
  }
  return nullptr;
}

// The reason of the last refusal that the node gave.
inline std::optional<Code> refused_with(const Node& node, std::size_t from = 0) {
  std::optional<Code> code;
  for (std::size_t i = from; i < node.events.size(); ++i) {
    if (node.events[i].what == sync::Happening::refused) code = node.events[i].code;
  }
  return code;
}

inline std::string lines_of(const std::vector<std::string>& broken) {
  std::string out;
  for (const std::string& line : broken) out += line + "\n";
  return out;
}

}  // namespace redress::sim
