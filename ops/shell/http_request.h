// What a request says, judged: from the head that the HTTP library took apart to a Request, or the reason against it.
//
// Pure. Limits first. Stricter than the library: whatever two readers could read differently is refused.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/base/result.h"

namespace redress::shell {

struct Request {
  std::string method;                        // GET, POST, PUT, DELETE or HEAD
  std::string path;                          // decoded, begins with '/', no "." or ".." segments, plain UTF-8
  std::map<std::string, std::string> query;  // decoded, plain UTF-8
  std::string bearer;                        // "" if there is none
  std::string idempotency_key;               // "" if there is none
  std::string language;                      // "zh" or "en"
  std::string content_type;
  std::string body;
  std::string trace;  // 16 hex digits, for the log and the person who reports an error
};

struct Response {
  int status = 200;  // 200..599
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
};

inline constexpr std::size_t http_headers_max = 64;

using HeaderField = std::pair<std::string_view, std::string_view>;

// The names under which one door may be called: itself and loopback, with or without its port, and those configured.
class DoorNames {
 public:
  // `hosts`: "name" (with or without the door's port) or "name:port" (exactly).
  DoorNames(std::string_view scheme, const std::string& listen_host, int port, const std::vector<std::string>& hosts);

  [[nodiscard]] bool takes_host(std::string_view host) const;
  // "scheme://name", by the same names; "null" is not.
  [[nodiscard]] bool takes_origin(std::string_view origin) const;

 private:
  std::string scheme_;
  std::vector<std::string> names_;  // lower case
};

// The host by which programs on this machine call a door that listens at this one, both as in a URL. A wildcard is none
// of a door's names: 127.0.0.1 is, and init's certificates name it.
[[nodiscard]] std::string host_to_call(const std::string& listen_host);

// Fills in everything of `out` but body, trace and language. Fails with malformed, method, too_large, bad_value or
// bad_host, field is the header or part at fault; `out` then holds what was read before.
[[nodiscard]] Status read_request(std::string_view method, std::string_view target,
                                  std::span<const HeaderField> headers, const DoorNames& names, Request& out);

// The better liked of zh and en in an Accept-Language; `otherwise` if it names neither.
[[nodiscard]] std::string language_of(std::span<const HeaderField> headers, std::string_view otherwise);

}  // namespace redress::shell
