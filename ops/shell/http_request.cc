#include "ops/shell/http_request.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

// Headers that decide something: said twice, they could be read in two ways.
constexpr std::array<std::string_view, 8> said_once{
    "host",          "origin",       "content-length",  "transfer-encoding",
    "authorization", "content-type", "idempotency-key", "expect"};

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::optional<std::string_view> find(std::span<const HeaderField> headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (lower(key) == name) return value;
  }
  return std::nullopt;
}

Status check_head(std::string_view method, std::span<const HeaderField> headers) {
  if (headers.size() > http_headers_max) return fail(Code::too_large, "read the headers: too many", "headers");
  std::array<int, said_once.size()> said{};
  for (const auto& [key, value] : headers) {
    if (!is_token(key)) return fail(Code::malformed, "read the headers: not a name", "headers");
    const auto at = std::find(said_once.begin(), said_once.end(), lower(key));
    if (at == said_once.end()) continue;
    if (++said[static_cast<std::size_t>(at - said_once.begin())] > 1) {
      return fail(Code::malformed, "read the headers: said twice", std::string{*at});
    }
  }
  const auto length = find(headers, "content-length");
  const auto coding = find(headers, "transfer-encoding");
  if (length && (coding || length->empty() ||
                 !std::all_of(length->begin(), length->end(), [](unsigned char c) { return std::isdigit(c) != 0; }))) {
    return fail(Code::malformed, "read the headers: length of the body", "content-length");
  }
  if (coding && lower(*coding) != "chunked") {
    return fail(Code::malformed, "read the headers: unknown coding", "transfer-encoding");
  }
  // The library does not read it, and would take it for the next request.
  if (method == "HEAD" && (coding || (length && length->find_first_not_of('0') != std::string_view::npos))) {
    return fail(Code::malformed, "read the headers: a HEAD with a body", "content-length");
  }
  return Done{};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { stays, is_space };

// Percent-decoding without mercy: nothing if a '%' lacks two digits or the result is not text without control
// characters.
std::optional<std::string> decoded(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (!is_visible_ascii({&c, 1})) {
      return std::nullopt;
    } else if (c == '+' && plus == Plus::is_space) {
      c = ' ';
    }
    out += c;
  }
  if (!is_plain_utf8(out)) return std::nullopt;
  for (const char c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7F || (byte < 0x20 && (plus == Plus::stays || (c != '\n' && c != '\r' && c != '\t')))) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> path_of(std::string_view text) {
  // An encoded slash or backslash would make other segments after decoding than before.
  const std::string small = lower(text);
  if (text.empty() || text.front() != '/' || small.find("%2f") != std::string::npos) return std::nullopt;
  auto path = decoded(text, Plus::stays);
  if (!path || path->find('\\') != std::string::npos || path->rfind("//", 0) == 0) return std::nullopt;
  std::size_t from = 1;
  while (from <= path->size()) {
    const std::size_t end = std::min(path->find('/', from), path->size());
    const std::string_view segment = std::string_view{*path}.substr(from, end - from);
    if (segment == "." || segment == "..") return std::nullopt;
    from = end + 1;
  }
  return path;
}

std::optional<std::map<std::string, std::string>> query_of(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    auto key = decoded(part.substr(0, equals), Plus::is_space);
    auto value = decoded(part.substr(std::min(equals + 1, part.size())), Plus::is_space);
    if (!key || !value || key->empty()) return std::nullopt;
    if (!out.emplace(std::move(*key), std::move(*value)).second) return std::nullopt;
  }
  return out;
}

Status read_target(std::string_view target, Request& out) {
  if (target.find('#') != std::string_view::npos) return fail(Code::malformed, "read the target: a fragment", "path");
  const std::size_t mark = std::min(target.find('?'), target.size());
  auto path = path_of(target.substr(0, mark));
  if (!path) return fail(Code::malformed, "read the target: not a path", "path");
  out.path = std::move(*path);
  auto query = query_of(target.substr(std::min(mark + 1, target.size())));
  if (!query) return fail(Code::malformed, "read the target: not a query", "query");
  out.query = std::move(*query);
  return Done{};
}

