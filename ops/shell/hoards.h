// Which connections brought more than they gave: ZeroMQ bounds each part of a message, not their number, so that a peer
// may fill the memory with a message that never ends, and nobody above the library sees it.
//
// Knows TCP only. What the kernel received on a connection, less what came out of it as messages, is what it hoards.
// Owned by the socket's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace redress::shell {

class Hoards {
 public:
  // A connection began or ended; descriptors are used again.
  void on_accepted(int descriptor) { taken_[descriptor] = 0; }
  void on_closed(int descriptor) { taken_.erase(descriptor); }
  // So many bytes came out of it. Nothing happens for a descriptor that is not known.
  void on_taken(int descriptor, std::size_t bytes);

  // Shuts the connections that hoard more than `bytes_max`, and says how many; looks at a thousand a call, in turn.
  std::size_t cut(std::uint64_t bytes_max);
  [[nodiscard]] std::size_t count() const noexcept { return taken_.size(); }

 private:
  std::map<int, std::uint64_t> taken_;
  int next_ = 0;  // where the next call goes on
};

}  // namespace redress::shell
