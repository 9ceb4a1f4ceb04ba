#include "ops/shell/hoards.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace redress::shell {
namespace {

constexpr std::size_t looks_max = 1'000;

// What the kernel has received on it so far; 0 if it is no TCP connection (any more).
std::uint64_t received_bytes(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

}  // namespace

void Hoards::on_taken(int descriptor, std::size_t bytes) {
  if (const auto found = taken_.find(descriptor); found != taken_.end()) found->second += bytes;
}

std::size_t Hoards::cut(std::uint64_t bytes_max) {
  std::size_t shut = 0;
  auto at = taken_.lower_bound(next_);
  for (std::size_t looks = 0; looks < looks_max && looks < taken_.size(); ++looks, ++at) {
    if (at == taken_.end()) at = taken_.begin();
    // The descriptor may be another connection's by now: then it has received little.
    if (received_bytes(at->first) <= at->second + bytes_max) continue;
    if (::shutdown(at->first, SHUT_RDWR) == 0) ++shut;
  }
  next_ = at == taken_.end() ? 0 : at->first;
  return shut;
}

}  // namespace redress::shell
