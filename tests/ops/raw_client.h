// A client that says exactly what a test wants said, on a plain socket, and reads whole answers.
//
// A safety net of 20 s on every read: a door that does not answer fails the test instead of hanging it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace redress::shell {

class RawClient {
 public:
  explicit RawClient(int port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const timeval net{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &net, sizeof net);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &net, sizeof net);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { leave(); }

  [[nodiscard]] bool connected() const { return connected_; }

  // Lets the system hold little of what was said, so that say() waits for the other end to take it.
  void hold_little() {
    const int bytes = 16 * 1024;
    setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }

  // False if the other end has closed.
  bool say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The next answer, head and body; what came if the other end closed before its end. `head_only`: to a HEAD.
  std::string answer(bool head_only = false) {
    std::size_t head = std::string::npos;
    while ((head = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::move(unread_);
    }
    std::size_t size = head + 4;
    if (!head_only) size += length_in(unread_.substr(0, head));
    while (unread_.size() < size) {
      if (!more()) return std::move(unread_);
    }
    const std::string out = unread_.substr(0, size);
    unread_.erase(0, size);
    return out;
  }

  // Waits for the other end to close; false if it says something instead.
  bool sees_close() { return unread_.empty() && !more() && !hung_; }
  [[nodiscard]] bool has_something() const {
    pollfd look{socket_, POLLIN, 0};
    return !unread_.empty() || poll(&look, 1, 0) == 1;
  }
  // To poll for reading.
  [[nodiscard]] int descriptor() const { return socket_; }
  void leave() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  // Goes without a word of goodbye: the other end gets a reset.
  void vanish() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    leave();
  }

 private:
  static std::size_t length_in(std::string head) {
    for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t at = head.find("content-length: ");
    return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
  }
  bool more() {
    char buffer[4096];
    const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
    hung_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool hung_ = false;  // The safety net, not the other end, ended the last read.
  std::string unread_;
};

}  // namespace redress::shell
