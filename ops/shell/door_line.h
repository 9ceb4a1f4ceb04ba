// One connection of the door: who must act next, until when, and what the library would say on its own.
//
// evhttp tells nobody of a connection before its first whole request, times only silence and not the request, and
// answers malformed requests with a page of its own (with status 0 for an unknown method). A Line watches the buffers
// of the connection instead: the first byte starts the request's deadline, and a page that is not ours is replaced
// before it leaves.
//
// Inside of the door only; the door's thread only. The door owns the Lines and deletes one when told that it is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct event_base;
struct event;
struct bufferevent;
struct evbuffer;
struct evbuffer_cb_info;
struct evhttp_connection;

namespace redress::shell {

class Line;

class LineOwner {
 public:
  virtual ~LineOwner() = default;
  // The connection is being freed; deletes the Line.
  virtual void line_gone(Line& line) = 0;
  // The whole answer, head and body, to a request that the library refused with `status`; the connection closes.
  virtual std::string refusal(int status) = 0;
};

struct LineTimes {
  std::int64_t request_ms;  // to bring a request, from its first byte (the first request: from the connection's start)
  std::int64_t idle_ms;     // to begin the next request; to take an answer
};

class Line {
 public:
  // `stream` is one that evhttp is about to take; it is held until evhttp has.
  Line(event_base* base, bufferevent* stream, LineTimes times, LineOwner& owner);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line();

  void request_read(std::uint64_t number);  // a whole request came: no deadline while the program thinks
  void answer_begun();                      // an answer was handed to the library
  void answer_sent();                       // … and has left
  void cut();                               // closes the connection soon after; line_gone() follows

  [[nodiscard]] bool is_busy() const noexcept { return phase_ == Phase::busy || phase_ == Phase::writing; }
  // The request being thought about, 0 if none.
  [[nodiscard]] std::uint64_t request() const noexcept { return request_; }
  [[nodiscard]] bufferevent* stream() const noexcept { return stream_; }

 private:
  enum class Phase : std::uint8_t { fresh, waiting, reading, busy, writing };

  static void on_timer(int, short, void* self);
  static void on_mend(int, short, void* self);
  static void on_input(evbuffer*, const evbuffer_cb_info* change, void* self);
  static void on_output(evbuffer*, const evbuffer_cb_info* change, void* self);
  static void on_close(evhttp_connection*, void* self);

  void adopt();
  void mend();
  void enter(Phase phase, std::int64_t ms);

  bufferevent* const stream_;
  const LineTimes times_;
  LineOwner& owner_;
  event* timer_ = nullptr;
  event* mend_ = nullptr;
  Phase phase_ = Phase::fresh;
  std::uint64_t request_ = 0;
};

}  // namespace redress::shell
