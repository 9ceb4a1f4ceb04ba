#include "ops/shell/config.h"

#include <arpa/inet.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include "ops/shell/process.h"
#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

constexpr std::size_t file_bytes_max = 256 * limits::kib;
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t hosts_max = 32;
constexpr std::size_t rules_max = 32;

struct Range {
  std::int64_t min;
  std::int64_t max;
};
constexpr Range map_mib{16, 1 << 20};
constexpr Range ballast_mib{0, 1024};
constexpr Range heartbeat_ms{200, 60'000};
constexpr Range window_kib{64, limits::window_bytes_max / limits::kib};
constexpr Range quota_kib_s{256, 1 << 20};
constexpr Range branch_id{2, std::numeric_limits<std::uint32_t>::max() - 1};

// Everything found wrong in one file.
struct Findings {
  std::string file;
  std::vector<Error> errors;

  void add(Code code, const std::string& key, std::int64_t line, const std::string& what) {
    std::string text = "config: " + what + " file=" + file;
    if (line > 0) text += " line=" + std::to_string(line);
    errors.push_back({code, text + " key=" + key, key});
  }
};

// One section of the file: what has been asked for is known, the rest is an error.
class Section {
 public:
  Section(const toml::table& root, std::string_view name, Findings& findings) : name_{name}, findings_{findings} {
    if (name.empty()) {
      table_ = &root;
      return;
    }
    const toml::node* node = root.get(name);
    if (node == nullptr) return;
    table_ = node->as_table();
    if (table_ == nullptr) findings_.add(Code::bad_value, name_, line_of(*node), "not a section");
  }

  // Leaves `out` as it is if the key is not there or is wrong.
  void text(std::string_view key, std::string& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value) return bad(key, "not a text");
    if (value->size() > text_bytes_max || !is_plain_utf8(*value)) return bad(key, "not a text of at most 1024 bytes");
    out = *value;
  }
  void needed_text(std::string_view key, std::string& out) {
    if (find(key) == nullptr) return missing(key);
    text(key, out);
    if (const auto value = find(key)->value_exact<std::string>(); value && value->empty()) bad(key, "empty");
  }
  void choice(std::string_view key, std::initializer_list<std::string_view> words, std::string& out) {
    std::string value = out;
    text(key, value);
    if (std::find(words.begin(), words.end(), value) != words.end()) {
      out = value;
      return;
    }
    std::string want;
    for (const std::string_view word : words) want.append(want.empty() ? "" : "|").append(word);
    bad(key, "not one of want=" + want);
  }
  void number(std::string_view key, Range range, std::int64_t& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value) return bad(key, "not a whole number");
    if (*value < range.min || *value > range.max) {
      return bad(key, "out of range got=" + std::to_string(*value) + " want=" + std::to_string(range.min) + ".." +
                          std::to_string(range.max));
    }
    out = *value;
  }
  void texts(std::string_view key, std::size_t count_max, std::vector<std::string>& out) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > count_max) return bad(key, "not a list of at most 32 texts");
    std::vector<std::string> values;
    for (const toml::node& one : *list) {
      const auto value = one.value_exact<std::string>();
      if (!value || value->size() > text_bytes_max) return bad(key, "not a list of texts");
      values.push_back(*value);
    }
    out = std::move(values);
  }
  // Whose other role's key this is.
  void forbid(std::string_view key, const std::string& why) {
    if (find(key) != nullptr) bad(key, why);
  }

  void missing(std::string_view key) { findings_.add(Code::missing_field, full(key), line(), "missing"); }
  void bad(std::string_view key, const std::string& what) {
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    findings_.add(Code::bad_value, full(key), node == nullptr ? line() : line_of(*node), what);
  }
  [[nodiscard]] bool has(std::string_view key) const { return table_ != nullptr && table_->get(key) != nullptr; }

  // Names every key nobody asked for.
  void finish() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (known_.count(std::string{key.str()}) == 0) {
        findings_.add(Code::unknown_field, full(key.str()), line_of(node), "unknown key");
      }
    }
  }
  void also_known(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) known_.emplace(key);
  }

 private:
  static std::int64_t line_of(const toml::node& node) { return static_cast<std::int64_t>(node.source().begin.line); }
  [[nodiscard]] std::int64_t line() const { return table_ == nullptr || name_.empty() ? 0 : line_of(*table_); }
  [[nodiscard]] std::string full(std::string_view key) const {
    return name_.empty() ? std::string{key} : name_ + "." + std::string{key};
  }
  const toml::node* find(std::string_view key) {
    known_.emplace(key);
    return table_ == nullptr ? nullptr : table_->get(key);
  }

  const toml::table* table_ = nullptr;
  const std::string name_;
  Findings& findings_;
  std::set<std::string> known_;
};

