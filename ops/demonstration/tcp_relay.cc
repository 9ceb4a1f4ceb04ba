#include "ops/demonstration/tcp_relay.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <optional>
#include <utility>

namespace redress::demo {
namespace {

template <auto free_it>
struct FreeWith {
  template <typename T>
  void operator()(T* thing) const noexcept {
    free_it(thing);
  }
};
using Base = std::unique_ptr<event_base, FreeWith<event_base_free>>;
using Listener = std::unique_ptr<evconnlistener, FreeWith<evconnlistener_free>>;
using Wire = std::unique_ptr<bufferevent, FreeWith<bufferevent_free>>;
using Event = std::unique_ptr<event, FreeWith<event_free>>;
using Buffer = std::unique_ptr<evbuffer, FreeWith<evbuffer_free>>;
using Limit = std::unique_ptr<ev_token_bucket_cfg, FreeWith<ev_token_bucket_cfg_free>>;

constexpr std::int64_t tick_ms = 50;
constexpr std::int64_t drip_tick_ms = 10;

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = sizeof bytes;
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&bytes); }
  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&bytes); }
};

Result<Address> parse_address(const std::string& text, const char* field) {
  const auto failure = fail(Code::bad_config, std::string{"read address: not IPv4:port, field="} + field, field);
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return failure;
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  if (error != std::errc{} || end != last) return failure;
  Address address;
  auto* const internet = reinterpret_cast<sockaddr_in*>(address.get());
  internet->sin_family = AF_INET;
  internet->sin_port = htons(port);
  if (inet_pton(AF_INET, text.substr(0, colon).c_str(), &internet->sin_addr) != 1) return failure;
  address.size = sizeof(sockaddr_in);
  return address;
}

Result<Address> control_address(const std::string& path) {
  Address address;
  auto* const local = reinterpret_cast<sockaddr_un*>(address.get());
  if (path.empty() || path.size() >= sizeof local->sun_path) {
    return fail(Code::bad_config, "read control path: empty or too long, size=" + std::to_string(path.size()),
                "control");
  }
  local->sun_family = AF_UNIX;
  std::memcpy(local->sun_path, path.data(), path.size());
  address.size = sizeof(sockaddr_un);
  return address;
}

std::uint16_t port_of(evconnlistener* listener) {
  Address address;
  const int descriptor = evconnlistener_get_fd(listener);
  if (getsockname(descriptor, address.get(), &address.size) != 0) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in*>(address.get())->sin_port);
}