Status read_fields(std::span<const HeaderField> headers, Request& out) {
  if (const auto type = find(headers, "content-type")) out.content_type = *type;
  if (const auto given = find(headers, "authorization")) {
    constexpr std::string_view scheme = "bearer ";
    if (lower(given->substr(0, scheme.size())) == scheme && is_visible_ascii(given->substr(scheme.size()))) {
      out.bearer = given->substr(scheme.size());
    }
  }
  if (const auto key = find(headers, "idempotency-key")) {
    if (key->empty() || key->size() > limits::idempotency_key_bytes_max || !is_visible_ascii(*key)) {
      return fail(Code::bad_value, "read the key: not 1..200 visible characters", "Idempotency-Key");
    }
    out.idempotency_key = *key;
  }
  return Done{};
}

// The quality of one part of an Accept-Language in thousandths, 0 if it is not for `language`.
int liking(std::string_view part, std::string_view language) {
  const std::size_t end = std::min(part.find(';'), part.size());
  std::string tag = lower(part.substr(0, end));
  tag.erase(std::remove(tag.begin(), tag.end(), ' '), tag.end());
  if (tag.substr(0, 2) != language || (tag.size() > 2 && tag[2] != '-')) return 0;
  const std::size_t q = part.find("q=", end);
  if (q == std::string_view::npos) return 1000;
  int quality = 0;
  int weight = 1000;
  for (const char c : part.substr(q + 2)) {
    if (c == '.') continue;
    if (c < '0' || c > '9' || weight == 0) break;
    quality += (c - '0') * weight;
    weight /= 10;
  }
  return std::min(quality, 1000);
}

}  // namespace

DoorNames::DoorNames(std::string_view scheme, const std::string& listen_host, int port,
                     const std::vector<std::string>& hosts)
    : scheme_{lower(scheme) + "://"} {
  const std::string suffix = ":" + std::to_string(port);
  const auto add = [this, &suffix](const std::string& name) {
    names_.push_back(lower(name));
    names_.push_back(lower(name) + suffix);
  };
  add("127.0.0.1");
  add("localhost");
  add("[::1]");
  if (listen_host != "0.0.0.0" && listen_host != "::") {
    add(listen_host.find(':') == std::string::npos ? listen_host : "[" + listen_host + "]");
  }
  for (const std::string& host : hosts) {
    const bool has_port = host.find(':') != std::string::npos && host.back() != ']';
    if (has_port) {
      names_.push_back(lower(host));
    } else {
      add(host);
    }
  }
}

bool DoorNames::takes_host(std::string_view host) const {
  return std::find(names_.begin(), names_.end(), lower(host)) != names_.end();
}

bool DoorNames::takes_origin(std::string_view origin) const {
  const std::string small = lower(origin);
  return small.rfind(scheme_, 0) == 0 && takes_host(std::string_view{small}.substr(scheme_.size()));
}

std::string host_to_call(const std::string& listen_host) {
  const bool bracketed = listen_host.size() > 2 && listen_host.front() == '[' && listen_host.back() == ']';
  in6_addr six{};
  const bool any_six = bracketed &&
                       inet_pton(AF_INET6, listen_host.substr(1, listen_host.size() - 2).c_str(), &six) == 1 &&
                       IN6_IS_ADDR_UNSPECIFIED(&six);
  return any_six || listen_host == "0.0.0.0" ? "127.0.0.1" : listen_host;
}

Status read_request(std::string_view method, std::string_view target, std::span<const HeaderField> headers,
                    const DoorNames& names, Request& out) {
  out.method = method;
  constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "DELETE", "HEAD"};
  if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
    return fail(Code::method, "read the request: no such method here", "method");
  }
  if (auto head = check_head(method, headers); !head) return head;
  const auto host = find(headers, "host");
  if (!host || !names.takes_host(*host)) return fail(Code::bad_host, "check the host: not this door's", "Host");
  const auto origin = find(headers, "origin");
  if (origin && !names.takes_origin(*origin)) {
    return fail(Code::bad_host, "check the origin: not this door's", "Origin");
  }
  if (auto read = read_target(target, out); !read) return read;
  return read_fields(headers, out);
}

std::string language_of(std::span<const HeaderField> headers, std::string_view otherwise) {
  std::string_view rest = find(headers, "accept-language").value_or("");
  int zh = 0;
  int en = 0;
  bool zh_first = true;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, end);
    if (en == 0 && zh == 0) zh_first = liking(part, "zh") > 0;
    zh = std::max(zh, liking(part, "zh"));
    en = std::max(en, liking(part, "en"));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (zh == 0 && en == 0) return std::string{otherwise};
  if (zh == en) return zh_first ? "zh" : "en";
  return zh > en ? "zh" : "en";
}

}  // namespace redress::shell