struct Endpoint {
  std::string host;
  std::string port;
};

// "host:port" or "[v6]:port"; the port is any text.
std::optional<Endpoint> split(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Endpoint out{std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
  if (out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
    if (out.host.find(':') == std::string::npos) return std::nullopt;
  } else if (out.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  return out;
}

bool is_address(const std::string& host) {
  in6_addr room{};
  return inet_pton(AF_INET, host.c_str(), &room) == 1 || inet_pton(AF_INET6, host.c_str(), &room) == 1;
}
bool is_loopback(const std::string& host) {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}
bool is_host(const std::string& host) {
  if (is_address(host)) return true;
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}
bool is_port(const std::string& text, int min) {
  int port = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc{} && end == text.data() + text.size() && port >= min && port <= 65535;
}

std::optional<Endpoint> tcp_endpoint(const std::string& text) {
  constexpr std::string_view scheme = "tcp://";
  if (text.rfind(scheme, 0) != 0) return std::nullopt;
  return split(std::string_view{text}.substr(scheme.size()));
}

void read_role(const toml::table& root, Findings& findings, Config& out) {
  Section section{root, "", findings};
  std::string role = "branch";
  if (section.has("role")) {
    section.choice("role", {"branch", "gateway"}, role);
  } else {
    section.missing("role");
  }
  out.role = role == "gateway" ? Role::gateway : Role::branch;
  section.also_known({"role", "site", "store", "link", "door", "keys", "log", "rules"});
  section.finish();
}

void read_site(const toml::table& root, Findings& findings, Role role, SiteConfig& out) {
  Section section{root, "site", findings};
  std::int64_t id = 0;
  if (section.has("id")) {
    section.number("id", role == Role::gateway ? Range{1, 1} : branch_id, id);
  } else {
    section.also_known({"id"});
    section.missing("id");
  }
  out.id = SiteId{static_cast<std::uint32_t>(id)};
  section.needed_text("name", out.name);
  section.text("zone", out.zone);
  if (!zone_exists(out.zone)) section.bad("zone", "no such zone on this machine");
  section.choice("language", {"zh", "en"}, out.language);
  section.finish();
}

void read_store(const toml::table& root, Findings& findings, StoreConfig& out) {
  Section section{root, "store", findings};
  section.text("path", out.path);
  if (out.path.empty()) section.bad("path", "empty");
  const auto map = [&](const std::string& store, std::int64_t& at_first, std::int64_t& limit) {
    section.number(store + "_map_mib", map_mib, at_first);
    limit = std::max(limit, at_first);
    section.number(store + "_limit_mib", map_mib, limit);
    if (limit < at_first) section.bad(store + "_limit_mib", "less than " + store + "_map_mib");
  };
  map("journal", out.journal_map_mib, out.journal_limit_mib);
  map("views", out.views_map_mib, out.views_limit_mib);
  section.number("ballast_mib", ballast_mib, out.ballast_mib);
  section.finish();
}

void read_link(const toml::table& root, Findings& findings, Role role, LinkConfig& out) {
  Section section{root, "link", findings};
  if (role == Role::gateway) {
    section.forbid("connect", "a gateway does not connect");
    section.needed_text("listen", out.listen);
    const auto at = tcp_endpoint(out.listen);
    const bool good = at && (is_address(at->host) || at->host == "*") && (at->port == "*" || is_port(at->port, 1));
    if (!out.listen.empty() && !good) section.bad("listen", "not tcp://address:port");
    section.number("quota_kib_s", quota_kib_s, out.quota_kib_s);
  } else {
    section.forbid("listen", "a branch does not listen");
    section.forbid("quota_kib_s", "a branch serves no sites");
    section.needed_text("connect", out.connect);
    const auto at = tcp_endpoint(out.connect);
    const bool good = at && is_host(at->host) && is_port(at->port, 1);
    if (!out.connect.empty() && !good) section.bad("connect", "not tcp://host:port");
  }
  section.number("heartbeat_ms", heartbeat_ms, out.heartbeat_ms);
  section.number("window_kib", window_kib, out.window_kib);
  section.finish();
}

void read_door(const toml::table& root, Findings& findings, Role role, DoorConfig& out) {
  Section section{root, "door", findings};
  section.text("listen", out.listen);
  const auto at = split(out.listen);
  const bool good = at && is_address(at->host) && is_port(at->port, 0);
  if (!good) section.bad("listen", "not address:port");
  section.texts("hosts", hosts_max, out.hosts);
  for (const std::string& host : out.hosts) {
    const auto with_port = split(host);
    const bool named = is_host(host) || (with_port && is_host(with_port->host) && is_port(with_port->port, 1));
    if (!named) section.bad("hosts", "not a host name or name:port");
  }
  if (role == Role::branch) {
    section.forbid("certificate", "a branch has no certificate");
    section.forbid("key", "a branch has no certificate");
    if (good && !is_loopback(at->host)) section.bad("listen", "a branch's door is on loopback only");
  } else {
    section.text("certificate", out.certificate);
    section.text("key", out.key);
    if (out.certificate.empty() && !out.key.empty()) section.missing("certificate");
    if (out.key.empty() && !out.certificate.empty()) section.missing("key");
    if (good && !is_loopback(at->host) && out.certificate.empty() && out.key.empty()) {
      section.bad("listen", "off loopback only with certificate and key");
    }
  }
  section.finish();
}

void read_rest(const toml::table& root, Findings& findings, Config& out) {
  Section keys{root, "keys", findings};
  keys.text("keystore", out.keys.keystore);
  if (out.keys.keystore.empty()) keys.bad("keystore", "empty");
  keys.text("passphrase_file", out.keys.passphrase_file);
  if (out.keys.passphrase_file.empty()) keys.bad("passphrase_file", "empty");
  keys.finish();

  Section log{root, "log", findings};
  log.text("file", out.log.file);
  log.choice("level", {"debug", "info", "warn", "error"}, out.log.level);
  log.finish();

  Section rules{root, "rules", findings};
  rules.texts("profiles", rules_max, out.rules.profiles);
  rules.texts("files", rules_max, out.rules.files);
  for (const std::string& file : out.rules.files) {
    if (!file.ends_with(".calendar") && !file.ends_with(".profile")) rules.bad("files", "not .calendar or .profile");
  }
  rules.finish();
}

}  // namespace

Expected<Config, std::vector<Error>> load_config(const std::string& path) {
  Findings findings{path, {}};
  const auto failed = [&findings](Code code, std::int64_t line, const std::string& what) {
    findings.add(code, "-", line, what);
    return Unexpected<std::vector<Error>>{std::move(findings.errors)};
  };
  std::error_code ignored;
  std::ifstream file{path, std::ios::binary};
  if (!file || !std::filesystem::is_regular_file(path, ignored)) return failed(Code::io, 0, "unreadable");
  std::string text;
  std::array<char, 4096> chunk{};
  while (file && text.size() <= file_bytes_max) {
    file.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return failed(Code::io, 0, "unreadable");
  return parse_config(text, path);
}

Expected<Config, std::vector<Error>> parse_config(const std::string& text, const std::string& file) {
  Findings findings{file, {}};
  const auto failed = [&findings](Code code, std::int64_t line, const std::string& what) {
    findings.add(code, "-", line, what);
    return Unexpected<std::vector<Error>>{std::move(findings.errors)};
  };
  if (text.size() > file_bytes_max) return failed(Code::too_large, 0, "too large");
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return failed(Code::malformed, error.source().begin.line, "not TOML (" + std::string{error.description()} + ")");
  }
  Config out;
  read_role(root, findings, out);
  read_site(root, findings, out.role, out.site);
  read_store(root, findings, out.store);
  read_link(root, findings, out.role, out.link);
  read_door(root, findings, out.role, out.door);
  read_rest(root, findings, out);
  if (!findings.errors.empty()) return Unexpected<std::vector<Error>>{std::move(findings.errors)};
  return out;
}

std::string beside(const std::string& config_path, const std::string& path) {
  if (path.empty()) return path;
  return (std::filesystem::path{config_path}.parent_path() / path).string();
}

}  // namespace redress::shell
