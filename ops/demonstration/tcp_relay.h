// A TCP line that can be cut, or be bad: for demonstrations and tests of what a branch does when the line fails.
//
// Forwards every connection on one port to one address, both ways, with bounded memory: who sends faster than the
// other end takes is not read from. Told over a Unix socket what to do. Owned by one thread.
// Requires: SIGPIPE is ignored in this process (shell::StopSignal sees to it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::demo {

struct RelayPlan {
  std::string listen;   // IPv4:port; port 0 picks one
  std::string to;       // IPv4:port
  std::string control;  // path of the Unix socket; made, and removed at the end
};

enum class RelayState {
  open,       // forwards
  cut,        // no connections; new ones are reset at once
  stalled,    // connections stay and are taken, nothing moves, not even their ends
  hole_up,    // the same one way: nothing from those who connected here arrives
  hole_down,  // nothing arrives at those who connected here
};

// What the line is like while it forwards. Nothing is ever lost or changed: TCP would not let it be.
struct RelayWeather {
  std::int64_t delay_ms = 0;    // that each byte is under way, one way
  std::size_t bytes_per_s = 0;  // of one connection, each way; 0: as fast as it goes
  bool in_drips = false;        // few bytes at a time, evenly, instead of a tick's worth
  std::int64_t flap_ms = 0;     // cut and open in turn, each so long; 0: not
};

struct RelayStatus {
  RelayState state = RelayState::open;
  std::size_t connections = 0;   // now
  std::uint64_t accepted = 0;    // ever forwarded; not those reset during a cut
  std::uint64_t bytes_up = 0;    // read from those who connected here
  std::uint64_t bytes_down = 0;  // read from the other end
  std::uint64_t cuts = 0;
  std::int64_t cut_ms = 0;  // in all cuts together, the present one included
};
// One line without its end: {"state":"open","connections":0,…}.
[[nodiscard]] std::string to_json(const RelayStatus& status);

class TcpRelay {
 public:
  static constexpr std::size_t lines_max = 400;                  // more are reset; two descriptors each
  static constexpr std::size_t buffered_bytes_max = 256 * 1024;  // a direction of a connection, and one read more
  static constexpr std::size_t command_bytes_max = 64;
  static constexpr std::size_t controllers_max = 16;

  using Clock = std::function<Instant()>;

  // Listens on both; a socket that an earlier run left at plan.control is replaced. Fails with bad_config if an address
  // or path is not usable, else with io.
  [[nodiscard]] static Result<std::unique_ptr<TcpRelay>> open(const RelayPlan& plan, Clock clock);
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;
  ~TcpRelay();

  // run() returns when this descriptor becomes readable. Fails with io.
  [[nodiscard]] Status end_when_readable(int descriptor);
  void run();
  // Does what is due, waiting for the first thing at most timeout_ms; run() does this for good.
  void turn(int timeout_ms);

  // Each does nothing if that is the state already.
  void cut();
  void stall();
  void heal();
  void set_weather(const RelayWeather& weather);
  // Resets the connections that there are; new ones are taken.
  void reset();
  // Does what a controller asks and says the answer: the status afterwards, or {"error":…}. Without line ends.
  //
  //   cut, stall, hole up, hole down, reset, status
  //   heal               open, and the weather is fair
  //   delay MS, rate BYTES_PER_S, drip BYTES_PER_S, flap MS      each beside the others; 0: no more
  [[nodiscard]] std::string obey(std::string_view command);

  [[nodiscard]] RelayStatus status() const;
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  class Works;
  explicit TcpRelay(std::unique_ptr<Works> works) noexcept;
  const std::unique_ptr<Works> works_;
};

}  // namespace redress::demo
