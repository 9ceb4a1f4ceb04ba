#include "ops/demonstration/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace redress::demo {
namespace {

constexpr std::uint32_t lowest = 20000;

// The first port that outgoing connections may be given.
std::uint32_t ephemeral_start() {
  std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
  std::uint32_t start = 0;
  return file >> start && start > lowest + 1000 ? start : 32768;
}

bool is_free(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

Result<std::vector<std::uint16_t>> free_ports(std::size_t count) {
  const std::uint32_t width = ephemeral_start() - lowest;
  // Runs side by side begin at different places.
  const std::uint32_t begin = static_cast<std::uint32_t>(getpid()) * 97 % width;
  std::vector<std::uint16_t> ports;
  for (std::uint32_t i = 0; i < width && ports.size() < count; ++i) {
    const auto port = static_cast<std::uint16_t>(lowest + (begin + i) % width);
    if (is_free(port)) ports.push_back(port);
  }
  if (ports.size() < count) return fail(Code::io, "find free ports: wanted=" + std::to_string(count));
  return ports;
}

}  // namespace redress::demo
