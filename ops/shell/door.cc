#include "ops/shell/door.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "ops/shell/door_line.h"
#include "ops/shell/process.h"
#include "protocol/base/assert.h"
#include "protocol/base/bytes.h"

namespace redress::shell {
namespace {

constexpr std::int64_t accept_pause_ms = 1000;
// What a connection may hold unread: one whole request and the framing of its chunks. A chunk's size line without an
// end would otherwise grow for ever.
constexpr std::size_t unread_bytes_max = limits::http_body_bytes_max + limits::http_header_bytes_max + 64 * limits::kib;

timeval after(std::int64_t ms) { return {static_cast<time_t>(ms / 1000), static_cast<suseconds_t>(ms % 1000 * 1000)}; }

using Trace = FixedBytes<struct TraceTag, 8>;

struct ListenAt {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<ListenAt> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  ListenAt out{text.substr(0, colon), 0};
  const char* const end = text.data() + text.size();
  const auto [last, failed] = std::from_chars(text.data() + colon + 1, end, out.port);
  if (failed != std::errc{} || last != end) return std::nullopt;
  in6_addr room{};
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
    return inet_pton(AF_INET6, out.host.c_str(), &room) == 1 ? std::optional{out} : std::nullopt;
  }
  return inet_pton(AF_INET, out.host.c_str(), &room) == 1 ? std::optional{out} : std::nullopt;
}

int port_of(evutil_socket_t descriptor) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

std::string_view method_text(evhttp_cmd_type type) {
  switch (type) {
    case EVHTTP_REQ_GET:
      return "GET";
    case EVHTTP_REQ_POST:
      return "POST";
    case EVHTTP_REQ_PUT:
      return "PUT";
    case EVHTTP_REQ_DELETE:
      return "DELETE";
    case EVHTTP_REQ_HEAD:
      return "HEAD";
    default:
      return "";
  }
}

// The headers of an answer; those of the handler last, without the ones that are not its to say.
std::vector<std::pair<std::string, std::string>> headers_of(const Response& response, bool closes) {
  std::vector<std::pair<std::string, std::string>> out{{"Cache-Control", "no-store"},
                                                       {"X-Content-Type-Options", "nosniff"}};
  if (response.status != 204) {
    out.emplace_back("Content-Length", std::to_string(response.body.size()));
    out.emplace_back("Content-Type", response.content_type);
  }
  if (closes) out.emplace_back("Connection", "close");
  for (const auto& [name, value] : response.headers) {
    constexpr std::array<const char*, 6> ours{
        "cache-control", "x-content-type-options", "content-length", "content-type", "connection", "transfer-encoding"};
    bool taken = false;
    for (const char* const one : ours) taken = taken || evutil_ascii_strcasecmp(one, name.c_str()) == 0;
    const bool one_line = (name + value).find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos;
    if (!taken && one_line) out.emplace_back(name, value);
  }
  return out;
}

// What other threads hand in. It outlives the door, because a Respond may: hence shared.
class Mailbox {
 public:
  explicit Mailbox(std::unique_ptr<Wake> wake) : wake_{std::move(wake)} {}

  void post(std::function<void()> work) {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    tasks_.push_back(std::move(work));
    if (tasks_.size() == 1) wake_->signal();
  }
  // Does it at once if what was posted is being run, by whose thread else would wake itself once more. Not in a
  // callback of the library, which has not done with a request then.
  void do_or_post(std::function<void()> work) {
    if (std::this_thread::get_id() != taker_ || !running_) return post(std::move(work));
    work();
  }
  // The caller's thread takes from here on.
  void taken_here() { taker_ = std::this_thread::get_id(); }
  [[nodiscard]] bool is_taken_here() const { return std::this_thread::get_id() == taker_; }
  // Runs what was posted. By the taker.
  void run() {
    running_ = true;
    for (const auto& work : take()) work();
    running_ = false;
  }
  void close() {
    std::vector<std::function<void()>> dropped;  // Destroyed outside the lock: the last copy of a Respond posts.
    const std::lock_guard lock{mutex_};
    closed_ = true;
    dropped.swap(tasks_);
  }
  [[nodiscard]] int descriptor() const noexcept { return wake_->descriptor(); }

