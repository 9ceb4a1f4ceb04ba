#include "ops/tool/client.h"

#include <httplib.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr int connect_timeout_s = 5;
constexpr int write_timeout_s = 30;
constexpr int long_answer_s = 24 * 3600;
constexpr std::size_t answer_bytes_max = 16 * limits::mib;
constexpr std::size_t fact_bytes_max = 128;     // Of a refusal's short texts.
constexpr std::size_t detail_bytes_max = 2048;  // Of the rule that says no, in both languages.

// While it lives, writing to a connection that the daemon has closed is an error and not the end of the program: the
// library sends without MSG_NOSIGNAL.
class PipeSignalHeld {
 public:
  PipeSignalHeld() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;
  ~PipeSignalHeld() {
    constexpr timespec at_once{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

struct Url {
  std::string scheme;
  std::string host;  // Without brackets.
  int port = 0;
  std::string authority;
};

std::optional<Url> parsed_url(std::string_view text) {
  Url out;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  out.scheme = text.substr(0, scheme_end);
  if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
  text.remove_prefix(scheme_end + 3);
  if (!text.empty() && text.back() == '/') text.remove_suffix(1);
  out.authority = text;
  const bool bracketed = !text.empty() && text.front() == '[';
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return std::nullopt;
  out.host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  text.remove_prefix(host_end + (bracketed ? 1 : 0));
  out.port = out.scheme == "https" ? 443 : 80;
  if (!text.empty()) {
    const std::string_view digits = text.substr(1);
    const bool numeric = text.front() == ':' && !digits.empty() && digits.size() <= 5 &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!numeric) return std::nullopt;
    out.port = std::stoi(std::string{digits});
  }
  const bool plain = std::all_of(out.host.begin(), out.host.end(), [bracketed](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           (bracketed && c == ':');
  });
  if (!plain || out.host.empty() || out.port < 1 || out.port > 65535) return std::nullopt;
  return out;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" ||
         (host.substr(0, 4) == "127." && host.find_first_not_of("0123456789.") == std::string::npos);
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// A text of a refusal; empty if it is not one that can be shown.
std::string fact(const json& body, const char* name, std::size_t bytes_max = fact_bytes_max) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  const bool control =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return text.size() <= bytes_max && !control && is_plain_utf8(text) ? text : std::string{};
}

Code code_of_status(int status) {
  switch (status) {
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::forbidden;
    case 404:
      return Code::not_found;
    case 405:
      return Code::method;
    case 409:
      return Code::changed;
    case 413:
      return Code::too_large;
    case 429:
    case 503:
      return Code::busy;
    case 507:
      return Code::store_full;
    default:
      return status >= 500 ? Code::io : Code::malformed;
  }
}

}  // namespace

class Client::Connection {
 public:
  Connection(ClientOptions options, const Url& url)
      : code_named_{std::move(options.code_named)},
        answer_within_s_{options.answer_within_s},
        http_{url.scheme + "://" + dialled(url, options)} {
    http_.set_keep_alive(true);
    http_.set_tcp_nodelay(true);
    http_.set_connection_timeout(connect_timeout_s);
    http_.set_write_timeout(write_timeout_s);
    if (!options.server_name.empty()) {
      http_.set_hostname_addr_map({{options.server_name, url.host == "localhost" ? "127.0.0.1" : url.host}});
    }
    if (!options.ca_file.empty()) http_.set_ca_cert_path(options.ca_file);
    headers_ = {{"Host", url.authority}, {"Accept", "application/json"}};
    if (!options.token.empty()) headers_.emplace("Authorization", "Bearer " + options.token);
    if (!options.language.empty()) headers_.emplace("Accept-Language", options.language);
  }

  [[nodiscard]] bool is_valid() const { return http_.is_valid(); }

  struct Reply {
    int status = 0;
    json body;
  };

  enum class Patience { usual, a_day };

  Result<Reply> exchange(const char* method, const std::string& path, std::string body, const std::string& key,
                         Patience patience = Patience::usual) {
    http_.set_read_timeout(patience == Patience::usual ? answer_within_s_ : long_answer_s);
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.headers = headers_;
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.emplace("Content-Type", "application/json");
    if (!key.empty()) request.headers.emplace("Idempotency-Key", key);
    const bool kept = std::exchange(kept_, false);
    auto sent = send(request);
    if (!sent && sent.error().code == Code::unreachable && kept) sent = send(request);
    if (!sent) return fail(sent.error());
    kept_ = true;
    return opened(*sent);
  }

 private:
  struct Raw {
    int status = 0;
    std::string body;
  };

  static std::string dialled(const Url& url, const ClientOptions& options) {
    if (options.server_name.empty()) return url.authority;
    return options.server_name + ":" + std::to_string(url.port);
  }

