// Bare CURVE sockets as the references use them: DEALER at the branch, ROUTER at the hub, one message a batch.
//
// Resources of one thread. A call that fails ends the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/base/bytes.h"

namespace redress::reference {

// Where a hub listens, and its public key (Z85).
struct Address {
  std::string endpoint;
  std::string key;
};

class Socket {
 public:
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  // True when there is something to receive; false at `till_ns` (-1: waits for ever).
  [[nodiscard]] bool wait(std::int64_t till_ns);

 protected:
  explicit Socket(int type);
  void* context_ = nullptr;
  void* socket_ = nullptr;
  int descriptor_ = -1;
};

struct Arrived {
  std::string from;
  Bytes frame;
};

class HubSocket : public Socket {
 public:
  // Listens; admits whoever knows its key.
  explicit HubSocket(const std::string& endpoint);
  [[nodiscard]] const Address& address() const noexcept { return address_; }
  // Never waits.
  [[nodiscard]] std::optional<Arrived> receive();
  void ack(const std::string& to, std::uint64_t record);

 private:
  Address address_;
};

class BranchSocket : public Socket {
 public:
  explicit BranchSocket(const Address& hub);
  void send(ByteView frame);
  // The record up to which the hub has everything on its disk. Never waits.
  [[nodiscard]] std::optional<std::uint64_t> receive();
};

}  // namespace redress::reference
