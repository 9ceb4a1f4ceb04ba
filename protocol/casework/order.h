// The order in which the entries of a case are taken (D7): cause first, then the author's rank in the case, then
// identity; never a clock or a place.
//
// Pure. Private to this folder.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "protocol/casework/case.h"

namespace redress::casework {

// The author's rank in the case, from the entries alone, so that every site ranks alike whatever its directory says.
enum class Rank : std::uint8_t { head_office = 0, supervisor = 1, other = 2 };

struct Graph {
  std::vector<std::vector<std::uint32_t>> causes;  // held ones only: what its author named
  std::vector<std::vector<std::uint32_t>> before;  // … and what stands before it in a journal
  std::vector<Rank> rank;
};

// `entries` once each; `placed` are all places they are held at.
[[nodiscard]] Graph graph_of(const Kinds& kinds, const std::vector<const Told*>& entries, std::span<const Told> placed);

// All of them, each once. What stands before an entry in a journal gives way to what its author named: after a fork
// that both ends lost, an entry may stand below one that it rests on. A loop of causes can only be made on purpose; it
// is cut at its least member.
[[nodiscard]] std::vector<std::uint32_t> order_of(const std::vector<const Told*>& entries, const Graph& graph);

// Digests are uniform: any eight of their bytes tell them apart in a table.
struct FirstBytes {
  template <typename Fixed>
  std::size_t operator()(const Fixed& id) const noexcept {
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof(out); ++i) out = out << 8 | static_cast<std::size_t>(id.bytes[i]);
    return out;
  }
};

}  // namespace redress::casework