 private:
  [[nodiscard]] std::vector<std::function<void()>> take() {
    wake_->drain();
    const std::lock_guard lock{mutex_};
    return std::exchange(tasks_, {});
  }

  const std::unique_ptr<Wake> wake_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  bool closed_ = false;
  bool running_ = false;                // The taker's.
  std::atomic<std::thread::id> taker_;  // Set by that thread itself: the handle is its maker's.
};

// One request's right to be answered once, shared by the copies of its Respond.
class Ticket {
 public:
  using Deliver = std::function<void(std::optional<Response>)>;  // on the door's thread; nothing: nobody answered
  Ticket(std::shared_ptr<Mailbox> mailbox, Deliver deliver)
      : mailbox_{std::move(mailbox)}, deliver_{std::move(deliver)} {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { use(std::nullopt); }

  void use(std::optional<Response> response) {
    if (used_.exchange(true)) return;
    mailbox_->do_or_post([deliver = deliver_, given = std::move(response)] { deliver(given); });
  }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const Deliver deliver_;
  std::atomic<bool> used_{false};
};

}  // namespace

class Door::Inside final : public LineOwner {
 public:
  Inside(const DoorOptions& options, Handler handler, Random& random)
      : options_{options}, handler_{std::move(handler)}, random_{random} {}
  ~Inside() override { close_library(); }

  [[nodiscard]] Status listen(const ListenAt& at);
  void start() {
    thread_ = std::thread{[this] { run(); }};
  }
  void post(std::function<void()> work) { mailbox_->post(std::move(work)); }
  void call_later(std::int64_t ms, std::function<void()> work);
  void stop();
  [[nodiscard]] int port() const noexcept { return port_; }

  void line_gone(Line& line) override;
  std::string refusal(int status) override;

 private:
  struct Pending {
    evhttp_request* request;
    Line* line;
    Request asked;  // Without its body: for the words of a refusal.
  };
  struct Later {
    Inside* door;
    event* timer;
    std::function<void()> work;
  };

  static bufferevent* on_connection(event_base* base, void* self) noexcept;
  static void on_request(evhttp_request* request, void* self) noexcept;
  static void on_sent(evhttp_request* request, void* line) noexcept;
  static void on_wake(int, short, void* self) noexcept;
  static void on_later(int, short, void* later) noexcept;
  static void on_accept_failed(evconnlistener*, void* self) noexcept;

  void run();
  void handle(evhttp_request* request);
  void answer(std::uint64_t number, const std::optional<Response>& response);
  enum class Then : std::uint8_t { keep, close };
  void send(evhttp_request* request, Line& line, std::string_view method, const Response& response, Then then);
  void drain();
  void close_library();

  const DoorOptions options_;
  const Handler handler_;
  Random& random_;
  std::optional<DoorNames> names_;
  int port_ = 0;
  std::shared_ptr<Mailbox> mailbox_;
  std::thread thread_;

