// Any body of a write: JSON, the fields of a form, the event they make, and the answer if they make none. Input: a byte
// for the row of the table, then the body.
#include <nlohmann/json.hpp>

#include "ops/shell/api.h"
#include "ops/shell/case_fields.h"
#include "protocol/base/limits.h"
#include "tests/fuzz/target.h"

namespace redress::shell {
namespace {

const std::vector<casework::KindRow>& rows() {
  static const std::vector<casework::KindRow> shipped = casework::shipped_kinds();
  return shipped;
}

// The door's answer is JSON in UTF-8, whatever it has to quote.
void check_answer(const Request& request, const Error& error) {
  const Response response = error_response(request, error);
  REDRESS_ASSERT(response.status >= 400 && response.status < 600);
  REDRESS_ASSERT(is_plain_utf8(response.body));
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  REDRESS_ASSERT(body.is_object() && body.contains("code"));
}

void read(const casework::KindRow& row, std::string_view text) {
  Request request;
  request.body = text;
  const auto body = json_body(request);
  if (!body) return check_answer(request, body.error());
  const auto fields = fields_of(*body);
  if (!fields) return check_answer(request, fields.error());
  const auto event = casework::parse_event(row, *fields);
  if (!event) return check_answer(request, event.error());
  REDRESS_ASSERT(event->fields.size() <= limits::fields_max);
  for (const auto& [name, value] : event->fields) REDRESS_ASSERT(is_plain_utf8(name) && is_plain_utf8(value));
}

}  // namespace
}  // namespace redress::shell

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const auto& rows = redress::shell::rows();
  const auto& row = rows[in.u8() % rows.size()];
  redress::shell::read(row, in.text(redress::limits::http_body_bytes_max));
  return 0;
}
