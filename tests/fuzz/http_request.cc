// Any head of a request. Input: the method, the target and headers "name:value", a line each.
#include "ops/shell/http_request.h"

#include "protocol/base/limits.h"
#include "tests/fuzz/target.h"

namespace redress::shell {
namespace {

const DoorNames& names() {
  static const DoorNames made{"https", "10.1.2.3", 7700, {"redress.bank.example", "desk.bank.example:8443"}};
  return made;
}

bool has_dot_segment(const std::string& path) {
  const std::string whole = path + "/";
  return whole.find("/./") != std::string::npos || whole.find("/../") != std::string::npos;
}

void check(const Request& request) {
  const std::string& method = request.method;
  REDRESS_ASSERT(method == "GET" || method == "POST" || method == "PUT" || method == "DELETE" || method == "HEAD");
  REDRESS_ASSERT(request.path.starts_with('/') && is_plain_utf8(request.path) && !has_dot_segment(request.path));
  for (const auto& [name, value] : request.query) REDRESS_ASSERT(is_plain_utf8(name) && is_plain_utf8(value));
  REDRESS_ASSERT(request.idempotency_key.size() <= limits::idempotency_key_bytes_max);
}

}  // namespace
}  // namespace redress::shell

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const std::string_view method = in.line();
  const std::string_view target = in.line();
  std::vector<redress::shell::HeaderField> headers;
  while (!in.empty()) {
    redress::fuzz::Input header = in.part('\n');
    const std::string_view name = header.line(':');
    headers.emplace_back(name, redress::text_of(header.rest()));
  }
  redress::shell::Request request;
  if (redress::shell::read_request(method, target, headers, redress::shell::names(), request)) {
    redress::shell::check(request);
  }
  const std::string language = redress::shell::language_of(headers, "other");
  REDRESS_ASSERT(language == "zh" || language == "en" || language == "other");
  return 0;
}