  Result<Raw> send(httplib::Request request) {
    std::string body;
    bool too_large = false;
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      too_large = body.size() + size > answer_bytes_max;
      if (!too_large) body.append(data, size);
      return !too_large;
    };
    const PipeSignalHeld held;
    try {
      httplib::Response response;
      httplib::Error error = httplib::Error::Success;
      const bool sent = http_.send(request, response, error);
      if (too_large) return fail(Code::too_large, "read answer: over 16 MiB");
      if (sent) return Raw{response.status, std::move(body)};
      return fail(Code::unreachable, "call daemon: " + httplib::to_string(error));
    } catch (const std::exception&) {
      return fail(Code::unreachable, "call daemon: the answer is not HTTP");
    }
  }

  Result<Reply> opened(const Raw& raw) {
    json body = raw.body.empty() ? json{} : json::parse(raw.body, nullptr, false);
    const bool good = raw.status >= 200 && raw.status < 300;
    if (good && body.is_discarded()) {
      return fail(Code::malformed, "read answer: not JSON status=" + std::to_string(raw.status));
    }
    if (good) return Reply{raw.status, std::move(body)};
    return fail(refusal(raw.status, body));
  }

  Error refusal(int status, const json& body) const {
    const std::string name = body.is_object() ? fact(body, "code") : "";
    const auto code = code_named_ && !name.empty() ? code_named_(name) : std::nullopt;
    Error out{code.value_or(code_of_status(status)), "call daemon: refused status=" + std::to_string(status)};
    if (!body.is_object()) return out;
    if (!name.empty()) out.what += " code=" + name;
    const std::string trace = fact(body, "trace");
    if (!trace.empty()) out.what += " trace=" + trace;
    // The rule or limit that says no; the daemon puts no customer text there.
    const std::string detail = fact(body, "detail", detail_bytes_max);
    if (!detail.empty()) out.what += " detail=" + detail;
    out.field = fact(body, "field");
    return out;
  }

  const std::function<std::optional<Code>(std::string_view)> code_named_;
  const int answer_within_s_;
  httplib::Client http_;
  httplib::Headers headers_;
  bool kept_ = false;  // The last exchange left a connection that may be used again.
};

Client::Client(std::unique_ptr<Connection> connection) : connection_{std::move(connection)} {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::open(ClientOptions options) {
  const auto url = parsed_url(options.url);
  if (!url) return fail(Code::bad_config, "open client: not http(s)://host[:port]", "url");
  if (url->scheme == "http" && !is_loopback(url->host)) {
    return fail(Code::bad_config, "open client: http only to this machine; else https", "url");
  }
  if (!is_visible(options.token)) return fail(Code::bad_config, "open client: not visible ASCII", "token");
  if (!is_visible(options.language)) return fail(Code::bad_config, "open client: not visible ASCII", "language");
  try {
    auto connection = std::make_unique<Connection>(std::move(options), *url);
    if (!connection->is_valid()) return fail(Code::bad_config, "open client: TLS cannot be set up", "ca_file");
    return Client{std::move(connection)};
  } catch (const std::exception&) {
    return fail(Code::bad_config, "open client: the URL is not taken", "url");
  }
}

Result<json> Client::get(const std::string& path) {
  auto reply = connection_->exchange("GET", path, "", "");
  if (!reply) return fail(reply.error());
  return std::move(reply->body);
}

Result<json> Client::post(const std::string& path, const json& body, const std::string& idempotency_key) {
  auto reply = connection_->exchange("POST", path, body.dump(), idempotency_key);
  if (!reply) return fail(reply.error());
  return std::move(reply->body);
}

Result<json> Client::post_long(const std::string& path, const json& body, const std::string& idempotency_key) {
  auto reply = connection_->exchange("POST", path, body.dump(), idempotency_key, Connection::Patience::a_day);
  if (!reply) return fail(reply.error());
  return std::move(reply->body);
}

Result<json> Client::remove(const std::string& path) {
  auto reply = connection_->exchange("DELETE", path, "", "");
  if (!reply) return fail(reply.error());
  return std::move(reply->body);
}

Result<Client::Registered> Client::register_case(const json& body, const std::string& idempotency_key) {
  const auto reply = connection_->exchange("POST", "/api/v1/cases", body.dump(), idempotency_key);
  if (!reply) return fail(reply.error());
  return reply->status == 201 ? Registered::now : Registered::earlier;
}

std::string escaped(const std::string& segment) {
  std::string out;
  for (const char c : segment) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    out += plain ? std::string{c} : "%" + to_hex(view_of(std::string_view{&c, 1}));
  }
  return out;
}

}  // namespace redress::tool
