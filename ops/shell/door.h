// The HTTP(S) door of a program: takes requests within limits, from callers that may call it, and gives the answers.
//
// One thread of its own, on which the handler runs; the handler never waits: it hands work on and answers later
// through its Respond. Everything a Door is given by reference outlives it. What it refuses by itself:
//   400  malformed head, path, query, header (malformed, bad_value)
//   413  more than 64 headers, or a body over limits::http_body_bytes_max, chunked or not, or in chunks that are none
//        (too_large)
//   421  a Host or Origin that is not its own (bad_host)         405/501  another method (method)
//   503  stopping (draining)
// (the code is the door's, the status and words are DoorOptions::refuse's), and then closes the connection. Without
// words it closes what brings its request too slowly, and what is idle too long. At most
// limits::http_connections_max connections; more wait in the system's queue until one closes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ops/shell/http_request.h"
#include "protocol/base/limits.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::shell {

// Gives the answer; the first call counts, from any thread, even after the connection or the Door is gone. If every
// copy is destroyed without a call, the door answers unknown_outcome.
using Respond = std::function<void(Response)>;
// Runs on the door's thread. Must not throw. For a HEAD it answers as for the GET; the door leaves the body out.
using Handler = std::function<void(const Request&, Respond)>;

struct DoorOptions {
  std::string listen;              // "address:port" or "[v6]:port", numeric; port 0: any free one
  std::vector<std::string> hosts;  // further names it may be called by
  void* ssl_ctx = nullptr;         // an SSL_CTX* that outlives the door; null: plain HTTP
  std::string language = "zh";     // for who asks for neither zh nor en
  // Makes the answer to a refusal, on the door's thread; the request is filled in as far as it was read.
  std::function<Response(const Request&, const Error&)> refuse;
  std::int64_t request_ms_max = limits::http_request_ms_max;  // from a request's first byte to its last
  std::int64_t idle_ms_max = 60'000;                          // between requests; also to take an answer
  std::int64_t drain_ms_max = 2000;                           // for answers in flight when it stops
};

// Every answer carries Cache-Control: no-store, X-Content-Type-Options: nosniff and Content-Length; a Response that
// names these itself is overruled.
class Door {
 public:
  // Listens; who comes waits in the system's queue. `random` is used on the door's thread only (or is safe for many).
  // Fails with bad_value if `listen` is not numeric, in_use if the port is taken, io otherwise.
  [[nodiscard]] static Result<std::unique_ptr<Door>> open(const DoorOptions& options, Handler handler, Random& random);
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  ~Door();  // stop()

  // Starts the thread: what the handler reaches for is there by now. Once.
  void start();

  // The port it listens on.
  [[nodiscard]] int port() const noexcept;

  // Runs `work` on the door's thread, soon. Any thread. Dropped once the door has stopped.
  void post(std::function<void()> work);
  // Runs `work` on the door's thread after `ms`. On the door's thread only. Dropped when the door stops.
  void call_later(std::int64_t ms, std::function<void()> work);

  // Takes nothing new, gives answers in flight up to drain_ms_max, closes everything and joins the thread. Again:
  // nothing. Not on the door's thread.
  void stop();

 private:
  class Inside;
  explicit Door(std::unique_ptr<Inside> inside) noexcept;
  const std::unique_ptr<Inside> inside_;
};

}  // namespace redress::shell