// Closing then sends a reset and forgets what the kernel still holds: a cut line delivers nothing more.
void reset_on_close(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::size_t waiting_in(bufferevent* wire) { return evbuffer_get_length(bufferevent_get_output(wire)); }

timeval time_of(std::int64_t ms) { return {ms / 1000, (ms % 1000) * 1000}; }

Limit limit_of(const RelayWeather& weather) {
  if (weather.bytes_per_s == 0) return nullptr;
  const std::int64_t tick = weather.in_drips ? drip_tick_ms : tick_ms;
  const std::size_t most = std::max<std::size_t>(weather.bytes_per_s * static_cast<std::size_t>(tick) / 1000, 1);
  const timeval every = time_of(tick);
  return Limit{ev_token_bucket_cfg_new(most, most, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &every)};
}

// The number after `word` and a blank; nothing if the command is another.
std::optional<std::int64_t> number_after(std::string_view word, std::string_view command) {
  if (!command.starts_with(word)) return std::nullopt;
  command.remove_prefix(word.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(command.data(), command.data() + command.size(), number);
  if (error != std::errc{} || end != command.data() + command.size() || number < 0 || number > 1'000'000'000)
    return std::nullopt;
  return number;
}

const char* name_of(RelayState state) {
  switch (state) {
    case RelayState::open:
      return "open";
    case RelayState::cut:
      return "cut";
    case RelayState::stalled:
      return "stalled";
    case RelayState::hole_up:
      return "hole_up";
    case RelayState::hole_down:
      return "hole_down";
  }
  return "";
}

}  // namespace

std::string to_json(const RelayStatus& status) {
  return std::string{"{\"state\":\""} + name_of(status.state) +
         "\",\"connections\":" + std::to_string(status.connections) +
         ",\"accepted\":" + std::to_string(status.accepted) + ",\"bytes_up\":" + std::to_string(status.bytes_up) +
         ",\"bytes_down\":" + std::to_string(status.bytes_down) + ",\"cuts\":" + std::to_string(status.cuts) +
         ",\"cut_ms\":" + std::to_string(status.cut_ms) + "}";
}

class TcpRelay::Works {
 public:
  Works(Base base, Address to, std::string control_path, Clock clock)
      : base_{std::move(base)}, to_{to}, control_path_{std::move(control_path)}, clock_{std::move(clock)} {}
  Works(const Works&) = delete;
  Works& operator=(const Works&) = delete;
  ~Works() {
    if (control_) unlink(control_path_.c_str());
  }

  Status listen(const Address& at);
  Status listen_for_controllers(const Address& at);
  Status end_when_readable(int descriptor);
  void change_to(RelayState state);
  void set_weather(const RelayWeather& weather);
  void reset();
  [[nodiscard]] RelayStatus status() const;
  [[nodiscard]] std::string obey(std::string_view command);
  [[nodiscard]] event_base* base() const noexcept { return base_.get(); }
  [[nodiscard]] std::uint16_t port() const { return port_of(listener_.get()); }

 private:
  // One connection: the end that connected here, and the end towards `to`.
  struct Line {
    struct Delayed {
      Instant due;
      Buffer bytes;
    };
    struct End {
      Wire wire;
      bool has_ended = false;         // it sends nothing more
      std::deque<Delayed> delayed{};  // what it sent, and is still under way
      std::size_t delayed_bytes = 0;
    };
    Works& works;
    End near{};
    End far{};
    bool is_far_connected = false;
    std::list<Line>::iterator place{};
    [[nodiscard]] End& at(const bufferevent* wire) { return near.wire.get() == wire ? near : far; }
    [[nodiscard]] End& opposite(const bufferevent* wire) { return near.wire.get() == wire ? far : near; }
  };
  struct Controller {
    Works& works;
    Wire wire;
    std::list<Controller>::iterator place{};
  };

  static void on_accept(evconnlistener*, evutil_socket_t descriptor, sockaddr*, int, void* works);
  static void on_readable(bufferevent* wire, void* line);
  static void on_drained(bufferevent* wire, void* line);
  static void on_event(bufferevent* wire, short what, void* line);
  static void on_controller(evconnlistener*, evutil_socket_t descriptor, sockaddr*, int, void* works);
  static void on_command(bufferevent* wire, void* controller);
  static void on_controller_event(bufferevent* wire, short what, void* controller);

  [[nodiscard]] Wire wire_for(evutil_socket_t descriptor) const;
  void open_line(evutil_socket_t descriptor);
  void pass_end(Line& line, const bufferevent* from);
  void let_flow(Line& line);
  void hold(Line::End& from, evbuffer* bytes);
  // Passes on what is due, and sets the clock for the next.
  void release();
  void release_from(Line& line, Line::End& from, Instant now);
  void flap();
  [[nodiscard]] bool change_weather(std::string_view command);

  const Base base_;
  const Address to_;
  const std::string control_path_;
  const Clock clock_;
  Listener listener_;
  Listener control_;
  Event end_;
  RelayWeather weather_;
  Limit limit_;  // outlives the lines that have it
  Event release_;
  Event flap_;
  std::list<Line> lines_;
  std::list<Controller> controllers_;
  RelayStatus counted_;  // connections and the present cut's ms are added when asked
  Instant cut_at_{};     // when state is cut
};

Status TcpRelay::Works::listen(const Address& at) {
  constexpr unsigned options = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
  listener_.reset(evconnlistener_new_bind(base(), on_accept, this, options, -1, at.get(), static_cast<int>(at.size)));
  if (!listener_) return fail(Code::io, std::string{"listen: "} + std::strerror(errno), "listen");
  return Done{};
}

Status TcpRelay::Works::listen_for_controllers(const Address& at) {
  struct stat found {};
  if (lstat(control_path_.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return fail(Code::bad_config, "make control socket: a file is there", "control");
    unlink(control_path_.c_str());
  }
  constexpr unsigned options = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
  const mode_t mask = umask(0077);
  control_.reset(
      evconnlistener_new_bind(base(), on_controller, this, options, -1, at.get(), static_cast<int>(at.size)));
  const int number = errno;
  umask(mask);
  if (!control_) return fail(Code::io, std::string{"make control socket: "} + std::strerror(number), "control");
  return Done{};
}

Status TcpRelay::Works::end_when_readable(int descriptor) {
  const auto stop = [](evutil_socket_t, short, void* base) { event_base_loopbreak(static_cast<event_base*>(base)); };
  end_.reset(event_new(base(), descriptor, EV_READ | EV_PERSIST, stop, base()));
  if (!end_ || event_add(end_.get(), nullptr) != 0) return fail(Code::io, "watch descriptor: libevent refused");
  return Done{};
}

void TcpRelay::Works::change_to(RelayState state) {
  if (state == counted_.state) return;
  if (counted_.state == RelayState::cut) counted_.cut_ms += clock_().value() - cut_at_.value();
  counted_.state = state;
  if (state == RelayState::cut) {
    cut_at_ = clock_();
    ++counted_.cuts;
    reset();
  }
  for (auto& line : lines_) let_flow(line);
}

void TcpRelay::Works::reset() {
  for (const auto& line : lines_) {
    reset_on_close(bufferevent_getfd(line.near.wire.get()));
    reset_on_close(bufferevent_getfd(line.far.wire.get()));
  }
  lines_.clear();
}

void TcpRelay::Works::set_weather(const RelayWeather& weather) {
  const bool flapped = weather_.flap_ms != weather.flap_ms;
  weather_ = weather;
  Limit limit = limit_of(weather);
  for (const auto& line : lines_) {
    for (const auto* const end : {&line.near, &line.far}) bufferevent_set_rate_limit(end->wire.get(), limit.get());
  }
  limit_ = std::move(limit);
  if (!flapped) return;
  flap_.reset();
  if (weather.flap_ms == 0) return;
  flap_.reset(event_new(
      base(), -1, EV_PERSIST, [](evutil_socket_t, short, void* works) { static_cast<Works*>(works)->flap(); }, this));
  const timeval every = time_of(weather.flap_ms);
  event_add(flap_.get(), &every);
}

void TcpRelay::Works::flap() { change_to(counted_.state == RelayState::cut ? RelayState::open : RelayState::cut); }

RelayStatus TcpRelay::Works::status() const {
  RelayStatus now = counted_;
  now.connections = lines_.size();
  if (now.state == RelayState::cut) now.cut_ms += clock_().value() - cut_at_.value();
  return now;
}

std::string TcpRelay::Works::obey(std::string_view command) {
  if (command == "cut") {
    change_to(RelayState::cut);
  } else if (command == "stall") {
    change_to(RelayState::stalled);
  } else if (command == "hole up") {
    change_to(RelayState::hole_up);
  } else if (command == "hole down") {
    change_to(RelayState::hole_down);
  } else if (command == "reset") {
    reset();
  } else if (command == "heal") {
    set_weather({});
    change_to(RelayState::open);
  } else if (command != "status" && !change_weather(command)) {
    return R"({"error":"unknown command: one of cut, delay, drip, flap, heal, hole, rate, reset, stall, status"})";
  }
  return to_json(status());
}

bool TcpRelay::Works::change_weather(std::string_view command) {
  RelayWeather weather = weather_;
  if (const auto ms = number_after("delay ", command)) {
    weather.delay_ms = *ms;
  } else if (const auto rate = number_after("rate ", command)) {
    weather.bytes_per_s = static_cast<std::size_t>(*rate);
    weather.in_drips = false;
  } else if (const auto drip = number_after("drip ", command)) {
    weather.bytes_per_s = static_cast<std::size_t>(*drip);
    weather.in_drips = true;
  } else if (const auto every = number_after("flap ", command)) {
    weather.flap_ms = *every;
  } else {
    return false;
  }
  set_weather(weather);
  return true;
}

Wire TcpRelay::Works::wire_for(evutil_socket_t descriptor) const {
  return Wire{bufferevent_socket_new(base(), descriptor, BEV_OPT_CLOSE_ON_FREE)};
}

void TcpRelay::Works::on_accept(evconnlistener*, evutil_socket_t descriptor, sockaddr*, int, void* works) {
  auto& self = *static_cast<Works*>(works);
  if (self.counted_.state == RelayState::cut || self.lines_.size() >= lines_max) {
    reset_on_close(descriptor);
    close(descriptor);
    return;
  }
  self.open_line(descriptor);
}

void TcpRelay::Works::open_line(evutil_socket_t descriptor) {
  Line& line = lines_.emplace_back(Line{*this});
  line.place = std::prev(lines_.end());
  line.near.wire = wire_for(descriptor);
  line.far.wire = wire_for(-1);
  ++counted_.accepted;
  if (bufferevent_socket_connect(line.far.wire.get(), to_.get(), static_cast<int>(to_.size)) != 0) {
    reset_on_close(descriptor);
    lines_.erase(line.place);
    return;
  }
  for (auto* const end : {&line.near, &line.far}) {
    bufferevent_setcb(end->wire.get(), on_readable, on_drained, on_event, &line);
    bufferevent_set_rate_limit(end->wire.get(), limit_.get());
  }
  let_flow(line);
}

// Sets what is read and written, from the state and from what waits at the other end.
void TcpRelay::Works::let_flow(Line& line) {
  for (auto* const end : {&line.near, &line.far}) {
    auto* const wire = end->wire.get();
    if (counted_.state == RelayState::stalled) {
      bufferevent_disable(wire, EV_READ | EV_WRITE);
      continue;
    }
    // To enable what is enabled asks for one more "drained", and that would come here again, for ever.
    if ((bufferevent_get_enabled(wire) & EV_WRITE) == 0) bufferevent_enable(wire, EV_WRITE);
    const bool has_room = waiting_in(line.opposite(wire).wire.get()) + end->delayed_bytes < buffered_bytes_max;
    const auto hole = end == &line.near ? RelayState::hole_up : RelayState::hole_down;
    if (has_room && !end->has_ended && counted_.state != hole) {
      bufferevent_enable(wire, EV_READ);
    } else {
      bufferevent_disable(wire, EV_READ);
    }
  }
}

void TcpRelay::Works::on_readable(bufferevent* wire, void* line_of_wire) {
  auto& line = *static_cast<Line*>(line_of_wire);
  auto& counted = line.works.counted_;
  auto* const taken = bufferevent_get_input(wire);
  (wire == line.near.wire.get() ? counted.bytes_up : counted.bytes_down) += evbuffer_get_length(taken);
  auto& from = line.at(wire);
  if (line.works.weather_.delay_ms > 0 || !from.delayed.empty()) {
    line.works.hold(from, taken);
  } else {
    bufferevent_write_buffer(line.opposite(wire).wire.get(), taken);
  }
  line.works.let_flow(line);
}

void TcpRelay::Works::hold(Line::End& from, evbuffer* bytes) {
  Buffer held{evbuffer_new()};
  from.delayed_bytes += evbuffer_get_length(bytes);
  evbuffer_add_buffer(held.get(), bytes);
  from.delayed.push_back({after_ms(clock_(), weather_.delay_ms), std::move(held)});
  if (!release_) {
    release_.reset(evtimer_new(
        base(), [](evutil_socket_t, short, void* works) { static_cast<Works*>(works)->release(); }, this));
  }
  if (evtimer_pending(release_.get(), nullptr) != 0) return;
  const timeval wait = time_of(weather_.delay_ms);
  evtimer_add(release_.get(), &wait);
}

void TcpRelay::Works::release() {
  const Instant now = clock_();
  std::optional<Instant> next;
  for (auto& line : lines_) {
    for (auto* const end : {&line.near, &line.far}) {
      release_from(line, *end, now);
      if (!end->delayed.empty() && (!next || end->delayed.front().due < *next)) next = end->delayed.front().due;
    }
    let_flow(line);
  }
  if (!next) return;
  const timeval wait = time_of(std::max<std::int64_t>(next->value() - now.value(), 1));
  evtimer_add(release_.get(), &wait);
}

void TcpRelay::Works::release_from(Line& line, Line::End& from, Instant now) {
  auto* const to = line.opposite(from.wire.get()).wire.get();
  while (!from.delayed.empty() && from.delayed.front().due <= now) {
    from.delayed_bytes -= evbuffer_get_length(from.delayed.front().bytes.get());
    bufferevent_write_buffer(to, from.delayed.front().bytes.get());
    from.delayed.pop_front();
  }
}

void TcpRelay::Works::on_drained(bufferevent* wire, void* line_of_wire) {
  auto& line = *static_cast<Line*>(line_of_wire);
  auto& works = line.works;
  works.let_flow(line);
  const auto* const from = line.opposite(wire).wire.get();
  if (line.opposite(wire).has_ended) works.pass_end(line, from);
}

void TcpRelay::Works::on_event(bufferevent* wire, short what, void* line_of_wire) {
  auto& line = *static_cast<Line*>(line_of_wire);
  auto& works = line.works;
  if ((what & BEV_EVENT_CONNECTED) != 0) {
    line.is_far_connected = true;
    if (line.near.has_ended) works.pass_end(line, line.near.wire.get());
    return;
  }
  if ((what & BEV_EVENT_EOF) == 0) {
    // The other end must learn of it as a failure too, not as an orderly end.
    reset_on_close(bufferevent_getfd(line.opposite(wire).wire.get()));
    works.lines_.erase(line.place);
    return;
  }
  line.at(wire).has_ended = true;
  works.pass_end(line, wire);
}

// `from` sends nothing more: says so to the other end when all was passed on, and ends the line when both are silent.
void TcpRelay::Works::pass_end(Line& line, const bufferevent* from) {
  auto* const other = line.opposite(from).wire.get();
  if (waiting_in(other) > 0 || !line.at(from).delayed.empty()) return;
  if (other == line.far.wire.get() && !line.is_far_connected) return;
  shutdown(bufferevent_getfd(other), SHUT_WR);
  const bool is_over = line.near.has_ended && line.far.has_ended;
  if (is_over && waiting_in(line.near.wire.get()) == 0 && waiting_in(line.far.wire.get()) == 0) {
    lines_.erase(line.place);
  }
}

void TcpRelay::Works::on_controller(evconnlistener*, evutil_socket_t descriptor, sockaddr*, int, void* works) {
  auto& self = *static_cast<Works*>(works);
  if (self.controllers_.size() >= controllers_max) {
    close(descriptor);
    return;
  }
  Controller& controller = self.controllers_.emplace_back(Controller{self, self.wire_for(descriptor)});
  controller.place = std::prev(self.controllers_.end());
  auto* const wire = controller.wire.get();
  bufferevent_setcb(wire, on_command, nullptr, on_controller_event, &controller);
  bufferevent_enable(wire, EV_READ | EV_WRITE);
}

void TcpRelay::Works::on_command(bufferevent* wire, void* controller) {
  auto& self = *static_cast<Controller*>(controller);
  auto* const input = bufferevent_get_input(wire);
  while (char* const text = evbuffer_readln(input, nullptr, EVBUFFER_EOL_CRLF)) {
    const std::string answer = self.works.obey(text) + "\n";
    std::free(text);
    bufferevent_write(wire, answer.data(), answer.size());
  }
  // Neither a line without end nor answers that nobody takes may grow.
  if (evbuffer_get_length(input) > command_bytes_max || waiting_in(wire) > buffered_bytes_max) {
    self.works.controllers_.erase(self.place);
  }
}

void TcpRelay::Works::on_controller_event(bufferevent*, short, void* controller) {
  auto& self = *static_cast<Controller*>(controller);
  self.works.controllers_.erase(self.place);
}

TcpRelay::TcpRelay(std::unique_ptr<Works> works) noexcept : works_{std::move(works)} {}

TcpRelay::~TcpRelay() = default;

Result<std::unique_ptr<TcpRelay>> TcpRelay::open(const RelayPlan& plan, Clock clock) {
  const auto listen_at = parse_address(plan.listen, "listen");
  if (!listen_at) return fail(listen_at.error());
  const auto to = parse_address(plan.to, "to");
  if (!to) return fail(to.error());
  const auto control_at = control_address(plan.control);
  if (!control_at) return fail(control_at.error());
  Base base{event_base_new()};
  if (!base) return fail(Code::io, "open event loop: libevent refused");
  auto works = std::make_unique<Works>(std::move(base), *to, plan.control, std::move(clock));
  if (const auto done = works->listen(*listen_at); !done) return fail(done.error());
  if (const auto done = works->listen_for_controllers(*control_at); !done) return fail(done.error());
  return std::unique_ptr<TcpRelay>{new TcpRelay{std::move(works)}};
}

Status TcpRelay::end_when_readable(int descriptor) { return works_->end_when_readable(descriptor); }

void TcpRelay::run() { event_base_dispatch(works_->base()); }

void TcpRelay::turn(int timeout_ms) {
  const timeval at_most{timeout_ms / 1000, (timeout_ms % 1000) * 1000};
  const Event alarm{evtimer_new(
      works_->base(), [](evutil_socket_t, short, void*) {}, nullptr)};
  evtimer_add(alarm.get(), &at_most);
  event_base_loop(works_->base(), EVLOOP_ONCE);
}

void TcpRelay::cut() { works_->change_to(RelayState::cut); }

void TcpRelay::stall() { works_->change_to(RelayState::stalled); }

void TcpRelay::heal() { works_->change_to(RelayState::open); }

void TcpRelay::set_weather(const RelayWeather& weather) { works_->set_weather(weather); }

void TcpRelay::reset() { works_->reset(); }

std::string TcpRelay::obey(std::string_view command) { return works_->obey(command); }

RelayStatus TcpRelay::status() const { return works_->status(); }

std::uint16_t TcpRelay::port() const noexcept { return works_->port(); }

}  // namespace redress::demo
