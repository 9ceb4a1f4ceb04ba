#include "ops/shell/door_line.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include <array>
#include <charconv>
#include <string_view>

#include "protocol/base/assert.h"

namespace redress::shell {

Line::Line(event_base* base, bufferevent* stream, LineTimes times, LineOwner& owner)
    : stream_{stream}, times_{times}, owner_{owner} {
  timer_ = event_new(base, -1, 0, &Line::on_timer, this);
  mend_ = event_new(base, -1, 0, &Line::on_mend, this);
  REDRESS_ASSERT(timer_ != nullptr && mend_ != nullptr);
  bufferevent_incref(stream_);
  evbuffer_add_cb(bufferevent_get_input(stream_), &Line::on_input, this);
  evbuffer_add_cb(bufferevent_get_output(stream_), &Line::on_output, this);
  // evhttp makes its connection after it has asked for the stream: look at it in this turn, before any byte.
  event_active(timer_, EV_TIMEOUT, 0);
}

Line::~Line() {
  evbuffer_remove_cb(bufferevent_get_input(stream_), &Line::on_input, this);
  evbuffer_remove_cb(bufferevent_get_output(stream_), &Line::on_output, this);
  event_free(timer_);
  event_free(mend_);
  if (phase_ == Phase::fresh) bufferevent_decref(stream_);
}

void Line::adopt() {
  // evhttp's own argument to the stream's callbacks is its connection; there is no other way to it before a request.
  void* connection = nullptr;
  bufferevent_event_cb callback = nullptr;
  bufferevent_getcb(stream_, nullptr, nullptr, &callback, &connection);
  if (callback == nullptr || connection == nullptr) return owner_.line_gone(*this);
  evhttp_connection_set_closecb(static_cast<evhttp_connection*>(connection), &Line::on_close, this);
  bufferevent_decref(stream_);
  enter(Phase::reading, times_.request_ms);
}

void Line::enter(Phase phase, std::int64_t ms) {
  phase_ = phase;
  const timeval after{static_cast<time_t>(ms / 1000), static_cast<suseconds_t>(ms % 1000 * 1000)};
  event_add(timer_, &after);
}

void Line::request_read(std::uint64_t number) {
  event_del(timer_);
  phase_ = Phase::busy;
  request_ = number;
}

void Line::answer_begun() {
  request_ = 0;
  enter(Phase::writing, times_.idle_ms);
}

void Line::answer_sent() {
  const bool more = evbuffer_get_length(bufferevent_get_input(stream_)) > 0;
  if (more) return enter(Phase::reading, times_.request_ms);
  enter(Phase::waiting, times_.idle_ms);
}

void Line::cut() {
  // As if the library's own timer had run out: it frees the connection without a word.
  bufferevent_trigger_event(stream_, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, BEV_TRIG_DEFER_CALLBACKS);
}

void Line::on_timer(int, short, void* self) {
  Line& line = *static_cast<Line*>(self);
  if (line.phase_ == Phase::fresh) return line.adopt();
  line.cut();
}

void Line::on_input(evbuffer*, const evbuffer_cb_info* change, void* self) {
  Line& line = *static_cast<Line*>(self);
  if (change->n_added > 0 && line.phase_ == Phase::waiting) line.enter(Phase::reading, line.times_.request_ms);
}

void Line::on_output(evbuffer*, const evbuffer_cb_info* change, void* self) {
  Line& line = *static_cast<Line*>(self);
  const bool is_ours = line.is_busy();
  // Not here, in the middle of the library's writing, but still before the socket's next turn.
  if (change->n_added > 0 && !is_ours) event_active(line.mend_, EV_TIMEOUT, 0);
}

void Line::on_mend(int, short, void* self) { static_cast<Line*>(self)->mend(); }

void Line::mend() {
  evbuffer* const output = bufferevent_get_output(stream_);
  std::array<char, 12> start{};  // "HTTP/1.1 413"
  const auto copied = evbuffer_copyout(output, start.data(), start.size());
  if (is_busy() || copied < static_cast<ev_ssize_t>(start.size())) return;
  int status = 0;
  const std::string_view digits = std::string_view{start.data(), start.size()}.substr(9);
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (status == 100) return;
  const std::string answer = owner_.refusal(status);
  evbuffer_unfreeze(output, 1);
  evbuffer_drain(output, evbuffer_get_length(output));
  evbuffer_freeze(output, 1);
  enter(Phase::writing, times_.request_ms);
  evbuffer_add(output, answer.data(), answer.size());
}

void Line::on_close(evhttp_connection*, void* self) {
  Line& line = *static_cast<Line*>(self);
  line.owner_.line_gone(line);
}

}  // namespace redress::shell