  event_base* base_ = nullptr;
  evhttp* http_ = nullptr;
  evhttp_bound_socket* bound_ = nullptr;  // null once draining
  event* wake_ = nullptr;
  std::unordered_map<bufferevent*, std::unique_ptr<Line>> lines_;
  std::map<std::uint64_t, Pending> pending_;
  std::map<event*, std::unique_ptr<Later>> laters_;
  std::uint64_t requests_ = 0;
  bool draining_ = false;
};

Status Door::Inside::listen(const ListenAt& at) {
  auto wake = Wake::open();
  if (!wake) return fail(wake.error());
  mailbox_ = std::make_shared<Mailbox>(std::move(*wake));
  base_ = event_base_new();
  if (base_ == nullptr) return fail(Code::io, "open the door: no event base");
  http_ = evhttp_new(base_);
  wake_ = event_new(base_, mailbox_->descriptor(), EV_READ | EV_PERSIST, &Inside::on_wake, this);
  if (http_ == nullptr || wake_ == nullptr || event_add(wake_, nullptr) != 0) {
    return fail(Code::io, "open the door: no event loop");
  }
  evhttp_set_max_headers_size(http_, static_cast<ev_ssize_t>(limits::http_header_bytes_max));
  evhttp_set_max_body_size(http_, static_cast<ev_ssize_t>(limits::http_body_bytes_max));
  // A body that is a little too large is read to its end, so that its sender hears why.
  evhttp_set_flags(http_, EVHTTP_SERVER_LINGERING_CLOSE);
  evhttp_set_default_content_type(http_, nullptr);
  evhttp_set_bevcb(http_, &Inside::on_connection, this);
  evhttp_set_gencb(http_, &Inside::on_request, this);
  bound_ = evhttp_bind_socket_with_handle(http_, at.host.c_str(), at.port);
  if (bound_ == nullptr) {
    const int why = errno;
    if (why == EADDRINUSE) return fail(Code::in_use, "open the door: the port is taken", "door.listen");
    return fail(Code::io, "open the door: errno=" + std::to_string(why), "door.listen");
  }
  // Over TLS an answer leaves in two records: without this the second waits for the client's delayed acknowledgement
  // of the first, 40 ms. What is accepted inherits it.
  const int on = 1;
  if (::setsockopt(evhttp_bound_socket_get_fd(bound_), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
    return fail(Code::io, "open the door: no TCP_NODELAY errno=" + std::to_string(errno), "door.listen");
  evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound_), &Inside::on_accept_failed);
  port_ = port_of(evhttp_bound_socket_get_fd(bound_));
  names_.emplace(options_.ssl_ctx == nullptr ? "http" : "https", at.host, port_, options_.hosts);
  return Done{};
}

void Door::Inside::run() {
  mailbox_->taken_here();
  // Signals are main's; and a client that went away must not end the program by SIGPIPE.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY);
  mailbox_->close();
  close_library();
}

// On the door's thread: closing a TLS connection writes.
void Door::Inside::close_library() {
  if (base_ == nullptr) return;
  pending_.clear();
  if (http_ != nullptr) evhttp_free(http_);
  http_ = nullptr;
  bound_ = nullptr;
  lines_.clear();
  for (const auto& [timer, later] : laters_) event_free(timer);
  laters_.clear();
  if (wake_ != nullptr) event_free(wake_);
  wake_ = nullptr;
  event_base_free(base_);
  base_ = nullptr;
}

void Door::Inside::stop() {
  if (!thread_.joinable()) return;
  REDRESS_ASSERT(std::this_thread::get_id() != thread_.get_id());
  mailbox_->post([this] { drain(); });
  thread_.join();
}

void Door::Inside::drain() {
  draining_ = true;
  evhttp_del_accept_socket(http_, bound_);
  bound_ = nullptr;
  if (lines_.empty()) event_base_loopbreak(base_);
  for (const auto& [stream, line] : lines_) {
    if (!line->is_busy()) line->cut();
  }
  call_later(options_.drain_ms_max, [this] { event_base_loopbreak(base_); });
}

void Door::Inside::call_later(std::int64_t ms, std::function<void()> work) {
  REDRESS_ASSERT(mailbox_->is_taken_here());
  auto later = std::make_unique<Later>(Later{this, nullptr, std::move(work)});
  later->timer = event_new(base_, -1, 0, &Inside::on_later, later.get());
  REDRESS_ASSERT(later->timer != nullptr);
  const timeval wait = after(ms);
  event_add(later->timer, &wait);
  event* const timer = later->timer;
  laters_.emplace(timer, std::move(later));
}

void Door::Inside::on_later(int, short, void* later_) noexcept {
  Later* const later = static_cast<Later*>(later_);
  auto& laters = later->door->laters_;
  const auto at = laters.find(later->timer);
  const std::unique_ptr<Later> mine = std::move(at->second);
  laters.erase(at);
  event_free(mine->timer);
  mine->work();
}

void Door::Inside::on_wake(int, short, void* self) noexcept { static_cast<Inside*>(self)->mailbox_->run(); }

// No descriptor is free: without a pause the listener would spin.
void Door::Inside::on_accept_failed(evconnlistener* listener, void* self) noexcept {
  Inside& door = *static_cast<Inside*>(self);
  evconnlistener_disable(listener);
  door.call_later(accept_pause_ms, [&door] {
    if (door.bound_ == nullptr || door.lines_.size() >= limits::http_connections_max) return;
    evconnlistener_enable(evhttp_bound_socket_get_listener(door.bound_));
  });
}

bufferevent* Door::Inside::on_connection(event_base* base, void* self) noexcept {
  Inside& door = *static_cast<Inside*>(self);
  bufferevent* stream = nullptr;
  if (door.options_.ssl_ctx == nullptr) {
    stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
  } else {
    SSL* const ssl = SSL_new(static_cast<SSL_CTX*>(door.options_.ssl_ctx));
    REDRESS_ASSERT(ssl != nullptr);
    stream = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
  }
  // Given nothing, the library would make a plain stream that nobody watches.
  REDRESS_ASSERT(stream != nullptr);
  if (door.options_.ssl_ctx != nullptr) bufferevent_openssl_set_allow_dirty_shutdown(stream, 1);
  bufferevent_setwatermark(stream, EV_READ, 0, unread_bytes_max);
  const LineTimes times{door.options_.request_ms_max, door.options_.idle_ms_max};
  door.lines_.emplace(stream, std::make_unique<Line>(base, stream, times, door));
  if (door.lines_.size() >= limits::http_connections_max && door.bound_ != nullptr) {
    evconnlistener_disable(evhttp_bound_socket_get_listener(door.bound_));
  }
  return stream;
}

void Door::Inside::line_gone(Line& line) {
  if (const auto at = pending_.find(line.request()); at != pending_.end()) {
    // The library frees the request with the connection, unless it has taken the two apart.
    if (evhttp_request_get_connection(at->second.request) == nullptr) evhttp_request_free(at->second.request);
    pending_.erase(at);
  }
  if (bound_ != nullptr && lines_.size() == limits::http_connections_max) {
    evconnlistener_enable(evhttp_bound_socket_get_listener(bound_));
  }
  lines_.erase(line.stream());
  if (draining_ && lines_.empty()) event_base_loopbreak(base_);
}

std::string Door::Inside::refusal(int status) {
  Request request;
  request.language = options_.language;
  request.trace = to_hex(view_of(random_.fixed<Trace>()));
  Error error{Code::malformed, "read the request: not HTTP within the limits", {}};
  if (status == 413) error = {Code::too_large, "read the request: body too large", "body"};
  if (status == 0 || status == 501) error = {Code::method, "read the request: no such method here", "method"};
  const Response response = options_.refuse(request, error);
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " Refused\r\n";
  for (const auto& [name, value] : headers_of(response, true)) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  return out + "\r\n" + response.body;
}

void Door::Inside::on_request(evhttp_request* request, void* self) noexcept {
  static_cast<Inside*>(self)->handle(request);
}

void Door::Inside::handle(evhttp_request* raw) {
  const auto found = lines_.find(evhttp_connection_get_bufferevent(evhttp_request_get_connection(raw)));
  REDRESS_ASSERT(found != lines_.end());
  Line& line = *found->second;
  line.request_read(++requests_);

  std::vector<HeaderField> headers;
  const evkeyvalq* const given = evhttp_request_get_input_headers(raw);
  for (const evkeyval* one = given->tqh_first; one != nullptr; one = one->next.tqe_next) {
    headers.emplace_back(one->key, one->value);
  }
  Request request;
  request.trace = to_hex(view_of(random_.fixed<Trace>()));
  request.language = language_of(headers, options_.language);
  Status read = read_request(method_text(evhttp_request_get_command(raw)), evhttp_request_get_uri(raw), headers,
                             *names_, request);
  if (read && draining_) read = fail(Code::draining, "take the request: stopping");
  if (!read) return send(raw, line, request.method, options_.refuse(request, read.error()), Then::close);

  Pending pending{raw, &line, request};
  evbuffer* const body = evhttp_request_get_input_buffer(raw);
  request.body.resize(evbuffer_get_length(body));
  evbuffer_remove(body, request.body.data(), request.body.size());
  pending_.emplace(requests_, std::move(pending));
  const auto ticket = std::make_shared<Ticket>(
      mailbox_, [this, number = requests_](const std::optional<Response>& response) { answer(number, response); });
  handler_(request, [ticket](Response response) { ticket->use(std::move(response)); });
}

void Door::Inside::answer(std::uint64_t number, const std::optional<Response>& response) {
  const auto at = pending_.find(number);
  if (at == pending_.end()) return;  // The client went away.
  const Pending pending = std::move(at->second);
  pending_.erase(at);
  const Then then = draining_ ? Then::close : Then::keep;
  const Error unanswered{Code::unknown_outcome, "answer the request: nobody did", {}};
  const Response given = response ? *response : options_.refuse(pending.asked, unanswered);
  send(pending.request, *pending.line, pending.asked.method, given, then);
}

void Door::Inside::send(evhttp_request* request, Line& line, std::string_view method, const Response& response,
                        Then then) {
  REDRESS_ASSERT(response.status >= 200 && response.status <= 599);
  evkeyvalq* const headers = evhttp_request_get_output_headers(request);
  for (const auto& [name, value] : headers_of(response, then == Then::close)) {
    evhttp_add_header(headers, name.c_str(), value.c_str());
  }
  evhttp_request_set_on_complete_cb(request, &Inside::on_sent, &line);
  line.answer_begun();
  // The library sends a body wherever it is given one.
  const bool with_body = method != "HEAD" && response.status != 204 && response.status != 304;
  evbuffer* const body = evbuffer_new();
  REDRESS_ASSERT(body != nullptr);
  if (with_body) evbuffer_add(body, response.body.data(), response.body.size());
  evhttp_send_reply(request, response.status, nullptr, body);
  evbuffer_free(body);
}

void Door::Inside::on_sent(evhttp_request*, void* line) noexcept { static_cast<Line*>(line)->answer_sent(); }

Door::Door(std::unique_ptr<Inside> inside) noexcept : inside_{std::move(inside)} {}
Door::~Door() { stop(); }

Result<std::unique_ptr<Door>> Door::open(const DoorOptions& options, Handler handler, Random& random) {
  REDRESS_ASSERT(options.refuse && handler);
  const auto at = parse_listen(options.listen);
  if (!at) return fail(Code::bad_value, "open the door: not address:port", "door.listen");
  auto inside = std::make_unique<Inside>(options, std::move(handler), random);
  if (auto listening = inside->listen(*at); !listening) return fail(listening.error());
  return std::unique_ptr<Door>{new Door{std::move(inside)}};
}

void Door::start() { inside_->start(); }
int Door::port() const noexcept { return inside_->port(); }
void Door::post(std::function<void()> work) { inside_->post(std::move(work)); }
void Door::call_later(std::int64_t ms, std::function<void()> work) { inside_->call_later(ms, std::move(work)); }
void Door::stop() { inside_->stop(); }

}  // namespace redress::shell
